"""Message Batches: an edition's replies at half price, submitted once and fetched by whichever run is there when they end.

What was asked is written to `batches/<edition>-<id>.json` before the batch is created, its id before it is waited for:
a run that dies at any point is followed by one that finds the batch again and pays for nothing twice.
"""

import asyncio
import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from upath import UPath

from secdigest_pipeline.analysis.asking.answer import Order, Reads, entry, to_keep
from secdigest_pipeline.analysis.asking.budget import Budgets
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, Failure, failure
from secdigest_pipeline.analysis.asking.journal import Journal
from secdigest_pipeline.analysis.asking.notes import Notes, Pending
from secdigest_pipeline.analysis.asking.reading import ended, read
from secdigest_pipeline.analysis.asking.reservations import Hold
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.redaction import without

log = logging.getLogger(__name__)

# 100,000 requests or 256 MB are allowed; an edition has hundreds. What is beyond is asked one by one.
MAX_REQUESTS = 2_000
# Clocks of two machines: how much older than its note a batch without an id may look.
_SKEW = timedelta(minutes=5)
_LISTED = 100
_LOOK_AGAIN_SECONDS = 0.1
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_RESULTS = frozenset(("succeeded", "errored", "canceled", "expired"))
_AGAIN = "run the edition again later, it goes on with the same batch"


