"""One paid call of the Messages API: allowed by the cap, bounded in time, kept, entered in the ledger whatever comes.

The SDK owns the retries; the caller's patience bounds them, an absurd retry-after included.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from secdigest_pipeline.analysis import models
from secdigest_pipeline.analysis.analyse import AnalystUnavailable
from secdigest_pipeline.analysis.budget import Budget
from secdigest_pipeline.analysis.failures import Failure, failure
from secdigest_pipeline.analysis.lines import one_line
from secdigest_pipeline.analysis.models import Model, Usage
from secdigest_pipeline.analysis.prompt import PROMPT_VERSION, SYSTEM, Candidate, user_turn
from secdigest_pipeline.analysis.reading import Unusable, read
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.analysis.replies import KeptReply, Replies, call_id
from secdigest_pipeline.analysis.schema import MAX_REPLY_CHARACTERS, SCHEMA, SCHEMA_VERSION
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.settings import has_key

log = logging.getLogger(__name__)

READ_SECONDS = 120.0
CONNECT_SECONDS = 5.0
RETRIES = 5  # about 16 s of backoff by the SDK
WARM_UP_SECONDS = 30.0  # how long other calls wait for the first one to write the prompt cache
# An endpoint that is down must not cost a deadline for each of 300 articles.
GIVE_UP_AFTER = 24
_MAX_TOKENS_COUNTED = 10**8


class NoReply(Exception):
    """A call that was not made or brought nothing to keep."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(slots=True)
class Patience:
    """Seconds that the calls for one article may still take."""

    left: float


@dataclass(frozen=True, slots=True)
class Order:
    """One reply that is wanted: of `model` for `article`, kept under `key`; `longer` after one that was cut off."""

    article: Article
    listed: Sequence[Candidate]
    model: Model
    key: str
    attempt: int
    longer: bool


