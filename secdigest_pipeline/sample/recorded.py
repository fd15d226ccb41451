"""Recorded model replies as the files hold them, and as the sample Messages API server hands them out."""

from collections.abc import Mapping
from typing import Any

_STATEMENTS = ("summary", "recommendations", "notes")
_SHARED_FIELDS = ("quote", "role", "category", "context", "description")
# Keys of a file that are no part of what a model says.
_OURS = ("title_check", "check_fails")


def handed(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The reply in the form of sample.messages, without marks.

    Each group of IOC values that share all but their value becomes one entry a value.
    """
    reply = {name: value for name, value in recorded.items() if name not in _OURS}
    for key in _STATEMENTS:
        reply[key] = [{"quotes": one["quotes"], "text": one["text"]} for one in recorded[key]]
    reply["iocs"] = [
        {"value": value, **{key: group[key] for key in _SHARED_FIELDS}}
        for group in recorded["iocs"]
        for value in group["values"]
    ]
    return {**reply, "check": refused(recorded)}


def refused(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """By its text, what the checker says of each statement that it does not support: `{verdict, passage}`."""
    of_title = {recorded["title"]: recorded["title_check"]} if "title_check" in recorded else {}
    claims = [claim for key in _STATEMENTS for claim in recorded[key]]
    return {**of_title, **{claim["text"]: claim["check"] for claim in claims if "check" in claim}}


def planted(recorded: Mapping[str, Any]) -> tuple[str, ...]:
    """What the reply says wrongly on purpose: texts, and IOC values."""
    claims = [claim for key in _STATEMENTS for claim in recorded[key]]
    statements = [claim["text"] for claim in claims if claim.get("planted")]
    values = [value for group in recorded["iocs"] if group.get("planted") for value in group["values"]]
    return (*statements, *refused(recorded), *values)
