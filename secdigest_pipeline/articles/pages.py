"""Fetching the pages of kept items: each once and for good, politely, and every answer ends in a state.

Turns per host, robots.txt, `Retry-After`, size and time limits. What is definitive (an article, a refusal, a missing
page) is never asked for again; what was only bad luck (timeout, no connection, 5xx, 408, 425, 429) is by the next run.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from secdigest_pipeline.articles.blockers import redirected_away, wall
from secdigest_pipeline.articles.page_archive import PageArchive
from secdigest_pipeline.articles.records import Page, ReadState
from secdigest_pipeline.articles.robots import RobotsRules
from secdigest_pipeline.intake.http import Answer, Client, FetchError, Limits, shown
from secdigest_pipeline.intake.lanes import HostLanes
from secdigest_pipeline.intake.records import FeedItem

# 99 % of the pages of corpora/intake are below 1.5 MB, the largest is 2.2 MB (intake.md 3.3)
LIMITS = Limits(max_bytes=5 * 1024 * 1024, total=30.0, connect=5.0, redirects=5)
MAX_RETRY_AFTER = 60.0

_BLOCKED = frozenset({401, 402, 403, 429, 451})
_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429})
_READABLE_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
_UNSURE_TYPES = frozenset(
    {"application/octet-stream", "binary/octet-stream", "application/xml", "text/xml", "unknown/unknown"}
)
_MAGIC: Mapping[bytes, str] = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip archive",
    b"\x89PNG": "image",
    b"GIF8": "image",
    b"\xff\xd8\xff": "image",
    b"RIFF": "media file",
    b"\x1f\x8b": "gzip archive",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"\xd0\xcf\x11\xe0": "Office document",
    b"7z\xbc\xaf": "7z archive",
    b"Rar!": "rar archive",
    b"\x00\x00\x00": "binary",
}
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|article|meta|p|div)\b", re.IGNORECASE)
_NOT_PUBLIC = re.compile(r"(\S+) is not a public address")
_BOM_WITH_NULS = (b"\xff\xfe", b"\xfe\xff")


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
    """The page of every kept news item, in item order, and how many downloads that took.

    A stored page is taken from `archive` unless its article id is in `refetch` or its state was passing. At most
    `at_once` requests run at a time, one at a host, `host_delay` seconds apart. Raises StorageError only.
    """
    reader = _Reader(archive, client, at_once, host_delay, now)
    wanted: dict[str, FeedItem] = {}
    for item in items:
        if item.kept and item.section == "news" and item.article_id is not None:
            wanted.setdefault(item.article_id, item)
    tasks = [asyncio.ensure_future(reader.page(item, key, key in refetch)) for key, item in wanted.items()]
    try:
        pages = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return pages, reader.downloads


class _Reader:
    def __init__(
        self, archive: PageArchive, client: Client, at_once: int, host_delay: float, now: Callable[[], datetime]
    ) -> None:
        self.downloads = 0
        self._archive = archive
        self._client = client
        self._lanes = HostLanes(host_delay)
        self._slots = asyncio.Semaphore(at_once)
        self._now = now
        self._robots = RobotsRules(archive, client, self._lanes, self._slots, now)

    async def page(self, item: FeedItem, article_id: str, refetch: bool) -> Page:
        stored = self._archive.stored(article_id)
        if stored is not None and not refetch and not is_passing(stored):
            return replace(stored, edition=item.edition)
        page = await self._fetched(item, article_id)
        if stored is not None and stored.read_state == "read" and page.read_state != "read":
            return replace(stored, edition=item.edition)  # a page we have is not given up for a failure to have it anew
        self._archive.keep(page)
        return page

    async def _fetched(self, item: FeedItem, article_id: str) -> Page:
        page = Page(item.edition, article_id, item.url, item.url, self._now(), None, "", None, 0, "unreachable", "")
        try:
            refusal = await self._robots.refusal(item.url)
            if refusal:
                state: ReadState = "blocked" if refusal == "robots.txt" else "unreachable"
                return replace(page, read_state=state, reason=refusal)
            answer = await self._answer(item)
        except FetchError as error:
            return replace(page, fetched_at=self._now(), read_state=state_of(error), reason=reason_of(error, item.url))
        except ValueError:
            return replace(page, read_state="blocked", reason="not a URL")
        state, reason = await asyncio.to_thread(judged, answer)
        kept = bool(answer.body) and 200 <= answer.status < 300 and state in ("read", "blocked", "gone")
        return replace(
            page,
            final_url=answer.final_url,
            fetched_at=self._now(),
            status=answer.status,
            content_type=_one_line(answer.headers.get("content-type", "")),
            body_sha256=self._archive.keep_body(answer.body) if kept else None,
            body_bytes=len(answer.body),
            read_state=state,
            reason=reason,
        )

    async def _answer(self, item: FeedItem) -> Answer:
        """The answer to a page's URL; a busy server that names a short time is asked once more after it."""
        headers = {
            "Accept": "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5",
            "Accept-Language": f"{item.lang},*;q=0.5" if re.fullmatch("[a-z]{2}", item.lang) else "*",
        }
        async with self._lanes.turn(item.url):
            answer = await self._get(item.url, headers)
            wait = retry_after(answer, self._now())
            if wait is not None and wait <= MAX_RETRY_AFTER:
                await asyncio.sleep(wait)
                answer = await self._get(item.url, headers)
        return answer

    async def _get(self, url: str, headers: Mapping[str, str]) -> Answer:
        async with self._slots:
            self.downloads += 1
            return await self._client.get(url, headers=headers, limits=LIMITS)


