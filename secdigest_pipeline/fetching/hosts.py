"""Taking turns at a host: one request at a time, and a pause after each."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from secdigest_pipeline.fetching.urls import host_of


class HostLanes:
    """Turns per host name, `delay` seconds apart or as the host itself asked; bound to one event loop."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._own: dict[str, float] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ended: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait until the host of `url` may be asked; its next turn begins its delay after this one ends."""
        host = host_of(url)
        clock = asyncio.get_running_loop().time
        async with self._turns[host]:
            if host in self._ended:
                delay = max(self._delay, self._own.get(host, 0.0))
                await asyncio.sleep(max(0.0, self._ended[host] + delay - clock()))
            try:
                yield
            finally:
                self._ended[host] = clock()

    def slow(self, url: str, delay: float) -> None:
        """Turns of the host of `url` are at least `delay` seconds apart from now on."""
        host = host_of(url)
        self._own[host] = max(delay, self._own.get(host, 0.0))
