"""Polls and sightings made again from what can't be made again: the bodies, and what is left of the two."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from secdigest_pipeline.base.arrow import values_of
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.parse import PARSE_SECONDS, ParsedFeed, parse_feed
from secdigest_pipeline.intake.polling.shown import sightings_of
from secdigest_pipeline.intake.records import Poll, Reach, SeenVia, Sighting

T = TypeVar("T")


async def _parsed(archive: Archive, feed: Feed, poll: Poll, digest: str, workers: Workers) -> ParsedFeed | None:
    """The body a poll saw; None when it cannot be parsed today either."""
    body = archive.bodies.get(digest)
    try:
        return await workers.run(
            parse_feed, feed.feed_id, feed.lang, body, poll.final_url, poll.content_type, timeout=PARSE_SECONDS
        )
    except Exception:
        return None


async def whole(archive: Archive, feeds: Sequence[Feed], workers: Workers, read: Callable[[], T]) -> T:
    """What `read` makes of the archive, read again when it came upon damage that was made up for in between."""
    while True:
        found = await asyncio.to_thread(read)
        if not await make_up(archive, feeds, workers):
            return found


async def make_up(archive: Archive, feeds: Sequence[Feed], workers: Workers) -> bool:
    """Add what can be made again of the files that were set aside, for `feeds`; whether there were any to make up for.

    * Sightings: from the bodies that the polls of those days saw. Those of sources of the past come with the next `fill`, out
      of the answers that are kept, because what these sources had come to is forgotten.
    * Polls: one for each body that the sightings of those days were first read from. Polls that showed nothing new are lost,
      so an edition may count as less complete than it was, never as more.
    * What sources of the past came to: they are asked again.

    For use while nothing else polls. Started again after a kill it comes to the same end. Raises StorageError.
    """
    torn_polls, torn = set(archive.poll_files.torn), set(archive.sighting_files.torn)
    torn_history = set(archive.history_files.torn)
    if not (torn_polls or torn or torn_history):
        return False
    by_id = {feed.feed_id: feed for feed in feeds}
    polls = await _lost_polls(archive, by_id, torn_polls, workers)
    await asyncio.to_thread(archive.add_poll, polls, [])
    sightings = await _lost_sightings(archive, by_id, torn, workers)
    for day in sorted(sightings):
        await asyncio.to_thread(archive.add_poll, [], sightings[day])
    await asyncio.to_thread(_forget_past, archive, torn)
    for files, days, made in (
        (archive.poll_files, torn_polls, len(polls)),
        (archive.sighting_files, torn, sum(map(len, sightings.values()))),
        (archive.history_files, torn_history, 0),
    ):
        for day in sorted(days):
            files.settle(day)
        if days:
            archive.on_damage(
                f"{files.folder}: {made} rows of {', '.join(sorted(days))} made again from the stored bodies"
            )
    return True


async def _lost_polls(
    archive: Archive, by_id: Mapping[str, Feed], days: Collection[str], workers: Workers
) -> list[Poll]:
    """The polls that the sightings of `days` bear witness of and that no file has."""
    item_ids = archive.seen().column("item_id").to_pylist() if days else ()
    shown = {
        (row.feed_id, row.seen_at, row.body_sha256)
        for row in archive.sightings(item_ids, days)
        if row.seen_via != "history" and row.feed_id in by_id
    }
    moments = [moment for _, moment, _ in shown]
    known = (
        {(poll.feed_id, poll.polled_at) for day in archive.days() for poll in archive.polls_of(day)}
        if moments
        else set()
    )
    made = []
    for feed_id, seen_at, digest in sorted(shown):
        feed = by_id[feed_id]
        poll = Poll(
            feed_id=feed_id,
            polled_at=seen_at,
            url=feed.url,
            final_url=feed.url,
            outcome="new",
            status=None,
            reason="made again from the stored body",
            body_sha256=digest,
            content_type="",
            etag="",
            last_modified="",
            entries=None,
            moved_to="",
            failures=0,
            not_before=None,
            via="feed",
        )
        if (feed_id, seen_at) not in known and (parsed := await _left(archive, feed, poll, workers)) is not None:
            made.append(replace(poll, entries=parsed.entries))
    return made


async def _lost_sightings(
    archive: Archive, by_id: Mapping[str, Feed], days: Collection[str], workers: Workers
) -> dict[str, list[Sighting]]:
    """The sightings that the polls of `days` gave and that no file has, by day."""
    made: dict[str, list[Sighting]] = {}
    before: dict[str, Poll] = {}
    seen = archive.seen() if days else None
    known = (
        set(zip(values_of(seen.column("item_id")), values_of(seen.column("seen_at")), strict=True)) if seen else set()
    )
    for day in archive.days() if days else ():
        for poll in sorted(archive.polls_of(day), key=lambda poll: poll.polled_at):
            feed, last = by_id.get(poll.feed_id), before.get(poll.feed_id)
            if feed is None or poll.via != "feed" or poll.body_sha256 is None or poll.entries is None:
                continue
            before[poll.feed_id] = poll
            if day not in days or (last is not None and last.body_sha256 == poll.body_sha256):
                continue
            parsed = await _left(archive, feed, poll, workers)
            if parsed is None:
                continue
            earlier = await _left(archive, feed, last, workers) if last is not None else None
            shown = earlier.item_ids if earlier is not None else frozenset()
            via: SeenVia = "first_poll" if last is None else "poll"
            rows = sightings_of(parsed, shown, feed.feed_id, poll.polled_at, via, poll.body_sha256)
            made.setdefault(day, []).extend(row for row in rows if (row.item_id, row.seen_at) not in known)
    return made


async def _left(archive: Archive, feed: Feed, poll: Poll, workers: Workers) -> ParsedFeed | None:
    """The body a poll saw, read; None when it is damaged too or cannot be parsed today."""
    assert poll.body_sha256 is not None
    try:
        parsed = await _parsed(archive, feed, poll, poll.body_sha256, workers)
    except StorageError as error:
        archive.on_damage(
            f"{error}; what the poll of {feed.feed_id} at {poll.polled_at:%Y-%m-%d %H:%M} UTC showed is lost"
        )
        return None
    return parsed if parsed is not None and parsed.entries is not None else None


def _forget_past(archive: Archive, days: Collection[str]) -> None:
    """Forget what sources of the past came to, of the feeds whose answers of `days` gave items; the answers are kept."""
    # A run is filed under the day it ended on.
    near = {*days, *((date.fromisoformat(day) - timedelta(days=1)).isoformat() for day in days)}
    asked = {row.feed_id for row in archive.history() if f"{row.asked_at:%Y-%m-%d}" in near} if days else set()

    def without(row: Reach) -> Reach | None:
        if row.feed_id not in asked:
            return row
        return replace(row, state="part", start=None, end=None) if row.body_sha256 else None

    if asked:
        archive.change_history(without)
