"""One paid call of the Messages API: allowed by the cap, bounded in time, kept, entered in the ledger whatever comes.

The SDK owns the retries of what costs nothing; the caller's patience bounds them, an absurd retry-after included.
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

import httpx2

from secdigest_pipeline.analysis.asking.answer import Asked, Order, entry, to_keep
from secdigest_pipeline.analysis.asking.batches import Batches
from secdigest_pipeline.analysis.asking.budget import Budgets
from secdigest_pipeline.analysis.asking.claims import Claims, beside
from secdigest_pipeline.analysis.asking.failures import LOST, AnalystUnavailable, Failure, failure
from secdigest_pipeline.analysis.asking.journal import InBatch, Journal, UnderWay
from secdigest_pipeline.analysis.asking.ledger import Ledger
from secdigest_pipeline.analysis.asking.notes import Notes
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.analysis.asking.reservations import Hold, LocalReservations
from secdigest_pipeline.analysis.asking.wire import Wire
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.redaction import known_secrets

log = logging.getLogger(__name__)

READ_SECONDS = 120.0
CONNECT_SECONDS = 5.0
RETRIES = 5  # about 16 s of backoff by the SDK
WARM_UP_SECONDS = 30.0  # how long other calls wait for the first one to write the prompt cache
# An endpoint that is down must not cost a deadline for each of 300 articles.
GIVE_UP_AFTER = 24
# Answers about one article that may be lost on one day (UTC): each may be billed. A run asks twice at most.
LOST_A_DAY = 3
_LOOK_AGAIN_SECONDS = 0.25
_LOST = Failure(LOST, "its process ended", perhaps_billed=True)


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

    hold: Hold

    @property
    def left(self) -> float:
        """USD."""
        return self.hold.usd


class Endpoint:
    """The Messages API, opened inside the event loop that uses it: `async with Endpoint(replies) as endpoint`.

    Entering raises AnalystUnavailable without a usable key or base URL.
    """

    def __init__(
        self,
        replies: Replies,
        max_usd: float | None = None,
        max_usd_month: float | None = None,
        provider: Provider = Provider(),  # noqa: B008 - frozen
    ) -> None:
        self._provider = provider
        self._ledger = Ledger(replies)
        self._notes = Notes(replies.root / "batches")
        claims = Claims(beside(replies.root))
        self._journal = Journal(claims, replies, self._ledger, self._notes.keys)
        self._budgets = Budgets(LocalReservations(claims, self._ledger, self._notes.held, max_usd, max_usd_month))
        self._stack = AsyncExitStack()
        self._batches: Batches | None = None  # None: the provider has none, all is asked one by one
        self._create: Callable[..., Coroutine[Any, Any, object]]
        self._wire: Wire
        self._message: type
        self._secrets: tuple[str, ...] = ()
        self._first: dict[str, asyncio.Event] = {}
        self._unanswered = 0
        self._dead: Failure | None = None

    async def __aenter__(self) -> Self:
        self._secrets = credentials(self._provider)
        # what processes that are gone have paid for comes first
        await asyncio.to_thread(self._journal.recover)
        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._wire = Wire(httpx2.AsyncHTTPTransport(trust_env=False))
        http = httpx2.AsyncClient(trust_env=False, timeout=timeout, transport=self._wire)
        await self._stack.enter_async_context(http)
        try:
            client = self._provider.client(http, RETRIES)
        except (ValueError, httpx2.InvalidURL) as error:
            await self._stack.aclose()
            raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
        from anthropic.types import Message

        self._create, self._message = client.messages.create, Message
        if self._provider.has_batches:
            # a batch that is created twice is paid twice: no retries of the SDK
            batches = client.with_options(max_retries=0).messages.batches.create, client.messages.batches
            self._batches = Batches(
                *batches, self._message, self._secrets, notes=self._notes, budgets=self._budgets, journal=self._journal
            )
        return self

    async def ask_in_batch(
        self, orders: Sequence[Order], edition: str, *, poll_seconds: float, wait_seconds: float
    ) -> None:
        """Have `orders` of one edition and model answered by a Message Batch, one left by an earlier run first.

        What comes back is kept; what does not (errors, no room under the cap) is left to be asked one by one.
        AnalystUnavailable when the batch has not ended in time or its results can't be had: the next run goes on with it.
        """
        if self._batches:
            await self._batches.ask(orders, edition, poll_seconds, wait_seconds)

    async def finish_batches(self, edition: str) -> None:
        """Keep what batches of an edition have brought, waiting for none; AnalystUnavailable while one is under way."""
        if self._batches:
            await self._batches.ask((), edition, 0.0, 0.0)

    async def submit_batch(self, orders: Sequence[Order], edition: str) -> None:
        """Submit `orders` of one edition as a batch that a later `ask_in_batch` waits for; AnalystUnavailable for a dead key."""
        if self._batches:
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
        hold = await self._budgets.reserve(edition, usd)
        if isinstance(hold, str):
            raise NoReply(Failure("budget", hold))
        reserved = Reserved(hold)
        try:
            yield reserved
        finally:
            await self._budgets.settle(reserved.hold)

    async def ask(self, order: Order, patience: Patience, reserved: Reserved | None = None) -> KeptReply:
        """Make one call and keep its reply; NoReply says why there is none.

        It is paid out of what is `reserved`; what it may cost beyond that is set aside too. A reply to the same order that
        another process has received meanwhile is as good.
        """
        if self._unanswered >= GIVE_UP_AFTER:
            raise NoReply(Failure("given_up", f"the endpoint left {GIVE_UP_AFTER} calls in a row without an answer"))
        nonce = secrets.token_hex(8)
        turn = order.turn(nonce)
        asked = order.asked(nonce, turn)
        highest = order.highest_cost(turn.text)
        before = reserved.left if reserved else 0.0
        hold = await self._held(order.edition, highest, reserved)
        spent = 0.0
        try:
            under_way = await self._begun(asked, order, patience)
            if isinstance(under_way, KeptReply):
                return under_way
            kept, call, failed = await self._made(asked, order, turn.text, patience, under_way)
            spent = call.cost_usd
        finally:
            await self._budgets.settle(hold, max(0.0, before - spent))
        self._unanswered = self._unanswered + 1 if failed is not None and failed.unanswered else 0
        if failed is not None:
            # what ends the run is told by its end
            level = logging.DEBUG if failed.fatal else logging.WARNING
            log.log(level, "article %s: %s: %s", order.article_id, order.model.name, failed.reason)
            raise NoReply(failed)
        assert kept is not None
        return kept

    async def _held(self, edition: str, highest: float, reserved: Reserved | None) -> Hold:
        """What the call may cost, out of what is reserved or by itself; NoReply when a cap does not allow it."""
        if reserved is None:
            hold = await self._budgets.reserve(edition, highest)
        elif highest <= reserved.left:
            return reserved.hold
        else:
            # nobody waits who holds something that others wait for
            hold = await self._budgets.reserve(edition, highest - reserved.left, wait=False, into=reserved.hold)
        if isinstance(hold, str):
            raise NoReply(Failure("budget", hold))
        if reserved is not None:
            reserved.hold = hold
        return hold

    async def _begun(self, asked: Asked, order: Order, patience: Patience) -> UnderWay | KeptReply:
        """The call written down, or the reply that makes it needless; NoReply when it must not be made now."""
        lost = entry(asked, None, _LOST, 0.0, order.reads)
        try:
            async with asyncio.timeout(patience.left):
                while True:
                    beginning = asyncio.ensure_future(
                        asyncio.to_thread(self._journal.begin, asked.key, lost, asked.max_tokens)
                    )
                    try:
                        under_way = await asyncio.shield(beginning)
                    except asyncio.CancelledError:
                        # a thread can't be stopped, and what it has written down must not count as made
                        with suppress(InBatch, StorageError):
                            if (begun := await beginning) is not None:
                                begun.claim.remove()
                        raise
                    if under_way is not None:
                        break
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except InBatch:
            raise NoReply(Failure("in_batch", "asked for by a batch that has not ended")) from None
        except TimeoutError:
            raise NoReply(Failure("under_way", "another process asks the same and has no answer yet")) from None
        try:
            if kept := await asyncio.to_thread(self._journal.newer, asked.key, asked.attempt):
                under_way.claim.remove()
                return kept
            lost_today = await asyncio.to_thread(self._ledger.lost, asked.edition, asked.article_id, datetime.now(UTC))
            if lost_today >= LOST_A_DAY:
                why = f"{lost_today} answers about it were lost today, each perhaps billed: not asked again before tomorrow"
                raise NoReply(Failure("lost_before", why))
        except BaseException:
            under_way.claim.remove()
            raise
        return under_way

    async def _made(
        self, asked: Asked, order: Order, turn: str, patience: Patience, under_way: UnderWay
    ) -> tuple[KeptReply | None, Call, Failure | None]:
        """Make the call that is written down; what came of it is on disk."""
        request = order.request(turn)
        answer: object = None
        failed: Failure | None
        began = time.monotonic()
        try:
            prefix = f"{order.model.name} {order.version}"
            async with self._after_first(prefix, "cache_control" in request["system"][0]):
                if self._dead is not None:
                    # the first call told what those that waited for it would be told
                    raise NoReply(self._dead)
                began = time.monotonic()
                answer, failed = await self._send(request, patience)
                self._dead = failed if failed is not None and failed.fatal else None
        except asyncio.CancelledError:
            if self._wire.was_cut():
                gone = Failure("cancelled", "the run was stopped", perhaps_billed=True)
                call = entry(asked, None, gone, time.monotonic() - began, order.reads)
                self._journal.end(under_way, None, call, order.reads)
            else:
                under_way.claim.remove()
            raise
        except BaseException:
            under_way.claim.remove()
            raise
        kept = None
        if failed is None:
            kept = to_keep(answer, self._message, asked, self._secrets)
            if kept is None:
                why = "the endpoint's answer is no message"
                failed = Failure("not_a_message", why, again=True, perhaps_billed=True)
        call = entry(asked, kept, failed, time.monotonic() - began, order.reads)
        await asyncio.shield(asyncio.to_thread(self._journal.end, under_way, kept, call, order.reads))
        return kept, call, failed

    async def _send(self, request: dict[str, Any], patience: Patience) -> tuple[object, Failure | None]:
        started = time.monotonic()
        answer: object = None
        failed = None
        try:
            async with asyncio.timeout(patience.left):
                answer = await self._create(**request)
        except TimeoutError:
            failed = Failure(
                "deadline", "no reply before the deadline", unanswered=True, perhaps_billed=self._wire.was_cut()
            )
        except Exception as error:
            failed = failure(error, self._secrets)
        patience.left -= time.monotonic() - started
        return answer, failed

    @asynccontextmanager
    async def _after_first(self, prefix: str, is_cached: bool) -> AsyncIterator[None]:
        """Lets one call with the same model and rules go ahead, so that the others find the prompt cache written."""
        first = self._first.get(prefix)
        if first is None and is_cached:
            first = self._first[prefix] = asyncio.Event()
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


def credentials(provider: Provider) -> tuple[str, ...]:
    """What must never be shown; AnalystUnavailable when there is no key, or one that no header can hold."""
    if missing := provider.missing():
        raise AnalystUnavailable(missing)
    values = {name: os.environ.get(name, "") for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")}
    for name, value in values.items():
        if not value.isascii() or not value.isprintable() or " " in value:
            raise AnalystUnavailable(f"{name} holds blanks, line breaks or characters that no key has")
    return known_secrets(os.environ)
