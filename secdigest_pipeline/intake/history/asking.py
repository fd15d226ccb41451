"""Asking a source of the past: politely, within bounds, and never twice for what the archive already holds.

Every answer becomes a row of the archive as soon as the source is done with an edition, failures too. An answer serves
every edition that had closed when it was given; a failure is not tried again for a day.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.hosts import HostTurns
from secdigest_pipeline.fetching.http import Client, FetchError
from secdigest_pipeline.fetching.urls import host_of
from secdigest_pipeline.intake.feeds.feeds import Feed, HistorySource
from secdigest_pipeline.intake.membership import CLOCK_SLACK
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.parse import PARSE_SECONDS, ParsedFeed, ParsedItem, parse_feed
from secdigest_pipeline.intake.polling.poll import ACCEPT, FEED_LIMITS
from secdigest_pipeline.intake.polling.shown import sightings_of
from secdigest_pipeline.intake.records import Poll, Reach, Sighting
from secdigest_pipeline.intake.spans import Span

T = TypeVar("T")

MAX_REQUESTS = 60  # of one source for one feed and edition
MAX_ENTRIES = 2_000  # of one document of the past
RETRY_AFTER = timedelta(days=1)


class SourceError(Exception):
    """A source of the past that can't serve this edition, or not any further; the message says why."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What every source asked in one run has in common."""

    archive: Archive
    client: Client
    workers: Workers
    now: Callable[[], datetime]
    turns: HostTurns
    closed_hosts: set[str]


@dataclass(frozen=True, slots=True)
class Document:
    """One answer: the status may be any below 500 but 429."""

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes
    asked_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Page:
    """A document that is a feed."""

    document: Document
    parsed: ParsedFeed

    @property
    def items(self) -> tuple[ParsedItem, ...]:
        """Its entries, newest first, those without a date last."""
        return self.parsed.items

    @property
    def dates(self) -> list[datetime | None]:
        """When each of its entries was published."""
        return [item.published_at for item in self.items]