class Batches:
    """The batches of one open endpoint. `create` must not retry; `api` is the SDK's `messages.batches`."""

    def __init__(
        self,
        create: Callable[..., Coroutine[Any, Any, Any]],
        api: Any,
        message: type,
        secrets_: tuple[str, ...],
        *,
        notes: Notes,
        budgets: Budgets,
        journal: Journal,
    ) -> None:
        self._create = create
        self._api = api
        self._message = message
        self._secrets = secrets_
        self._notes = notes
        self._budgets = budgets
        self._journal = journal

    async def ask(self, orders: Sequence[Order], edition: str, poll_seconds: float, wait_seconds: float) -> None:
        """Submit what of `orders` no batch is under way for, then finish all of `edition`: this one and what others left."""
        until = time.monotonic() + wait_seconds
        reads = {order.key: order.reads for order in orders}
        async with self._submitting():
            await self._left(edition)  # what was perhaps never made is looked for before more is asked
            await self._submit(orders, edition)
            notes = await self._left(edition)
        for path, pending, ids in notes:
            await self._finish(path, pending, ids, reads, poll_seconds, until)

    async def submit(self, orders: Sequence[Order], edition: str) -> None:
        """Submit what of `orders` no batch is under way for, and wait for nothing: a later `ask` finishes it."""
        async with self._submitting():
            await self._left(edition)
            await self._submit(orders, edition)

    @asynccontextmanager
    async def _submitting(self) -> AsyncIterator[None]:
        """One process at a time: whoever comes second sees what the first has handed in."""
        while (lock := await asyncio.to_thread(self._journal.claims.try_lock, "submitting")) is None:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)  # held by another process
        try:
            yield
        finally:
            os.close(lock)

    async def _submit(self, orders: Sequence[Order], edition: str) -> None:
        """Hand in a batch of all that nobody asks for already, with a note of it; nothing when it is not taken."""
        asked = await asyncio.to_thread(self._notes.keys)
        orders = [order for order in orders if order.key not in asked]
        orders = [order for order in orders if not await asyncio.to_thread(self._journal.newer, order.key)]
        requests, pending, hold = await self._requests(orders[:MAX_REQUESTS], edition)
        if hold is None:
            return
        path = self._notes.folder / f"{edition}-{secrets.token_hex(8)}.json"

        def note(asked_now: set[str]) -> Pending:
            left = {custom_id: asked for custom_id, asked in pending.asked.items() if asked.key not in asked_now}
            noted = replace(pending, asked=left)
            if left:
                self._notes.write(path, noted)
            return noted

        try:
            pending = await asyncio.to_thread(self._journal.announce, note)
        finally:
            # from here on the note says what the batch may cost
            await self._budgets.settle(hold)
        requests = [request for request in requests if request["custom_id"] in pending.asked]
        if not requests:
            return
        try:
            batch = await self._create(requests=requests)
            pending = replace(pending, batch_id=self._id(batch))
        except Exception as error:
            failed = failure(error, self._secrets)
            if failed.unanswered:
                return  # there may be a batch: it is looked for when the note is read
            await asyncio.to_thread(self._notes.forget, path)
            if failed.fatal:
                raise AnalystUnavailable(f"the Messages API turned a batch down ({failed.reason})") from None
            log.warning("edition %s: no batch, asked one by one: %s", edition, failed.reason)
        else:
            await asyncio.to_thread(self._notes.write, path, pending)

    async def _requests(
        self, orders: Sequence[Order], edition: str
    ) -> tuple[list[dict[str, Any]], Pending, Hold | None]:
        """Requests that fit under the caps, what is remembered of them, and what is held for all together."""
        requests, remembered = [], {}
        hold: Hold | None = None
        for order in orders:
            nonce = secrets.token_hex(8)
            turn = order.turn(nonce)
            highest = order.highest_cost(turn.text, batch=True)
            found = await self._budgets.reserve(edition, highest, wait=False, into=hold)
            if isinstance(found, str):
                continue
            hold = found
            # at most 64 letters, digits, hyphens and underscores
            custom_id = hashlib.sha256(order.key.encode()).hexdigest()[:48]
            requests.append({"custom_id": custom_id, "params": order.request(turn.text, batch=True)})
            remembered[custom_id] = order.asked(nonce, turn)
        return requests, Pending(edition, datetime.now(UTC), "", remembered, hold.usd if hold else 0.0), hold

    async def _left(self, edition: str) -> list[tuple[UPath, Pending, list[str]]]:
        """The notes of an edition with the ids of their batches; a note is forgotten whose batch was never made."""
        found = []
        for path, pending in await asyncio.to_thread(lambda: list(self._notes.all())):
            if pending.edition != edition:
                continue
            ids = [pending.batch_id] if pending.batch_id else await self._unnamed(pending, path)
            if ids:
                found.append((path, pending, ids))
            else:
                await asyncio.to_thread(self._notes.forget, path)
        return found

    async def _finish(
        self,
        path: UPath,
        pending: Pending,
        ids: Sequence[str],
        reads: Mapping[str, Reads],
        poll_seconds: float,
        until: float,
    ) -> None:
        """Wait for the batch, keep what it brought, and forget it."""
        try:
            for batch_id in ids:
                batch = await self._ended(batch_id, poll_seconds, until)
                if batch is not None and await self._take(batch, pending, reads) < _size(batch):
                    raise AnalystUnavailable(f"the results of batch {batch_id} broke off: {_AGAIN}")
        except (AnalystUnavailable, StorageError):
            raise
        except Exception as error:
            raise self._not_now(error, ", ".join(ids)) from None
        await asyncio.to_thread(self._notes.forget, path)

    def _not_now(self, error: Exception, what: str) -> AnalystUnavailable:
        failed = failure(error, self._secrets)
        return AnalystUnavailable(f"the results of batch {what} can't be had now ({failed.reason}): {_AGAIN}")

    async def _unnamed(self, pending: Pending, path: UPath) -> list[str]:
        """Batches that may be the one whose id was never learned: as old, as large, and nobody else's."""
        notes = await asyncio.to_thread(lambda: list(self._notes.all()))
        others = {other.batch_id for at, other in notes if at.name != path.name}
        found = []
        listed = 0
        try:
            async for batch in self._api.list(limit=_LISTED):
                if batch.created_at < pending.at - _SKEW or (listed := listed + 1) > _LISTED:
                    break
                batch_id = self._id(batch)
                if batch_id and batch_id not in others and _size(batch) == len(pending.asked):
                    found.append(batch_id)
        except Exception as error:
            raise self._not_now(error, "(id unknown)") from None
        return found

    def _id(self, batch: Any) -> str:
        """The id of a batch as notes, logs and messages may hold it; empty when it is none or repeats a secret."""
        batch_id = str(batch.id)
        usable = _BATCH_ID.fullmatch(batch_id) and without(batch_id, self._secrets) == batch_id
        return batch_id if usable else ""

    async def _ended(self, batch_id: str, poll_seconds: float, until: float) -> Any:
        """The batch once it has ended; None when the endpoint does not know it any more."""
        while True:
            try:
                batch = await self._api.retrieve(batch_id)
            except Exception as error:
                if failure(error, self._secrets).missing:
                    log.warning("batch %s is not known any more; its articles are asked one by one", batch_id)
                    return None
                raise
            if batch.processing_status == "ended":
                return batch
            if time.monotonic() + poll_seconds > until:
                raise AnalystUnavailable(f"batch {batch_id} has not ended yet: {_AGAIN}")
            await asyncio.sleep(poll_seconds)

    async def _take(self, batch: Any, pending: Pending, reads: Mapping[str, Reads]) -> int:
        """Keep every result that was asked for here; how many results there were."""
        at = batch.ended_at or batch.created_at
        count = 0
        async for line in await self._api.results(batch.id):
            count += 1
            custom_id = str(line.custom_id)
            asked = pending.asked.get(custom_id)
            if asked is None:
                continue
            message = getattr(line.result, "message", None)
            kept = to_keep(message, self._message, asked, self._secrets, batch=True)
            ended_as = str(line.result.type) if str(line.result.type) in _RESULTS else "other"
            failed = None if kept else Failure(f"batch_{ended_as}", "no reply in the batch")
            # one that nobody orders any more is kept all the same: it is paid
            as_what = reads.get(asked.key, read if asked.call == "write" else ended)
            # the same row however often a run dies between here and the end of the batch
            row_id = hashlib.sha256(f"{batch.id} {custom_id}".encode()).hexdigest()[:32]
            call = replace(entry(asked, kept, failed, 0.0, as_what), call_id=row_id, at=at)
            await asyncio.to_thread(self._journal.publish, kept, call, as_what)
        return count


def _size(batch: Any) -> int:
    counts = batch.request_counts
    return int(counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired)
