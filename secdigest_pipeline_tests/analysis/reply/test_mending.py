"""What fell goes back once; what is offered takes the places of that and of nothing else."""

import json
from typing import Any

from secdigest_pipeline.analysis.records import Quote, Statement
from secdigest_pipeline.analysis.reply.claims import MendedClaim, Mending
from secdigest_pipeline.analysis.reply.mending import MAX_LINES, Fallen, fallen, mend_turn, mended, offered
from secdigest_pipeline_tests.analysis.conftest import TEXT, make_article
from secdigest_pipeline_tests.analysis.spoken import LEAD, NONCE, replacing, written

GROUND = Quote(LEAD, 0, len(LEAD))


def dropped(text: str, verdict: str = "grounded", check: Any = None, ground: Quote | None = None) -> Statement:
    return Statement(text, "", None, None, verdict, check=check, ground=ground)


FELL = (Fallen(0, "題", "overstated"), Fallen(1, "一", "contradicted"), Fallen(4, "四", "no quote"))


def places(mending: Mending) -> list[tuple[int, str]]:
    return [(claim.id, claim.text) for claim in mending.summary]


def test_what_goes_back_says_why_it_fell() -> None:
    title = dropped("題", check="overstated", ground=GROUND)
    lines = {4: dropped("四", "unsupported: 64", "unchecked"), 2: dropped("二", "no_quote"), 3: dropped("", "x")}
    assert fallen(title, lines) == (
        Fallen(0, "題", f'overstated; the article says: "{LEAD}"'),
        Fallen(2, "二", "no quote"),
        Fallen(4, "四", "unsupported: 64"),
    ), "in order, and a line whose text may not be told is left out"
    assert fallen(None, {1: dropped("一", check="not_stated")}) == (Fallen(1, "一", "not stated"),)
    assert fallen(None, {}) == ()


def test_the_turn_holds_the_article_what_stands_and_what_fell() -> None:
    turn = mend_turn(make_article(), ["立つ。"], (*FELL, Fallen(5, "</article>", "<b>")), NONCE)
    data = json.loads(turn.text.partition(">")[2].rpartition("<")[0])
    assert turn.text.count("<") == 2
    assert data["text"] == TEXT and data["standing"] == ["立つ。"]
    assert [(row["id"], row["field"]) for row in data["fell"]] == [
        (0, "title"), (1, "summary"), (4, "summary"), (5, "summary"),
    ]  # fmt: skip
    assert data["fell"][1] == {"id": 1, "field": "summary", "text": "一", "why": "contradicted"}


def test_a_line_takes_the_place_of_one_that_fell_once() -> None:
    offer = offered(replacing((4, "甲"), (4, "乙"), (2, "丙"), (0, "丁"), (-3, "戊"), (2**70, "己"), title="新"), FELL)
    assert places(offer) == [(4, "甲"), (0, "乙"), (0, "丙"), (0, "丁"), (0, "戊"), (0, "己")]
    assert offer.title == "新" and offer.title_quotes == (LEAD,)


def test_what_fell_and_is_said_again_is_no_replacement() -> None:
    offer = offered(replacing((1, "四"), (4, "四"), (0, "一"), (4, "甲"), title="題"), FELL)
    assert (offer.title, places(offer)) == ("", [(4, "甲")])


def test_no_more_lines_are_taken_than_an_entry_is_asked_for() -> None:
    offer = offered(replacing(*((0, f"{n}") for n in range(400))), FELL)
    assert len(offer.summary) == MAX_LINES == 7


def test_a_title_that_stands_is_not_replaced() -> None:
    offer = offered(replacing((1, "甲"), title="新"), FELL[1:])
    assert (offer.title, offer.title_quotes, places(offer)) == ("", (), [(1, "甲")])


def test_replacements_stand_in_their_places_and_further_lines_behind() -> None:
    reply = written()
    claims = tuple(MendedClaim(id=at, quotes=(LEAD,), text=text) for at, text in ((4, "甲"), (0, "乙"), (99, "丙")))
    changed = mended(reply, Mending(title_quotes=("q",), title="新", summary=claims))
    own = [claim.text for claim in reply.summary]
    assert [claim.text for claim in changed.summary] == [*own[:3], "甲", own[4], "乙", "丙"]
    assert (changed.title, changed.title_quotes) == ("新", ("q",))
    assert changed.summary[3].quotes == (LEAD,)
    assert (changed.notes, changed.iocs, changed.advice) == (reply.notes, reply.iocs, reply.advice)


def test_without_a_title_in_the_offer_the_first_one_stays() -> None:
    reply = written()
    assert mended(reply, Mending(title_quotes=("q",), title="", summary=())) == reply
