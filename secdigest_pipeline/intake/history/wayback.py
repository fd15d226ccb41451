"""The Wayback Machine: its list of captures of the feed's URL (CDX), then the captured bodies as they were (`id_`).

A capture is a snapshot of the feed like a poll's: it shows everything from its oldest entries to the time it was taken.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from secdigest_pipeline.intake.history.asking import Asker, Document, SourceError
from secdigest_pipeline.intake.spans import Span, gaps, reach_of

BEFORE, AFTER = timedelta(days=3), timedelta(days=14)
MAX_CAPTURES = 8
MAX_LISTED = 1_000
_TAKEN = re.compile(r"/web/(\d{14})id_/")


class _Capture(NamedTuple):
    taken: datetime
    url: str


async def walk(ask: Asker) -> None:
    """Read captures from the first one after the window back, each that reaches furthest behind the one before."""
    captures = await _captures(ask)
    after = [capture for capture in captures if capture.taken >= ask.edition.cutoff]
    before = [capture for capture in captures if capture.taken < ask.edition.cutoff]
    chosen = after[0] if after else before.pop() if before else None
    reached = ask.edition.cutoff
    for _ in range(MAX_CAPTURES):
        if chosen is None:
            break
        span = await _read(ask, chosen)
        reached = min(reached, span.start)
        if reached <= ask.edition.start:
            break
        # The earliest capture that still touches what is known; across a gap, the one nearest to it.
        before = [capture for capture in before if capture.taken < min(chosen.taken, span.end)]
        chosen = next((capture for capture in before if capture.taken >= reached), before[-1] if before else None)
    spans = [*ask.proven().values(), *(Span(row.start, row.end) for row in ask.reaches if row.start and row.end)]
    if gaps(spans, ask.edition.start, ask.edition.cutoff):
        raise SourceError(
            f"{len(captures)} captures around the window, none for all of it" if captures else "no capture"
        )


async def _captures(ask: Asker) -> list[_Capture]:
    """Captures around the window, oldest first, at most one an hour; asked for by the month, which serves its editions."""
    months = sorted(
        {f"{day:%Y%m}" for day in (ask.edition.start - BEFORE, ask.edition.cutoff, ask.edition.cutoff + AFTER)}
    )
    captures = [capture for month in months if month <= f"{ask.now:%Y%m}" for capture in await _captured(ask, month)]
    first, last = ask.edition.start - BEFORE, ask.edition.cutoff + AFTER
    return sorted(capture for capture in captures if first <= capture.taken <= last)


async def _captured(ask: Asker, month: str) -> list[_Capture]:
    asked = {
        "url": ask.feed.url,
        "output": "json",
        "fl": "timestamp,original",
        "filter": "statuscode:200",
        "collapse": "timestamp:10",
        "from": month,
        "to": month,
        "limit": MAX_LISTED,
    }
    document = await ask.document(f"{_base(ask)}/cdx/search/cdx?{urlencode(asked)}", accept="application/json")
    if document.status != 200:
        raise SourceError(f"HTTP {document.status} at {document.url}")
    try:
        rows = json.loads(document.body) if document.body.strip() else []
        return [_Capture(_moment(stamp), f"{_base(ask)}/web/{stamp}id_/{url}") for stamp, url in rows[1:]]
    except (ValueError, TypeError, RecursionError, KeyError):
        raise SourceError("the list of captures cannot be read") from None


async def _read(ask: Asker, capture: _Capture) -> Span:
    """What one capture proves."""
    kept = ask.proven().get(capture.url)
    if kept is not None:
        return kept
    # What was captured never changes, whenever it was asked for.
    page = await ask.page(capture.url, since=datetime.min.replace(tzinfo=UTC), base=ask.feed.url)
    taken = _taken(page.document, capture)
    reach = reach_of([date for date in page.dates if date is None or date <= taken])
    span = Span(taken if reach is None else min(reach, taken), taken)
    ask.proved(span, page.document)
    return span


def _taken(document: Document, capture: _Capture) -> datetime:
    """When the body was captured: the server may answer with the nearest capture instead of the one asked for."""
    found = _TAKEN.search(document.final_url)
    return _moment(found[1]) if found else capture.taken


def _base(ask: Asker) -> str:
    return ask.source.url.rstrip("/")


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
