"""How the feeds do: the health of each as the archive shows it at a moment.

Everything here is a pure function of the archive up to a moment, so a report made again says the same of its feeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from secdigest_pipeline.base.arrow import first_rows, one_of, scalar_of, until
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.membership import CLOCK_SLACK
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import Poll

if TYPE_CHECKING:
    import pyarrow as pa

RHYTHM = timedelta(days=90)  # how far back a feed's gaps are measured
FEWEST_GAPS = 10  # fewer say nothing of a feed's rhythm
COARSENESS_HOURS = 1.0  # feeds are polled by the hour: no gap is known better than that
POLLS_LOOKED_AT = timedelta(days=14)

Moments = Sequence[int]  # microseconds since 1970, UTC, oldest first
_MICROSECONDS_AN_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One enabled feed as its polls and items show it at a moment."""

    feed_id: Annotated[str, "feed of feeds.yaml"]
    name: Annotated[str, "name of the feed"]
    url: Annotated[str, "URL that is asked"]
    polled_at: Annotated[datetime | None, "last poll, UTC; null when there was none in 14 days"]
    answered_at: Annotated[datetime | None, "last poll that gave a readable body or 304, UTC; null: none in 14 days"]
    outcome: Annotated[Literal["new", "unchanged", "error"] | None, "what the last poll came to"]
    status: Annotated[int | None, "HTTP status of the last poll"]
    reason: Annotated[str, "why the last poll failed, or what was odd; empty when all is well"]
    failures: Annotated[int, "polls in a row, up to the last one, that ended in an error"]
    back_off_until: Annotated[datetime | None, "not asked again before (Retry-After, back-off), UTC"]
    entries: Annotated[int | None, "entries of the last body that could be parsed"]
    newest_at: Annotated[datetime | None, "publication (else first sighting) of its newest item, UTC; at most 90 days"]
    newest_age_hours: Annotated[float | None, "age of that item, hours"]
    gap_p95_hours: Annotated[float | None, "95th percentile of its gaps without news in 90 days; null: under 10 gaps"]
    gap_longest_hours: Annotated[float | None, "longest of those gaps, hours"]
    quiet_hours: Annotated[float | None, "hours from its newest item to the last poll that answered"]
    silent: Annotated[bool, "quiet for more than an hour beyond its own 95th percentile"]
    emptied: Annotated[bool, "its last body has no entry although it had items before"]
    moved_to: Annotated[str, "where the URL has moved for good; empty when it has not"]


FEED_HEALTH = Table("feed_health", FeedHealth, key=("feed_id",))


def feed_health(feeds: Sequence[Feed], archive: Archive, at: datetime) -> list[FeedHealth]:
    """The health of every enabled feed of the list, in its order, by what the archive held at `at`."""
    enabled = [feed for feed in feeds if feed.enabled]
    last, answered = _last_polls(archive, {feed.feed_id for feed in enabled}, at)
    seen = archive.seen()
    seen = seen.filter(until(seen.column("seen_at"), at))
    with_items = set(seen.column("feed_id").unique().to_pylist())
    news = _news(seen, at)
    return [
        _health(
            feed,
            last.get(feed.feed_id),
            answered.get(feed.feed_id),
            news.get(feed.feed_id, ()),
            had_items=feed.feed_id in with_items,
            at=at,
        )
        for feed in enabled
    ]


def quieter_than_ever(row: FeedHealth) -> bool:
    """Whether the feed is quiet for longer than it ever was in 90 days: a working-week feed passes its 95th percentile
    every weekend."""
    return (
        row.silent
        and row.quiet_hours is not None
        and row.gap_longest_hours is not None
        and row.quiet_hours > row.gap_longest_hours + COARSENESS_HOURS
    )


