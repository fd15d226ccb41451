"""Reading the pages of kept items: each once and for good, and every answer ends in a state.

What is definitive (an article, a refusal, a missing page) is never asked for again; what was only bad luck (timeout, no
connection, 5xx, 408, 425, 429) is by the next run.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from secdigest_pipeline.articles.pages.answers import is_passing
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.polite import PoliteReader, renewed, unasked
from secdigest_pipeline.articles.records import Page, ReadState
from secdigest_pipeline.fetching.http import Client
from secdigest_pipeline.fetching.urls import host_of
from secdigest_pipeline.intake.records import FeedItem

_LOOKUPS = 8  # at once; what is kept may lie in an object store


async def read_pages(
    items: Sequence[FeedItem],
    archive: PageArchive,
    client: Client,
    *,
    at_once: int,
    host_delay: float,
    now: Callable[[], datetime],
    refetch: frozenset[str] = frozenset(),
    arrived: Callable[[FeedItem, Page], None] | None = None,
) -> tuple[list[Page], int]:
    """The page of every kept news item, in item order, and how many downloads that took.

    A stored page is taken from `archive` unless its article id is in `refetch`, its state was passing or its body is damaged. At most
    `at_once` requests run at a time, one at a host, `host_delay` seconds apart. `arrived` is called with each page as
    soon as it is there, while others are still on their way. Raises StorageError only.
    """
    asking = PoliteReader(archive, client, at_once, host_delay, now)
    chosen = wanted(items)
    stored = await _stored(archive, list(chosen))

    async def page_of(item: FeedItem, article_id: str) -> Page:
        page = await _page(item, article_id, *stored[article_id], archive, asking, now(), anew=article_id in refetch)
        if arrived is not None:
            arrived(item, page)
        return page

    at_host = Counter(host_of(item.url) for item in chosen.values())
    # A host is asked page by page with pauses: the one with most pages must not be the one that begins last.
    begun = sorted(chosen, key=lambda article_id: -at_host[host_of(chosen[article_id].url)])
    tasks = {key: asyncio.ensure_future(page_of(chosen[key], key)) for key in begun}
    try:
        pages = await asyncio.gather(*(tasks[key] for key in chosen))
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    return pages, asking.downloads


def wanted(items: Sequence[FeedItem]) -> dict[str, FeedItem]:
    """The kept news items that lead to a page, by article id, in item order; the first item of an article wins."""
    found: dict[str, FeedItem] = {}
    for item in items:
        if item.kept and item.section == "news" and item.article_id is not None:
            found.setdefault(item.article_id, item)
    return found


async def _stored(archive: PageArchive, article_ids: Sequence[str]) -> dict[str, tuple[Page | None, str]]:
    """What is kept of each article and what is wrong with its body, looked up by a few threads.

    One thread call for each would cost more than the look.
    """

    def look_up(some: Sequence[str]) -> dict[str, tuple[Page | None, str]]:
        pages = {article_id: archive.stored(article_id) for article_id in some}
        return {article_id: (page, archive.damage(page) if page else "") for article_id, page in pages.items()}

    parts = (article_ids[at::_LOOKUPS] for at in range(_LOOKUPS))
    found = await asyncio.gather(*(asyncio.to_thread(look_up, part) for part in parts))
    return {article_id: page for part in found for article_id, page in part.items()}


async def _page(
    item: FeedItem,
    article_id: str,
    stored: Page | None,
    damage: str,
    archive: PageArchive,
    asking: PoliteReader,
    moment: datetime,
    *,
    anew: bool,
) -> Page:
    if stored is not None and not anew and not damage and not is_passing(stored):
        return replace(stored, edition=item.edition)
    headers = {
        "Accept": "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5",
        "Accept-Language": f"{item.lang},*;q=0.5" if re.fullmatch("[a-z]{2}", item.lang) else "*",
    }
    page = await asking.fetched(unasked(item.edition, article_id, item.url, moment), headers, _is_kept)
    # In a thread: on the loop, every disk flush would hold up all other pages.
    return await asyncio.to_thread(renewed, archive, stored, damage, page)


def _is_kept(state: ReadState, _reason: str) -> bool:
    return state in ("read", "blocked", "gone")
