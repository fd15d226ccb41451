"""Blogger's dated queries: `published-min` and `published-max` on the feed itself, further pages by its `next` link."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from secdigest_pipeline.intake.history.asking import Asker, SourceError
from secdigest_pipeline.intake.spans import Span

MAX_PAGES = 10
MAX_RESULTS = 150


async def walk(ask: Asker) -> None:
    """Ask for exactly the edition's window; SourceError when it can't be had whole."""
    start, end = ask.edition.start, ask.edition.cutoff
    asked = {
        "published-min": _stamp(start),
        "published-max": _stamp(end),
        "orderby": "published",
        "max-results": MAX_RESULTS,
    }
    url = f"{ask.source.url}{'&' if '?' in ask.source.url else '?'}{urlencode(asked)}"
    shown: frozenset[str] = frozenset()
    for _ in range(MAX_PAGES):
        page = await ask.page(url)
        if any(date and not start <= date < end for date in page.dates):
            raise SourceError(f"the site does not keep to the dates of {url}")
        if not page.parsed.older:
            ask.proved(Span(start, end), page.document)
            return
        if page.parsed.item_ids <= shown:
            raise SourceError(f"the site does not page {url}")
        shown |= page.parsed.item_ids
        url = page.parsed.older
    raise SourceError(f"more than {MAX_PAGES} pages of {ask.source.url}")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