def _health(
    feed: Feed, last: Poll | None, answered: Poll | None, news: Moments, *, had_items: bool, at: datetime
) -> FeedHealth:
    gaps = sorted((later - earlier) / _MICROSECONDS_AN_HOUR for earlier, later in pairwise(news))
    newest = datetime.fromtimestamp(news[-1] / 1_000_000, UTC) if news else None
    known = len(gaps) >= FEWEST_GAPS
    # Of the time since the last answer nobody knows whether the feed had news.
    quiet = _hours(answered.polled_at - newest) if answered is not None and newest is not None else None
    p95 = round(gaps[math.ceil(0.95 * len(gaps)) - 1], 2) if known else None
    return FeedHealth(
        feed_id=feed.feed_id,
        name=feed.name,
        url=feed.url,
        polled_at=last.polled_at if last else None,
        answered_at=answered.polled_at if answered else None,
        outcome=last.outcome if last else None,
        status=last.status if last else None,
        reason=last.reason if last else "",
        failures=last.failures if last else 0,
        back_off_until=last.not_before if last and last.not_before and last.not_before > at else None,
        entries=answered.entries if answered else None,
        newest_at=newest,
        newest_age_hours=_hours(at - newest) if newest is not None else None,
        gap_p95_hours=p95,
        gap_longest_hours=round(gaps[-1], 2) if known else None,
        quiet_hours=quiet,
        silent=quiet is not None and p95 is not None and quiet > p95 + COARSENESS_HOURS,
        emptied=answered is not None and answered.entries == 0 and had_items,
        moved_to=last.moved_to if last else "",
    )


def _last_polls(archive: Archive, feed_ids: set[str], at: datetime) -> tuple[dict[str, Poll], dict[str, Poll]]:
    """The last poll of each feed at `at`, and the last one that was answered with something readable."""
    last: dict[str, Poll] = {}
    answered: dict[str, Poll] = {}
    # A run is filed under the day of its last poll, which may be the day after.
    newest = (at.astimezone(UTC) + timedelta(days=1)).date().isoformat()
    oldest = (at.astimezone(UTC) - POLLS_LOOKED_AT).date().isoformat()
    for day in reversed(archive.days()):
        # Every poll of an older folder is older than all of a newer one, but for the run that crossed midnight.
        if day < oldest or answered.keys() == feed_ids == last.keys():
            break
        if day > newest:
            continue
        for poll in archive.polls_of(day):
            if poll.via == "feed" and poll.feed_id in feed_ids and poll.polled_at <= at:
                _keep_later(last, poll)
                if poll.outcome != "error":
                    _keep_later(answered, poll)
    return last, answered


def _keep_later(found: dict[str, Poll], poll: Poll) -> None:
    if poll.feed_id not in found or poll.polled_at > found[poll.feed_id].polled_at:
        found[poll.feed_id] = poll


def _news(seen: pa.Table, at: datetime) -> dict[str, Moments]:
    """By feed, when it had something new in the RHYTHM before `at`, oldest first: the last moment of each hour, so that
    items of one batch are one piece of news."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # The earliest sighting of an item counts.
    in_time = pc.coalesce(seen.column("published_at"), seen.column("seen_at"))
    recent = seen.filter(pc.greater_equal(in_time, scalar_of(in_time.type, at - RHYTHM)))
    items = first_rows(recent.sort_by([("item_id", "ascending"), ("seen_at", "ascending")]), ["item_id"])
    shown, published = items.column("seen_at"), items.column("published_at")
    latest = pc.add(shown, scalar_of(pa.duration("us"), CLOCK_SLACK))
    plausible = pc.and_kleene(pc.is_valid(published), pc.less_equal(published, latest))
    # Of an undated backlog nobody knows when it was new.
    polled = pc.if_else(one_of(items.column("seen_via"), ["poll"]), shown, pa.nulls(1, shown.type)[0])
    new_at = pc.if_else(plausible, published, polled)
    moments = pa.table({"feed": items.column("feed_id"), "hour": pc.floor_temporal(new_at, unit="hour"), "at": new_at})
    by_hour = moments.filter(pc.is_valid(new_at)).sort_by([("feed", "ascending"), ("at", "descending")])
    news: dict[str, list[int]] = {}
    hours = first_rows(by_hour, ["feed", "hour"])
    for feed, moment in zip(
        hours.column("feed").to_pylist(), hours.column("at").cast(pa.int64()).to_pylist(), strict=True
    ):
        news.setdefault(feed, []).append(moment)
    return {feed: latest_first[::-1] for feed, latest_first in news.items()}


def _hours(length: timedelta) -> float:
    return round(length.total_seconds() / 3600, 2)
