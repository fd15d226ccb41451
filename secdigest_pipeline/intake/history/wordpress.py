"""WordPress date archives as feeds: `/{yyyy}/{mm}/{dd}/feed/`, its further pages by `?paged=N`.

The days are those of the site's own clock, which the feed does not tell; three of them hold an edition's window in
every time zone there is.
"""

from datetime import UTC, date, datetime, time, timedelta

from secdigest_pipeline.intake.history.asking import Asker, Document, Page, SourceError
from secdigest_pipeline.intake.spans import Span

MAX_PAGES = 20
# The clocks furthest ahead of and behind UTC.
_AHEAD, _BEHIND = timedelta(hours=14), timedelta(hours=12)


async def walk(ask: Asker) -> None:
    """Ask for every day that may hold a part of the edition's window; SourceError when one can't be had whole."""
    document: Document | None = None
    first, last = ask.edition.start - _BEHIND, ask.edition.cutoff + _AHEAD
    day = first.date()
    while day <= last.date():
        document = await _day(ask, day)
        day += timedelta(days=1)
    assert document is not None
    ask.proved(Span(ask.edition.start, ask.edition.cutoff), document)


async def _day(ask: Asker, day: date) -> Document:
    """The last answer for a day all of whose posts were shown."""
    address = f"{ask.source.url.rstrip('/')}/{day:%Y/%m/%d}/feed/"
    shown: frozenset[str] = frozenset()
    for number in range(1, MAX_PAGES + 1):
        document = await ask.document(address if number == 1 else f"{address}?paged={number}")
        if number > 1 and document.status in (404, 410):
            return document
        if document.status not in (200, 203, 404):
            raise SourceError(f"HTTP {document.status} at {document.url}")
        # For a day without a post, older versions send 404 and, as the body, the feed without an entry.
        page = await _read(ask, document)
        if not page.items:
            return document
        if any(date and not _within(date, day) for date in page.dates):
            raise SourceError(f"the site does not keep to the date of {document.url}")
        if page.parsed.item_ids <= shown:
            raise SourceError(f"the site does not page {address}")
        shown |= page.parsed.item_ids
    raise SourceError(f"more than {MAX_PAGES} pages at {address}")


async def _read(ask: Asker, document: Document) -> Page:
    try:
        return await ask.read(document)
    except SourceError:
        if document.status == 404:
            raise SourceError(f"HTTP 404 at {document.url}") from None
        raise


def _within(moment: datetime, day: date) -> bool:
    """Whether `moment` is on `day` somewhere on earth."""
    midnight = datetime.combine(day, time(), UTC)
    return midnight - _AHEAD <= moment < midnight + timedelta(days=1) + _BEHIND
