"""Requests under way at once: of those that wait, one at the host with most left to ask goes first."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

from secdigest_pipeline.fetching.urls import host_of


class Slots:
    """`at_once` slots; bound to one event loop.

    A host is asked page by page with pauses between: were the slots given in turn, the host with most pages would be the
    last one alone.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._left: Counter[str] = Counter()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    @contextmanager
    def wanted(self, url: str) -> Iterator[None]:
        """Counts `url` among what is left to ask of its host for the length of the block."""
        host = host_of(url)
        self._left[host] += 1
        try:
            yield
        finally:
            self._left[host] -= 1

    @asynccontextmanager
    async def slot(self, url: str) -> AsyncIterator[None]:
        """A slot for one request to the host of `url`."""
        await self._taken(self._left[host_of(url)])
        try:
            yield
        finally:
            self._give()

    async def _taken(self, left: int) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-left, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give()  # given in the moment it was given up
            raise

    def _give(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
