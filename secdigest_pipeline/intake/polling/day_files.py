"""Parquet files in a folder a day, written once: listed, read, and set aside when they are damaged.

A file that cannot be read as what it is gets the name `<name>.damaged-<time>` beside it, so that no later run stops at it and nothing
of it is lost; `.made-up` behind that says that what can be made again of its rows was. A location that cannot be read at all is a
StorageError: what is on it may be whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from upath import UPath

from secdigest_pipeline.base.arrow import one_of, parquet_file, read
from secdigest_pipeline.base.files import StorageError

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

_SET_ASIDE = re.compile(r".+\.damaged-\d{8}T\d{6}Z")
_MADE_UP = ".made-up"
_LISTINGS = 5  # how often a reader lists a folder again before a vanished file is an error


class DayFiles:
    """The files `<folder>/<YYYY-MM-DD>/<name>.parquet`; `on_damage` is called with one line for each that is damaged.

    `torn` are the days, of those listed so far, with a file that was set aside and not yet made up for.
    """

    def __init__(self, folder: UPath, on_damage: Callable[[str], None]) -> None:
        self.folder = folder
        self.torn: set[str] = set()
        self._on_damage = on_damage
        self._left: set[str] = set()

    def days(self) -> list[str]:
        """Every day there is a folder of, oldest first."""
        return sorted(path.name for path in _entries(self.folder) if len(path.name) == len("2026-10-01"))

    def files(self, day: str) -> list[UPath]:
        """The files of one day, in order of their names."""
        found = [path for path in _entries(self.folder / day) if not path.name.startswith(".")]
        if any(_SET_ASIDE.fullmatch(path.name) and str(path) not in self._left for path in found):
            self.torn.add(day)
        return sorted((path for path in found if path.name.endswith(".parquet")), key=lambda path: path.name)

    def read_day(self, day: str, schema: pa.Schema) -> list[pa.Table]:
        """The files of one day as tables of `schema`."""
        return relisting(lambda: [part for path in self.files(day) if (part := self.read(path, schema)) is not None])

    def read(self, path: UPath, schema: pa.Schema, item_ids: Collection[str] | None = None) -> pa.Table | None:
        """The columns of `schema` that a file has, of `item_ids` or all rows; None when it is damaged, and set aside then.

        FileNotFoundError when it is gone.
        """
        import pyarrow as pa

        try:
            file = parquet_file(path.read_bytes(), checksums=True)
            there = set(file.schema_arrow.names)
            stored = [name for name in schema.names if name in there]
            table = read(file, stored)
            table.validate(full=True)  # text that is no UTF-8 would be found by whoever makes records of it
            table = table.cast(pa.schema([schema.field(name) for name in stored]))
        except FileNotFoundError:
            raise
        except MemoryError as error:
            raise StorageError(f"{path}: cannot be read ({error})") from error
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            # What the system says of a file has a number; what Arrow says of its content has none
            if isinstance(error, OSError) and error.errno is not None:
                raise StorageError(f"{path}: cannot be read ({error})") from error
            self._set_aside(path, error)
            return None
        return table if item_ids is None else table.filter(one_of(table.column("item_id"), item_ids))

    def settle(self, day: str) -> None:
        """What can be made again of the files of `day` that were set aside was."""
        self.torn.discard(day)
        for path in _entries(self.folder / day):
            if _SET_ASIDE.fullmatch(path.name):
                self._left.add(str(path))
                try:
                    path.rename(path.with_name(path.name + _MADE_UP))
                except OSError:
                    continue  # it is made up for once more by the next process; nothing is there twice for that

    def _set_aside(self, path: UPath, error: Exception) -> None:
        if str(path) in self._left:
            return
        why = " ".join(str(error).split())[:200]
        aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return  # another reader has set it aside
        except OSError as refused:
            self._left.add(str(path))
            self._on_damage(
                f"{path}: damaged ({why}) and left out; it cannot be set aside ({refused.strerror or refused})"
            )
            return
        self.torn.add(path.parent.name)
        self._on_damage(f"{path}: damaged ({why}); set aside as {aside.name}")


def relisting(read: Callable[[], T]) -> T:
    """What `read` makes of a folder, begun again when a file vanished between its listing and its reading."""
    for _ in range(_LISTINGS - 1):
        try:
            return read()
        except FileNotFoundError:
            continue  # compacted in between
    try:
        return read()
    except FileNotFoundError as error:
        raise StorageError(f"{error.filename or error}: vanished while it was read") from error


def _entries(folder: UPath) -> list[UPath]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []  # nothing was kept yet
    except OSError as error:
        raise StorageError(f"{folder}: cannot be listed ({error.strerror or error})") from error
