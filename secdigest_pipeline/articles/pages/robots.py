"""Whether a page may be asked for: robots.txt by RFC 9309, read with Protego, once an origin and run."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protego import Protego

from secdigest_pipeline.articles.pages.archive import PageArchive, Robots
from secdigest_pipeline.articles.pages.slots import Slots
from secdigest_pipeline.fetching.hosts import HostTurns
from secdigest_pipeline.fetching.http import Client, FetchError, Limits

if TYPE_CHECKING:
    from protego import Protego

# The product token servers address their rules to (RFC 9309 2.2.1); it begins our User-Agent.
PRODUCT = "secdigest"
# RFC 9309 2.5: at least 500 KiB are read; what lies beyond is not.
_LIMITS = Limits(max_bytes=512 * 1024, total=10.0)
# Crawl-delay is no part of RFC 9309; it is obeyed up to here, so that no host can hold an edition for hours.
MAX_CRAWL_DELAY = 10.0


class RobotsRules:
    """Rules of every origin asked in one run; bound to one event loop."""

    def __init__(
        self,
        archive: PageArchive,
        client: Client,
        turns: HostTurns,
        slots: Slots,
        now: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._client = client
        self._host_turns = turns
        self._slots = slots
        self._now = now
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rules: dict[str, Protego | int | FetchError | None] = {}

    async def refusal(self, url: str) -> str:
        """Why `url` is not asked for: `robots.txt` or `robots.txt: HTTP 5xx`; "" when it may be.

        Raises FetchError when the origin cannot be reached at all (RFC 9309 2.3.1.4: then it is disallowed).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self._turns[origin]:
            if origin not in self._rules:
                rules = self._rules[origin] = await self._load(origin)
                delay = _crawl_delay(rules)
                if delay:
                    self._host_turns.slow(url, delay)
        rules = self._rules[origin]
        if isinstance(rules, FetchError):
            raise rules
        if isinstance(rules, int):
            return f"robots.txt: HTTP {rules}"
        return "" if rules is None or rules.can_fetch(url, PRODUCT) else "robots.txt"

    async def _load(self, origin: str) -> Any:
        robots = await asyncio.to_thread(self._archive.robots, origin, self._now())
        if robots is None:
            try:
                robots = await self._ask(origin)
            except FetchError as error:
                # "unavailable" (2.3.1.3) allows: no usable answer, or one that is no robots.txt by its size
                return None if error.kind in ("protocol", "too_large") else error
            if robots.status is not None and robots.status < 500:
                await asyncio.to_thread(self._archive.keep_robots, origin, robots)
        if robots.status is not None and robots.status >= 500:
            return robots.status
        return _parsed(robots.text)

    async def _ask(self, origin: str) -> Robots:
        url = f"{origin}/robots.txt"
        with self._slots.wanted(url):  # one request more to this host before its last page
            async with self._host_turns.turn(url), self._slots.slot(url):
                answer = await self._client.get(url, limits=_LIMITS)
        found = 200 <= answer.status < 300
        return Robots(self._now(), answer.status, answer.body.decode("utf-8", "replace") if found else "")


def _parsed(text: str) -> "Protego | None":
    if not text.strip():
        return None
    try:
        return Protego.parse(text)
    except Exception:  # whatever a hostile file makes the parser trip over, it states no rule
        return None


def _crawl_delay(rules: "Protego | int | FetchError | None") -> float:
    """Seconds the rules ask us to leave between two requests, 0 to MAX_CRAWL_DELAY."""
    if rules is None or isinstance(rules, int | FetchError):
        return 0.0
    return min(rules.crawl_delay(PRODUCT) or 0.0, MAX_CRAWL_DELAY)
