"""The models that may be asked: what each one costs and which request it takes.

Prices in USD per million tokens as published on `PRICES_OF` (platform.claude.com, models/*/overview and
about-claude/pricing). A model that is not here is an error: without its price no cap can be kept.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from secdigest_pipeline.analysis.records import CallKind

PRICES_OF = date(2026, 11, 23)
RETIREMENT_NOTICE = timedelta(days=60)

# Message Batches: half of every price (platform.claude.com, build-with-claude/batch-processing)
BATCH_FACTOR = 0.5
# writing to the cache of one hour (build-with-claude/prompt-caching)
_HOUR_FACTOR = 2.0

# Thinking counts toward the limit. A full reply to a write call is about 2,000 tokens; verdicts and replacements are shorter.
_MAX_TOKENS: Mapping[CallKind, int] = {"write": 8_000, "check": 6_000, "mend": 6_000, "recheck": 4_000}


_IN_WORDS = (
    "Answer with one JSON object and nothing else: no Markdown, no words before or behind it. Every property is required, "
    "and no other is allowed. The object must fit this JSON Schema:\n"
)
# More tokens than any prompt has: nothing is marked for a prompt cache.
_NEVER = 10**9


class UnknownModel(ValueError):
    """A model without a row here; the message names it and the setting."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as billed: `input` is what was neither written to the cache nor read from it."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """One model: price, limits, and what its requests may hold."""

    name: str
    input_usd: float
    output_usd: float
    cache_write_usd: float
    cache_read_usd: float
    min_cacheable: int  # tokens; a shorter prefix is never cached
    effort: str | None  # None: the model takes no effort parameter
    thinking: Mapping[str, str] | None = None  # None: the model's own default stands
    long_prompt: int | None = None  # a longer prompt (tokens) costs `long_factor` times as much
    long_factor: float = 1.0
    retires: date | None = None  # earliest retirement that was announced
    structured: bool = True  # False: the schema stands in the prompt, nothing holds the reply to it
    price_set: tuple[float, float] | None = None  # USD per million tokens in and out, by a setting

    def cost(self, usage: Usage, *, batch: bool = False) -> float:
        """Price of one call, USD; in a `batch` at half, with what it wrote to the cache of one hour at twice the input."""
        prompt = usage.input + usage.cache_write + usage.cache_read
        factor = self.long_factor if self.long_prompt is not None and prompt > self.long_prompt else 1.0
        micro = (
            usage.input * self.input_usd
            + usage.cache_write * (_HOUR_FACTOR * self.input_usd if batch else self.cache_write_usd)
            + usage.cache_read * self.cache_read_usd
            + usage.output * self.output_usd
        )
        return factor * micro / 1e6 * (BATCH_FACTOR if batch else 1.0)

    def highest_cost(self, prompt: str, max_tokens: int, *, batch: bool = False) -> float:
        """What a call can cost at most, USD: every character dear, nothing cached, the whole answer used."""
        return self.cost(most(prompt, max_tokens), batch=batch)

    def request(
        self, system: str, turn: str, schema: Mapping[str, Any], max_tokens: int, *, batch: bool = False
    ) -> dict[str, Any]:
        """Arguments of `messages.create` for this model; sampling parameters exist for none of them.

        Those of a `batch` are answered within hours, in any order: their rules stay in the prompt cache for one.
        """
        if not self.structured:
            system = f"{system}\n{_IN_WORDS}{json.dumps(schema, ensure_ascii=False)}"
        block: dict[str, Any] = {"type": "text", "text": system}
        if most_tokens(system) >= self.min_cacheable:
            block["cache_control"] = {"type": "ephemeral", **({"ttl": "1h"} if batch else {})}
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": dict(schema)}}
        if self.effort is not None:
            output["effort"] = self.effort
        request: dict[str, Any] = {
            "model": self.name,
            "max_tokens": max_tokens,
            "system": [block],
            "messages": [{"role": "user", "content": turn}],
        }
        if not self.structured:
            return request
        request["output_config"] = output
        if self.thinking is not None:
            request["thinking"] = dict(self.thinking)
        return request


