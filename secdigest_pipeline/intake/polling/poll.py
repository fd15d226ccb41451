"""Polling: every feed that is due is asked once, politely, and what it answers goes to the archive.

One feed's trouble is that feed's row and nothing else. The validators (ETag, Last-Modified) are columns of our own; an
HTTP cache would silently stop asking. The row of the last poll is all the state there is.
"""

import asyncio
import email.utils
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.base.workers import WorkerError, Workers
from secdigest_pipeline.fetching.hosts import HostTurns
from secdigest_pipeline.fetching.http import Answer, Client, FetchError, Limits
from secdigest_pipeline.fetching.urls import host_of
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.parse import PARSE_SECONDS, ParsedFeed, parse_feed
from secdigest_pipeline.intake.polling.rebuild import make_up, whole
from secdigest_pipeline.intake.polling.shown import sightings_of
from secdigest_pipeline.intake.records import Poll, SeenVia, Sighting

HOST_DELAY = 1.0
FEED_LIMITS = Limits(max_bytes=10 * 1024 * 1024, total=30.0, connect=5.0)
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)

RETRY_PAUSE = 1.0
_RETRY_NEEDS = 5.0  # seconds that must be left of the deadline for a second try to make sense
_TRANSIENT = (500, 502, 504)
_BODIES_IN_HAND = 32  # bodies of up to 10 MB in memory at once, waiting for a worker
_FLUSH_CHARACTERS = 32_000_000  # sightings held in memory before they are written
LONGEST_WAIT = timedelta(hours=24)
# The first failure costs nothing; then 1, 2, 4, 8, at most 12 hours, a little less so that an hourly poll hits them.
_BACK_OFF_SLACK = timedelta(minutes=10)
_BACK_OFF_HOURS = (0, 1, 2, 4, 8, 12)


async def poll(
    feeds: Sequence[Feed],
    archive: Archive,
    client: Client,
    workers: Workers,
    now: Callable[[], datetime],
    *,
    host_delay: float = HOST_DELAY,
) -> list[Poll]:
    """Ask every enabled feed that is due; one Poll for each that was asked, in the order of `feeds`.

    Damage of the archive is made up for before and after. A feed is not asked while its last poll's `not_before` is ahead, nor
    when another feed of its host was just told to wait (429 or 503 with Retry-After). Raises StorageError when the archive
    cannot be written.
    """
    enabled = [feed for feed in feeds if feed.enabled]
    last = await whole(archive, feeds, workers, lambda: archive.last_polls([feed.feed_id for feed in enabled]))
    due = [feed for feed in enabled if _is_due(feed, last.get(feed.feed_id), now())]
    if due:
        workers.start_ahead()
    run = _Run(archive, client, workers, now, HostTurns(host_delay))
    tasks = [asyncio.create_task(run.ask(feed, last.get(feed.feed_id))) for feed in due]
    finished: list[Poll] = []
    pending: list[_Outcome] = []
    try:
        for task in asyncio.as_completed(tasks):
            outcome = await task
            if outcome is None:
                continue
            finished.append(outcome.poll)
            pending.append(outcome)
            if sum(outcome.characters for outcome in pending) > _FLUSH_CHARACTERS:
                await _keep(archive, pending)
                pending = []
    finally:
        for unfinished in tasks:
            unfinished.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _keep(archive, pending)
    await asyncio.to_thread(archive.compact, now().astimezone(UTC).date())
    await make_up(archive, feeds, workers)
    place = {feed.feed_id: at for at, feed in enumerate(feeds)}
    return sorted(finished, key=lambda row: place[row.feed_id])


@dataclass(frozen=True, slots=True)
class _Outcome:
    poll: Poll
    sightings: tuple[Sighting, ...] = ()

    @property
    def characters(self) -> int:
        return sum(len(item.content) + len(item.summary) for item in self.sightings)


