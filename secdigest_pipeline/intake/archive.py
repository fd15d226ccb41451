"""The archive of polls: what every request to a feed answered, and every item when it was first shown.

```
<root>/bodies/ab/abcdef....gz                    every feed body, once
<root>/sightings/<YYYY-MM-DD>/<name>.parquet     items that a snapshot showed and the one before it did not
<root>/polls/<YYYY-MM-DD>/<name>.parquet         one row a request, written after the sightings of the same run
<root>/history/<YYYY-MM-DD>/<name>.parquet       what sources of the past showed and how far they reached, written last
```
Files are written once and never changed; there is no index and no lock. A run killed between the two files leaves
sightings that the next run sees again: readers take the earliest sighting of an item, so that is harmless. Days that
are over are compacted into one file each; a reader that loses a race with that lists again.
"""

import io
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from upath import UPath

from secdigest_pipeline.files import Bodies, StorageError, write_atomic
from secdigest_pipeline.intake.records import HISTORY, POLLS, SIGHTINGS, Poll, Reach, Sighting
from secdigest_pipeline.tables import Table

T = TypeVar("T")

POLL_COLUMNS = ("feed_id", "polled_at", "outcome", "entries", "reason", "via")
SEEN_COLUMNS = ("item_id", "article_id", "feed_id", "seen_at", "seen_via", "published_at")

_LISTINGS = 5  # how often a reader lists a folder again before a vanished file is an error
_LARGEST_COMPACTION = 64 * 1024 * 1024  # bytes of Parquet read into memory at once