_MODELS = (
    Model("claude-haiku-5-5", 0.10, 0.50, 0.125, 0.01, 512, "medium", None, 100_000, 5.0, date(2027, 10, 7)),
    Model("claude-haiku-4-5", 1.0, 5.0, 1.25, 0.10, 4_096, None),
    Model("claude-sonnet-5-5", 2.0, 10.0, 2.50, 0.10, 512, "medium", {"type": "between_tools"}),
    Model("claude-sonnet-5", 2.0, 10.0, 2.50, 0.20, 1_024, "medium"),
    Model("claude-opus-5-5", 4.0, 20.0, 5.0, 0.20, 512, "medium"),
    Model("claude-fable-5-1", 10.0, 50.0, 12.50, 0.25, 512, "medium"),
)
_BY_NAME = {model.name: model for model in _MODELS}


def max_tokens(call: CallKind, longer: bool = False) -> int:
    """Most tokens that the answer to a call may have; `longer` after one that was cut off."""
    return _MAX_TOKENS[call] * (2 if longer else 1)


def model(name: str) -> Model:
    """The row of a model that is to be asked; UnknownModel when there is none."""
    row = _row(name)
    if row is None:
        raise UnknownModel(
            f"SECDIGEST_MODELS: no price is known for {name!r}; known are {', '.join(_BY_NAME)}, and what "
            f"SECDIGEST_MODEL_PRICES says (`{name}=0/0` for a model that costs nothing)"
        )
    return replace(row, name=name)


def priced(name: str, input_usd: float, output_usd: float) -> Model:
    """A model whose price a setting gives, USD per million tokens; one without a row here has no prompt cache to count on."""
    price = (input_usd, output_usd)
    row = _row(name)
    if row is None:
        return Model(name, *price, input_usd, input_usd, _NEVER, None, price_set=price)
    write, read = 1.25 * input_usd, row.cache_read_usd / row.input_usd * input_usd
    return replace(
        row, name=name, input_usd=input_usd, output_usd=output_usd, cache_write_usd=write, cache_read_usd=read, price_set=price
    )  # fmt: skip


def unstructured(row: Model) -> Model:
    """The same model where no request may ask for structured output, effort or thinking."""
    return replace(row, structured=False, effort=None, thinking=None)


def billed_as(answered: str, asked: Model) -> Model:
    """The row that prices an answer: the answering model's, else (not known, or priced by a setting) the asked one's."""
    return asked if asked.price_set else _row(answered) or asked


def retirement_warning(name: str, today: date) -> str | None:
    """One line when the model's earliest retirement is less than `RETIREMENT_NOTICE` away, else None."""
    row = _row(name)
    retires = row.retires if row else None
    if retires is None or today < retires - RETIREMENT_NOTICE:
        return None
    return f"model {name} may be retired from {retires.isoformat()}: choose its successor in SECDIGEST_MODELS"


_PREFIX = re.compile(r"^(?:[a-z]{2,6}(?:-[a-z]+)*\.)?anthropic\.")
_SNAPSHOT = re.compile(r"(?:[-@]\d{8})?(?:-v\d+(?::\d+)?)?$")


def _row(name: str) -> Model | None:
    # a dated snapshot (claude-haiku-4-5-20251001) is its model, and so is what Bedrock (global.anthropic.claude-...-v1:0)
    # and Vertex (claude-...@20251001) call it
    return _BY_NAME.get(_SNAPSHOT.sub("", _PREFIX.sub("", name)))


def most(prompt: str, max_tokens: int) -> Usage:
    """The most that a call can use."""
    return Usage(cache_write=most_tokens(prompt), output=max_tokens)


def most_tokens(text: str) -> int:
    """An upper estimate of the tokens of `text`: 3 ASCII characters or half another character a token.

    Measured averages are about 4.5 ASCII characters and one Japanese character a token.
    """
    wide = len(text) - len(text.encode("ascii", "ignore"))
    return math.ceil((len(text) - wide) / 3 + wide * 2)
