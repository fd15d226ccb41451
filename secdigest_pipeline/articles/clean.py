"""Articles out of pages: one for every kept news item, whatever happened to its page."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime

from secdigest_pipeline.articles.extraction import Extraction, extract_feed_text, extract_page
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.read import read_pages, wanted
from secdigest_pipeline.articles.records import Article, Link, Page, ReadState
from secdigest_pipeline.base.characters import CHARACTERS_VERSION, visible
from secdigest_pipeline.base.files import StorageError, sha256
from secdigest_pipeline.base.workers import WorkerError, Workers, WorkerTimeout
from secdigest_pipeline.fetching.http import Client
from secdigest_pipeline.intake.records import FeedItem

# One page in a worker (docs/decisions/worker-processes.md: 19 MB of HTML took 25 s, and pages are capped at 5 MB)
EXTRACTION_SECONDS = 20.0
# Fewer characters than this beyond the title are no text an analyst could work with
_USABLE = 80
# Bodies held in memory at a time; enough to keep every worker busy
_IN_HAND = 2 * (os.cpu_count() or 1) + 2


async def clean_articles(
    items: Sequence[FeedItem], pages: Sequence[Page], archive: PageArchive, workers: Workers
) -> list[Article]:
    """One Article per kept news item, in item order (the first item of an article id wins).

    Pages are extracted in `workers`; a page that breaks one costs its own article only. Deterministic, without network.
    """
    by_article = {page.article_id: page for page in pages}
    hands = asyncio.Semaphore(_IN_HAND)

    async def cleaned(article_id: str, item: FeedItem) -> Article:
        async with hands:
            return await _cleaned(item, article_id, by_article.get(article_id), archive, workers)

    return await asyncio.gather(*(cleaned(article_id, item) for article_id, item in wanted(items).items()))


async def read_and_clean(
    items: Sequence[FeedItem],
    archive: PageArchive,
    client: Client,
    workers: Workers,
    *,
    at_once: int,
    host_delay: float,
    now: Callable[[], datetime],
    refetch: frozenset[str] = frozenset(),
) -> tuple[list[Page], list[Article], int]:
    """What `read_pages` and then `clean_articles` give, and the downloads: each page is cleaned while others are fetched."""
    workers.start_ahead()
    hands = asyncio.Semaphore(_IN_HAND)
    cleaning: dict[str, asyncio.Task[Article]] = {}

    async def cleaned(item: FeedItem, page: Page) -> Article:
        async with hands:
            return await _cleaned(item, page.article_id, page, archive, workers)

    def arrived(item: FeedItem, page: Page) -> None:
        cleaning[page.article_id] = asyncio.create_task(cleaned(item, page))

    try:
        pages, downloads = await read_pages(
            items,
            archive,
            client,
            at_once=at_once,
            host_delay=host_delay,
            now=now,
            refetch=refetch,
            arrived=arrived,
        )
        return pages, await asyncio.gather(*(cleaning[page.article_id] for page in pages)), downloads
    finally:
        for task in cleaning.values():
            task.cancel()
        await asyncio.gather(*cleaning.values(), return_exceptions=True)


async def _cleaned(
    item: FeedItem, article_id: str, page: Page | None, archive: PageArchive, workers: Workers
) -> Article:
    state: ReadState = page.read_state if page else "unreachable"
    reason = page.reason if page else "not fetched"
    if page is not None and page.read_state == "read":
        found, reason = await _extracted(page, item, archive, workers)
        if found is not None and found.text:
            return _article(item, article_id, "read", "", found)
        state, reason = "empty", reason or "no article text"
    carried = await _carried(item, workers)
    if carried is not None:
        return _article(item, article_id, "feed_only", f"{state}: {reason}", carried)
    return _article(item, article_id, state, reason, None)


async def _extracted(
    page: Page, item: FeedItem, archive: PageArchive, workers: Workers
) -> tuple[Extraction | None, str]:
    try:
        body = await asyncio.to_thread(archive.body, page.body_sha256 or "")
    except StorageError as error:
        archive.on_damage(f"{error}; the next run of article_pages fetches it anew")
        return None, "stored page cannot be read"
    try:
        found = await workers.run(
            extract_page,
            body,
            page.content_type,
            page.final_url,
            item.title,
            page.url,
            item.content or item.summary,
            timeout=EXTRACTION_SECONDS,
        )
    except WorkerTimeout:
        return None, "extraction: timed out"
    except WorkerError:
        return None, "extraction: crashed"
    except Exception as error:  # whatever a parser trips over is one article's state
        return None, f"extraction: {type(error).__name__}"
    return found, ""


async def _carried(item: FeedItem, workers: Workers) -> Extraction | None:
    """The article as the feed carries it, content before summary; None when that is no usable text."""
    if item.content:
        try:
            found = await workers.run(extract_feed_text, item.content, item.url, item.title, timeout=EXTRACTION_SECONDS)
        except Exception:  # the summary is left
            found = None
        if found is not None and _is_usable(found.text, item.title):
            return found
    summary = "\n".join(filter(None, (line.strip() for line in visible(item.summary).split("\n"))))
    return Extraction(item.title, summary, summary, (), "feed") if _is_usable(summary, item.title) else None


def _is_usable(text: str, title: str) -> bool:
    return len(text.replace(title, "").strip()) >= _USABLE


def _article(item: FeedItem, article_id: str, state: ReadState, reason: str, found: Extraction | None) -> Article:
    title = (found.title if found else "") or item.title
    text = found.text if found else ""
    return Article(
        edition=item.edition,
        article_id=article_id,
        item_id=item.item_id,
        url=item.url,
        title=title,
        outlet=item.feed_name,
        feed_id=item.feed_id,
        kind=item.kind,
        lang=item.lang,
        section=item.section,
        published_at=item.published_at,
        read_state=state,
        read_reason=reason,
        text=text,
        text_sha256=sha256(f"{title}\n{text}".encode("utf-8", "replace")),
        page_text=found.page_text if found else "",
        links=tuple(Link(url, label) for url, label in found.links) if found else (),
        extractor=found.extractor if found else "",
        characters=CHARACTERS_VERSION,
    )