class Archive:
    """The archive below `root`. Any number of readers and writers may use it at the same time."""

    def __init__(self, root: UPath) -> None:
        self.root = root
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
        folder = self.root / "history"
        known: dict[str, list[Reach]] = {}

        def read(day: str) -> None:
            for path in _files(folder / day):
                rows = self._reaches.get(str(path))
                known[str(path)] = (
                    HISTORY.rows(HISTORY.read(_read_file(path, HISTORY.schema))) if rows is None else rows
                )

        for day in _days(folder):
            _relisting(lambda day=day: read(day))  # type: ignore[misc]
        if known.keys() != self._reaches.keys():
            self._reaches = known
            rows = [row for part in known.values() for row in part]
            self._history = sorted(rows, key=lambda row: (row.asked_at, row.feed_id, row.source, row.edition, row.url))
        return list(self._history)

    def answers(self, start: datetime, end: datetime) -> pa.Table:
        """The polls of the feeds themselves with start <= polled_at < end, reduced to POLL_COLUMNS, in no order."""
        schema = pa.schema([POLLS.schema.field(name) for name in POLL_COLUMNS])
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date() + timedelta(days=1)
        known: dict[str, pa.Table] = {}

        def read(day: str) -> None:
            for path in _files(self.root / "polls" / day):
                part = self._answers.get(str(path))
                if part is None:
                    part = _read_file(path, schema)
                    part = part.filter(pc.equal(part.column("via"), "feed"))
                known[str(path)] = part

        for day in _days(self.root / "polls"):
            if first.isoformat() <= day <= last.isoformat():
                _relisting(lambda day=day: read(day))  # type: ignore[misc]
        self._answers = known
        table = pa.concat_tables(known.values()) if known else schema.empty_table()
        moment = schema.field("polled_at").type
        return table.filter(
            pc.and_(
                pc.greater_equal(table.column("polled_at"), pa.scalar(start.astimezone(UTC), moment)),
                pc.less(table.column("polled_at"), pa.scalar(end.astimezone(UTC), moment)),
            )
        )

    def last_polls(self, feed_ids: Collection[str] | None = None) -> dict[str, Poll]:
        """The latest poll of each feed itself (not of a source of its past), of `feed_ids` or of all feeds."""
        found: dict[str, Poll] = {}
        for day in reversed(_days(self.root / "polls")):
            wanted = None if feed_ids is None else set(feed_ids) - found.keys()
            if wanted is not None and not wanted:
                break
            # A feed that was never asked is looked for in every day there is: by one column, not by all.
            if wanted is not None and wanted.isdisjoint(self._feeds_of(day)):
                continue
            for poll in _latest(_read_day(self.root / "polls" / day, POLLS.schema), wanted):
                if poll.feed_id not in found or poll.polled_at > found[poll.feed_id].polled_at:
                    found[poll.feed_id] = poll
        return found

    def polls(self, start: datetime, end: datetime) -> list[Poll]:
        """Every poll with start <= polled_at < end, in order of time, then feed id."""
        # A run is filed under its last poll, so one that began before midnight lies in the next day's folder.
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date() + timedelta(days=1)
        rows = [
            poll
            for day in _days(self.root / "polls")
            if first.isoformat() <= day <= last.isoformat()
            for poll in self.polls_of(day)
            if start <= poll.polled_at < end
        ]
        return sorted(rows, key=lambda poll: (poll.polled_at, poll.feed_id, poll.url))

    def ever_parsed(self, feed_id: str) -> bool:
        """Whether any poll of the feed gave a body that could be read."""
        for day in reversed(_days(self.root / "polls")):
            if feed_id in self._feeds_of(day) and any(
                poll.feed_id == feed_id and poll.via == "feed" and poll.entries is not None
                for poll in self.polls_of(day)
            ):
                return True
        return False

    def seen(self) -> pa.Table:
        """Every sighting, reduced to SEEN_COLUMNS; an item may stand there more than once."""
        schema = pa.schema([SIGHTINGS.schema.field(name) for name in SEEN_COLUMNS])
        folder = self.root / "sightings"
        known: dict[str, pa.Table] = {}

        def read(day: str) -> None:
            for path in _files(folder / day):
                part = self._seen.get(str(path))
                known[str(path)] = _read_file(path, schema) if part is None else part

        for day in _days(folder):
            _relisting(lambda day=day: read(day))  # type: ignore[misc]
        self._seen = known
        return pa.concat_tables(known.values()) if known else schema.empty_table()

    def sightings(self, item_ids: Collection[str], days: Iterable[str]) -> list[Sighting]:
        """The sightings of these items that are filed under `days` (`YYYY-MM-DD`, UTC), in full."""
        wanted = pa.array(sorted(item_ids), pa.string())
        folder = self.root / "sightings"
        rows: list[Sighting] = []
        for day in sorted(set(days)):
            for part in _relisting(lambda day=day: self._with(folder / day, wanted)):  # type: ignore[misc]
                rows += SIGHTINGS.rows(SIGHTINGS.read(part)) if part.num_rows else []
        return rows

    def _with(self, folder: UPath, item_ids: pa.Array) -> list[pa.Table]:
        """The rows of `item_ids` in the files of one day; files known to hold none of them are not opened."""
        paths = _files(folder)
        known = [path for path in paths if str(path) in self._seen]
        # One look at all of them: asking each of a hundred small ones costs more than reading the few that hold any.
        columns = [self._seen[str(path)].column("item_id") for path in known]
        chunks = [chunk for column in columns for chunk in column.chunks]
        hits = iter(pc.is_in(pa.chunked_array(chunks, type=pa.string()), value_set=item_ids).to_pylist())
        without = {
            path.name for path, column in zip(known, columns, strict=True) if not any([*islice(hits, len(column))])
        }
        return [_read_file(path, SIGHTINGS.schema, item_ids) for path in paths if path.name not in without]

    def compact(self, today: date) -> None:
        """Make one file of each folder of a day before yesterday that holds more than one."""
        for kind, table, reduce in (
            ("sightings", SIGHTINGS, _earliest),
            ("polls", POLLS, _distinct),
            ("history", HISTORY, _furthest),
        ):
            folder = self.root / kind
            for day in _days(folder):
                if day < (today - timedelta(days=1)).isoformat():
                    _compact(folder / day, table, reduce)

    def days(self) -> list[str]:
        """Every day (`YYYY-MM-DD`, UTC) that something is filed under, oldest first."""
        return sorted({*_days(self.root / "polls"), *_days(self.root / "sightings")})

    def replace_sightings(self, day: str, replaced: Callable[[Sighting], bool], rows: Sequence[Sighting]) -> None:
        """Put `rows` in the place of those sightings filed under `day` that `replaced` says yes to."""
        folder = self.root / "sightings" / day
        old = _files(folder)
        stored = [row for part in _read_day(folder, SIGHTINGS.schema) for row in SIGHTINGS.rows(SIGHTINGS.read(part))]
        kept = {(row.item_id, row.seen_at): row for row in stored if not replaced(row)}
        kept |= {(row.item_id, row.seen_at): row for row in rows}
        if kept:
            _write(folder / f"day-{uuid.uuid4().hex[:8]}.parquet", SIGHTINGS, list(kept.values()))
        for path in old:
            path.unlink(missing_ok=True)

    def _feeds_of(self, day: str) -> set[str]:
        """The feeds that were asked on `day`."""
        schema = pa.schema([POLLS.schema.field("feed_id")])
        parts = _read_day(self.root / "polls" / day, schema)
        return {value for part in parts for value in pc.unique(part.column("feed_id")).to_pylist()}

    def polls_of(self, day: str) -> Iterator[Poll]:
        """The polls filed under `day` (a run is filed under the day of its last poll), in no order."""
        known: set[tuple[str, datetime, str]] = set()
        for part in _read_day(self.root / "polls" / day, POLLS.schema):
            for poll in POLLS.rows(POLLS.read(part)):
                key = (poll.feed_id, poll.polled_at, poll.url)
                if key not in known:  # the same row stands in two files while a day is being compacted
                    known.add(key)
                    yield poll


