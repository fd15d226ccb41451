"""A change of prompt or model pays for nothing by itself: what is kept is used until somebody asks for it anew."""

from dataclasses import replace

import pytest

from secdigest_pipeline.analysis import questions
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.reply import prompt
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import REPLY, TEXT, Run, make_article

OLD = prompt.Prompt("Rules of before.", prompt.WRITE.schema)


def old(api: MessagesApi, run: Run, count: int = 1) -> list[str]:
    """Articles analysed under an older prompt; their ids."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "WRITE", OLD)
        articles = [make_article(f"r{n}", text=f"{TEXT}Reader {n}.\n") for n in range(count)]
        api.replies = {article.url: REPLY for article in articles}
        assert {a.state for a in run(articles)} == {"analysed"}
    return [article.article_id for article in articles]


ARTICLES = [make_article(f"r{n}", text=f"{TEXT}Reader {n}.\n") for n in range(3)]


def test_a_new_prompt_or_model_asks_nothing_by_itself(api: MessagesApi, run: Run) -> None:
    old(api, run, 3)
    again = run(ARTICLES)
    other = run(ARTICLES, models=["claude-sonnet-5"])
    assert sum(api.calls.values()) == 3 and again == other
    assert {a.prompt_version for a in again} == {OLD.version}, "rows say what they rest on"


def test_one_named_article_is_asked_anew_and_the_others_are_not(api: MessagesApi, run: Run) -> None:
    ids = old(api, run, 3)
    rows = run(ARTICLES, refresh=frozenset({ids[1]}))
    assert [api.calls[article.url] for article in ARTICLES] == [1, 2, 1]
    assert [a.prompt_version == prompt.VERSION for a in rows] == [False, True, False]
    assert run(ARTICLES) == rows and sum(api.calls.values()) == 4, "what was asked anew stays in use"


def test_a_named_article_is_asked_anew_though_its_reply_is_todays(api: MessagesApi, run: Run) -> None:
    article = ARTICLES[0]
    run([article])
    run([article, replace(article, article_id="f" * 16)], refresh=frozenset({article.article_id, "f" * 16}))
    assert sum(api.calls.values()) == 2, "the same text at two outlets is asked about once"


def test_the_star_asks_anew_only_what_is_not_todays(api: MessagesApi, run: Run) -> None:
    old(api, run, 3)
    run(ARTICLES[:1], refresh=frozenset({ARTICLES[0].article_id}))
    run(ARTICLES, refresh=frozenset({"*"}))
    assert [api.calls[article.url] for article in ARTICLES] == [2, 2, 2]
    run(ARTICLES, refresh=frozenset({"*"}))
    assert sum(api.calls.values()) == 6, "a run that is started again pays for nothing twice"


@pytest.mark.parametrize("step", ["refusal", "invalid_reply", "529 ra=0.01"])
def test_a_reply_that_is_kept_outlives_a_refresh_that_fails(
    api: MessagesApi, run: Run, replies: Replies, step: str
) -> None:
    article = ARTICLES[0]
    [before] = run([article])
    api.failures = {article.url: (step,)}
    [after] = run([article], refresh=frozenset({article.article_id}), models=["claude-haiku-5-5"])
    assert after == before and run([article]) == [before]
    assert len(replies.calls(article.edition)) > 1


def test_a_refused_article_is_asked_anew_when_it_is_named(api: MessagesApi, run: Run) -> None:
    article = ARTICLES[0]
    api.failures = {article.url: ("refusal", "ok")}
    one = ["claude-haiku-5-5"]
    assert run([article], models=one)[0].state == run([article], models=one)[0].state == "refused"
    assert run([article], models=one, refresh=frozenset({article.article_id}))[0].state == "analysed"
