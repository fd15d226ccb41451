"""The archive of polls: what every request to a feed answered, and every item when it was first shown.

```
<root>/bodies/ab/abcdef....gz                    every feed body, once
<root>/sightings/<YYYY-MM-DD>/<name>.parquet     items that a snapshot showed and the one before it did not
<root>/polls/<YYYY-MM-DD>/<name>.parquet         one row a request, written after the sightings of the same run
<root>/history/<YYYY-MM-DD>/<name>.parquet       what sources of the past showed and how far they reached, written last
```
Files are written once and never changed; there is no index and no lock. A run killed between the two files leaves
sightings that the next run sees again: readers take the earliest sighting of an item, so that is harmless. Days that
are over are compacted into one file each; a reader that loses a race with that lists again. A damaged file is set aside
(day_files.py), and `rebuild` makes up for it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from upath import UPath

from secdigest_pipeline.base.arrow import array_of, joined, one_of, parquet_bytes, values_of, within
from secdigest_pipeline.base.files import Bodies, write_atomic
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.intake.polling.day_files import DayFiles, relisting
from secdigest_pipeline.intake.records import HISTORY, POLLS, SIGHTINGS, Poll, Reach, Sighting

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

POLL_COLUMNS = ("feed_id", "polled_at", "outcome", "entries", "reason", "via")
SEEN_COLUMNS = ("item_id", "article_id", "feed_id", "seen_at", "seen_via", "published_at")

_LARGEST_COMPACTION = 64 * 1024 * 1024  # bytes of Parquet read into memory at once


class Archive:
    """The archive below `root`. Any number of readers and writers may use it at the same time.

    `on_damage` is called with one line for each file that was found damaged, and what was done about it.
    """

    def __init__(self, root: UPath, on_damage: Callable[[str], None] = log.warning) -> None:
        self.root = root
        self.on_damage = on_damage
        self.poll_files = DayFiles(root / "polls", on_damage)
        self.sighting_files = DayFiles(root / "sightings", on_damage)
        self.history_files = DayFiles(root / "history", on_damage)
        self.bodies = Bodies(root / "bodies")
        # Files never change, so what was read of one stays true as long as it exists: 70 bytes a sighting.
        self._seen: dict[str, pa.Table] = {}
        self._answers: dict[str, pa.Table] = {}
        self._reaches: dict[str, list[Reach]] = {}
        self._history: list[Reach] = []

    def add_poll(self, polls: Sequence[Poll], sightings: Sequence[Sighting]) -> None:
        """Keep the outcome of a run: one Poll a request, and the sightings its bodies gave.

        A source of the past is kept the same way, with `via` and `seen_via` "history"; sightings without a poll are
        those a body kept on that day gives only now. Raises StorageError.
        """
        if not polls and not sightings:
            return
        moments = [poll.polled_at for poll in polls] or [sighting.seen_at for sighting in sightings]
        moment = max(moments).astimezone(UTC)
        name = f"{moment:%Y-%m-%d}/{moment:%H%M%S}-{uuid.uuid4().hex[:8]}.parquet"
        if sightings:
            _write(self.root / "sightings" / name, SIGHTINGS, sightings)
        if polls:
            _write(self.root / "polls" / name, POLLS, polls)

    def add_history(self, reaches: Sequence[Reach]) -> None:
        """Keep what a source of the past came to; after the polls and sightings of its answers. Raises StorageError."""
        moment = max(reach.asked_at for reach in reaches).astimezone(UTC)
        name = f"{moment:%Y-%m-%d}/{moment:%H%M%S}-{uuid.uuid4().hex[:8]}.parquet"
        _write(self.root / "history" / name, HISTORY, reaches)

    def history(self) -> list[Reach]:
        """Everything sources of the past came to, in order of time, feed, source, edition and URL."""
        known: dict[str, list[Reach]] = {}

        def read(day: str) -> None:
            for path in self.history_files.files(day):
                rows = self._reaches.get(str(path))
                if rows is None and (part := self.history_files.read(path, HISTORY.schema)) is not None:
                    rows = HISTORY.rows(HISTORY.current(part))
                if rows is not None:
                    known[str(path)] = rows

        for day in self.history_files.days():
            relisting(lambda day=day: read(day))  # type: ignore[misc]
        if known.keys() != self._reaches.keys():
            self._reaches = known
            rows = [row for part in known.values() for row in part]
            self._history = sorted(rows, key=lambda row: (row.asked_at, row.feed_id, row.source, row.edition, row.url))
        return list(self._history)

    def answers(self, start: datetime, end: datetime) -> pa.Table:
        """The polls of the feeds themselves with start <= polled_at < end, reduced to POLL_COLUMNS, in no order."""
        schema = POLLS.schema_of(POLL_COLUMNS)
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date() + timedelta(days=1)
        known: dict[str, pa.Table] = {}

        def read(day: str) -> None:
            for path in self.poll_files.files(day):
                part = self._answers.get(str(path))
                if part is None:
                    whole = self.poll_files.read(path, schema)
                    part = None if whole is None else whole.filter(one_of(whole.column("via"), ["feed"]))
                if part is not None:
                    known[str(path)] = part

        for day in self.poll_files.days():
            if first.isoformat() <= day <= last.isoformat():
                relisting(lambda day=day: read(day))  # type: ignore[misc]
        self._answers = known
        table = joined(known.values(), schema)
        return table.filter(within(table.column("polled_at"), start, end))

    def last_polls(self, feed_ids: Collection[str] | None = None) -> dict[str, Poll]:
        """The latest poll of each feed itself (not of a source of its past), of `feed_ids` or of all feeds."""
        found: dict[str, Poll] = {}
        for day in reversed(self.poll_files.days()):
            wanted = None if feed_ids is None else set(feed_ids) - found.keys()
            if wanted is not None and not wanted:
                break
            # A feed that was never asked is looked for in every day there is: by one column, not by all.
            if wanted is not None and wanted.isdisjoint(self._feeds_of(day)):
                continue
            for poll in _latest(self.poll_files.read_day(day, POLLS.schema), wanted):
                if poll.feed_id not in found or poll.polled_at > found[poll.feed_id].polled_at:
                    found[poll.feed_id] = poll
        return found

    def polls(self, start: datetime, end: datetime) -> list[Poll]:
        """Every poll with start <= polled_at < end, in order of time, then feed id."""
        # A run is filed under its last poll, so one that began before midnight lies in the next day's folder.
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date() + timedelta(days=1)
        rows = [
            poll
            for day in self.poll_files.days()
            if first.isoformat() <= day <= last.isoformat()
            for poll in self.polls_of(day)
            if start <= poll.polled_at < end
        ]
        return sorted(rows, key=lambda poll: (poll.polled_at, poll.feed_id, poll.url))

    def ever_parsed(self, feed_id: str) -> bool:
        """Whether any poll of the feed gave a body that could be read."""
        for day in reversed(self.poll_files.days()):
            if feed_id in self._feeds_of(day) and any(
                poll.feed_id == feed_id and poll.via == "feed" and poll.entries is not None
                for poll in self.polls_of(day)
            ):
                return True
        return False

    def seen(self) -> pa.Table:
        """Every sighting, reduced to SEEN_COLUMNS; an item may stand there more than once."""
        schema = SIGHTINGS.schema_of(SEEN_COLUMNS)
        known: dict[str, pa.Table] = {}

        def read(day: str) -> None:
            for path in self.sighting_files.files(day):
                part = self._seen.get(str(path))
                if part is None:
                    part = self.sighting_files.read(path, schema)
                if part is not None:
                    known[str(path)] = part

        for day in self.sighting_files.days():
            relisting(lambda day=day: read(day))  # type: ignore[misc]
        self._seen = known
        return joined(known.values(), schema)

    def sightings(self, item_ids: Collection[str], days: Iterable[str]) -> list[Sighting]:
        """The sightings of these items that are filed under `days` (`YYYY-MM-DD`, UTC), in full."""
        rows: list[Sighting] = []
        for day in sorted(set(days)):
            for part in relisting(lambda day=day: self._with(day, item_ids)):  # type: ignore[misc]
                rows += SIGHTINGS.rows(SIGHTINGS.current(part)) if part.num_rows else []
        return rows

    def _with(self, day: str, item_ids: Collection[str]) -> list[pa.Table]:
        """The rows of `item_ids` in the files of one day; files known to hold none of them are not opened."""
        paths = self.sighting_files.files(day)
        known = [path for path in paths if str(path) in self._seen]
        # One look at all of them: asking each of a hundred small ones costs more than reading the few that hold any.
        parts = [self._seen[str(path)].select(["item_id"]) for path in known]
        whole = joined(parts, SIGHTINGS.schema_of(["item_id"]))
        hits = iter(one_of(whole.column("item_id"), item_ids).to_pylist())
        without = {path.name for path, part in zip(known, parts, strict=True) if not any([*islice(hits, len(part))])}
        found = (
            self.sighting_files.read(path, SIGHTINGS.schema, item_ids) for path in paths if path.name not in without
        )
        return [part for part in found if part is not None]

    def compact(self, today: date) -> None:
        """Make one file of each folder of a day before yesterday that holds more than one."""
        for files, table, reduce in (
            (self.sighting_files, SIGHTINGS, _earliest),
            (self.poll_files, POLLS, _distinct),
            (self.history_files, HISTORY, _furthest),
        ):
            for day in files.days():
                if day < (today - timedelta(days=1)).isoformat():
                    _compact(files, day, table, reduce)

    def days(self) -> list[str]:
        """Every day (`YYYY-MM-DD`, UTC) that something is filed under, oldest first."""
        return sorted({*self.poll_files.days(), *self.sighting_files.days()})

    def change_history(self, changed: Callable[[Reach], Reach | None]) -> None:
        """Put what `changed` makes of each row in its place, nothing for None."""
        for day in self.history_files.days():
            old = _read_files(self.history_files, day, HISTORY)
            rows = [row for _, part in old for row in HISTORY.rows(HISTORY.current(part))]
            new = [row for row in map(changed, rows) if row is not None]
            if new == rows:
                continue
            if new:
                _write(self.root / "history" / day / _new_name(), HISTORY, new)
            for path, _ in old:
                path.unlink(missing_ok=True)

    def _feeds_of(self, day: str) -> set[str]:
        """The feeds that were asked on `day`."""
        parts = self.poll_files.read_day(day, POLLS.schema_of(["feed_id"]))
        return {value for part in parts for value in part.column("feed_id").unique().to_pylist()}

    def polls_of(self, day: str) -> Iterator[Poll]:
        """The polls filed under `day` (a run is filed under the day of its last poll), in no order."""
        known: set[tuple[str, datetime, str]] = set()
        for part in self.poll_files.read_day(day, POLLS.schema):
            for poll in POLLS.rows(POLLS.current(part)):
                key = (poll.feed_id, poll.polled_at, poll.url)
                if key not in known:  # the same row stands in two files while a day is being compacted
                    known.add(key)
                    yield poll


def _write(path: UPath, table: Table[Any], rows: Sequence[Any]) -> None:
    _store(path, table.arrow(rows))


def _store(path: UPath, data: pa.Table) -> None:
    write_atomic(path, parquet_bytes(data, write_page_checksum=True))


def _new_name() -> str:
    # A name of its own: whoever else compacts the same day writes another file, and the next time both become one.
    return f"day-{uuid.uuid4().hex[:8]}.parquet"


def _read_files(files: DayFiles, day: str, table: Table[Any]) -> list[tuple[UPath, pa.Table]]:
    """The files of a day that can be read, for being replaced by one; a damaged one is none of them."""
    found = ((path, files.read(path, table.schema)) for path in files.files(day))
    return [(path, part) for path, part in found if part is not None]


def _latest(parts: Sequence[pa.Table], feed_ids: set[str] | None) -> list[Poll]:
    """The latest poll of each feed itself among the rows of `parts`."""
    import pyarrow as pa

    rows = []
    for part in parts:
        table = part.filter(one_of(part.column("via"), ["feed"]))
        if feed_ids is not None:
            table = table.filter(one_of(table.column("feed_id"), feed_ids))
        # Only the last of each feed is worth making a record of.
        last: dict[str, tuple[datetime, int]] = {}
        moments = zip(values_of(table.column("feed_id")), values_of(table.column("polled_at")), strict=True)
        for at, (feed_id, moment) in enumerate(moments):
            if feed_id not in last or moment > last[feed_id][0]:
                last[feed_id] = (moment, at)
        rows += POLLS.rows(POLLS.current(table.take(array_of(pa.int64(), [at for _, at in last.values()]))))
    return rows


def _compact(files: DayFiles, day: str, table: Table[Any], reduce: Callable[[pa.Table], pa.Table]) -> None:
    paths = files.files(day)
    if len(paths) < 2 or sum(path.stat().st_size for path in paths) > _LARGEST_COMPACTION:
        return
    try:
        read = _read_files(files, day, table)
    except FileNotFoundError:
        return  # another run is at it
    parts = [table.current(part) for _, part in read]
    if not parts:
        return
    _store(files.folder / day / _new_name(), reduce(joined(parts, table.schema)))
    for path, _ in read:
        path.unlink(missing_ok=True)


def _earliest(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("seen_at", "ascending")]), ("item_id",))


def _distinct(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("polled_at", "ascending"), ("feed_id", "ascending")]), POLLS.key)


def _furthest(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("state", "descending"), ("asked_at", "ascending")]), HISTORY.key)


def _first_of(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    seen: set[tuple[Any, ...]] = set()
    keep = []
    for row in zip(*(values_of(table.column(name)) for name in key), strict=True):
        keep.append(row not in seen)
        seen.add(row)
    return table.filter(array_of(pa.bool_(), keep))
