"""Reading primary sources: each link an article rests on fetched once through the page archive, and its text taken out.

The same archive, turns, robots.txt and limits as for articles (`pages`). A page that an article of any edition was read
from is not downloaded again; a body that is no HTML is kept here, because a source may be a PDF or a list of values.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from secdigest_pipeline.articles.clean import EXTRACTION_SECONDS
from secdigest_pipeline.articles.pages.answers import is_passing
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.polite import PoliteReader, renewed, unasked
from secdigest_pipeline.articles.primary.hosts import Hosts
from secdigest_pipeline.articles.primary.links import MAX_FOLLOWED, Source, lists_of, readable_url, sources_of
from secdigest_pipeline.articles.primary.text import SourceText, Unreadable, read_source
from secdigest_pipeline.articles.records import Article, Link, Page, PrimaryPage, ReadState
from secdigest_pipeline.base.characters import one_line
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.workers import WorkerError, Workers, WorkerTimeout
from secdigest_pipeline.fetching.http import Client
from secdigest_pipeline.fetching.urls import article_id, canonical_url

# Sources of one edition, lists followed from them not counted: 40 articles a day with all four of theirs.
MAX_EDITION = 160
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,application/pdf,text/plain,text/csv,application/json;q=0.8,*/*;q=0.5"
}
# What `pages` calls a body that is no HTML and that can be read here all the same.
_READABLE = frozenset(
    "PDF application/pdf application/json application/stix+json application/taxii+json text/csv text/markdown text/x-markdown "
    "text/tab-separated-values application/csv text/yaml application/octet-stream binary/octet-stream".split()
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A source of one article and the page whose link leads to it."""

    article: Article
    source: Source
    found_on: str


async def read_primary(
    articles: Sequence[Article],
    hosts: Hosts,
    archive: PageArchive,
    client: Client,
    workers: Workers,
    *,
    at_once: int,
    host_delay: float,
    now: Callable[[], datetime],
) -> tuple[list[PrimaryPage], int]:
    """The primary sources of `articles`, in article order and weightiest first, and how many downloads that took.

    At most MAX_SOURCES an article and MAX_EDITION in all; lists of indicators that a source links to are followed one
    step. Every source ends in a row with its state; two links that lead to one page are one row. Raises StorageError only.
    """
    reader = _Reader(archive, client, workers, at_once, host_delay, now)
    chosen = _chosen(articles, hosts)
    rows = await reader.rows(chosen)
    found = [_once(article, [row for row in rows if row.article_id == article.article_id]) for article in articles]
    followed = [
        _Wanted(article, source, page.final_url)
        for article, pages in zip(articles, found, strict=True)
        for page, source in _lists(article, pages, hosts)
    ]
    lists = await reader.rows(followed)
    return [
        row
        for article, pages in zip(articles, found, strict=True)
        for row in _once(article, [*pages, *(row for row in lists if row.article_id == article.article_id)])
    ], reader.downloads


def _chosen(articles: Sequence[Article], hosts: Hosts) -> list[_Wanted]:
    """Sources of all articles; where there are too many, every article's first comes before any one's second."""
    found = [
        (at, number, _Wanted(article, source, article.url))
        for number, article in enumerate(articles)
        for at, source in enumerate(sources_of(article, hosts))
    ]
    kept = sorted(found, key=lambda ranked: ranked[:2])[:MAX_EDITION]
    return [wanted for _, _, wanted in sorted(kept, key=lambda ranked: (ranked[1], ranked[0]))]


def _lists(article: Article, pages: Sequence[PrimaryPage], hosts: Hosts) -> list[tuple[PrimaryPage, Source]]:
    taken = {article.url, *(page.url for page in pages), *(page.final_url for page in pages)}
    found = [
        (page, source)
        for page in pages
        if page.read_state == "read" and page.format == "html"
        for source in lists_of(page.links, page.final_url, hosts, taken)
    ]
    once = {source.url: (page, source) for page, source in reversed(found)}
    return list(reversed(once.values()))[:MAX_FOLLOWED]


def _once(article: Article, pages: Sequence[PrimaryPage]) -> list[PrimaryPage]:
    """The pages without those that turned out to be the article itself or one that is there already."""
    seen = {_identity(article.url)}
    kept = []
    for page in pages:
        key = _identity(page.final_url)
        if key not in seen:
            seen.add(key)
            kept.append(page)
    return kept


