"""The spending cap of one edition, checked before each call against what was spent and what is under way."""

import asyncio


class Budget:
    """USD that may still be spent. Belongs to one event loop."""

    def __init__(self, limit: float | None, spent: float) -> None:
        self._limit = limit
        self._spent = spent
        self._held = 0.0
        self._changed = asyncio.Condition()

    async def reserve(self, highest: float) -> bool:
        """Set aside a call's highest cost; False when it does not fit even once all calls under way are settled."""
        if self._limit is None:
            return True
        async with self._changed:
            while self._spent + self._held + highest > self._limit:
                if self._held <= 0:
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
