"""Message Batches: an edition's replies at half price, submitted once and fetched by whichever run is there when they end.

What was asked is written to `batches/<edition>-<id>.json` before the batch is created, its id before it is waited for:
a run that dies at any point is followed by one that finds the batch again and pays for nothing twice.
"""

import asyncio
import hashlib
import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from upath import UPath

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.answer import Asked, Order, Reads, entry, store, to_keep
from secdigest_pipeline.analysis.asking.budget import Budgets
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, Failure, failure
from secdigest_pipeline.analysis.asking.reading import ended, read
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.base.files import StorageError, write_atomic
from secdigest_pipeline.base.redaction import without

log = logging.getLogger(__name__)

# 100,000 requests or 256 MB are allowed; an edition has hundreds. What is beyond is asked one by one.
MAX_REQUESTS = 2_000
# Clocks of two machines: how much older than its note a batch without an id may look.
_SKEW = timedelta(minutes=5)
_LISTED = 100
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_RESULTS = frozenset(("succeeded", "errored", "canceled", "expired"))
_AGAIN = "run the edition again later, it goes on with the same batch"


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that is wanted (`batch_id` empty: perhaps created) or under way; `asked` by custom id."""

    edition: str
    at: datetime
    batch_id: str
    asked: Mapping[str, Asked]


class Batches:
    """The batches of one open endpoint. `create` must not retry; `api` is the SDK's `messages.batches`."""

    def __init__(
        self,
        create: Callable[..., Coroutine[Any, Any, Any]],
        api: Any,
        message: type,
        replies: Replies,
        budgets: Budgets,
        secrets_: tuple[str, ...],
    ) -> None:
        self._create = create
        self._api = api
        self._message = message
        self._replies = replies
        self._budgets = budgets
        self._secrets = secrets_

    async def ask(self, orders: Sequence[Order], edition: str, poll_seconds: float, wait_seconds: float) -> None:
        """Finish what an earlier run left for `edition`, then submit what of `orders` it did not bring, and finish that."""
        until = time.monotonic() + wait_seconds
        waited: set[str] = set()
        reads = {order.key: order.reads for order in orders}
        for path, pending in await asyncio.to_thread(self._left, edition):
            waited |= {asked.key for asked in pending.asked.values()}
            await self._finish(path, pending, {}, reads, poll_seconds, until)
        submitted = await self._submit([order for order in orders if order.key not in waited], edition)
        if submitted is not None:
            await self._finish(*submitted, reads, poll_seconds, until)

    async def submit(self, orders: Sequence[Order], edition: str) -> None:
        """Submit what of `orders` no batch of `edition` is under way for, and wait for nothing: a later `ask` finishes it."""
        left = await asyncio.to_thread(self._left, edition)
        waited = {asked.key for _, pending in left for asked in pending.asked.values()}
        await self._submit([order for order in orders if order.key not in waited], edition)

    async def _submit(self, orders: Sequence[Order], edition: str) -> tuple[UPath, Pending, dict[str, float]] | None:
        """The note of a batch that was taken, with what it holds of the budget; None when there is none."""
        requests, asked, held = await self._requests(orders[:MAX_REQUESTS], edition)
        if not requests:
            return None
        path = self._folder / f"{edition}-{secrets.token_hex(8)}.json"
        pending = Pending(edition, datetime.now(UTC), "", asked)
        await asyncio.to_thread(_write, path, pending)
        try:
            batch = await self._create(requests=requests)
            pending = replace(pending, batch_id=self._id(batch))
        except Exception as error:
            failed = failure(error, self._secrets)
            if not failed.unanswered:
                await asyncio.to_thread(path.unlink)
                await self._release(edition, held)
                if failed.fatal:
                    raise AnalystUnavailable(f"the Messages API turned a batch down ({failed.reason})") from None
                log.warning("edition %s: no batch, asked one by one: %s", edition, failed.reason)
                return None
        else:
            await asyncio.to_thread(_write, path, pending)
        return path, pending, held

    @property
    def _folder(self) -> UPath:
        return self._replies.root / "batches"

    def _left(self, edition: str) -> list[tuple[UPath, Pending]]:
        if not self._folder.exists():
            return []
        found = []
        for path in sorted(self._folder.glob(f"{edition}-*.json"), key=lambda path: path.name):
            try:
                found.append((path, _read(path)))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                log.warning("%s: note of a batch cannot be read and is left alone (%s)", path, type(error).__name__)
        return found

    async def _requests(
        self, orders: Sequence[Order], edition: str
    ) -> tuple[list[dict[str, Any]], dict[str, Asked], dict[str, float]]:
        """Requests that fit under the caps, what is remembered of each, and what each holds of the budget."""
        requests, remembered, held = [], {}, {}
        for order in orders:
            nonce = secrets.token_hex(8)
            turn = order.turn(nonce)
            highest = order.highest_cost(turn.text) * models.BATCH_FACTOR
            if await self._budgets.reserve(edition, highest, wait=False):
                continue
            # at most 64 letters, digits, hyphens and underscores
            custom_id = hashlib.sha256(order.key.encode()).hexdigest()[:48]
            requests.append({"custom_id": custom_id, "params": order.request(turn.text)})
            remembered[custom_id] = order.asked(nonce, turn.left_out)
            held[custom_id] = highest
        return requests, remembered, held

    async def _finish(
        self,
        path: UPath,
        pending: Pending,
        held: dict[str, float],
        reads: Mapping[str, Reads],
        poll_seconds: float,
        until: float,
    ) -> None:
        """Wait for the batch, keep what it brought, and forget it."""
        held = dict(held)
        try:
            found = [pending.batch_id] if pending.batch_id else await self._unnamed(pending, path)
            for batch_id in found:
                batch = await self._ended(batch_id, poll_seconds, until)
                if batch is not None and await self._take(batch, pending, held, reads) < _size(batch):
                    raise AnalystUnavailable(f"the results of batch {batch_id} broke off: {_AGAIN}")
        except (AnalystUnavailable, StorageError):
            raise
        except Exception as error:
            failed = failure(error, self._secrets)
            raise AnalystUnavailable(
                f"the results of batch {pending.batch_id or '(id unknown)'} can't be had now ({failed.reason}): {_AGAIN}"
            ) from None
        finally:
            await self._release(pending.edition, held)
        await asyncio.to_thread(path.unlink)

    async def _unnamed(self, pending: Pending, path: UPath) -> list[str]:
        """Batches that may be the one whose id was never learned: as old, as large, and nobody else's."""
        others = await asyncio.to_thread(self._known_ids, path)
        found = []
        listed = 0
        async for batch in self._api.list(limit=_LISTED):
            if batch.created_at < pending.at - _SKEW or (listed := listed + 1) > _LISTED:
                break
            batch_id = self._id(batch)
            if batch_id and batch_id not in others and _size(batch) == len(pending.asked):
                found.append(batch_id)
        return found

    def _id(self, batch: Any) -> str:
        """The id of a batch as notes, logs and messages may hold it; empty when it is none or repeats a secret."""
        batch_id = str(batch.id)
        usable = _BATCH_ID.fullmatch(batch_id) and without(batch_id, self._secrets) == batch_id
        return batch_id if usable else ""

    def _known_ids(self, path: UPath) -> set[str]:
        known = set()
        for other in self._folder.glob("*.json"):
            if other.name != path.name:
                try:
                    known.add(_read(other).batch_id)
                except (ValueError, TypeError, KeyError, AttributeError):
                    continue
        return known

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

    async def _take(self, batch: Any, pending: Pending, held: dict[str, float], reads: Mapping[str, Reads]) -> int:
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
            call = entry(asked, kept, failed, 0.0, as_what)
            # the same row however often a run dies between here and the end of the batch
            row_id = hashlib.sha256(f"{batch.id} {custom_id}".encode()).hexdigest()[:32]
            await asyncio.to_thread(store, self._replies, kept, replace(call, call_id=row_id, at=at), as_what)
            await self._budgets.settle(pending.edition, held.pop(custom_id, 0.0), call.cost_usd)
        return count

    async def _release(self, edition: str, held: Mapping[str, float]) -> None:
        for highest in held.values():
            await self._budgets.settle(edition, highest, 0.0)


def _size(batch: Any) -> int:
    counts = batch.request_counts
    return int(counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired)


def _write(path: UPath, pending: Pending) -> None:
    values = {**asdict(replace(pending, asked={})), "at": pending.at.isoformat()}
    values["asked"] = {custom_id: asdict(asked) for custom_id, asked in pending.asked.items()}
    write_atomic(path, json.dumps(values, indent=1).encode())


def _read(path: UPath) -> Pending:
    values = json.loads(path.read_bytes())
    asked = {custom_id: Asked(**fields) for custom_id, fields in values["asked"].items()}
    return Pending(values["edition"], datetime.fromisoformat(values["at"]), values["batch_id"], asked)
