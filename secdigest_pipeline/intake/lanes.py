"""Taking turns at a host: one request at a time, and a pause after each."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class HostLanes:
    """Turns per host name, `delay` seconds apart; bound to one event loop."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait until the host of `url` may be asked; its next turn begins `delay` after this one ends."""
        host = host_of(url)
        clock = asyncio.get_running_loop().time
        async with self._turns[host]:
            await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - clock()))
            try:
                yield
            finally:
                self._free_at[host] = clock() + self._delay


def host_of(url: str) -> str:
    """Host name of a URL, lower case; empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
