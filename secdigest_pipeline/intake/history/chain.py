"""Feeds that lead back page by page: RFC 5005 links to older documents, and WordPress's `?paged=N` on any feed.

A chain is walked from its newest page until a page reaches behind the window. A page kept from an earlier walk is good
as long as it is not older than the page before it: what is published meanwhile moves entries to later pages, never to
earlier ones, so nothing falls between the two.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime

from secdigest_pipeline.intake.history.asking import Asker, Document, Page, SourceError
from secdigest_pipeline.intake.spans import Span, reach_of

MAX_PAGES = 400  # most of them from the archive; requests are bounded on their own
BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)

Older = Callable[[Page, int], str]


async def rfc5005(ask: Asker) -> None:
    """Follow `prev-archive` or `next` links (RFC 5005, 3 and 4); SourceError before the window's start is reached."""
    await _walk(ask, ask.source.url, lambda page, _: page.parsed.older)


async def paged(ask: Asker) -> None:
    """Ask for page after page; 404 behind the first says that there are no more."""
    address = f"{ask.source.url}{'&' if '?' in ask.source.url else '?'}paged="
    await _walk(ask, f"{address}1", lambda _, number: f"{address}{number + 1}", behind_the_last=(404, 410))


async def _walk(ask: Asker, url: str, older: Older, *, behind_the_last: Collection[int] = ()) -> None:
    """Page after page; a status of `behind_the_last` behind the first says that there are no more."""
    since = ask.edition.closes
    shown: frozenset[str] = frozenset()
    head: Document | None = None
    last: Document | None = None
    for number in range(1, MAX_PAGES + 1):
        document = await ask.document(url, since=since)
        if head and last and document.status in behind_the_last:
            ask.proved(Span(BEGINNING, head.asked_at), last)
            return
        if document.status not in (200, 203):
            raise SourceError(f"HTTP {document.status} at {url}")
        page = await ask.read(document)
        if not page.items:
            raise SourceError(f"no entries at {url}")
        if page.parsed.item_ids <= shown:
            raise SourceError(f"the site does not page {ask.source.url}")
        shown |= page.parsed.item_ids
        head, last, since = head or document, document, document.asked_at
        reach = reach_of(page.dates)
        if reach is not None:
            ask.proved(Span(min(reach, head.asked_at), head.asked_at), document)
            if reach <= ask.edition.start:
                return
        url = older(page, number)
        if not url:
            if number == 1:
                raise SourceError("the feed has no link to older entries")
            ask.proved(Span(BEGINNING, head.asked_at), document)
            return
    raise SourceError(f"more than {MAX_PAGES} pages of {ask.source.url}")
