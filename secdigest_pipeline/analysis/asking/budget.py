"""The spending caps of an edition and of a month: each call is set aside at its highest cost before it is made.

What is set aside is seen by every process on the same data (`reservations`); here is who waits for whom.
"""

import asyncio
from contextlib import suppress

from secdigest_pipeline.analysis.asking.reservations import Hold, Reservations

# How soon it is seen that another process let something go; what this one lets go is seen at once.
LOOK_AGAIN_SECONDS = 0.25


class Budgets:
    """The caps as one event loop sees them."""

    def __init__(self, reservations: Reservations) -> None:
        self._reservations = reservations
        self._changed = asyncio.Condition()

    async def reserve(self, edition: str, usd: float, *, wait: bool = True, into: Hold | None = None) -> Hold | str:
        """Set `usd` aside, `into` what is held already; else which cap it does not fit under.

        It is waited for calls under way that may turn out cheaper, unless told not to `wait`.
        """
        while True:
            async with self._changed:
                found = await asyncio.to_thread(self._reservations.hold, edition, usd, into)
                if isinstance(found, Hold):
                    return found
                if not found.busy or not wait:
                    return found.cap
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        await self._changed.wait()

    async def settle(self, hold: Hold, left: float = 0.0) -> None:
        """Let go what is held but `left`; what was spent stands in the ledger."""
        await asyncio.to_thread(self._reservations.reduce, hold, left)
        async with self._changed:
            self._changed.notify_all()
