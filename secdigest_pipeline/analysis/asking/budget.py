"""The spending caps of an edition and of a month, checked before each call against what was spent and what is under way.

A cap holds within one process; runs at the same time see what the others had spent when they began.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Call


class Budget:
    """USD that may still be spent. Belongs to one event loop."""

    def __init__(self, limit: float | None, spent: float) -> None:
        self._limit = limit
        self._spent = spent
        self._held = 0.0
        self._changed = asyncio.Condition()

    async def reserve(self, highest: float, wait: bool = True) -> bool:
        """Set aside a call's highest cost; False when it does not fit even once all calls under way are settled.

        Without `wait` when it does not fit now.
        """
        if self._limit is None:
            return True
        async with self._changed:
            while self._spent + self._held + highest > self._limit:
                if self._held <= 0 or not wait:
                    return False
                await self._changed.wait()
            self._held += highest
            return True

    async def settle(self, highest: float, cost: float) -> None:
        """Replace a reservation by what the call did cost."""
        if self._limit is None:
            return
        async with self._changed:
            # float sums of equal parts must come back to zero, or nobody would be told that the cap is reached
            self._held = max(0.0, self._held - highest) if self._held - highest > 1e-12 else 0.0
            self._spent += cost
            self._changed.notify_all()


class Budgets:
    """The caps that hold for a call: of its edition, and of the calendar month (UTC) in which it is made."""

    def __init__(self, replies: Replies, max_usd: float | None, max_usd_month: float | None) -> None:
        self._replies = replies
        self._limits = max_usd, max_usd_month
        self._loaded: dict[str, asyncio.Task[Budget]] = {}

    async def reserve(self, edition: str, highest: float, wait: bool = True) -> str | None:
        """Set aside a call's highest cost in both; else which of them it does not fit into."""
        of_edition, of_month = await self._both(edition)
        if not await of_edition.reserve(highest, wait):
            return "budget"
        if not await of_month.reserve(highest, wait):
            await of_edition.settle(highest, 0.0)
            return "budget of the month"
        return None

    async def settle(self, edition: str, highest: float, cost: float) -> None:
        """Replace a reservation by what the call did cost."""
        for budget in await self._both(edition):
            await budget.settle(highest, cost)

    async def _both(self, edition: str) -> tuple[Budget, Budget]:
        month = f"{datetime.now(UTC):%Y-%m}"
        return (
            await self._budget("edition", self._limits[0], lambda: self._replies.calls(edition), edition),
            await self._budget("month", self._limits[1], lambda: self._replies.calls_of_month(month), "month"),
        )

    async def _budget(self, kind: str, limit: float | None, spent: Callable[[], list[Call]], name: str) -> Budget:
        key = f"{kind} {name}"
        if key not in self._loaded:
            self._loaded[key] = asyncio.create_task(_load(limit, spent))
        return await asyncio.shield(self._loaded[key])


async def _load(limit: float | None, spent: Callable[[], list[Call]]) -> Budget:
    if limit is None:
        return Budget(None, 0.0)
    return Budget(limit, sum(call.cost_usd for call in await asyncio.to_thread(spent)))
