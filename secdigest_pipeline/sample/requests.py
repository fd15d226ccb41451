"""Requests to the sample Messages API: which the real one would turn down, and the article in one that it would answer."""

import json
import re
from typing import Any

from secdigest_pipeline.analysis.asking.models import UnknownModel, model

ARTICLE = re.compile(r'<article nonce="([0-9a-f]{8,64})">(\{.*\})</article>', re.DOTALL)
_SAMPLING = ("temperature", "top_p", "top_k")


class Refused(Exception):
    """A request that the real API would turn down, and with which HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def check_body(body: Any, counted: bool) -> None:
    """Refused when the real API would not take this body; of a request to count tokens no limit is asked."""
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
        raise Refused(400, "messages: at least one message is required")
    try:
        row = model(str(body.get("model")))
    except UnknownModel:
        raise Refused(404, f"model: {body.get('model')}") from None
    for name in _SAMPLING:
        if name in body:
            raise Refused(400, f"{name}: is not supported")
    output = body.get("output_config") or {}
    if "effort" in output and row.effort is None:
        raise Refused(400, f"output_config.effort: is not supported by {row.name}")
    form = output.get("format") or {}
    if form.get("type") != "json_schema" or not _is_closed(form.get("schema")):
        raise Refused(400, "output_config.format: a closed json_schema is required")
    if not counted and not 1 <= int(body.get("max_tokens") or 0) <= 64_000:
        raise Refused(400, "max_tokens: is required")


def article_of(body: dict[str, Any]) -> dict[str, Any]:
    """The JSON object in the article tag of the first message; Refused when there is none."""
    content = body["messages"][0]["content"]
    found = ARTICLE.fullmatch(content) if isinstance(content, str) else None
    if found is None:
        raise Refused(400, "messages.0: this sample server answers one article a request")
    return dict(json.loads(found[2]))


def _is_closed(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
            return False
        return all(_is_closed(item) for item in properties.values())
    return schema.get("type") != "array" or _is_closed(schema.get("items"))
