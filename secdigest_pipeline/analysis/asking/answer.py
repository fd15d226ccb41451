"""What is asked of a model about one article, and what came back as rows: the reply to keep and the ledger's entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.failures import Failure
from secdigest_pipeline.analysis.asking.models import BATCH_FACTOR, Model, Usage
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies, call_id
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

    def asked(self, nonce: str, left_out: int) -> Asked:
        """What is remembered of the request while its answer is waited for."""
        return Asked(
            self.edition,
            self.article_id,
            self.model.name,
            self.key,
            self.attempt,
            nonce,
            left_out,
            self.call,
            self.version,
        )

    def request(self, turn: str, *, longer: bool = False) -> dict[str, Any]:
        """Arguments of `messages.create`."""
        return self.model.request(self.system, turn, self.schema, models.max_tokens(self.call, longer))

    def highest_cost(self, turn: str, *, longer: bool = False) -> float:
        """What the call can cost at most, USD."""
        return self.model.highest_cost(self.system + turn, models.max_tokens(self.call, longer))


def to_keep(
    answer: object, message: type, asked: Asked, secrets: Sequence[str], *, batch: bool = False
) -> KeptReply | None:
    """The reply in an SDK object; None when it is no message (the SDK does not validate a 200 of another kind).

    Every text of it is kept `without` the `secrets`: an endpoint has them from the request and may repeat them.
    """
    content = getattr(answer, "content", None)
    if not isinstance(answer, message) or not isinstance(content, list):
        return None
    usage = getattr(answer, "usage", None)
    texts = [getattr(block, "text", None) for block in content if getattr(block, "type", None) == "text"]
    details = getattr(answer, "stop_details", None)
    prompt_version, _, schema_version = asked.version.rpartition("-")
    return KeptReply(
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
        usage=Usage(
            input=_count(getattr(usage, "input_tokens", None)),
            cache_write=_count(getattr(usage, "cache_creation_input_tokens", None)),
            cache_read=_count(getattr(usage, "cache_read_input_tokens", None)),
            output=_count(getattr(usage, "output_tokens", None)),
        ),
        text=without("".join(text for text in texts if isinstance(text, str))[: MAX_REPLY_CHARACTERS + 1], secrets),
        batch=batch,
        call=asked.call,
    )


def entry(asked: Asked, kept: KeptReply | None, failed: Failure | None, seconds: float, reads: Reads) -> Call:
    """The ledger's row of one request, priced by the model that answered."""
    usage = kept.usage if kept else Usage()
    outcome = failed.outcome if failed else "ok"
    cost = 0.0
    if kept:
        reading = reads(kept)
        outcome = reading.outcome if isinstance(reading, Unusable) else "ok"
        cost = models.billed_as(kept.model, models.model(asked.model)).cost(usage)
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
        cost_usd=cost * BATCH_FACTOR if kept and kept.batch else cost,
        seconds=round(seconds, 3),
        call=asked.call,
    )


def store(replies: Replies, kept: KeptReply | None, call: Call, reads: Reads) -> None:
    """Keep the reply, then enter the call. An article that is asked anew does not lose a good reply to a bad one."""
    if kept is not None:
        previous = replies.get(kept.key) if isinstance(reads(kept), Unusable) else None
        if previous is None or isinstance(reads(previous), Unusable):
            replies.keep(kept)
    replies.record(call)


def _word(value: object, secrets: Sequence[str]) -> str:
    return without(plain_line(value[:1_000]), secrets)[:100] if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= _MAX_TOKENS_COUNTED else 0