class Endpoint:
    """The Messages API, opened inside the event loop that uses it: `async with Endpoint(replies, max_usd) as endpoint`.

    Entering raises AnalystUnavailable without a usable key or base URL.
    """

    def __init__(self, replies: Replies, max_usd: float | None) -> None:
        self._replies = replies
        self._max_usd = max_usd
        self._stack = AsyncExitStack()
        self._create: Callable[..., Coroutine[Any, Any, object]]
        self._message: type
        self._secrets: tuple[str, ...] = ()
        self._budgets: dict[str, asyncio.Task[Budget]] = {}
        self._first: dict[str, asyncio.Event] = {}
        self._unanswered = 0

    async def __aenter__(self) -> Self:
        self._secrets = _credentials()
        # imported here: two seconds that a code location without a model call need not pay
        import anthropic
        import httpx2

        http = httpx2.AsyncClient(trust_env=False, timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS))
        await self._stack.enter_async_context(http)
        try:
            client = anthropic.AsyncAnthropic(http_client=http, max_retries=RETRIES)
        except (ValueError, httpx2.InvalidURL) as error:
            await self._stack.aclose()
            raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
        self._create, self._message = client.messages.create, anthropic.types.Message
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def ask(self, order: Order, patience: Patience) -> KeptReply:
        """Make one call and keep its reply; NoReply says why there is none."""
        if self._unanswered >= GIVE_UP_AFTER:
            raise NoReply(Failure("given_up", f"the endpoint left {GIVE_UP_AFTER} calls in a row without an answer"))
        nonce = secrets.token_hex(8)
        turn = user_turn(order.article, order.listed, nonce)
        limit = models.MAX_TOKENS_AFTER_TRUNCATION if order.longer else models.MAX_TOKENS
        request = order.model.request(SYSTEM, turn.text, SCHEMA, limit)
        highest = order.model.highest_cost(SYSTEM + turn.text, limit)
        budget = await self._budget(order.article.edition)
        if not await budget.reserve(highest):
            raise NoReply(Failure("budget", "budget"))
        cost = highest
        try:
            async with self._after_first(order.model.name, "cache_control" in request["system"][0]):
                answer, failed, seconds = await self._send(order, request, patience)
            kept = None
            if failed is None:
                kept = self._to_keep(answer, order, nonce, turn.left_out)
                failed = None if kept else Failure("not_a_message", "the endpoint's answer is no message", again=True)
            call = _entry(order, kept, failed, seconds)
            await asyncio.shield(asyncio.to_thread(self._store, kept, call))
            cost = highest if failed is not None and failed.perhaps_billed else call.cost_usd
        finally:
            await budget.settle(highest, cost)
        self._unanswered = self._unanswered + 1 if failed is not None and failed.unanswered else 0
        if failed is not None:
            log.warning("article %s: %s: %s", order.article.article_id, order.model.name, failed.reason)
            raise NoReply(failed)
        assert kept is not None
        return kept

    async def _send(
        self, order: Order, request: dict[str, Any], patience: Patience
    ) -> tuple[object, Failure | None, float]:
        started = time.monotonic()
        answer: object = None
        failed = None
        try:
            async with asyncio.timeout(patience.left):
                answer = await self._create(**request)
        except asyncio.CancelledError:
            gone = Failure("cancelled", "the run was stopped", perhaps_billed=True)
            self._replies.record(_entry(order, None, gone, time.monotonic() - started))
            raise
        except Exception as error:
            failed = failure(error, self._secrets)
        seconds = time.monotonic() - started
        patience.left -= seconds
        return answer, failed, seconds

    def _to_keep(self, answer: object, order: Order, nonce: str, left_out: int) -> KeptReply | None:
        # the SDK does not validate: a 200 of another kind comes back as whatever it holds
        content = getattr(answer, "content", None)
        if not isinstance(answer, self._message) or not isinstance(content, list):
            return None
        usage = getattr(answer, "usage", None)
        texts = [getattr(block, "text", None) for block in content if getattr(block, "type", None) == "text"]
        details = getattr(answer, "stop_details", None)
        return KeptReply(
            key=order.key,
            attempt=order.attempt,
            at=datetime.now(UTC),
            edition=order.article.edition,
            article_id=order.article.article_id,
            model_asked=order.model.name,
            model=_word(getattr(answer, "model", None)),
            prompt_version=PROMPT_VERSION,
            schema_version=SCHEMA_VERSION,
            nonce=nonce,
            left_out=left_out,
            stop_reason=_word(getattr(answer, "stop_reason", None)),
            refusal=_word(getattr(details, "category", None)),
            request_id=_word(getattr(answer, "_request_id", None)),
            usage=Usage(
                input=_count(getattr(usage, "input_tokens", None)),
                cache_write=_count(getattr(usage, "cache_creation_input_tokens", None)),
                cache_read=_count(getattr(usage, "cache_read_input_tokens", None)),
                output=_count(getattr(usage, "output_tokens", None)),
            ),
            text="".join(text for text in texts if isinstance(text, str))[: MAX_REPLY_CHARACTERS + 1],
        )

    def _store(self, kept: KeptReply | None, call: Call) -> None:
        if kept is not None:
            self._replies.keep(kept)
        self._replies.record(call)

    async def _budget(self, edition: str) -> Budget:
        if edition not in self._budgets:
            self._budgets[edition] = asyncio.create_task(self._load_budget(edition))
        return await asyncio.shield(self._budgets[edition])

    async def _load_budget(self, edition: str) -> Budget:
        if self._max_usd is None:
            return Budget(None, 0.0)
        calls = await asyncio.to_thread(self._replies.calls, edition)
        return Budget(self._max_usd, sum(call.cost_usd for call in calls))

    @asynccontextmanager
    async def _after_first(self, name: str, is_cached: bool) -> AsyncIterator[None]:
        """Lets one call of a model go ahead, so that the others find its prompt cache written."""
        first = self._first.get(name)
        if first is None and is_cached:
            first = self._first[name] = asyncio.Event()
            try:
                yield
            finally:
                first.set()
            return
        if first is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(WARM_UP_SECONDS):
                    await first.wait()
        yield


def _credentials() -> tuple[str, ...]:
    """What must never be shown; AnalystUnavailable when there is no key, or one that no header can hold."""
    if not has_key():
        raise AnalystUnavailable("no key for the model: set ANTHROPIC_API_KEY, or SECDIGEST_ANALYST=extractive")
    values = {name: os.environ.get(name, "") for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")}
    for name, value in values.items():
        if not value.isascii() or not value.isprintable() or " " in value:
            raise AnalystUnavailable(f"{name} holds blanks, line breaks or characters that no key has")
    return tuple(value for value in values.values() if value)


def _entry(order: Order, kept: KeptReply | None, failed: Failure | None, seconds: float) -> Call:
    usage = kept.usage if kept else Usage()
    outcome = failed.outcome if failed else "ok"
    cost = 0.0
    if kept:
        reading = read(kept)
        outcome = reading.outcome if isinstance(reading, Unusable) else "ok"
        cost = models.billed_as(kept.model, order.model).cost(usage)
    return Call(
        call_id=call_id(),
        at=kept.at if kept else datetime.now(UTC),
        edition=order.article.edition,
        article_id=order.article.article_id,
        model_asked=order.model.name,
        model=kept.model if kept else "",
        prompt_version=f"{PROMPT_VERSION}-{SCHEMA_VERSION}",
        outcome=outcome,
        stop_reason=kept.stop_reason if kept else "",
        request_id=kept.request_id if kept else "",
        input_tokens=usage.input,
        cache_write_tokens=usage.cache_write,
        cache_read_tokens=usage.cache_read,
        output_tokens=usage.output,
        cost_usd=cost,
        seconds=round(seconds, 3),
    )


def _word(value: object) -> str:
    return one_line(value[:200])[:100] if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= _MAX_TOKENS_COUNTED else 0
