"""How complete an edition's intake is, feed by feed; a pure function of the archive.

A feed shows its newest entries, so one snapshot proves that nothing published between the oldest entry it shows and
the moment it was taken was missed. Snapshots that overlap prove the time between them. Everything rests on such spans:

* The first snapshot of a feed, or one that shares too little with the one before, spans from its own oldest entries
  (`spans.reach_of`) to its time. Its entries are what was sighted with it.
* A snapshot of which a quarter or more had been shown by the one before joins that one's span. Less is taken for a
  break: entries pinned to a feed, or listed twice, are no overlap.
* 304 or the same bytes carries the span on. An error or a feed without an entry shows nothing and ends nothing: what
  the next snapshot shares with the last good one decides.
* Sources of the past state their spans (`Reach`).

An edition is `polled` when the polls' spans hold all of its window, `archive` or `wayback` when those sources' spans
are needed. Whatever is not proven is `partial`, or `none` when nothing at all is known of the window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from secdigest_pipeline.base.arrow import one_of, rows_of, within
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.history.protocols import PROTOCOLS
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.parse import MAX_ITEMS
from secdigest_pipeline.intake.records import Completeness, Reach
from secdigest_pipeline.intake.spans import Span, gaps, reach_of

if TYPE_CHECKING:
    import pyarrow as pa

# Polls this long before and after a window can prove it; a feed's first snapshot can whenever it was taken.
AROUND = timedelta(days=7)
_LONGEST_REASON = 500


def completeness(edition: Edition, feeds: Sequence[Feed], archive: Archive) -> list[Completeness]:
    """One row for each enabled feed, in the order of `feeds`."""
    known = Known.of(edition, archive)
    return [known.completeness(feed) for feed in feeds if feed.enabled]


class _Snapshot(NamedTuple):
    taken: datetime
    outcome: str
    entries: int | None
    reason: str


class Known:
    """What the archive says about one edition's window, for every feed."""

    def __init__(
        self,
        edition: Edition,
        polls: Mapping[str, Sequence[_Snapshot]],
        sighted: Mapping[tuple[str, datetime], Sequence[datetime | None]],
        first: Mapping[str, Sequence[datetime]],
        within: Mapping[str, int],
        history: dict[str, list[Reach]],
    ) -> None:
        self._edition = edition
        self._polls = polls
        self._sighted = sighted
        self._first = first
        self._within = within
        self.history = history

    @classmethod
    def of(cls, edition: Edition, archive: Archive) -> Known:
        """Read the archive once for all feeds."""
        polls: dict[str, list[_Snapshot]] = defaultdict(list)
        answers = archive.answers(edition.start - AROUND, edition.closes + AROUND)
        for row in sorted(rows_of(answers), key=lambda row: row["polled_at"]):
            taken = _Snapshot(row["polled_at"].astimezone(UTC), row["outcome"], row["entries"], row["reason"])
            if not polls[row["feed_id"]] or polls[row["feed_id"]][-1] != taken:
                polls[row["feed_id"]].append(taken)
        sighted: dict[tuple[str, datetime], list[datetime | None]] = defaultdict(list)
        first: dict[str, set[datetime]] = defaultdict(set)
        within: dict[str, int] = defaultdict(int)
        for row in rows_of(_near(archive.seen(), edition)):
            seen_at, published = row["seen_at"].astimezone(UTC), row["published_at"]
            if row["seen_via"] != "history":
                sighted[row["feed_id"], seen_at].append(published.astimezone(UTC) if published else None)
            if row["seen_via"] == "first_poll":
                first[row["feed_id"]].add(seen_at)
            within[row["feed_id"]] += published is not None and edition.start <= published < edition.cutoff
        history: dict[str, list[Reach]] = defaultdict(list)
        for reach in archive.history():
            history[reach.feed_id].append(reach)
        return cls(edition, polls, sighted, {feed: sorted(at) for feed, at in first.items()}, within, history)

    def completeness(self, feed: Feed) -> Completeness:
        """How complete the window is for `feed`."""
        edition = self._edition
        polled = self._polled_spans(feed.feed_id)
        if not gaps(polled, edition.start, edition.cutoff):
            return self._row(feed, "polled", self._first_after(feed.feed_id))
        by_site, by_wayback = self._reaches(feed.feed_id, wayback=False), self._reaches(feed.feed_id, wayback=True)
        if not gaps([*polled, *_spans(by_site)], edition.start, edition.cutoff):
            return self._row(feed, "archive", _sources(by_site))
        spans = [*polled, *_spans(by_site), *_spans(by_wayback)]
        left = gaps(spans, edition.start, edition.cutoff)
        if not left:
            return self._row(feed, "wayback", _sources([*by_site, *by_wayback]))
        whole = left == [Span(edition.start, edition.cutoff)]
        reason = "; ".join(filter(None, [_missing(left, whole), self._polling(feed.feed_id), *self._tried(feed)]))
        return self._row(feed, "none" if whole and not self._within[feed.feed_id] else "partial", reason)

    def covered(self, feed: Feed) -> bool:
        """Whether nothing the feed published in the window can be missing."""
        return self.completeness(feed).completeness not in ("partial", "none")

    def _row(self, feed: Feed, state: str, reason: str) -> Completeness:
        return Completeness(self._edition.key, feed.feed_id, state, reason[:_LONGEST_REASON])  # type: ignore[arg-type]

    def _polled_spans(self, feed_id: str) -> list[Span]:
        spans = [Span(self._reach(feed_id, moment), moment) for moment in self._first.get(feed_id, ())]
        current: Span | None = None
        for snapshot in self._polls.get(feed_id, ()):
            if snapshot.outcome == "error" or not snapshot.entries:
                continue
            if snapshot.outcome == "unchanged":
                # Without the snapshot it repeats at hand, nothing says how far back that one reached.
                current = Span(current.start if current else snapshot.taken, snapshot.taken)
            else:
                new = len(self._sighted.get((feed_id, snapshot.taken), ()))
                shared = snapshot.entries - new if new < MAX_ITEMS else 0
                if current is not None and shared * 4 >= snapshot.entries:
                    current = Span(current.start, snapshot.taken)
                else:
                    spans += [current] if current else []
                    current = Span(self._reach(feed_id, snapshot.taken), snapshot.taken)
        return [*spans, current] if current else spans

    def _reach(self, feed_id: str, moment: datetime) -> datetime:
        """From where on the entries first sighted at `moment` are all there were."""
        reach = reach_of(self._sighted.get((feed_id, moment), ()))
        return moment if reach is None else min(reach, moment)

    def _first_after(self, feed_id: str) -> str:
        """A word on a feed that was silent around the closing time: what it showed later is filed as late."""
        good = [one.taken for one in self._polls.get(feed_id, ()) if one.outcome != "error" and one.entries]
        after = next((taken for taken in good if taken >= self._edition.cutoff), None)
        if after is None or after <= self._edition.closes:
            return ""
        return f"no answer between cut-off and {_local(after)}: what came out before is in that edition, late"

    def _polling(self, feed_id: str) -> str:
        rows = [row for row in self._polls.get(feed_id, ()) if self._edition.start <= row.taken <= self._edition.closes]
        failed = [row for row in rows if row.outcome == "error"]
        if not rows:
            return "not polled"
        if len(failed) == len(rows):
            return f"no poll succeeded ({failed[-1].reason})"
        return f"{len(rows)} polls" + (f", {len(failed)} failed ({failed[-1].reason})" if failed else "")

    def _reaches(self, feed_id: str, *, wayback: bool) -> list[Reach]:
        """What sources of the past proved of the window."""
        start, end = self._edition.start, self._edition.cutoff
        return [
            row
            for row in self.history.get(feed_id, ())
            if row.start is not None
            and row.end is not None
            and row.start < end
            and row.end > start
            and (row.source in PROTOCOLS and PROTOCOLS[row.source].coverage == "wayback") == wayback
        ]

    def _tried(self, feed: Feed) -> Iterable[str]:
        """What became of each declared source of the feed's past, for this edition."""
        if not feed.history:
            yield "no source of its past is declared"
        last = {
            row.source: row
            for row in self.history.get(feed.feed_id, ())
            if not row.url and row.edition == self._edition.key
        }
        for source in feed.history:
            row = last.get(source.protocol)
            yield f"{source.protocol}: {row.reason or 'asked' if row else 'not asked'}"


def _near(seen: pa.Table, edition: Edition) -> pa.Table:
    """The sightings that can say something about the window: by polls around it, of a first poll, or published in it."""
    import pyarrow.compute as pc

    around = within(seen.column("seen_at"), edition.start - AROUND, edition.closes + AROUND)
    inside = within(seen.column("published_at"), edition.start, edition.cutoff)
    first = one_of(seen.column("seen_via"), ["first_poll"])
    polled = one_of(seen.column("seen_via"), ["poll", "first_poll"])
    return seen.filter(pc.or_kleene(pc.or_kleene(pc.and_(around, polled), inside), first))


def _spans(reaches: Iterable[Reach]) -> list[Span]:
    return [Span(row.start, row.end) for row in reaches if row.start and row.end]


def _sources(reaches: Iterable[Reach]) -> str:
    return ", ".join(dict.fromkeys(row.source for row in reaches))


def _missing(left: Sequence[Span], whole: bool) -> str:
    if whole:
        return "nothing shows what the window holds"
    shown = ", ".join(f"{_local(gap.start)} to {_local(gap.end)}" for gap in left[:3])
    return f"not shown: {shown}{' ...' if len(left) > 3 else ''} JST"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%m-%d %H:%M}"
