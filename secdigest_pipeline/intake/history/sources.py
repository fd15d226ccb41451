"""Past days: ask the declared sources of each feed, in order, until the edition's window is covered."""

import asyncio
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from secdigest_pipeline.base.arrow import one_of
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.hosts import HostTurns
from secdigest_pipeline.fetching.http import Client
from secdigest_pipeline.intake.completeness import Known
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.history.asking import RETRY_AFTER, Asker, Shared, SourceError
from secdigest_pipeline.intake.history.protocols import PROTOCOLS
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.poll import HOST_DELAY
from secdigest_pipeline.intake.polling.rebuild import whole
from secdigest_pipeline.intake.records import Poll, Reach, Sighting

_FLUSH_CHARACTERS = 32_000_000  # sightings held in memory before they are written


async def fill(
    edition: Edition,
    feeds: Sequence[Feed],
    archive: Archive,
    client: Client,
    workers: Workers,
    now: Callable[[], datetime],
    *,
    host_delay: float = HOST_DELAY,
) -> int:
    """Bring the past of `feeds` into the archive for an edition that has closed; how many requests that took.

    An edition still open is left to the polls. Enabled feeds whose polls don't cover the window are asked for at the
    sources they declare, each source once: what it answered serves every later call. Raises StorageError.
    """
    if now() < edition.closes:
        return 0
    known = await whole(archive, feeds, workers, lambda: Known.of(edition, archive))
    wanted = [feed for feed in feeds if feed.enabled and feed.history and not known.covered(feed)]
    if not wanted:
        return 0
    seen = await asyncio.to_thread(_seen, archive, wanted)
    shared = Shared(archive, client, workers, now, HostTurns(host_delay), set())
    tasks = [asyncio.create_task(_fill_feed(shared, edition, feed, known, seen)) for feed in wanted]
    pending: list[_Outcome] = []
    requests = 0
    try:
        for task in asyncio.as_completed(tasks):
            outcome = await task
            requests += len(outcome.polls)
            pending.append(outcome)
            if sum(outcome.characters for outcome in pending) > _FLUSH_CHARACTERS:
                await asyncio.to_thread(_keep, archive, pending, seen)
                pending = []
    finally:
        for unfinished in tasks:
            unfinished.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(_keep, archive, pending, seen)
    return requests


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the sources of one feed gave."""

    polls: tuple[Poll, ...]
    sightings: tuple[Sighting, ...]
    reaches: tuple[Reach, ...]

    @property
    def characters(self) -> int:
        return sum(len(item.content) + len(item.summary) for item in self.sightings)


async def _fill_feed(shared: Shared, edition: Edition, feed: Feed, known: Known, seen: set[str]) -> _Outcome:
    polls: list[Poll] = []
    sightings: dict[str, Sighting] = {}
    reaches: list[Reach] = []
    for source in feed.history:
        kept = known.history[feed.feed_id]
        if known.covered(feed):
            break
        if any(_done(row, edition, source.protocol, shared.now()) for row in kept):
            continue
        ask = Asker(shared, feed, source, edition, kept, seen)
        walk = pkgutil.resolve_name(PROTOCOLS[source.protocol].walk)
        reason = ""
        try:
            await walk(ask)
        except SourceError as error:
            reason = str(error)
        except StorageError:
            raise
        except Exception as error:  # whatever a site makes a protocol trip over is that source's verdict
            reason = f"an answer cannot be read ({type(error).__name__})"
        rows = [*ask.reaches, ask.verdict(reason)]
        polls += ask.polls
        sightings = {**ask.sightings, **sightings}
        reaches += rows
        known.history[feed.feed_id] = [*kept, *rows]
    return _Outcome(tuple(polls), tuple(sightings.values()), tuple(reaches))


def _done(row: Reach, edition: Edition, protocol: str, moment: datetime) -> bool:
    """Whether `row` says that a source has been asked for the edition, and need not be asked again."""
    if row.url or (row.source, row.edition) != (protocol, edition.key):
        return False
    return row.state != "failed" or row.asked_at > moment - RETRY_AFTER


def _seen(archive: Archive, feeds: Sequence[Feed]) -> set[str]:
    """Items of these feeds that the archive has: a sighting later than theirs would say nothing."""
    seen = archive.seen()
    of_feeds = one_of(seen.column("feed_id"), {feed.feed_id for feed in feeds})
    return set(seen.filter(of_feeds).column("item_id").to_pylist())


def _keep(archive: Archive, outcomes: Sequence[_Outcome], seen: set[str]) -> None:
    """Polls and sightings first, then how far they reach: a kill in between only makes the next run ask again."""
    reaches = [reach for outcome in outcomes for reach in outcome.reaches]
    if not reaches:
        return
    polls = [poll for outcome in outcomes for poll in outcome.polls]
    asked = {poll.polled_at for poll in polls}
    # An answer kept on an earlier day may give items only now; they are filed under the day they were shown on.
    days: dict[date, list[Sighting]] = defaultdict(list)
    fresh: list[Sighting] = []
    for row in (row for outcome in outcomes for row in outcome.sightings if row.item_id not in seen):
        (fresh if row.seen_at in asked else days[row.seen_at.astimezone(UTC).date()]).append(row)
    for rows in days.values():
        archive.add_poll([], rows)
    archive.add_poll(polls, fresh)
    archive.add_history(reaches)
