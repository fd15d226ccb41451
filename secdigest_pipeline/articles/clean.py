"""One Article for every kept news item, whatever happened to its page: the page's text, else the feed's, else none."""

import asyncio
import hashlib
from collections.abc import Sequence

from secdigest_pipeline.articles.page_archive import PageArchive
from secdigest_pipeline.articles.records import Article, Link, Page, ReadState
from secdigest_pipeline.files import StorageError
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.workers import WorkerError, Workers

EXTRACT_SECONDS = 20.0
# Plain text a feed must carry beyond the title to stand in for the page: one sentence
USABLE_FEED_TEXT = 80


async def clean_articles(
    items: Sequence[FeedItem], pages: Sequence[Page], archive: PageArchive, workers: Workers
) -> list[Article]:
    """The article of every kept news item, in item order. A crash or timeout of extraction is one article's state."""
    by_id = {page.article_id: page for page in pages}
    wanted = [item for item in items if item.kept and item.article_id in by_id]
    # Bodies are read just before their turn, so that a day of pages is never in memory at once
    turns = asyncio.Semaphore(8)

    async def one(item: FeedItem) -> Article:
        async with turns:
            return await _clean(item, by_id[item.article_id or ""], archive, workers)

    return await asyncio.gather(*(one(item) for item in wanted))


async def _clean(item: FeedItem, page: Page, archive: PageArchive, workers: Workers) -> Article:
    from secdigest_pipeline.articles.extract import extract, extract_html

    state, reason = page.read_state, page.reason
    found = None
    if state == "read" and page.body_sha256:
        try:
            body = await asyncio.to_thread(archive.bodies.get, page.body_sha256)
            found = await workers.run(
                extract, body, page.content_type, page.final_url, item.title, timeout=EXTRACT_SECONDS
            )
        except WorkerError as error:
            state, reason = "empty", f"extraction: {str(error).partition(': ')[2] or error}"
        except StorageError as error:
            state, reason = "unreachable", str(error)
        if found is not None and found.text:
            return _article(
                item, found.title, state, reason, found.text, found.page_text, _links(found.links), found.extractor
            )
        if found is not None:
            state, reason = "empty", "the page holds no text of the article"
    whole = found.page_text if found is not None else ""
    links = _links(found.links) if found is not None else ()
    fed = ""
    if item.content:
        try:
            carried = await workers.run(extract_html, item.content, item.url, item.title, timeout=EXTRACT_SECONDS)
            fed = carried.text or carried.page_text
            whole, links = whole or carried.page_text, links or _links(carried.links)
        except WorkerError as error:
            reason = f"{reason}; feed text: {error}"[:300]
    fed = max(fed, item.summary, key=len)
    if len(fed.replace(item.title, "").strip()) >= USABLE_FEED_TEXT:
        return _article(item, item.title, "feed_only", _reason(state, reason), fed, whole or fed, links, "feed")
    return _article(item, item.title, state, reason, "", whole, links, "none")


def _article(
    item: FeedItem,
    title: str,
    state: ReadState,
    reason: str,
    text: str,
    page_text: str,
    links: tuple[Link, ...],
    extractor: str,
) -> Article:
    return Article(
        edition=item.edition,
        article_id=item.article_id or "",
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
        text_sha256=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        page_text=page_text,
        links=links,
        extractor=extractor,
    )


def _links(found: tuple[tuple[str, str], ...]) -> tuple[Link, ...]:
    return tuple(Link(url, text) for url, text in found)


def _reason(state: ReadState, reason: str) -> str:
    return f"{state}: {reason}" if reason else state
