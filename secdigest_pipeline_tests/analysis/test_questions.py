"""The questions of an article: which kept reply answers each, and what all of them can cost."""

import pytest

from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.models import Usage, max_tokens, model
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import content_key
from secdigest_pipeline.analysis.questions import Question, checking, highest_cost, mending, writing
from secdigest_pipeline.analysis.reply.checking import CHECK, Assertion, assertions
from secdigest_pipeline.analysis.reply.claims import Judgements, Mending, Reply
from secdigest_pipeline.analysis.reply.mending import MEND, Fallen
from secdigest_pipeline.analysis.reply.prompt import WRITE, Candidate
from secdigest_pipeline_tests.analysis.conftest import make_article
from secdigest_pipeline_tests.analysis.spoken import NONCE, kept, written

ARTICLE = make_article()
MODEL = model("claude-haiku-5-5")
ASKED = assertions(written())
FELL = (Fallen(1, "一", "overstated"),)
QUESTIONS: tuple[Question[object], ...] = (
    writing(ARTICLE, ()),
    checking(ARTICLE, ASKED),
    mending(ARTICLE, ["立つ。"], FELL),
    checking(ARTICLE, ASKED, "recheck"),
)


def test_each_call_has_its_own_key_prompt_and_reader() -> None:
    assert [question.call for question in QUESTIONS] == ["write", "check", "mend", "recheck"]
    assert len({question.key(MODEL.name) for question in QUESTIONS}) == 4
    assert [question.prompt for question in QUESTIONS] == [WRITE, CHECK, MEND, CHECK]
    texts = {"check": '{"verdicts": []}', "mend": '{"title_quotes": [], "title": "", "summary": []}'}
    assert isinstance(QUESTIONS[1].reads(kept(text=texts["check"])), Judgements)
    assert isinstance(QUESTIONS[2].reads(kept(text=texts["mend"])), Mending)
    for question in QUESTIONS:
        assert isinstance(question.reads(kept(text="not of the form")), Unusable)
        refused = question.reads(kept(stop_reason="refusal", text=texts["check"]))
        assert isinstance(refused, Unusable) and not refused.again
    assert not isinstance(QUESTIONS[0].reads(kept(text=texts["check"])), Reply)


def test_the_first_call_is_found_under_the_key_it_always_had() -> None:
    listed = (Candidate(1, "domain", "relay.example"),)
    assert writing(ARTICLE, listed).content == content_key(ARTICLE, listed)
    assert writing(ARTICLE, ()).content != writing(ARTICLE, listed).content


def test_a_check_is_paid_again_only_for_other_statements_or_another_text() -> None:
    content = checking(ARTICLE, ASKED).content
    assert checking(make_article("other-outlet"), ASKED).content == content, "the same text at a second outlet"
    assert checking(make_article(text="Another text."), ASKED).content != content
    first = ASKED[0]
    for other in (
        ASKED[1:],
        (*ASKED, Assertion(99, "notes", "もう一つ。", ())),
        (Assertion(1, first.field, f"{first.text}か", first.quotes), *ASKED[1:]),
        (Assertion(1, first.field, first.text, ("another quote",)), *ASKED[1:]),
        (Assertion(1, "notes", first.text, first.quotes), *ASKED[1:]),
    ):
        assert checking(ARTICLE, other).content != content


def test_a_mending_is_paid_again_only_when_something_else_fell_or_stands() -> None:
    content = mending(ARTICLE, ["立つ。"], FELL).content
    for standing, fell in ((["別。"], FELL), (["立つ。"], (Fallen(1, "一", "not stated"),)), (["立つ。"], ())):
        assert mending(ARTICLE, standing, fell).content != content


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.call)
def test_an_order_tells_one_model_all_it_needs(question: Question[object]) -> None:
    order = question.order(MODEL, attempt=2, longer=True)
    assert isinstance(order, Order)
    assert (order.edition, order.article_id, order.call) == (ARTICLE.edition, ARTICLE.article_id, question.call)
    assert (order.key, order.version) == (question.key(MODEL.name), question.prompt.version)
    assert (order.system, order.schema) == (question.prompt.rules, question.prompt.schema)
    assert (order.attempt, order.longer) == (2, True)
    assert NONCE in order.turn(NONCE).text


def test_what_a_call_can_cost_has_room_for_its_turn_and_for_what_was_written_before() -> None:
    turn = writing(ARTICLE, ()).turn(NONCE).text
    for call in ("write", "check", "mend", "recheck"):
        costs = highest_cost(MODEL, call, turn)
        assert costs > MODEL.cost(Usage(output=max_tokens(call))), "the input is paid too"
        assert costs < highest_cost(MODEL, call, turn * 2)
    later = highest_cost(MODEL, "check", turn) - MODEL.cost(Usage(output=max_tokens("check")))
    said = MODEL.cost(Usage(cache_write=max_tokens("write")))
    assert later > said, "the reply to the first call stands in the turn of the second"
