"""A model as second reader, over HTTP: only the check is asked, and what it does not support is not printed."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.models import model
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.evals.meaning import EDITION, code_alone, parts
from secdigest_pipeline.analysis.evals.second_reader import Reading, price, read_by
from secdigest_pipeline.sample.messages import MessagesApi, passage_for
from secdigest_pipeline_tests.analysis.evals.cases import case

ASKED = parts([case()], "test")
TRUE = {one.statement for one in case().statements if one.label}
HAIKU = model("claude-haiku-5-5")


def knows_all(article: Mapping[str, Any], statement: Mapping[str, Any]) -> tuple[str, str]:
    return "supported" if statement["text"] in TRUE else "not_stated", passage_for(article, statement)


def read(folder: Path, max_usd: float = 1.0) -> list[Reading | None]:
    return asyncio.run(read_by(HAIKU, ASKED, Replies(UPath(folder)), Provider(), max_usd=max_usd, at_once=2))


def printed(readings: list[Reading | None]) -> set[str]:
    return {row.statement for reading in readings if reading for row in reading.together if row.printed}


def test_what_the_reader_refuses_is_not_printed_and_nothing_but_checks_is_asked(
    api: MessagesApi, tmp_path: Path
) -> None:
    api.checker = knows_all
    readings = read(tmp_path)
    assert printed(readings) == TRUE
    assert all(r and r.unchecked == 0 and all(row.printed is row.label for row in r.alone) for r in readings)
    assert {name.rpartition("#")[2] for name in api.calls} == {"check"}
    calls = Replies(UPath(tmp_path)).calls(EDITION)
    assert len(calls) == len(ASKED) and {call.call for call in calls} == {"check"}


def test_code_holds_where_the_reader_supports_everything(api: MessagesApi, tmp_path: Path) -> None:
    api.checker = lambda article, statement: ("supported", passage_for(article, statement))
    readings = read(tmp_path)
    assert all(r and all(row.printed for row in r.alone) for r in readings)
    assert not any(row.printed for r in readings if r for row in r.together if row.kind == "number")


@pytest.mark.parametrize(("step", "asked"), (("refusal", 1), ("invalid_reply", 2), ("max_tokens", 2)))
def test_without_an_answer_all_is_unchecked_and_printed_as_by_code_alone(
    step: str, asked: int, api: MessagesApi, tmp_path: Path
) -> None:
    api.failures = {"*#check": (step,)}
    readings = read(tmp_path)
    assert sum(r.unchecked for r in readings if r) == len(case().statements)
    assert printed(readings) == {row.statement for part in ASKED for row in code_alone(part) if row.printed}
    assert sum(api.calls.values()) == asked * len(ASKED)


def test_what_does_not_fit_under_the_cap_is_not_asked(api: MessagesApi, tmp_path: Path) -> None:
    assert read(tmp_path, max_usd=0.0001) == [None] * len(ASKED)
    assert not api.requests


def test_a_dead_key_ends_it(api: MessagesApi, tmp_path: Path) -> None:
    api.failures = {"*#check": ("401",)}
    with pytest.raises(AnalystUnavailable, match="claude-haiku-5-5"):
        read(tmp_path)


def test_the_price_said_before_is_above_nothing_and_below_the_most_it_can_be(api: MessagesApi, tmp_path: Path) -> None:
    before = price(ASKED, HAIKU)
    read(tmp_path)
    really = sum(call.cost_usd for call in Replies(UPath(tmp_path)).calls(EDITION))
    assert before.calls == len(ASKED) and 0 < really < before.most and 0 < before.likely < before.most
