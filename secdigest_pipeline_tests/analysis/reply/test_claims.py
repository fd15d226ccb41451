"""The hostile edge of a reply: one closed form, bounded, every departure named without being shown."""

import json
from typing import Any

import pytest

from secdigest_pipeline.analysis.reply.claims import (
    InvalidReply,
    read_judgements,
    read_mending,
    read_reply,
    todays,
)
from secdigest_pipeline_tests.analysis.conftest import REPLY
from secdigest_pipeline_tests.analysis.spoken import WRITTEN, line

VALID = {**REPLY, "iocs": [{"id": 1, "quote": "q", "role": "victim", "context": "c"}]}
MENDING = {"title_quotes": ["q"], "title": "t", "summary": [{"id": 1, **line("t")}]}
JUDGEMENTS = {"verdicts": [{"id": 1, "passage": "p", "verdict": "supported"}]}
READERS = [(read_reply, WRITTEN), (read_mending, MENDING), (read_judgements, JUDGEMENTS)]


def changed(**changes: Any) -> str:
    return json.dumps({**WRITTEN, **changes})


def test_a_valid_reply_is_read() -> None:
    reply = read_reply(json.dumps(WRITTEN))
    assert reply.title == REPLY["title"] and reply.iocs[0].id == 1 and len(reply.summary) == 5
    assert read_mending(json.dumps(MENDING)).summary[0].id == 1
    assert read_judgements(json.dumps(JUDGEMENTS)).verdicts[0].verdict == "supported"


@pytest.mark.parametrize(("reader", "valid"), READERS, ids=["write", "mend", "check"])
def test_a_reply_of_another_form_is_named_without_being_shown(reader: Any, valid: dict[str, Any]) -> None:
    texts = ["", "null", "[]", "{", "Sure! {}", "[" * 100_000, '{"a":' * 100_000, "1" * 5_000, '"secret"']
    texts += [json.dumps({**valid, "more": "x" * 500_000})]
    asked = [name for name in valid if name not in ("products", "techniques", "victims", "event", "tags")]
    texts += [json.dumps({key: value for key, value in valid.items() if key != gone}) for gone in asked]
    texts += [
        json.dumps({**valid, name: value})
        for name in asked
        for value in (None, 7, "secret" if name != "title" else {}, {"secret": 1})
        if not (isinstance(value, str) and isinstance(valid[name], str))
    ]
    for text in texts:
        with pytest.raises(InvalidReply) as raised:
            reader(text)
        assert len(str(raised.value)) < 120 and "\n" not in str(raised.value) and "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": ["line"]},
        {"summary": [{"quotes": "one", "text": "t"}]},
        {"summary": [{"quotes": [1], "text": "t"}]},
        {"summary": [{"quotes": [], "text": None}]},
        {"iocs": [{"id": "1", "quote": "", "role": "", "context": ""}]},
        {"iocs": [{"id": True, "quote": "", "role": "", "context": ""}]},
        {"iocs": [{"id": 1.5, "quote": "", "role": "", "context": ""}]},
        {"actors": [{"quote": "q", "name": "n", "attribute": "china", "aliases": [["deep"]]}]},
        {"malware": [{"quote": "q", "name": ["n"], "type": "RAT"}]},
        {"products": [{"name": "n"}]},
        {"techniques": [{"quote": "q", "id": 1059}]},
        {"victims": "Japan"},
        {"relevance": {"score": "3", "reason": "exploited"}},
        {"relevance": 3},
        {"basis": "confirmed"},
        {"event": []},
        {"tags": {"dimension": "actor"}},
        {"advice": {"text": "x"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_value_of_another_type_turns_the_reply_down_by_its_field(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidReply, match=f"^{next(iter(changes))}"):
        read_reply(changed(**changes))


@pytest.mark.parametrize(
    "row", [{"id": "1"}, {"id": None}, {"id": True}, {"passage": None}, {"verdict": ["supported"]}, {"verdict": 1}]
)
def test_a_verdict_of_another_type_turns_the_check_down(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidReply, match=r"^verdicts\.0"):
        read_judgements(json.dumps({"verdicts": [{**JUDGEMENTS["verdicts"][0], **row}]}))


def test_long_lists_and_strings_are_bounded() -> None:
    long = line("t" * 9_000, *["q" * 9_000] * 9)
    reply = read_reply(changed(summary=[long], notes=[line("t")] * 900, iocs=VALID["iocs"] * 900))
    assert len(reply.notes) == len(reply.iocs) == 500 and len(reply.summary[0].text) == 4_000
    assert [len(quote) for quote in reply.summary[0].quotes] == [4_000] * 3
    many = read_judgements(json.dumps({"verdicts": JUDGEMENTS["verdicts"] * 5_000}))
    assert len(many.verdicts) == 500


def test_numbers_beyond_every_bound_are_numbers_and_no_error() -> None:
    said = {"verdicts": [{**JUDGEMENTS["verdicts"][0], "id": number} for number in (-1, 0, 2**63, 10**300)]}
    assert [one.id for one in read_judgements(json.dumps(said)).verdicts] == [-1, 0, 2**63, 10**300]


def test_strings_are_single_lines_of_visible_characters() -> None:
    said = read_judgements(json.dumps({"verdicts": [{"id": 1, "passage": "a\u202eb\r\n\ud800c", "verdict": "\u200b"}]}))
    assert (said.verdicts[0].passage, said.verdicts[0].verdict) == ("ab c", "")


@pytest.mark.parametrize("version", [1, 2])
def test_a_reply_of_an_older_schema_reads_as_one_of_today(version: int) -> None:
    event = {"quote": "q", "event_type": "none", "title": "t", "summary": "s", "confidence": "low", "needs_review": True,
             "followup": "no"}  # fmt: skip
    old = {**VALID, **({"event": event, "tags": []} if version == 2 else {})}
    reply = read_reply(json.dumps(old))
    assert reply.title_quotes == (REPLY["title_quote"],)
    assert [claim.quotes for claim in reply.summary] == [(one["quote"],) for one in REPLY["summary"]]
    assert [(one.name, one.attribute) for one in reply.actors] == [("unknown", "unknown")]
    assert [(one.name, one.type) for one in reply.malware] == [("GlassLantern", "backdoor")]
    assert (reply.event is None, reply.tags) == ((True, None) if version == 1 else (False, ()))
    assert (reply.products, reply.relevance, reply.basis) == (None, None, None), "it was not asked for these"


@pytest.mark.parametrize(
    "values", [None, [], 7, "text", {}, {"title_quote": None}, {"title_quote": "q", "summary": [7, {}]}]
)
def test_nothing_of_an_older_form_raises(values: object) -> None:
    todays(values)
    with pytest.raises(InvalidReply):
        read_reply(json.dumps(values))
