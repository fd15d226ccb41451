"""Trying feeds out: each is asked once, outside the archive, and what it shows and what is wrong with it is said."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from secdigest_pipeline.base.workers import WorkerError, Workers
from secdigest_pipeline.fetching.hosts import HostLanes
from secdigest_pipeline.fetching.http import Client, FetchError
from secdigest_pipeline.fetching.urls import host_of, is_public_host
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.membership import CLOCK_SLACK
from secdigest_pipeline.intake.polling.parse import MAX_ITEMS, PARSE_SECONDS, ParsedFeed, ParsedItem, parse_feed
from secdigest_pipeline.intake.polling.poll import ACCEPT, FEED_LIMITS

STALE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Trial:
    """One feed tried out. `works`: it answered with a feed that has entries; `problems` say what to look at."""

    feed: Feed
    works: bool
    status: int | None
    entries: int | None
    newest: tuple[ParsedItem, ...]
    problems: tuple[str, ...]


async def try_feeds(
    feeds: Sequence[Feed],
    client: Client,
    workers: Workers,
    now: datetime,
    *,
    host_delay: float,
    shown: int = 3,
) -> list[Trial]:
    """One Trial a feed, in the order given: a single GET each, one at a time a host, nothing kept.

    `newest` holds at most `shown` entries, newest first; those without a date come last.
    """
    lanes = HostLanes(host_delay)
    return list(await asyncio.gather(*(_try(feed, client, workers, lanes, now, shown) for feed in feeds)))


async def _try(feed: Feed, client: Client, workers: Workers, lanes: HostLanes, now: datetime, shown: int) -> Trial:
    try:
        async with lanes.turn(feed.url):
            answer = await client.get(feed.url, {"Accept": ACCEPT}, FEED_LIMITS)
    except FetchError as error:
        return Trial(feed, False, None, None, (), (str(error),))
    moved = (f"has moved for good to {answer.moved_to}",) if answer.moved_to else ()
    if answer.status not in (200, 203):
        return Trial(feed, False, answer.status, None, (), (*moved, f"HTTP {answer.status}"))
    content_type = answer.headers.get("content-type", "")[:200]
    try:
        parsed: ParsedFeed = await workers.run(
            parse_feed, feed.feed_id, feed.lang, answer.body, answer.final_url, content_type, timeout=PARSE_SECONDS
        )
    except Exception as error:  # whatever feedparser raises on broken input
        reason = str(error) if isinstance(error, WorkerError) else f"cannot be parsed ({type(error).__name__})"
        return Trial(feed, False, answer.status, None, (), (*moved, reason))
    if parsed.entries is None:
        reason = f"{parsed.reason} ({content_type or 'no content type'})"
        return Trial(feed, False, answer.status, None, (), (*moved, reason))
    problems = (*moved, *problems_of(feed, parsed, now))
    return Trial(feed, parsed.entries > 0, answer.status, parsed.entries, parsed.items[:shown], problems)


def problems_of(feed: Feed, parsed: ParsedFeed, now: datetime) -> list[str]:
    """What is odd about the entries of a feed that was read, in plain words."""
    items = parsed.items
    if not items:
        return [parsed.reason or "no entries"]
    dates = [item.published_at for item in items if item.published_at is not None]
    problems = [
        f"{count} of {len(items)} entries {what}"
        for count, what in (
            (len(items) - len(dates), "have no date that can be read"),
            (sum(date > now + CLOCK_SLACK for date in dates), "are dated in the future"),
            (sum(not item.url for item in items), "have no usable link"),
            (sum(bool(item.url) and not is_public_host(host_of(item.url)) for item in items), "lead to no public host"),
            (sum(not item.title for item in items), "have no title"),
            (sum(not feed.takes(item.title, item.url, item.categories) for item in items), "are left out by its rules"),
        )
        if count
    ]
    if dates and max(dates) < now - STALE:
        problems.append(f"nothing new since {max(dates):%Y-%m-%d}")
    if parsed.entries is not None and parsed.entries > MAX_ITEMS:
        problems.append(f"{parsed.entries} entries: only the newest {MAX_ITEMS} are taken")
    if len(parsed.item_ids) < (parsed.entries or 0):
        problems.append(f"{(parsed.entries or 0) - len(parsed.item_ids)} entries repeat another one's id")
    return problems
