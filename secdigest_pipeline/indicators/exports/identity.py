"""Ids and moments of exported objects: made from what they stand for, so the same rows give the same bytes."""

import json
import uuid
from typing import Any

# Ours: every id below it is a UUIDv5 of "<kind>|<part>|..." (RFC 9562 5.5).
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "secdigest.example")
AUTHOR = "secdigest"


def stable_uuid(kind: str, *parts: str) -> str:
    """The UUID of a thing; parts are told apart whatever they hold."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps([kind, *parts])))


def json_bytes(data: Any) -> bytes:
    """JSON as every export is written: UTF-8 on one line, final newline."""
    return (json.dumps(data, ensure_ascii=False) + "\n").encode()
