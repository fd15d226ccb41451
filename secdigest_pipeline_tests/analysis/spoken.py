"""What a model says in the calls about one article, written by hand: no call is made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from secdigest_pipeline.analysis.asking.models import Usage
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.records import CallKind
from secdigest_pipeline.analysis.reply.checking import Assertion
from secdigest_pipeline.analysis.reply.claims import (
    Judgement,
    Judgements,
    MendedClaim,
    Mending,
    Reply,
    read_reply,
    todays,
)
from secdigest_pipeline_tests.analysis.conftest import REPLY, TEXT

NONCE = "c0ffee00c0ffee00"
# Today's form of REPLY; its IOC is the first candidate of TEXT.
WRITTEN: Mapping[str, Any] = cast(
    Mapping[str, Any],
    todays({**REPLY, "iocs": [{"id": 1, "category": "c2", "description": "", **REPLY["iocs"][0]}]}),
)
LEAD = TEXT.splitlines()[0]


def written(**changes: Any) -> Reply:
    """A reply about TEXT of which everything holds, or one that differs from it."""
    return read_reply(json.dumps({**WRITTEN, **changes}))


def line(text: str, *quotes: str) -> dict[str, Any]:
    return {"quotes": list(quotes or [LEAD]), "text": text}


def kept(call: CallKind = "write", **changes: Any) -> KeptReply:
    """A kept reply as an asker hands it over, its text read already."""
    fields: dict[str, Any] = {
        "key": f"key-of-{call}",
        "attempt": 1,
        "at": datetime(2026, 10, 1, tzinfo=UTC),
        "edition": "2026-10-01",
        "article_id": "a",
        "model_asked": "claude-haiku-5-5",
        "model": "claude-haiku-5-5",
        "prompt_version": "p",
        "schema_version": 3,
        "nonce": NONCE,
        "left_out": 0,
        "stop_reason": "end_turn",
        "refusal": "",
        "request_id": "req_1",
        "usage": Usage(input=1_000, output=100),
        "text": "{}",
        "call": call,
    }
    return KeptReply(**{**fields, **changes})


def judged(asserted: tuple[Assertion, ...], verdicts: Mapping[str, str] | None = None) -> Judgements:
    """Every assertion supported by the lead of TEXT, but for those whose text stands in `verdicts`."""
    said = verdicts or {}
    return Judgements(
        verdicts=tuple(Judgement(id=one.id, passage=LEAD, verdict=said.get(one.text, "supported")) for one in asserted)
    )


def replacing(*lines: tuple[int, str], title: str = "") -> Mending:
    """Replacements that rest on the lead of TEXT: number of the line that fell, and the text in its place."""
    claims = tuple(MendedClaim(id=at, quotes=(LEAD,), text=text) for at, text in lines)
    return Mending(title_quotes=(LEAD,) if title else (), title=title, summary=claims)
