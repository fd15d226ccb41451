"""What the calls of an edition would cost if all of them shared one prompt: arithmetic over the requests that were really made.

A prompt cache holds for one sequence of output format, rules and turn. Today each kind of call has a format and rules of its own: three
prefixes are written once and read by every call of their kind, and the article is paid in full by each call. With one
format and all rules in one prefix the article can stand in the cache as well, but each reply has to hold the empty fields of
the other kinds, and each call reads the rules of the others.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from secdigest_pipeline.analysis.asking.models import Model, Usage
from secdigest_pipeline.analysis.reply.checking import CHECK
from secdigest_pipeline.analysis.reply.mending import MEND
from secdigest_pipeline.analysis.reply.prompt import WRITE

ARTICLE = ("url", "title", "outlet", "published", "text")
TURN = re.compile(r'<article nonce="[0-9a-f]+">(\{.*\})</article>', re.DOTALL)
# A write reply would number its seven summary lines, as a mending does.
NUMBERS = 7 * '"id": 0, '


def tokens(text: str) -> int:
    """Tokens by the rule of the loopback server: 0.22 an ASCII character, 1 any other."""
    return math.ceil(sum(0.22 if char.isascii() else 1.0 for char in text))


def separate(row: Model, requests: Sequence[Mapping[str, Any]], output: int) -> float:
    """USD as it is: a prefix for each kind of call, cached where it is marked and long enough."""
    usage = [0, 0, 0]
    seen: set[str] = set()
    for request in requests:
        prefix = request["system"][0]["text"] + json.dumps(request["output_config"], ensure_ascii=False)
        usage[0] += tokens(request["messages"][0]["content"])
        is_cached = "cache_control" in request["system"][0] and tokens(prefix) >= row.min_cacheable
        usage[0 if not is_cached else 2 if prefix in seen else 1] += tokens(prefix)
        seen.add(prefix)
    return _cost(row, Usage(*usage, output))


def shared(row: Model, requests: Sequence[Mapping[str, Any]], output: int, *, article_cached: bool) -> float:
    """USD with one prefix for all calls; `article_cached`: the article is a block of the prefix too, written by the first call."""
    schema = {**WRITE.schema["properties"], **CHECK.schema["properties"]}
    config = {**requests[0]["output_config"], "format": {"type": "json_schema", "schema": schema}}
    prefix = tokens(WRITE.rules + CHECK.rules + MEND.rules + json.dumps(config, ensure_ascii=False))
    fresh, written, read = 0, prefix, prefix * (len(requests) - 1)
    seen: set[str] = set()
    for request in requests:
        content = request["messages"][0]["content"]
        found = TURN.fullmatch(content)
        assert found is not None
        data = json.loads(found[1])
        about = tokens(json.dumps({name: data[name] for name in ARTICLE}, ensure_ascii=False))
        rest = max(0, tokens(content) - about)
        output += tokens(_empty(data))
        if not article_cached:
            fresh += about + rest
        elif data["url"] in seen:
            fresh, read = fresh + rest, read + about
        else:
            fresh, written = fresh + rest, written + about
        seen.add(data["url"])
    return _cost(row, Usage(fresh, written, read, output))


def _cost(row: Model, usage: Usage) -> float:
    # a sum over many calls is no long prompt
    return replace(row, long_prompt=None).cost(usage)


def _empty(data: Mapping[str, Any]) -> str:
    """What a reply has to hold of the kinds of call that it is none of."""
    if "statements" in data:
        return _empty_values(WRITE.schema)
    if "fell" in data:
        own = {"title_quotes", "title", "summary"}
        left = {name: form for name, form in WRITE.schema["properties"].items() if name not in own}
        return _empty_values({"type": "object", "properties": left}) + '"verdicts": [], '
    return NUMBERS + '"verdicts": [], '


def _empty_values(schema: Mapping[str, Any]) -> str:
    return json.dumps(_empty_value(schema))


def _empty_value(schema: Mapping[str, Any]) -> Any:
    match schema["type"]:
        case "object":
            return {name: _empty_value(form) for name, form in schema["properties"].items()}
        case "array":
            return []
        case "string":
            return schema.get("enum", [""])[-1]
        case other:
            return {"integer": 0, "boolean": False}[other]