def is_passing(page: Page) -> bool:
    if page.status is None:
        return page.read_state in ("timeout", "unreachable")
    failed = page.reason.startswith("HTTP ")
    return failed and (page.status in _PASSING or page.status >= 500)


def state_of(error: FetchError) -> ReadState:
    if error.kind == "timeout" or error.kind == "too_large":
        return error.kind
    return "blocked" if error.kind == "refused" else "unreachable"


def reason_of(error: FetchError, url: str) -> str:
    what = _one_line(str(error).removeprefix(f"{shown(url)}: "))
    return _NOT_PUBLIC.sub(r"address not public: \1", what)


def judged(answer: Answer) -> tuple[ReadState, str]:
    """State and reason of a complete answer."""
    stands = wall(answer.status, answer.headers, answer.body)
    if stands is not None:
        return stands
    if not 200 <= answer.status < 300:
        return _state_of_status(answer.status), _status_reason(answer)
    away = redirected_away(answer.url, answer.final_url)
    if away is not None:
        return away
    if not answer.body.strip():
        return "empty", "empty body"
    other = _not_text(answer.headers.get("content-type", ""), answer.body)
    return ("not_html", other) if other else ("read", "")


def _state_of_status(status: int) -> ReadState:
    return "blocked" if status in _BLOCKED else "gone" if status in _GONE else "unreachable"


def _status_reason(answer: Answer) -> str:
    reason = f"HTTP {answer.status}"
    if answer.status in (429, 503) and answer.headers.get("retry-after"):
        reason += f", Retry-After: {_one_line(answer.headers['retry-after'])[:40]}"
    return reason


def _not_text(content_type: str, body: bytes) -> str:
    """What the body is when it is neither HTML nor text; "" when it is."""
    kind = content_type.partition(";")[0].strip().lower()
    start = body.lstrip()[:1024]
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            return name
    if kind not in _READABLE_TYPES and not (kind in _UNSURE_TYPES and _HTML_START.match(start)):
        return _one_line(kind)[:80]
    if b"\0" in body[:4096] and not body.startswith(_BOM_WITH_NULS) and body[:4096].count(0) > 8:
        return "binary"
    return ""


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds a 429 or 503 asks to wait (RFC 9110 10.2.3: a number or a date); None when it names none."""
    value = answer.headers.get("retry-after", "").strip()
    if answer.status not in (429, 503) or not value:
        return None
    if value.isdecimal() and len(value) < 8:
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())
