"""What is asked of a model about one article, and what came back as rows: the reply to keep and the ledger's entry."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.failures import Failure
from secdigest_pipeline.analysis.asking.models import Model, Usage
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import KeptReply, call_id
from secdigest_pipeline.analysis.records import Call, CallKind
from secdigest_pipeline.analysis.reply.claims import MAX_REPLY_CHARACTERS
from secdigest_pipeline.analysis.reply.prompt import Turn
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.redaction import without

_MAX_TOKENS_COUNTED = 10**8
UNKNOWN_VERSION = "unknown-0"
# Says what a kept reply is: Unusable, or what it is read as.
Reads = Callable[[KeptReply], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was made: for which article, of which model, and the nonce of its turn."""

    edition: str
    article_id: str
    model: str
    key: str
    attempt: int
    nonce: str
    left_out: int
    call: CallKind = "write"
    version: str = UNKNOWN_VERSION  # a batch that was handed in before this was noted
    most_input: int = 0  # tokens of the request, an upper bound
    max_tokens: int = 0
    price_set: tuple[float, float] | None = None  # as in Model
    structured: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """One reply that is wanted: of `model` for one article, kept under `key`; `longer` after one that was cut off.

    `version` names prompt and schema (`<12 hex>-<int>`), `turn` makes the user turn of a nonce, and `reads` says what a
    kept reply is: Unusable, or whatever it is read as.
    """

    edition: str
    article_id: str
    call: CallKind
    model: Model
    key: str
    version: str
    system: str
    schema: Mapping[str, Any]
    turn: Callable[[str], Turn]
    reads: Reads
    attempt: int = 1
    longer: bool = False

    @property
    def max_tokens(self) -> int:
        """Most tokens that the answer may have."""
        return models.max_tokens(self.call, self.longer)

    def asked(self, nonce: str, turn: Turn) -> Asked:
        """What is remembered of the request while its answer is waited for."""
        return Asked(
            edition=self.edition,
            article_id=self.article_id,
            model=self.model.name,
            key=self.key,
            attempt=self.attempt,
            nonce=nonce,
            left_out=turn.left_out,
            call=self.call,
            version=self.version,
            most_input=models.most_tokens(self._prompt(turn.text)),
            max_tokens=self.max_tokens,
            price_set=self.model.price_set,
            structured=self.model.structured,
        )

    def request(self, turn: str, *, batch: bool = False) -> dict[str, Any]:
        """Arguments of `messages.create`."""
        return self.model.request(self.system, turn, self.schema, self.max_tokens, batch=batch)

    def highest_cost(self, turn: str, *, batch: bool = False) -> float:
        """What the call can cost at most, USD."""
        return self.model.highest_cost(self._prompt(turn), self.max_tokens, batch=batch)

    def _prompt(self, turn: str) -> str:
        # structured output puts the schema into the prompt, and it is billed
        return self.system + json.dumps(self.schema, ensure_ascii=False) + turn


def to_keep(
    answer: object, message: type, asked: Asked, secrets: Sequence[str], *, batch: bool = False
) -> KeptReply | None:
    """The reply in an SDK object; None when it is no message (the SDK does not validate a 200 of another kind).

    Every text of it is kept `without` the `secrets`: an endpoint has them from the request and may repeat them.
    """
    content = getattr(answer, "content", None)
    if not isinstance(answer, message) or not isinstance(content, list):
        return None
    texts = [getattr(block, "text", None) for block in content if getattr(block, "type", None) == "text"]
    details = getattr(answer, "stop_details", None)
    prompt_version, _, schema_version = asked.version.rpartition("-")
    text = "".join(text for text in texts if isinstance(text, str))[: MAX_REPLY_CHARACTERS + 1]
    usage, estimated = _used(getattr(answer, "usage", None), asked, text)
    kept = KeptReply(
        key=asked.key,
        attempt=asked.attempt,
        at=datetime.now(UTC),
        edition=asked.edition,
        article_id=asked.article_id,
        model_asked=asked.model,
        model=_word(getattr(answer, "model", None), secrets),
        prompt_version=prompt_version,
        schema_version=int(schema_version),
        nonce=asked.nonce,
        left_out=asked.left_out,
        stop_reason=_word(getattr(answer, "stop_reason", None), secrets),
        refusal=_word(getattr(details, "category", None), secrets),
        request_id=_word(getattr(answer, "_request_id", None), secrets),
        usage=usage,
        text=without(text, secrets),
        batch=batch,
        call=asked.call,
        estimated=estimated,
        price_input=asked.price_set[0] if asked.price_set else None,
        price_output=asked.price_set[1] if asked.price_set else None,
        structured=asked.structured,
    )
    # a secret in pieces, none of which is one by itself
    words = (kept.model, kept.stop_reason, kept.refusal, kept.request_id)
    if any(without(spelt, secrets) != spelt for spelt in map("".join, permutations(words))):
        kept = replace(kept, model="", stop_reason="withheld", refusal="", request_id="")
    return kept


def entry(asked: Asked, kept: KeptReply | None, failed: Failure | None, seconds: float, reads: Reads) -> Call:
    """The ledger's row of one request, priced by the model that answered."""
    outcome = failed.outcome if failed else "ok"
    usage, estimated = Usage(), False
    model = models.priced(asked.model, *asked.price_set) if asked.price_set else models.model(asked.model)
    if kept:
        reading = reads(kept)
        outcome = reading.outcome if isinstance(reading, Unusable) else "ok"
        usage, estimated, model = kept.usage, kept.estimated, models.billed_as(kept.model, model)
    elif failed and failed.perhaps_billed:
        usage, estimated = Usage(cache_write=asked.most_input, output=asked.max_tokens), True
    return Call(
        call_id=call_id(),
        at=kept.at if kept else datetime.now(UTC),
        edition=asked.edition,
        article_id=asked.article_id,
        model_asked=asked.model,
        model=kept.model if kept else "",
        prompt_version=asked.version,
        outcome=outcome,
        stop_reason=kept.stop_reason if kept else "",
        request_id=kept.request_id if kept else "",
        input_tokens=usage.input,
        cache_write_tokens=usage.cache_write,
        cache_read_tokens=usage.cache_read,
        output_tokens=usage.output,
        cost_usd=model.cost(usage, batch=kept is not None and kept.batch),
        seconds=round(seconds, 3),
        call=asked.call,
        estimated=estimated,
    )


def _used(usage: object, asked: Asked, text: str) -> tuple[Usage, bool]:
    """Tokens as the endpoint counts them, and whether they had to be estimated since some of its numbers are none."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    told = [getattr(usage, name, None) for name in names]
    # of a prompt cache that it does not have an endpoint need not speak
    input_, write, read, output = (0 if at in (1, 2) and one is None else _count(one) for at, one in enumerate(told))
    if input_ is None or write is None or read is None:
        known = sum(one or 0 for one in (input_, write, read))
        rest = max(0, asked.most_input - known)
        counted = Usage((input_ or 0) + rest, write or 0, read or 0, output or 0)
    else:
        counted = Usage(input_, write, read, output or 0)
    if output is None:
        counted = replace(counted, output=min(models.most_tokens(text), asked.max_tokens or _MAX_TOKENS_COUNTED))
    return counted, None in (input_, write, read, output)


def _word(value: object, secrets: Sequence[str]) -> str:
    return without(plain_line(value[:1_000]), secrets)[:100] if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_TOKENS_COUNTED
    return value if is_count else None  # type: ignore[return-value]
