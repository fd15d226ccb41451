"""Spans of time within which everything a feed published is known to have been shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


def gaps(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """The parts of [start, end) that no span holds, in order."""
    left: list[Span] = []
    at = start
    for span in sorted(spans):
        if span.start >= end:
            break
        if span.start > at:
            left.append(Span(at, span.start))
        at = max(at, span.end)
    if at < end:
        left.append(Span(at, end))
    return left


def reach_of(dates: Sequence[datetime | None]) -> datetime | None:
    """How far back a snapshot with entries of these dates shows everything; None when it can't be told.

    A quarter of the entries is left out of account, oldest first: entries pinned to a feed or listed again are far
    older than the oldest that follows the others without a gap. Entries without a date count as if they were newest.
    """
    dated = sorted(date for date in dates if date is not None)
    place = len(dates) // 4
    return dated[place] if place < len(dated) else None
