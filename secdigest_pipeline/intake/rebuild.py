"""The sightings made again from what can't be made again: the polls and the bodies they saw."""

from collections.abc import Sequence

from secdigest_pipeline.intake.archive import Archive
from secdigest_pipeline.intake.feeds import Feed
from secdigest_pipeline.intake.parse import PARSE_SECONDS, ParsedFeed, parse_feed
from secdigest_pipeline.intake.poll import sightings_of
from secdigest_pipeline.intake.records import Poll, SeenVia, Sighting
from secdigest_pipeline.workers import Workers


async def rebuild_sightings(archive: Archive, feeds: Sequence[Feed], workers: Workers) -> int:
    """Parse the archived bodies of `feeds` again, in order of time, and put the result in the place of their sightings.

    For use after the parsing has changed, while nothing polls. Sightings of other feeds and of sources of the past stay.
    Works a day at a time, so a year needs no more memory than a day; started again after a kill it comes to the same
    end. Returns how many sightings were made. Raises StorageError when a body is missing.
    """
    by_id = {feed.feed_id: feed for feed in feeds}
    shown: dict[str, frozenset[str]] = {}
    body_before: dict[str, str] = {}
    made = 0
    for day in archive.days():
        rows: list[Sighting] = []
        for poll in sorted(archive.polls_of(day), key=lambda poll: poll.polled_at):
            feed = by_id.get(poll.feed_id)
            if feed is None or poll.via != "feed" or poll.body_sha256 in (None, body_before.get(poll.feed_id)):
                continue
            assert poll.body_sha256 is not None
            parsed = await _parsed(archive, feed, poll, poll.body_sha256, workers)
            if parsed is None or parsed.entries is None:
                continue
            before = shown.get(feed.feed_id)
            via: SeenVia = "first_poll" if before is None else "poll"
            rows += sightings_of(parsed, before or frozenset(), feed.feed_id, poll.polled_at, via, poll.body_sha256)
            shown[feed.feed_id] = parsed.item_ids
            body_before[feed.feed_id] = poll.body_sha256
        archive.replace_sightings(day, lambda row: row.feed_id in by_id and row.seen_via != "history", rows)
        made += len(rows)
    return made


async def _parsed(archive: Archive, feed: Feed, poll: Poll, digest: str, workers: Workers) -> ParsedFeed | None:
    """The body a poll saw; None when it cannot be parsed today either."""
    body = archive.bodies.get(digest)
    try:
        return await workers.run(
            parse_feed, feed.feed_id, feed.lang, body, poll.final_url, poll.content_type, timeout=PARSE_SECONDS
        )
    except Exception:
        return None
