"""Polite reading: the page of every kept news item is fetched once, and what its URL answered is kept.

Definitive answers are final. What failed for a passing reason (time, network, 5xx, 429) is tried again by a later run.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from secdigest_pipeline.articles.blockers import blocker
from secdigest_pipeline.articles.page_archive import PageArchive
from secdigest_pipeline.articles.records import Page, ReadState
from secdigest_pipeline.articles.robots import Robots
from secdigest_pipeline.intake.http import Answer, Client, FetchError, Limits
from secdigest_pipeline.intake.lanes import HostLanes
from secdigest_pipeline.intake.records import FeedItem

LIMITS = Limits(max_bytes=5 * 1024 * 1024, total=30.0, connect=5.0)  # intake.md 3.3: p99 of real pages is 1.5 MB
LONGEST_RETRY_AFTER = 60.0
ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
_PASSING = frozenset({408, 425, 429, *range(500, 600)})
_BLOCKED = frozenset({401, 402, 403, 407, 429, 451})
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "")
_FETCH_STATES: dict[str, ReadState] = {
    "timeout": "timeout",
    "too_large": "too_large",
    "refused": "blocked",
    "unreachable": "unreachable",
    "protocol": "unreachable",
}


async def read_pages(
    items: Sequence[FeedItem],
    archive: PageArchive,
    client: Client,
    *,
    at_once: int,
    host_delay: float,
    now: Callable[[], datetime],
    refetch: frozenset[str] = frozenset(),
) -> tuple[list[Page], int]:
    """The Page of every kept news item, in item order, and how many downloads that took.

    At most `at_once` pages at a time and one a host, `host_delay` seconds apart. A stored page is not downloaded again
    unless its article id is in `refetch`. One page's trouble is its state; StorageError ends the run.
    """
    wanted = [item for item in items if item.kept and item.section == "news"]
    reader = _Reader(archive, client, now, HostLanes(host_delay), asyncio.Semaphore(at_once))
    pages = await asyncio.gather(*(reader.read(item, item.article_id in refetch) for item in wanted))
    return pages, reader.downloads


class _Reader:
    def __init__(
        self,
        archive: PageArchive,
        client: Client,
        now: Callable[[], datetime],
        lanes: HostLanes,
        slots: asyncio.Semaphore,
    ) -> None:
        self._archive, self._client, self._now, self._lanes, self._slots = archive, client, now, lanes, slots
        self._robots = Robots(archive, client, now)
        self.downloads = 0

    async def read(self, item: FeedItem, anew: bool) -> Page:
        """The stored page, or a fresh one that is stored before it is returned."""
        assert item.article_id is not None
        stored = None if anew else await asyncio.to_thread(self._archive.page, item.article_id)
        if stored is not None and not _passing(stored):
            return replace(stored, edition=item.edition)
        # The host's turn first, so that a page waiting for its host does not hold a slot others could use
        async with self._lanes.turn(item.url), self._slots:
            page = await self._fetch(item)
        await asyncio.to_thread(self._archive.keep, page)
        return page

    async def _fetch(self, item: FeedItem) -> Page:
        if not await self._robots.allow(item.url):
            return self._page(item, "blocked", "robots.txt")
        try:
            answer = await self._get(item.url)
        except FetchError as error:
            reason = str(error).removeprefix(f"{item.url}: ")
            return self._page(item, _FETCH_STATES[error.kind], reason[:300])
        state, reason = judge(answer)
        digest = None
        if answer.body and state != "too_large":
            digest = await asyncio.to_thread(self._archive.bodies.put, answer.body)
        return self._page(item, state, reason, answer, digest)

    async def _get(self, url: str) -> Answer:
        self.downloads += 1
        answer = await self._client.get(url, {"Accept": ACCEPT}, LIMITS)
        wait = _retry_after(answer)
        if answer.status in (429, 503) and wait is not None and wait <= LONGEST_RETRY_AFTER:
            await asyncio.sleep(wait)
            self.downloads += 1
            answer = await self._client.get(url, {"Accept": ACCEPT}, LIMITS)
        return answer

    def _page(
        self, item: FeedItem, state: ReadState, reason: str, answer: Answer | None = None, digest: str | None = None
    ) -> Page:
        assert item.article_id is not None
        return Page(
            edition=item.edition,
            article_id=item.article_id,
            url=item.url,
            final_url=answer.final_url if answer else item.url,
            fetched_at=self._now(),
            status=answer.status if answer else None,
            content_type=answer.headers.get("content-type", "")[:200] if answer else "",
            body_sha256=digest,
            body_bytes=len(answer.body) if answer else 0,
            read_state=state,
            reason=reason,
        )


def judge(answer: Answer) -> tuple[ReadState, str]:
    """Read state and reason of a complete answer, from status, headers and the first bytes of its body."""
    status = answer.status
    if status in (404, 410):
        return "gone", f"HTTP {status}"
    wall = blocker(status, answer.headers, answer.body)
    if status in _BLOCKED:
        return "blocked", f"HTTP {status}" + (f" ({wall})" if wall else "")
    if status >= 300:
        return "unreachable", f"HTTP {status}"
    if wall:
        return "blocked", wall
    if _to_front_page(answer):
        return "gone", "redirected to the site's front page"
    if not answer.body.strip():
        return "empty", "empty body"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _HTML or _binary(answer.body):
        return "not_html", f"content type {kind}" if kind not in _HTML else "binary body"
    return "read", ""


def _passing(page: Page) -> bool:
    """Whether a stored state may be better next time."""
    if page.status is not None:
        return page.status in _PASSING
    return page.read_state in ("timeout", "unreachable")


def _to_front_page(answer: Answer) -> bool:
    asked, answered = urlsplit(answer.url), urlsplit(answer.final_url)
    deep = asked.path.strip("/") or asked.query
    return bool(answer.redirects) and bool(deep) and not answered.path.strip("/") and not answered.query


def _binary(body: bytes) -> bool:
    head = body[:2048]
    if head.startswith((b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ")):
        return True
    # UTF-16 pages hold NULs too, but they begin with a byte order mark
    return head.count(b"\0") > len(head) // 10 and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _retry_after(answer: Answer) -> float | None:
    value = answer.headers.get("retry-after", "").strip()
    return float(value) if value.isdecimal() and len(value) < 6 else None