def _write(path: UPath, table: Table[Any], rows: Sequence[Any]) -> None:
    _store(path, table.arrow(table.frame(rows)))


def _store(path: UPath, data: pa.Table) -> None:
    buffer = io.BytesIO()
    pq.write_table(data, buffer, compression="zstd")
    write_atomic(path, buffer.getvalue())


def _days(folder: UPath) -> list[str]:
    return sorted(path.name for path in _entries(folder) if len(path.name) == len("2026-10-01"))


def _files(folder: UPath) -> list[UPath]:
    return sorted(
        (path for path in _entries(folder) if path.name.endswith(".parquet") and not path.name.startswith(".")),
        key=lambda path: path.name,
    )


def _entries(folder: UPath) -> list[UPath]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []  # nothing was kept yet
    except OSError as error:
        raise StorageError(f"{folder}: cannot be listed ({error.strerror or error})") from error


def _read_day(folder: UPath, schema: pa.Schema) -> list[pa.Table]:
    """The files of one day as tables of `schema`."""
    return _relisting(lambda: [_read_file(path, schema) for path in _files(folder)])


def _relisting(read: Callable[[], T]) -> T:
    for _ in range(_LISTINGS - 1):
        try:
            return read()
        except FileNotFoundError:
            continue  # compacted between the listing and the reading
    try:
        return read()
    except FileNotFoundError as error:
        raise StorageError(f"{error.filename or error}: vanished while it was read") from error


def _read_file(path: UPath, schema: pa.Schema, item_ids: pa.Array | None = None) -> pa.Table:
    try:
        with path.open("rb") as handle, pq.ParquetFile(handle) as file:
            there = set(file.schema_arrow.names)
            stored = [name for name in schema.names if name in there]
            # One file is small; spreading its columns over threads costs more than it saves (measured: twice).
            table = file.read(columns=stored, use_threads=False)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise StorageError(f"{path}: cannot be read ({error})") from error
    if item_ids is not None:
        table = table.filter(pc.is_in(table.column("item_id"), value_set=item_ids))
    return table.cast(pa.schema([schema.field(name) for name in stored]))


def _latest(parts: Sequence[pa.Table], feed_ids: set[str] | None) -> list[Poll]:
    """The latest poll of each feed itself among the rows of `parts`."""
    rows = []
    for part in parts:
        mask = pc.equal(part.column("via"), "feed")
        if feed_ids is not None:
            mask = pc.and_(mask, pc.is_in(part.column("feed_id"), value_set=pa.array(sorted(feed_ids), pa.string())))
        table = part.filter(mask)
        # Only the last of each feed is worth making a record of.
        last: dict[str, tuple[datetime, int]] = {}
        moments = zip(table.column("feed_id").to_pylist(), table.column("polled_at").to_pylist(), strict=True)
        for at, (feed_id, moment) in enumerate(moments):
            if feed_id not in last or moment > last[feed_id][0]:
                last[feed_id] = (moment, at)
        rows += POLLS.rows(POLLS.read(table.take(pa.array([at for _, at in last.values()], pa.int64()))))
    return rows


def _compact(folder: UPath, table: Table[Any], reduce: Callable[[pa.Table], pa.Table]) -> None:
    paths = _files(folder)
    if len(paths) < 2 or sum(path.stat().st_size for path in paths) > _LARGEST_COMPACTION:
        return
    try:
        parts = [table.arrow(table.read(_read_file(path, table.schema))) for path in paths]
    except FileNotFoundError:
        return  # another run is at it
    # A name of its own: whoever else compacts the same day writes another file, and the next time both become one.
    _store(folder / f"day-{uuid.uuid4().hex[:8]}.parquet", reduce(pa.concat_tables(parts)))
    for path in paths:
        path.unlink(missing_ok=True)


def _earliest(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("seen_at", "ascending")]), ("item_id",))


def _distinct(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("polled_at", "ascending"), ("feed_id", "ascending")]), POLLS.key)


def _furthest(table: pa.Table) -> pa.Table:
    return _first_of(table.sort_by([("state", "descending"), ("asked_at", "ascending")]), HISTORY.key)


def _first_of(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    seen: set[tuple[Any, ...]] = set()
    keep = []
    for row in zip(*(table.column(name).to_pylist() for name in key), strict=True):
        keep.append(row not in seen)
        seen.add(row)
    return table.filter(pa.array(keep, pa.bool_()))
