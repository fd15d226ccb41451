"""robots.txt by RFC 9309: 4xx allows all, 5xx and silence forbid all, an answer holds for 24 hours."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from secdigest_pipeline.articles.page_archive import PageArchive
from secdigest_pipeline.intake.http import Client, FetchError, Limits

AGENT = "secdigest"
VALID = timedelta(hours=24)
LIMITS = Limits(max_bytes=512 * 1024, total=15.0)  # RFC 9309 2.5: at least 500 KiB must be read
_UNREACHABLE = 599


class Robots:
    """Whether a page may be fetched; each host is asked at most once a day. Bound to one event loop."""

    def __init__(self, archive: PageArchive, client: Client, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._client = client
        self._now = now
        self._rules: dict[str, tuple[int, str]] = {}
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def allow(self, url: str) -> bool:
        """Whether `url` may be fetched by us."""
        parts = urlsplit(url)
        async with self._asking[parts.netloc]:
            if parts.netloc not in self._rules:
                self._rules[parts.netloc] = await self._ask(parts.scheme, parts.netloc)
        status, text = self._rules[parts.netloc]
        if status >= 500:
            return False
        if status >= 300 or not text:
            return True
        return bool(await asyncio.to_thread(_allowed, text, url))

    async def _ask(self, scheme: str, host: str) -> tuple[int, str]:
        stored = await asyncio.to_thread(self._archive.robots, host)
        if stored and self._now() - datetime.fromisoformat(stored["fetched_at"]) < VALID:
            return stored["status"], stored["text"]
        try:
            answer = await self._client.get(f"{scheme}://{host}/robots.txt", limits=LIMITS)
        except FetchError as error:
            # A host that leads to an address we do not ask is refused when the page itself is asked, and named there
            return (404, "") if error.kind in ("refused", "too_large") else (_UNREACHABLE, "")
        text = answer.body.decode("utf-8", errors="replace") if answer.status == 200 else ""
        if answer.status < 500:
            await asyncio.to_thread(self._archive.keep_robots, host, answer.status, text, self._now())
        return answer.status, text


def _allowed(text: str, url: str) -> bool:
    from protego import Protego

    return bool(Protego.parse(text).can_fetch(url, AGENT))
