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
from types import TracebackType
from typing import Any, Self

import httpx2

from secdigest_pipeline.analysis.asking.answer import Order, entry, store, to_keep
from secdigest_pipeline.analysis.asking.batches import Batches
from secdigest_pipeline.analysis.asking.budget import Budgets
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, Failure, failure
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.base.redaction import known_secrets
from secdigest_pipeline.base.settings import has_key

log = logging.getLogger(__name__)

READ_SECONDS = 120.0
CONNECT_SECONDS = 5.0
RETRIES = 5  # about 16 s of backoff by the SDK
WARM_UP_SECONDS = 30.0  # how long other calls wait for the first one to write the prompt cache
# An endpoint that is down must not cost a deadline for each of 300 articles.
GIVE_UP_AFTER = 24


class NoReply(Exception):
    """A call that was not made or brought nothing to keep."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(slots=True)
class Patience:
    """Seconds that the calls for one article may still take."""

    left: float


@dataclass(slots=True)
class Reserved:
    """USD set aside for the calls of one article that are not made yet."""

    edition: str
    left: float


class Endpoint:
    """The Messages API, opened inside the event loop that uses it: `async with Endpoint(replies) as endpoint`.

    Entering raises AnalystUnavailable without a usable key or base URL.
    """

    def __init__(self, replies: Replies, max_usd: float | None = None, max_usd_month: float | None = None) -> None:
        self._replies = replies
        self._budgets = Budgets(replies, max_usd, max_usd_month)
        self._stack = AsyncExitStack()
        self._batches: Batches
        self._create: Callable[..., Coroutine[Any, Any, object]]
        self._message: type
        self._secrets: tuple[str, ...] = ()
        self._first: dict[str, asyncio.Event] = {}
        self._unanswered = 0
        self._dead: Failure | None = None

    async def __aenter__(self) -> Self:
        self._secrets = credentials()
        # imported here: two seconds that a code location without a model call need not pay
        import anthropic

        http = httpx2.AsyncClient(trust_env=False, timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS))
        await self._stack.enter_async_context(http)
        try:
            client = anthropic.AsyncAnthropic(http_client=http, max_retries=RETRIES)
        except (ValueError, httpx2.InvalidURL) as error:
            await self._stack.aclose()
            raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
        self._create, self._message = client.messages.create, anthropic.types.Message
        # a batch that is created twice is paid twice: no retries of the SDK
        batches = client.with_options(max_retries=0).messages.batches.create, client.messages.batches
        self._batches = Batches(*batches, self._message, self._replies, self._budgets, self._secrets)
        return self

    async def ask_in_batch(
        self, orders: Sequence[Order], edition: str, *, poll_seconds: float, wait_seconds: float
    ) -> None:
        """Have `orders` of one edition and model answered by a Message Batch, one left by an earlier run first.

        What comes back is kept; what does not (errors, no room under the cap) is left to be asked one by one.
        AnalystUnavailable when the batch has not ended in time or its results can't be had: the next run goes on with it.
        """
        await self._batches.ask(orders, edition, poll_seconds, wait_seconds)

    async def submit_batch(self, orders: Sequence[Order], edition: str) -> None:
        """Submit `orders` of one edition as a batch that a later `ask_in_batch` waits for; AnalystUnavailable for a dead key."""
        await self._batches.submit(orders, edition)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def reserve(self, edition: str, usd: float) -> AsyncIterator[Reserved]:
        """Set aside what all calls of one article can cost, so that none is paid for that the others could not follow.

        NoReply when it does not fit under a cap. What is left at the end is free again.
        """
        if refused := await self._budgets.reserve(edition, usd):
            raise NoReply(Failure("budget", refused))
        reserved = Reserved(edition, usd)
        try:
            yield reserved
        finally:
            await self._budgets.settle(edition, reserved.left, 0.0)

    async def ask(self, order: Order, patience: Patience, reserved: Reserved | None = None) -> KeptReply:
        """Make one call and keep its reply; NoReply says why there is none.

        It is paid out of what is `reserved`; what it may cost beyond that is reserved by itself.
        """
        if self._unanswered >= GIVE_UP_AFTER:
            raise NoReply(Failure("given_up", f"the endpoint left {GIVE_UP_AFTER} calls in a row without an answer"))
        nonce = secrets.token_hex(8)
        turn = order.turn(nonce)
        asked = order.asked(nonce, turn.left_out)
        request = order.request(turn.text, longer=order.longer)
        highest = order.highest_cost(turn.text, longer=order.longer)
        edition = order.edition
        taken = min(highest, reserved.left) if reserved else 0.0
        if highest > taken and (refused := await self._budgets.reserve(edition, highest - taken)):
            raise NoReply(Failure("budget", refused))
        if reserved:
            reserved.left -= taken
        cost = highest
        try:
            async with self._after_first(order.model.name, "cache_control" in request["system"][0]):
                if self._dead is not None:
                    # the first call told what those that waited for it would be told
                    cost = 0.0
                    raise NoReply(self._dead)
                answer, failed, seconds = await self._send(order, request, patience)
                self._dead = failed if failed is not None and failed.fatal else None
            kept = None
            if failed is None:
                kept = to_keep(answer, self._message, asked, self._secrets)
                failed = None if kept else Failure("not_a_message", "the endpoint's answer is no message", again=True)
            call = entry(asked, kept, failed, seconds, order.reads)
            await asyncio.shield(asyncio.to_thread(store, self._replies, kept, call, order.reads))
            cost = highest if failed is not None and failed.perhaps_billed else call.cost_usd
        finally:
            kept_back = max(0.0, taken - cost)
            if reserved:
                reserved.left += kept_back
            await self._budgets.settle(edition, highest - kept_back, cost)
        self._unanswered = self._unanswered + 1 if failed is not None and failed.unanswered else 0
        if failed is not None:
            # what ends the run is told by its end
            level = logging.DEBUG if failed.fatal else logging.WARNING
            log.log(level, "article %s: %s: %s", order.article_id, order.model.name, failed.reason)
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
            self._replies.record(entry(order.asked("", 0), None, gone, time.monotonic() - started, order.reads))
            raise
        except Exception as error:
            failed = failure(error, self._secrets)
        seconds = time.monotonic() - started
        patience.left -= seconds
        return answer, failed, seconds

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


def credentials() -> tuple[str, ...]:
    """What must never be shown; AnalystUnavailable when there is no key, or one that no header can hold."""
    if not has_key():
        raise AnalystUnavailable("no key for the model: set ANTHROPIC_API_KEY, or SECDIGEST_ANALYST=extractive")
    values = {name: os.environ.get(name, "") for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")}
    for name, value in values.items():
        if not value.isascii() or not value.isprintable() or " " in value:
            raise AnalystUnavailable(f"{name} holds blanks, line breaks or characters that no key has")
    return known_secrets(os.environ)
