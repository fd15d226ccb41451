"""What a model is asked for: closed forms in which the evidence stands before the conclusion."""

from typing import Any

import pytest

from secdigest_pipeline.analysis.reply.claims import Judgements, Mending, Reply
from secdigest_pipeline.analysis.reply.schema import (
    CATEGORIES,
    CHECK_SCHEMA,
    MALWARE_TYPES,
    MEND_SCHEMA,
    ROLES,
    SCHEMA,
    TAG_DIMENSIONS,
    VERDICTS,
    closed,
)

FORMS = [(SCHEMA, Reply), (CHECK_SCHEMA, Judgements), (MEND_SCHEMA, Mending)]


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]
    own = [schema] if schema["type"] == "object" else []
    return own + [found for item in inner for found in objects(item)]


def test_an_enum_is_closed_whatever_its_spelling() -> None:
    for spelled in ("attacker_infrastructure", "Attacker Infrastructure", "ATTACKER-INFRASTRUCTURE"):
        assert closed(spelled, ROLES, "unknown") == "attacker_infrastructure"
    assert closed("c2", ROLES, "unknown") == "unknown"
    assert closed("Not stated", VERDICTS, "unchecked") == "not_stated"
    assert closed("not supported", VERDICTS, "unchecked") == "unchecked"


@pytest.mark.parametrize(("schema", "form"), FORMS, ids=["write", "check", "mend"])
def test_every_object_of_a_schema_is_closed_and_all_fields_are_required(schema: Any, form: Any) -> None:
    found = objects(schema)
    assert len(found) >= 2
    for one in found:
        assert one["additionalProperties"] is False
        assert list(one["properties"]) == one["required"]
    assert set(schema["properties"]) == set(form.model_fields), "asked for is what is read"


@pytest.mark.parametrize(("schema", "form"), FORMS, ids=["write", "check", "mend"])
def test_the_evidence_stands_before_the_conclusion(schema: Any, form: Any) -> None:
    evidence = {"quote", "quotes", "passage"}
    quoted = [list(one["properties"]) for one in objects(schema) if evidence & set(one["properties"])]
    assert quoted and all(names[names[0] == "id"] in evidence for names in quoted)
    if "title" in schema["properties"]:
        names = list(schema["properties"])
        assert names.index("title_quotes") < names.index("title")


def test_what_later_rooms_read_can_be_answered() -> None:
    assert {"c2", "srcip", "phishing-site", "malware", "tool", "abusefile", "related-file", "unknown"} == set(
        CATEGORIES
    )
    assert "wiper" in MALWARE_TYPES
    assert not {"actor", "malware", "product", "event_type"} & set(TAG_DIMENSIONS), "those have lists of their own"
    assert "title" not in SCHEMA["properties"]["event"]["properties"]