def _identity(url: str) -> str:
    canonical = canonical_url(url)
    return article_id(canonical) if canonical else url


class _Reader:
    """One run's reading; bound to one event loop. A URL that several articles rest on is read once."""

    def __init__(
        self,
        archive: PageArchive,
        client: Client,
        workers: Workers,
        at_once: int,
        host_delay: float,
        now: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._workers = workers
        self._now = now
        self._asking = PoliteReader(archive, client, at_once, host_delay, now)
        self._read: dict[str, asyncio.Future[tuple[Page, SourceText | None, str]]] = {}

    @property
    def downloads(self) -> int:
        """Requests made for sources so far."""
        return self._asking.downloads

    async def rows(self, wanted: Sequence[_Wanted]) -> list[PrimaryPage]:
        """One row a wanted source, in order."""
        return await _all([self._row(source) for source in wanted])

    async def _row(self, wanted: _Wanted) -> PrimaryPage:
        source, edition = wanted.source, wanted.article.edition
        url = readable_url(source.url)
        reading = self._read.get(url)
        if reading is None:
            reading = self._read[url] = asyncio.ensure_future(self._source(url, edition))
        page, found, reason = await asyncio.shield(reading)
        state: ReadState = page.read_state
        if found is None and state in ("read", "not_html"):
            state = "not_html" if page.body_sha256 is None or reason.startswith("PDF") else "empty"
        return PrimaryPage(
            edition=edition,
            article_id=wanted.article.article_id,
            url=source.url,
            final_url=page.final_url if found is not None else source.url,
            kind="pdf" if found is not None and found.format == "pdf" else source.kind,
            read_state="read" if found is not None else state,
            reason="" if found is not None else reason,
            title=found.title if found else "",
            published=_past(found.published, page.fetched_at) if found else None,
            page_text=found.page_text if found else "",
            links=tuple(Link(address, text) for address, text in found.links) if found else (),
            found_on=wanted.found_on,
            why=source.why,
            format=found.format if found else "",
            body_sha256=page.body_sha256,
        )

    async def _source(self, url: str, edition: str) -> tuple[Page, SourceText | None, str]:
        page = await self._page(url, edition)
        if page.body_sha256 is None or page.read_state not in ("read", "not_html"):
            return page, None, page.reason or "not kept"
        try:
            found = await self._workers.run(
                read_source,
                await asyncio.to_thread(self._archive.body, page.body_sha256),
                page.content_type,
                page.final_url,
                timeout=EXTRACTION_SECONDS,
            )
        except StorageError:
            return page, None, "stored page cannot be read"
        except WorkerTimeout:
            return page, None, "extraction: timed out"
        except WorkerError:
            return page, None, "extraction: crashed"
        except Unreadable as error:
            return page, None, one_line(str(error))[:200]
        except Exception as error:  # whatever a parser trips over is one source's state
            return page, None, f"extraction: {type(error).__name__}"
        return (page, found, "") if found.page_text.strip() else (page, None, "no text")

    async def _page(self, url: str, edition: str) -> Page:
        key = article_id(canonical_url(url) or url)
        stored = await asyncio.to_thread(self._archive.stored, key)
        damage = await asyncio.to_thread(self._archive.damage, stored) if stored is not None else ""
        if stored is not None and not damage and not is_passing(stored) and not _lacks_body(stored):
            return replace(stored, edition=edition)
        page = await self._asking.fetched(unasked(edition, key, url, self._now()), _HEADERS, _is_kept)
        return await asyncio.to_thread(renewed, self._archive, stored, damage, page)


def _is_kept(state: ReadState, reason: str) -> bool:
    return state == "read" or reason in _READABLE


def _lacks_body(stored: Page) -> bool:
    """Whether an article's reading left aside, as no HTML, a body that is read here."""
    return stored.read_state == "not_html" and stored.body_sha256 is None and stored.reason in _READABLE


def _past(stated: datetime | None, fetched_at: datetime) -> datetime | None:
    """A date that a page states, unless it lies after the page was fetched."""
    return stated if stated is not None and stated <= fetched_at else None


async def _all(readings: Sequence[Awaitable[PrimaryPage]]) -> list[PrimaryPage]:
    tasks = [asyncio.ensure_future(reading) for reading in readings]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
