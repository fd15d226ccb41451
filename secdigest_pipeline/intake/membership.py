"""Which items belong to an edition, and which of them are kept: a pure function of the archive (docs/architecture.md, Editions).

An item belongs to exactly one edition, decided by its earliest sighting:

* no readable date: the edition in which it was first seen (`undated`);
* a date more than ten minutes after it was first seen: the edition in which it was first seen (`future`);
* otherwise the edition whose window holds its date (`published`), except that an item which a poll first showed after
  that edition had closed (cut-off plus grace) belongs to the edition in which it was first seen (`late`). The backlog
  in a feed's very first snapshot, and what a source of the past gives, are never late.

An article belongs to the earliest edition that an item leading to it belongs to; there the item of the first feed in
the list wins. Everything left out stays, with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from secdigest_pipeline.base.arrow import one_of, rows_of, until, within
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.fetching.urls import host_of, is_public_host
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.feeds.sections import section_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import FeedItem, Membership, SeenVia, Sighting

if TYPE_CHECKING:
    import pyarrow as pa

CLOCK_SLACK = timedelta(minutes=10)
MAX_ITEMS_OF_A_FEED = 200


def edition_of(published_at: datetime | None, seen_at: datetime, seen_via: SeenVia) -> tuple[Edition, Membership]:
    """The edition an item belongs to, and why (see above)."""
    if published_at is None:
        return Edition.of(seen_at), "undated"
    if published_at > seen_at + CLOCK_SLACK:
        return Edition.of(seen_at), "future"
    edition = Edition.of(published_at)
    if seen_via == "poll" and seen_at > edition.closes:
        return Edition.of(seen_at), "late"
    return edition, "published"


def items_of(edition: Edition, feeds: Sequence[Feed], archive: Archive, now: datetime) -> list[FeedItem]:
    """Every item of `edition` known at `now`, kept or left out with its reason, in the order of the report.

    Order: lead feeds, then the others as listed; within a feed newest first. Items of feeds that are not in `feeds`
    do not appear; disabled feeds do.
    """
    by_id = {feed.feed_id: feed for feed in feeds}
    seen = archive.seen()
    seen = seen.filter(one_of(seen.column("feed_id"), by_id))
    seen = seen.filter(until(seen.column("seen_at"), now))
    members = {
        item_id: row
        for item_id, row in _earliest(seen, _candidates(seen, edition)).items()
        if edition_of(row.published_at, row.seen_at, row.seen_via)[0] == edition
    }
    places = {feed.feed_id: (not feed.lead, at) for at, feed in enumerate(feeds)}
    items = sorted(
        (_item(sighting, by_id[sighting.feed_id]) for sighting in _in_full(archive, members)),
        key=lambda item: (
            places[item.feed_id],
            -(item.published_at or item.first_seen_at).timestamp(),
            item.item_id,
        ),
    )
    earlier = _articles_before(edition, seen, archive, by_id, {item.article_id for item in items if item.kept})
    return _without_duplicates(_within_limit(_without_earlier(items, earlier)))


def _candidates(seen: pa.Table, edition: Edition) -> set[str]:
    """Ids of items that some sighting may put into `edition`: published or seen within its window."""
    times = (seen.column(name) for name in ("published_at", "seen_at"))
    found = (seen.filter(within(column, edition.start, edition.cutoff)) for column in times)
    return {item_id for part in found for item_id in part.column("item_id").to_pylist()}


class _Seen(NamedTuple):
    seen_at: datetime
    seen_via: SeenVia
    published_at: datetime | None


def _earliest(seen: pa.Table, item_ids: Collection[str]) -> dict[str, _Seen]:
    """The earliest sighting of each of `item_ids`, by item id."""
    found: dict[str, _Seen] = {}
    for row in rows_of(seen.filter(one_of(seen.column("item_id"), item_ids))):
        before = found.get(row["item_id"])
        if before is None or row["seen_at"] < before.seen_at:
            found[row["item_id"]] = _Seen(row["seen_at"], row["seen_via"], row["published_at"])
    return found


def _in_full(archive: Archive, rows: Mapping[str, _Seen]) -> Iterable[Sighting]:
    """The sightings that `rows` are the short form of, one for each item."""
    days = {
        (row.seen_at.astimezone(UTC) + timedelta(days=later)).date().isoformat()
        for row in rows.values()
        for later in (0, 1)  # a run is filed under the day on which it ended
    }
    found: dict[str, Sighting] = {}
    for sighting in archive.sightings(rows.keys(), days):
        if sighting.seen_at == rows[sighting.item_id].seen_at:
            found.setdefault(sighting.item_id, sighting)
    return found.values()


def _item(sighting: Sighting, feed: Feed) -> FeedItem:
    edition, membership = edition_of(sighting.published_at, sighting.seen_at, sighting.seen_via)
    section, reason = section_of(feed, sighting.title)
    reason = _unusable(sighting, feed) or reason
    return FeedItem(
        edition=edition.key,
        item_id=sighting.item_id,
        article_id=sighting.article_id,
        feed_id=feed.feed_id,
        feed_name=feed.name,
        kind=feed.kind,
        lang=feed.lang,
        guid=sighting.guid,
        link=sighting.link,
        url=sighting.url,
        title=sighting.title,
        summary=sighting.summary,
        content=sighting.content,
        categories=sighting.categories,
        published_at=sighting.published_at,
        first_seen_at=sighting.seen_at,
        body_sha256=sighting.body_sha256,
        membership=membership,
        section=section,
        kept=not reason,
        reason=reason,
    )


def _unusable(sighting: Sighting, feed: Feed) -> str:
    """Why an item cannot be used whatever else is in the edition; empty when it can."""
    if not sighting.url:
        return "bad_link" if sighting.link else "no_link"
    if not is_public_host(host_of(sighting.url)):
        return "bad_link"
    if not feed.takes(sighting.title, sighting.url, sighting.categories):
        return "excluded"
    return ""


def _articles_before(
    edition: Edition, seen: pa.Table, archive: Archive, feeds: Mapping[str, Feed], articles: set[str | None]
) -> set[str]:
    """Which of `articles` an earlier edition has: an item that leads there, and that its feed's rules take."""
    leading = seen.filter(one_of(seen.column("article_id"), filter(None, articles)))
    rows = {
        item_id: row
        for item_id, row in _earliest(seen, set(leading.column("item_id").to_pylist())).items()
        if edition_of(row.published_at, row.seen_at, row.seen_via)[0] < edition
    }
    return {
        sighting.article_id
        for sighting in _in_full(archive, rows)
        if sighting.article_id and not _unusable(sighting, feeds[sighting.feed_id])
    }


def _left_out(item: FeedItem, reason: str) -> FeedItem:
    return replace(item, kept=False, reason=reason)


def _without_earlier(items: Sequence[FeedItem], earlier: set[str]) -> list[FeedItem]:
    return [_left_out(item, "earlier_edition") if item.kept and item.article_id in earlier else item for item in items]


def _within_limit(items: Sequence[FeedItem]) -> list[FeedItem]:
    counts: dict[str, int] = defaultdict(int)
    result = []
    for item in items:
        counts[item.feed_id] += item.kept
        over = item.kept and counts[item.feed_id] > MAX_ITEMS_OF_A_FEED
        result.append(_left_out(item, "over_limit") if over else item)
    return result


def _without_duplicates(items: Sequence[FeedItem]) -> list[FeedItem]:
    taken: set[str] = set()
    result = []
    for item in items:
        if item.kept and item.article_id in taken:
            result.append(_left_out(item, "duplicate_url"))
            continue
        if item.kept and item.article_id:
            taken.add(item.article_id)
        result.append(item)
    return result