class Asker:
    """One source of one feed, asked for one edition.

    `kept` is what the archive has of this feed's past so far, `seen` the ids of all its items.
    """

    def __init__(
        self,
        shared: Shared,
        feed: Feed,
        source: HistorySource,
        edition: Edition,
        kept: Sequence[Reach],
        seen: Collection[str],
    ) -> None:
        self.feed = feed
        self.source = source
        self.edition = edition
        self.seen = seen
        self.polls: list[Poll] = []
        self.sightings: dict[str, Sighting] = {}
        self.reaches: list[Reach] = []
        self.undated: set[str] = set()
        self._shared = shared
        self._answers: Mapping[str, Reach] = {row.url: row for row in kept if row.body_sha256}
        self._failures: Mapping[str, Reach] = {row.url: row for row in kept if row.url and row.state == "failed"}
        self._asked: dict[str, Document] = {}

    @property
    def now(self) -> datetime:
        """The moment, UTC."""
        return self._shared.now()

    async def page(self, url: str, *, since: datetime | None = None, base: str = "") -> Page:
        """The feed at `url`, its dated entries kept as sightings; SourceError when there is none."""
        document = await self.document(url, since=since)
        if document.status not in (200, 203):
            raise SourceError(f"HTTP {document.status} at {url}")
        return await self.read(document, base=base)

    async def read(self, document: Document, *, base: str = "") -> Page:
        """`document` as a feed, its dated entries kept as sightings; SourceError when it is none.

        Its relative links belong to `base`; empty: to the address that answered.
        """
        base = base or document.final_url
        parsed = await self.run(
            parse_feed, self.feed.feed_id, self.feed.lang, document.body, base, document.content_type, MAX_ENTRIES
        )
        if parsed.entries is None:
            raise SourceError(f"{parsed.reason} at {document.url}")
        if len(parsed.item_ids) > len(parsed.items):
            raise SourceError(f"more than {MAX_ENTRIES} entries at {document.url}")
        page = Page(document, parsed)
        self.keep(page)
        return page

    def keep(self, page: Page) -> None:
        """The dated entries of a page as sightings; one without a date can't be put into any past edition."""
        self.undated |= {item.item_id for item in page.items if item.published_at is None}
        for row in sightings_of(
            page.parsed, frozenset(), self.feed.feed_id, page.document.asked_at, "history", page.document.digest
        ):
            if row.published_at is not None and row.published_at <= page.document.asked_at + CLOCK_SLACK:
                self.sightings.setdefault(row.item_id, row)

    async def document(self, url: str, *, since: datetime | None = None, accept: str = ACCEPT) -> Document:
        """What `url` answers, from the archive when it was asked at or after `since` (default: the edition's closing).

        SourceError when there is no usable answer: no connection, 429, 5xx, or too many requests.
        """
        if url in self._asked:
            return self._asked[url]
        kept, failure = self._answers.get(url), self._failures.get(url)
        if kept is not None and kept.asked_at >= (since or self.edition.closes):
            body = await asyncio.to_thread(self._shared.archive.bodies.get, kept.body_sha256 or "")
            return Document(
                url, kept.final_url, kept.status or 0, kept.content_type, body, kept.asked_at, kept.body_sha256 or ""
            )
        failed = [row for row in self.reaches if (row.url, row.state) == (url, "failed")]
        failure = failed[0] if failed else failure
        if failure is not None and failure.asked_at > self.now - RETRY_AFTER:
            raise SourceError(failure.reason)
        if len(self.polls) >= MAX_REQUESTS:
            raise SourceError(f"stopped after {MAX_REQUESTS} requests")
        async with self._shared.turns.turn(url):
            if host_of(url) in self._shared.closed_hosts:
                raise SourceError(f"{host_of(url)} asked for a pause")
            try:
                answer = await self._shared.client.get(url, {"Accept": accept}, FEED_LIMITS)
            except FetchError as error:
                self._failed(url, str(error), None)
                raise SourceError(str(error)) from None
        if answer.status == 429 or answer.status >= 500:
            if answer.status in (429, 503):
                self._shared.closed_hosts.add(host_of(url))
            reason = f"HTTP {answer.status} at {url}"
            self._failed(url, reason, answer.status)
            raise SourceError(reason)
        digest = sha256(answer.body)
        await asyncio.to_thread(self._shared.archive.bodies.put, answer.body)
        content_type = answer.headers.get("content-type", "")[:200]
        document = Document(url, answer.final_url, answer.status, content_type, answer.body, self.now, digest)
        self._row(document)
        self._asked[url] = document
        return document

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """`function` in a worker; SourceError when the answer can't be read."""
        try:
            return await self._shared.workers.run(function, *args, timeout=PARSE_SECONDS)
        except Exception as error:
            raise SourceError(f"an answer cannot be read ({type(error).__name__})") from error

    def proved(self, span: Span, document: Document) -> None:
        """Everything the feed published in `span` was shown, the last of it by `document`.

        SourceError when entries without a date were among it: they may belong anywhere in the span.
        """
        if self.undated:
            raise SourceError(f"{len(self.undated)} entries without a date that can be read")
        self.reaches = [row for row in self.reaches if (row.url, row.asked_at) != (document.url, document.asked_at)]
        self.reaches.append(self._reach(document, "whole", "", span))

    def proven(self) -> dict[str, Span]:
        """What earlier answers of this source proved, by the URL that did."""
        return {
            row.url: Span(row.start, row.end)
            for row in self._answers.values()
            if row.source == self.source.protocol and row.start is not None and row.end is not None
        }

    def verdict(self, reason: str) -> Reach:
        """The row that sums up this source for the edition; `reason` is empty when nothing is missing."""
        failed = any(row.state == "failed" for row in self.reaches)
        nothing = Document("", "", 0, "", b"", self.now, "")
        return self._reach(nothing, "failed" if failed else "part" if reason else "whole", reason, None)

    def _row(self, document: Document) -> None:
        self.reaches.append(self._reach(document, "part", "", None))
        reason = "" if document.status in (200, 203) else f"HTTP {document.status}"
        self.polls.append(self._poll(document.url, document.final_url, document.asked_at, document.status, reason))

    def _failed(self, url: str, reason: str, status: int | None) -> None:
        empty = Document(url, url, status or 0, "", b"", self.now, "")
        self.reaches.append(self._reach(empty, "failed", reason, None))
        self.polls.append(self._poll(url, url, empty.asked_at, status, reason))

    def _reach(self, document: Document, state: str, reason: str, span: Span | None) -> Reach:
        return Reach(
            feed_id=self.feed.feed_id,
            source=self.source.protocol,
            edition=self.edition.key,
            url=document.url,
            asked_at=document.asked_at,
            state=state,  # type: ignore[arg-type]
            reason=reason[:500],
            start=span.start if span else None,
            end=span.end if span else None,
            body_sha256=document.digest or None,
            final_url=document.final_url,
            content_type=document.content_type,
            status=document.status or None,
        )

    def _poll(self, url: str, final_url: str, at: datetime, status: int | None, reason: str) -> Poll:
        return Poll(
            feed_id=self.feed.feed_id,
            polled_at=at,
            url=url,
            final_url=final_url,
            outcome="error" if reason else "new",
            status=status,
            reason=reason[:500],
            body_sha256=self.reaches[-1].body_sha256,
            content_type=self.reaches[-1].content_type,
            etag="",
            last_modified="",
            entries=None,
            moved_to="",
            failures=0,
            not_before=None,
            via="history",
        )
