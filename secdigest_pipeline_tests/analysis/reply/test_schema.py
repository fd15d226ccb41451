"""What a model may answer: one closed form, bounded, and every departure named without being shown."""

import json

import pytest

from secdigest_pipeline.analysis.reply.schema import ROLES, SCHEMA, InvalidReply, closed, read_reply
from secdigest_pipeline_tests.analysis.conftest import REPLY

VALID = {**REPLY, "iocs": [{"id": 1, "quote": "q", "role": "victim", "context": "c"}]}


def test_a_valid_reply_is_read() -> None:
    reply = read_reply(json.dumps(VALID))
    assert reply.title == REPLY["title"] and reply.iocs[0].id == 1 and len(reply.summary) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "Sure! {}",
        "[" * 100_000,
        '{"a":' * 100_000,
        "1" * 5_000,
        json.dumps({**VALID, "title": None}),
        json.dumps({**VALID, "summary": "five lines"}),
        json.dumps({**VALID, "summary": ["line"]}),
        json.dumps({**VALID, "iocs": [{"id": "1", "quote": "", "role": "", "context": ""}]}),
        json.dumps({**VALID, "iocs": [{"id": True, "quote": "", "role": "", "context": ""}]}),
        json.dumps({**VALID, "advice": {"text": "x"}}),
        json.dumps({**VALID, "advice": "x" * 500_000}),
        *(json.dumps({key: value for key, value in VALID.items() if key != gone}) for gone in VALID),
    ],
    ids=lambda text: text[:20],
)
def test_a_reply_of_another_form_is_named_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidReply) as raised:
        read_reply(text)
    assert len(str(raised.value)) < 120 and "\n" not in str(raised.value)


def test_long_lists_and_strings_are_bounded() -> None:
    reply = read_reply(
        json.dumps(
            {**VALID, "summary": [{"quote": "q", "text": "t" * 9_000}] * 5, "notes": [VALID["summary"][0]] * 900}
        )
    )
    assert len(reply.notes) == 500 and len(reply.summary[0].text) == 4_000


def test_an_enum_is_closed_whatever_its_spelling() -> None:
    for spelled in ("attacker_infrastructure", "Attacker Infrastructure", "ATTACKER-INFRASTRUCTURE"):
        assert closed(spelled, ROLES, "unknown") == "attacker_infrastructure"
    assert closed("c2", ROLES, "unknown") == "unknown"


def test_every_object_of_the_schema_is_closed_and_all_fields_are_required() -> None:
    def objects(schema: dict[str, object]) -> list[dict[str, object]]:
        inner = [*dict(schema.get("properties", {})).values(), *filter(None, [schema.get("items")])]  # type: ignore[call-overload]
        own = [schema] if schema["type"] == "object" else []
        return own + [found for item in inner for found in objects(item)]

    found = objects(SCHEMA)
    assert len(found) == 7
    for schema in found:
        assert schema["additionalProperties"] is False
        assert list(schema["properties"]) == schema["required"]  # type: ignore[call-overload]
    assert set(SCHEMA["properties"]) == {*REPLY, "event", "tags"}
    statement = SCHEMA["properties"]["summary"]["items"]["required"]
    assert statement == ["quote", "text"], "the evidence stands before the conclusion"
