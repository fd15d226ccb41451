"""Rows by edition in files that are written once, found again by 64-bit key without reading the rest.

```
<root>/editions/<YYYY-MM-DD>.<version>.<digest>.parquet   the rows of one edition; the highest version counts
<root>/months/<YYYY-MM-DD>.<version>.<digest>.keys        the keys of an edition file alone: all value keys, then all host keys
<root>/months/<YYYY-MM>.<digest>.rows                     the rows of a whole month in order of value key, JSON Lines
<root>/months/<YYYY-MM>.<digest>.index                    their keys in order, and where each row begins
```
Keys are uint64, little-endian. Parquet gives no single row without a thousand others, so a month's rows are lines: a hit costs one
read.
The files of `editions` are the truth, and their names alone say which of them counts. A month's digest is that of the edition files it
was made of, so a month file that does not belong to today's editions is not looked at: nothing has to be kept in step, and a kill
between two writes leaves a file too many, never a wrong answer. Any number of readers and writers may work at once.
An edition file that is not what its digest says is set aside as `<name>.damaged-<time>`; a damaged month file is removed and made again.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from upath import UPath

from secdigest_pipeline.base.arrow import array_of, joined, parquet_bytes, parquet_file, read, read_parquet
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError, sha256, write_atomic

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Keys: TypeAlias = NDArray[np.uint64]
    Positions: TypeAlias = NDArray[np.intp]

T = TypeVar("T")
Row = dict[str, Any]

# Columns every segment has beside its rows: 0 stands for no key.
KEYS = ("value_key", "host_key")

log = logging.getLogger(__name__)

_SET_ASIDE = re.compile(r"(\d{4}-\d{2}-\d{2})\..+\.damaged-\d{8}T\d{6}Z")
_EDITION_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{6})\.([0-9a-f]{16})\.parquet")
_GROUP = 1024  # rows of a row group
_LISTINGS = 5  # how often a reader lists the folder again before a vanished file is an error


class Segments:
    """The segments below `root`. Every table put in has the columns of KEYS (uint64).

    `on_damage` is called with one line for each file that was found damaged, and what was done about it.
    """

    def __init__(self, root: UPath, on_damage: Callable[[str], None] = log.warning) -> None:
        self._on_damage = on_damage
        self._editions = root / "editions"
        self._months = root / "months"

    def put(self, edition: Edition, rows: pa.Table) -> None:
        """Make `rows` the rows of `edition`, whatever they were; the same rows again write nothing. Raises StorageError."""
        rows = _sorted(rows)
        data = _parquet(rows)
        digest = sha256(data)[:16]
        files = self._current()
        if edition.key in files:
            with suppress(FileNotFoundError):  # another writer replaces it in this moment
                self._data(files[edition.key])
            files = self._current()  # without it, if it was damaged
        now = files.get(edition.key, f"{edition.key}.000000.")
        if not now.endswith(f".{digest}.parquet"):
            now = f"{edition.key}.{int(now.split('.')[1]) + 1:06d}.{digest}.parquet"
            write_atomic(self._editions / now, data)
            files[edition.key] = now
        keys = self._months / _keys_file(now)
        if keys.name not in _names(self._months):
            write_atomic(keys, b"".join(_key_bytes(rows, name) for name in KEYS))
        for name in _names(self._editions):
            if name.startswith(f"{edition.key}.") and name < now:
                (self._editions / name).unlink(missing_ok=True)
                (self._months / _keys_file(name)).unlink(missing_ok=True)
        self._merge(files, edition.key[:7])

    def take(self, keys: Collection[int], columns: Sequence[str], until: str = "9999") -> list[Row]:
        """`columns` of every row with one of `keys` as value_key or host_key, in editions up to the date `until`.

        The caller compares the values themselves: two values may share a key. The rows of a damaged edition file are
        left out.
        """
        import numpy as np

        wanted = np.array(sorted(set(keys) - {0}), np.uint64)
        return _retried(lambda: self._take(wanted, columns, until))

    def torn(self) -> list[str]:
        """The editions whose only file was damaged and set aside."""
        whole = self._current()
        aside = filter(None, map(_SET_ASIDE.fullmatch, _names(self._editions)))
        return sorted({name[1] for name in aside} - whole.keys())

    def _take(self, wanted: Keys, columns: Sequence[str], until: str) -> list[Row]:
        derived = set(_names(self._months))
        found: list[Row] = []
        for month, names in _by_month(self._current()).items():
            if month > until[:7]:
                continue
            whole = _month_file(month, names)
            if f"{whole}.index" in derived:
                try:
                    found += _from_month(self._months / whole, wanted, columns)
                except _Damaged as error:
                    self._drop((f"{whole}.index", f"{whole}.rows"), error)
                else:
                    continue
            for name in names:
                keys = _keys_file(name)
                if name[:10] <= until and (keys not in derived or self._may_hold(keys, wanted)):
                    data = self._data(name)
                    found += _from_edition(data, wanted, columns) if data is not None else []
        return found

    def _may_hold(self, keys: str, wanted: Keys) -> bool:
        try:
            return _may_hold(self._months / keys, wanted)
        except FileNotFoundError:
            return True  # another writer merged its month or replaced it: the edition file is asked
        except _Damaged as error:
            self._drop((keys,), error)
            return True

    def _drop(self, names: Sequence[str], error: Exception) -> None:
        """Remove damaged files that are made again out of the edition files."""
        self._on_damage(f"{error}; removed, it is made again of the editions")
        for name in names:
            (self._months / name).unlink(missing_ok=True)

    def _data(self, name: str) -> bytes | None:
        """The content of an edition file; None when it is damaged, and set aside then."""
        path = self._editions / name
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
        if sha256(data)[:16] == name.split(".")[2]:
            return data
        aside = path.with_name(f"{name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return None  # another reader has set it aside
        except OSError as refused:
            self._on_damage(f"{path}: damaged and left out; it cannot be set aside ({refused.strerror or refused})")
            return None
        self._on_damage(f"{path}: damaged; set aside as {aside.name}")
        return None

    def _merge(self, files: dict[str, str], but: str) -> None:
        """Write the file of every month that has none, but the one that is being written to."""
        merged = set(_names(self._months))
        for month, names in _by_month(files).items():
            whole = _month_file(month, names)
            if month == but or f"{whole}.index" in merged:
                continue
            try:
                contents = [self._data(name) for name in names]
            except FileNotFoundError:
                continue  # another writer has a newer version: it, or the next one, merges the month
            parts = [read_parquet(data) for data in contents if data is not None]
            if len(parts) < len(names):
                continue  # the month is that of other files now
            rows = _sorted(joined(parts, parts[0].schema))
            lines, index = _indexed(rows)
            write_atomic(self._months / f"{whole}.rows", lines)
            # A month counts once its index is there, and it is written last
            write_atomic(self._months / f"{whole}.index", index)
            keep = {f"{whole}.rows", f"{whole}.index"}
            for name in merged:
                if name[:7] == month and name not in keep:
                    (self._months / name).unlink(missing_ok=True)

    def _current(self) -> dict[str, str]:
        """Edition -> the name of its file that counts. Of two writers of one version the greater digest wins, for everyone."""
        names = sorted(name for name in _names(self._editions) if _EDITION_FILE.fullmatch(name))
        return {name[:10]: name for name in names}


def _by_month(files: dict[str, str]) -> dict[str, list[str]]:
    months: dict[str, list[str]] = defaultdict(list)
    for edition, name in files.items():
        months[edition[:7]].append(name)
    return months


def _month_file(month: str, names: Sequence[str]) -> str:
    return f"{month}.{sha256('/'.join(names).encode())[:16]}"


def _keys_file(edition_file: str) -> str:
    return edition_file.removesuffix(".parquet") + ".keys"


def _names(folder: UPath) -> list[str]:
    try:
        if folder.protocol in ("", "file", "local"):
            return os.listdir(folder.path)  # noqa: PTH208 - names are all that is wanted, a thousand of them
        folder.fs.invalidate_cache(folder.path)
        return [str(name).rpartition("/")[2] for name in folder.fs.ls(folder.path, detail=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"{folder}: cannot be listed ({error.strerror or error})") from error


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in (KEYS[0], "edition", "article_id")])


def _parquet(rows: pa.Table) -> bytes:
    names = [name for name in rows.column_names if name not in KEYS]
    return parquet_bytes(
        rows,
        row_group_size=_GROUP,
        # Keys are random numbers, which nothing makes smaller
        compression=dict.fromkeys(KEYS, "none") | dict.fromkeys(names, "zstd"),
        use_dictionary=[name for name in names if name not in ("value", "evidence")],
        write_statistics=False,
        store_schema=False,
    )


def _key_bytes(rows: pa.Table, name: str) -> bytes:
    return _keys(rows.column(name)).astype("<u8").tobytes()


def _keys(column: pa.ChunkedArray) -> Keys:
    """A column of keys, which has no nulls."""
    import numpy as np

    whole = column.combine_chunks()
    return np.frombuffer(whole.buffers()[1] or b"", np.uint64, len(whole), 8 * whole.offset)


def _hits(keys: Keys, wanted: Keys) -> Positions:
    """Positions in the rows whose keys are given (all value keys, then all host keys) of those with a wanted one."""
    import numpy as np

    if not len(wanted):
        return np.empty(0, np.intp)
    near = wanted[np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)]
    return np.flatnonzero((near == keys).reshape(2, -1).any(axis=0))


def _may_hold(path: UPath, wanted: Keys) -> bool:
    import numpy as np

    data = path.read_bytes()
    if len(data) % 16:
        raise _damaged(path, "cut off")
    if not data:
        return True  # an edition without rows, or a file that a power cut emptied: the edition file says which
    return len(_hits(np.frombuffer(data, "<u8"), wanted)) > 0


def _indexed(rows: pa.Table) -> tuple[bytes, bytes]:
    """(the rows as lines, their index) of a month: `rows` are in order of value key.

    The index is the value keys, the host keys in order, the row of each host key (uint32), and where each row begins
    and the last one ends (uint64).
    """
    import numpy as np

    names = [name for name in rows.column_names if name not in KEYS]
    lines = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows.select(names).to_pylist()]
    hosts = _keys(rows.column(KEYS[1]))
    order = np.argsort(hosts, kind="stable")
    begins = np.cumsum([0, *map(len, lines)])
    parts = (hosts[order].astype("<u8"), order.astype("<u4"), begins.astype("<u8"))
    return b"".join(lines), _key_bytes(rows, KEYS[0]) + b"".join(part.tobytes() for part in parts)


def _from_month(stem: UPath, wanted: Keys, columns: Sequence[str]) -> list[Row]:
    import numpy as np

    index, lines = stem.with_name(f"{stem.name}.index"), stem.with_name(f"{stem.name}.rows")
    data = index.read_bytes()
    size, rest = divmod(len(data) - 8, 28)
    if rest or size < 0:
        raise _damaged(index, "cut off")
    values, hosts = (np.frombuffer(data, "<u8", size, at) for at in (0, 8 * size))
    order = np.frombuffer(data, "<u4", size, 16 * size)
    begins = np.frombuffer(data, "<u8", size + 1, 20 * size)
    at = np.union1d(_ranges(values, wanted), order[_ranges(hosts, wanted)])
    if not len(at):
        return []
    rows = []
    try:
        with lines.open("rb") as handle:
            for begin, end in zip(begins[at].tolist(), begins[at + 1].tolist(), strict=True):
                handle.seek(begin)
                row = json.loads(handle.read(end - begin))
                rows.append({name: row[name] for name in columns})
    except (ValueError, LookupError, TypeError, OverflowError) as error:
        raise _damaged(lines, error) from error
    return rows


def _ranges(ordered: Keys, wanted: Keys) -> Positions:
    """Positions of the wanted keys among ordered ones."""
    import numpy as np

    first, last = np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
    found = [np.arange(first[hit], last[hit]) for hit in np.flatnonzero(first < last)]
    return np.concatenate(found) if found else np.empty(0, np.intp)


def _from_edition(data: bytes, wanted: Keys, columns: Sequence[str]) -> list[Row]:
    import numpy as np
    import pyarrow as pa

    file = parquet_file(data)
    keys = read(file, list(KEYS))
    at = _hits(np.concatenate([_keys(keys.column(name)) for name in KEYS]), wanted)
    return read(file, list(columns)).take(array_of(pa.int64(), at.tolist())).to_pylist() if len(at) else []


class _Damaged(Exception):
    """A file that can be made again is not what it should be; the message names it."""


def _damaged(path: UPath, why: object) -> _Damaged:
    return _Damaged(f"{path}: damaged ({why})")


def _retried(read: Callable[[], T]) -> T:
    for _ in range(_LISTINGS - 1):
        try:
            return read()
        except FileNotFoundError:
            continue  # a writer replaced it between the listing and the reading
    return read()