async def _keep(archive: Archive, outcomes: Sequence[_Outcome]) -> None:
    polls = [outcome.poll for outcome in outcomes]
    sightings = [sighting for outcome in outcomes for sighting in outcome.sightings]
    await asyncio.to_thread(archive.add_poll, polls, sightings)


def _is_due(feed: Feed, last: Poll | None, moment: datetime) -> bool:
    return last is None or last.url != feed.url or last.not_before is None or moment >= last.not_before


class _Run:
    """What the feeds of one run share."""

    def __init__(
        self, archive: Archive, client: Client, workers: Workers, now: Callable[[], datetime], turns: HostTurns
    ) -> None:
        self._archive = archive
        self._client = client
        self._workers = workers
        self._now = now
        self._host_turns = turns
        self._hands = asyncio.Semaphore(_BODIES_IN_HAND)
        self._closed_hosts: set[str] = set()

    async def ask(self, feed: Feed, last: Poll | None) -> _Outcome | None:
        """The outcome of one feed; None when its host asked for a pause before its turn came."""
        if last is not None and last.url != feed.url:
            # The validators and the body belong to another address; the ids of its items are what is left.
            last = replace(last, etag="", last_modified="")
        async with self._host_turns.turn(feed.url):
            if host_of(feed.url) in self._closed_hosts:
                return None
            await self._hands.acquire()
            try:
                answer = await self._fetch(feed, last)
            except FetchError as error:
                self._hands.release()
                return _Outcome(self._failure(feed, last, str(error)))
            except BaseException:
                self._hands.release()
                raise
            if answer.status in (429, 503) and "retry-after" in answer.headers:
                self._closed_hosts.add(host_of(feed.url))
        try:
            return await self._outcome(feed, last, answer)
        finally:
            self._hands.release()

    async def _fetch(self, feed: Feed, last: Poll | None) -> Answer:
        """The feed's answer; a transient failure is tried once more within the same deadline."""
        headers = {"Accept": ACCEPT}
        if _has_snapshot(last):
            assert last is not None
            if last.etag:
                headers["If-None-Match"] = last.etag
            if last.last_modified:
                headers["If-Modified-Since"] = last.last_modified
        clock = asyncio.get_running_loop().time
        start = clock()
        failure: FetchError | None = None
        try:
            answer = await self._client.get(feed.url, headers, FEED_LIMITS)
            if answer.status not in _TRANSIENT:
                return answer
        except FetchError as error:
            if error.kind != "unreachable":
                raise
            failure = error
        left = FEED_LIMITS.total - (clock() - start) - RETRY_PAUSE
        if left < _RETRY_NEEDS:
            if failure is not None:
                raise failure
            return answer
        await asyncio.sleep(RETRY_PAUSE)
        return await self._client.get(feed.url, headers, replace(FEED_LIMITS, total=left))

    async def _outcome(self, feed: Feed, last: Poll | None, answer: Answer) -> _Outcome:
        if answer.status == 304 and _has_snapshot(last):
            return _Outcome(self._unchanged(feed, last, answer))
        if answer.status not in (200, 203):
            return _Outcome(self._failure(feed, last, f"HTTP {answer.status}", answer))
        digest = sha256(answer.body)
        if _has_snapshot(last) and last is not None and last.body_sha256 == digest:
            return _Outcome(self._unchanged(feed, last, answer))
        content_type = answer.headers.get("content-type", "")[:200]
        try:
            parsed: ParsedFeed = await self._workers.run(
                parse_feed, feed.feed_id, feed.lang, answer.body, answer.final_url, content_type, timeout=PARSE_SECONDS
            )
        except Exception as error:
            # Whatever feedparser raises on broken input. The body is kept: a later version may read it.
            reason = str(error) if isinstance(error, WorkerError) else f"cannot be parsed ({type(error).__name__})"
            await asyncio.to_thread(self._archive.bodies.put, answer.body)
            failed = self._failure(feed, last, reason, answer)
            return _Outcome(
                replace(failed, body_sha256=digest, content_type=content_type, etag="", last_modified="", entries=None)
            )
        if parsed.entries is None:
            return _Outcome(self._failure(feed, last, f"{parsed.reason} ({content_type or 'no content type'})", answer))
        await asyncio.to_thread(self._archive.bodies.put, answer.body)
        shown_before, seen_via = await self._before(feed, last, answer.final_url)
        row = Poll(
            feed_id=feed.feed_id,
            polled_at=self._now(),
            url=feed.url,
            final_url=answer.final_url,
            outcome="new",
            status=answer.status,
            reason=parsed.reason,
            body_sha256=digest,
            content_type=content_type,
            etag=_validator(answer, "etag"),
            last_modified=_validator(answer, "last-modified"),
            entries=parsed.entries,
            moved_to=answer.moved_to or "",
            failures=0,
            not_before=None,
            via="feed",
        )
        return _Outcome(row, sightings_of(parsed, shown_before, feed.feed_id, row.polled_at, seen_via, digest))

    async def _before(self, feed: Feed, last: Poll | None, base: str) -> tuple[frozenset[str], SeenVia]:
        """Ids of the items the feed's previous snapshot showed, and what the new ones are seen by."""
        if last is None:
            return frozenset(), "first_poll"
        if last.body_sha256 is None or last.entries is None:
            known = await asyncio.to_thread(self._archive.ever_parsed, feed.feed_id)
            return frozenset(), "poll" if known else "first_poll"
        try:
            body = await asyncio.to_thread(self._archive.bodies.get, last.body_sha256)
            parsed: ParsedFeed = await self._workers.run(
                parse_feed, feed.feed_id, feed.lang, body, base, last.content_type, timeout=PARSE_SECONDS
            )
        except Exception:
            # It was read once; should it not be today, everything counts as seen again, which readers see through.
            return frozenset(), "poll"
        return parsed.item_ids, "poll"

    def _unchanged(self, feed: Feed, last: Poll | None, answer: Answer) -> Poll:
        assert last is not None
        return replace(
            last,
            polled_at=self._now(),
            url=feed.url,
            final_url=answer.final_url,
            outcome="unchanged",
            status=answer.status,
            reason="no entries" if last.entries == 0 else "",
            etag=_validator(answer, "etag") or last.etag,
            last_modified=_validator(answer, "last-modified") or last.last_modified,
            moved_to=answer.moved_to or "",
            failures=0,
            not_before=None,
        )

    def _failure(self, feed: Feed, last: Poll | None, reason: str, answer: Answer | None = None) -> Poll:
        moment = self._now()
        failures = (last.failures if last else 0) + 1
        wait = timedelta(hours=_BACK_OFF_HOURS[min(failures, len(_BACK_OFF_HOURS)) - 1]) - _BACK_OFF_SLACK
        asked = retry_after(answer, moment) if answer is not None else None
        return Poll(
            feed_id=feed.feed_id,
            polled_at=moment,
            url=feed.url,
            final_url=answer.final_url if answer else feed.url,
            outcome="error",
            status=answer.status if answer else None,
            reason=reason[:500],
            body_sha256=last.body_sha256 if last else None,
            content_type=last.content_type if last else "",
            etag=last.etag if last else "",
            last_modified=last.last_modified if last else "",
            entries=last.entries if last else None,
            moved_to=(answer.moved_to or "") if answer else "",
            failures=failures,
            not_before=max((moment + pause for pause in (wait, asked) if pause and pause > timedelta(0)), default=None),
            via="feed",
        )


def retry_after(answer: Answer, moment: datetime) -> timedelta | None:
    """How long the server asks to be left alone, at most 24 hours; None when it does not ask."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 10:
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - moment, timedelta(0)), LONGEST_WAIT)


def _has_snapshot(last: Poll | None) -> bool:
    return last is not None and last.body_sha256 is not None and last.entries is not None


def _validator(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= 500 and value.isprintable() and value.isascii() else ""
