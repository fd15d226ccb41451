"""Tables from record dataclasses: one declaration gives the Arrow schema, its documentation and its checks.

A record is a frozen dataclass whose fields are `Annotated[type, "what the column holds, with unit"]`.
Types: str, int, float, bool, datetime (aware, stored as UTC microseconds), date, `DayKey`, `X | None`, Literal of
strings, `tuple[X, ...]` (Arrow list) and nested records (Arrow struct). A column has its field's name, or the one that
`Named` gives it.

Rows travel as rows: `Table.arrow` makes the checked Arrow table that is stored, `Table.rows` the records of a stored one.
`frame_of` is for whoever works on a table with pandas.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

from upath import UPath

from secdigest_pipeline.base.arrow import NOT_OF_TYPE, array_of, read_parquet, values_of
from secdigest_pipeline.base.files import StorageError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Named:
    """Name of the column where the field's own is a reserved word of SQL (`end`). Files of before it have the field's name."""

    column: str


class _Day:
    """Marks a day that records hold as its ISO form and tables as a DATE."""


# `YYYY-MM-DD`, the key of a partition or another day: a DATE in the table, so that SQL can count with it
DayKey = Annotated[str, _Day]

# Arrow's names of the types: what a table says of its columns needs no Arrow
_SCALARS: Mapping[Any, str] = {
    str: "string",
    int: "int64",
    float: "double",
    bool: "bool",
    datetime: "timestamp[us, tz=UTC]",
    date: "date32[day]",
}


class TableError(ValueError):
    """A row that breaks its table's declaration; the message names table, row, column and rule."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the record's field and declared type, the Arrow type's name, nullable, closed values if any, what
    it holds."""

    name: str
    field: str
    hint: Any
    type_name: str
    nullable: bool
    values: tuple[str, ...]
    description: str

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return _arrow_type(self.hint)


class Table(Generic[Row]):
    """A named table of `record` rows, unique by `key` and stored in the order of `key` given by its writer."""

    def __init__(self, name: str, record: type[Row], key: tuple[str, ...]) -> None:
        self.name = name
        self.record = record
        self.key = key
        self.columns = _columns(typing.cast(Any, record))

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        import pyarrow as pa

        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])

    def schema_of(self, names: Sequence[str]) -> pa.Schema:
        """The schema of some columns."""
        import pyarrow as pa

        return pa.schema([self.schema.field(name) for name in names])

    def arrow(self, rows: Iterable[Row]) -> pa.Table:
        """`rows` as a checked Arrow table in declared column order; TableError names table, row, column and rule."""
        import pyarrow as pa

        listed = list(rows)
        arrays = []
        for column in self.columns:
            values = [getattr(row, column.field) for row in listed]
            try:
                arrays.append(_array(column.hint, values))
            except NOT_OF_TYPE as error:
                at = _first_unfit(column.hint, values)
                raise TableError(
                    f"{self.name} {self._row_of(listed, at)}: column {column.name!r} takes {column.type_name}, not "
                    f"{values[at]!r:.100} ({error})"
                ) from error
        return self.checked(pa.Table.from_arrays(arrays, schema=self.schema))

    def rows(self, table: pa.Table) -> list[Row]:
        """The records of an Arrow table of this declaration (one that was stored: `current` first)."""
        record: type = self.record
        columns = [_values(column.hint, table.column(column.name).combine_chunks()) for column in self.columns]
        return list(map(record, *columns))

    def of_frame(self, frame: pd.DataFrame) -> pa.Table:
        """A DataFrame with every declared column as a checked Arrow table; TableError names what does not fit."""
        missing = [c.name for c in self.columns if c.name not in frame.columns]
        if missing:
            raise TableError(f"{self.name}: column {missing[0]!r} is missing")
        import pyarrow as pa

        try:
            table = pa.Table.from_pandas(frame, schema=self.schema, preserve_index=False, nthreads=1)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise TableError(f"{self.name}: {error}") from error
        return self.checked(table.replace_schema_metadata(None))

    def current(self, stored: pa.Table) -> pa.Table:
        """A stored Arrow table in today's form: columns added since read as null where allowed, days that were text as dates.

        TableError when it lacks a column that may not be null, or holds another type.
        """
        import pyarrow as pa

        arrays = []
        for column in self.columns:
            there = next((name for name in (column.name, column.field) if name in stored.column_names), None)
            if there is not None:
                try:
                    arrays.append(_current(column.hint, stored.column(there).combine_chunks()))
                except (pa.ArrowInvalid, pa.ArrowNotImplementedError, KeyError) as error:
                    raise TableError(
                        f"{self.name}: stored column {there!r} is not {column.type_name} ({error})"
                    ) from error
            elif column.nullable:
                arrays.append(pa.nulls(stored.num_rows, column.type))
            else:
                raise TableError(f"{self.name}: stored table lacks column {column.name!r}: materialize it again")
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _row_of(self, rows: Sequence[Row], at: int) -> str:
        names = [column.field for column in self.columns if column.name in self.key]
        return f"row {at} ({', '.join(f'{name}={getattr(rows[at], name)!r}' for name in names)})"

    def checked(self, table: pa.Table) -> pa.Table:
        """`table` itself when it keeps the declaration: types, nulls, closed values, key; else TableError."""
        if table.schema != self.schema:
            raise TableError(
                f"{self.name}: columns are {table.schema.names}, not {self.schema.names}, or of other types"
            )
        for column in self.columns:
            data = table.column(column.name)
            if not column.nullable and data.null_count:
                at = data.is_null().to_pylist().index(True)
                raise TableError(f"{self.name} {self._row_name(table, at)}: column {column.name!r} is null")
            if column.values:
                for at, value in enumerate(data.to_pylist()):
                    if value is not None and value not in column.values:
                        raise TableError(
                            f"{self.name} {self._row_name(table, at)}: column {column.name!r} holds {value!r}, "
                            f"not one of {', '.join(column.values)}"
                        )
        seen: set[tuple[Any, ...]] = set()
        keys = [values_of(table.column(name)) for name in self.key]
        for at, key in enumerate(zip(*keys, strict=True)):
            if key in seen:
                raise TableError(f"{self.name} {self._row_name(table, at)}: key {', '.join(self.key)} is not unique")
            seen.add(key)
        return table

    def _row_name(self, table: pa.Table, at: int) -> str:
        key = ", ".join(f"{name}={values_of(table.column(name).slice(at, 1))[0]!r}" for name in self.key)
        return f"row {at} ({key})"


@cache
def _columns(record: Any) -> tuple[Column, ...]:
    if not is_dataclass(record):
        raise TypeError(f"{record!r} is not a record dataclass")
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple(_column(field.name, hints[field.name]) for field in fields(record))


def _column(field: str, hint: Any) -> Column:
    name, description = field, ""
    for extra in _extras(hint):
        if isinstance(extra, Named):
            name = extra.column
        elif isinstance(extra, str):
            description = extra
    plain = _plain(hint)
    values = tuple(get_args(plain)) if get_origin(plain) is Literal else ()
    return Column(name, field, hint, _type_name(hint), _optional(_bare(hint))[1], values, description)


def _extras(hint: Any) -> tuple[Any, ...]:
    """What stands beside the type in Annotated, also around `X | None` of an annotated X."""
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        return (*_extras(inner), *extras)
    plain, nullable = _optional(hint)
    return _extras(plain) if nullable else ()


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _is_day(hint: Any) -> bool:
    return _Day in _extras(hint)


def _optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (types.UnionType, typing.Union):
        rest = [arg for arg in get_args(hint) if arg is not type(None)]
        if len(rest) != 1:
            raise TypeError(f"a column has one type, not {hint!r}")
        return rest[0], True
    return hint, False


def _plain(hint: Any) -> Any:
    """The type in `hint`, without Annotated and `| None` around it."""
    return _bare(_optional(_bare(hint))[0])


def _type_name(hint: Any) -> str:
    if _is_day(hint):
        return _SCALARS[date]
    plain = _plain(hint)
    if plain in _SCALARS:
        return _SCALARS[plain]
    if get_origin(plain) is Literal:
        return _SCALARS[str]
    if get_origin(plain) is tuple:
        return f"list<item: {_type_name(get_args(plain)[0])}>"
    if isinstance(plain, type) and is_dataclass(plain):
        return f"struct<{', '.join(f'{c.name}: {c.type_name}' for c in _columns(plain))}>"
    raise TypeError(f"no Arrow type for {hint!r}")


@cache
def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    plain = _plain(hint)
    if get_origin(plain) is tuple:
        return pa.list_(_arrow_type(get_args(plain)[0]))
    if isinstance(plain, type) and is_dataclass(plain):
        return pa.struct([pa.field(c.name, c.type) for c in _columns(plain)])
    scalars = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", tz="UTC"), pa.date32())
    return {str(kind): kind for kind in scalars}[_type_name(hint)]


# By column and not by row, in and out: a page has hundreds of links, and an edition hundreds of pages.


def _array(hint: Any, values: Sequence[Any]) -> pa.Array:
    """The values of one column, or of one field of nested records, as Arrow; `hint` is the declared type."""
    import pyarrow as pa

    kind, plain = _arrow_type(hint), _plain(hint)
    if _is_day(hint):
        return array_of(kind, [None if value is None else date.fromisoformat(value) for value in values])
    if get_origin(plain) is tuple:
        begins = accumulate((len(value or ()) for value in values), initial=0)
        starts = [None if value is None else begin for value, begin in zip(values, begins, strict=False)]
        flat = [item for value in values if value is not None for item in value]
        offsets = array_of(pa.int32(), [*starts, len(flat)])
        return pa.ListArray.from_arrays(offsets, _array(get_args(plain)[0], flat), type=kind)
    if isinstance(plain, type) and is_dataclass(plain):
        arrays = [
            _array(column.hint, [None if value is None else getattr(value, column.field) for value in values])
            for column in _columns(plain)
        ]
        return pa.StructArray.from_arrays(
            arrays, fields=list(kind), mask=array_of(pa.bool_(), [value is None for value in values])
        )
    return array_of(kind, values)


def _values(hint: Any, array: pa.Array) -> list[Any]:
    """What `_array` was made of."""
    plain = _plain(hint)
    if get_origin(plain) is tuple:
        values = _values(get_args(plain)[0], array.values)
        spans = zip(pairwise(array.offsets.to_pylist()), array.is_valid().to_pylist(), strict=True)
        return [tuple(values[start:end]) if valid else None for (start, end), valid in spans]
    if isinstance(plain, type) and is_dataclass(plain):
        parts = [_values(column.hint, part) for column, part in zip(_columns(plain), array.flatten(), strict=True)]
        made = map(plain, *parts)
        return [record if valid else None for record, valid in zip(made, array.is_valid().to_pylist(), strict=True)]
    values = values_of(array)
    return [value and value.isoformat() for value in values] if _is_day(hint) else values


def _current(hint: Any, array: pa.Array) -> pa.Array:
    """A stored array in today's type: fields of a record by either name, days that were text as dates."""
    import pyarrow as pa

    kind, plain = _arrow_type(hint), _plain(hint)
    if array.type == kind:
        return array
    if get_origin(plain) is tuple:
        inner = _current(get_args(plain)[0], array.values)
        # from_arrays takes a null list by a null offset
        ends = array.offsets.to_pylist()
        begins = [begin if valid else None for begin, valid in zip(ends, array.is_valid().to_pylist(), strict=False)]
        return pa.ListArray.from_arrays(array_of(pa.int32(), [*begins, ends[-1]]), inner, type=kind)
    if isinstance(plain, type) and is_dataclass(plain):
        names = [field.name for field in array.type]
        parts = dict(zip(names, array.flatten(), strict=True))
        arrays = [
            pa.nulls(len(array), column.type)
            if there is None and column.nullable
            else _current(column.hint, parts[there])
            for column in _columns(plain)
            for there in [next((name for name in (column.name, column.field) if name in parts), None)]
        ]
        return pa.StructArray.from_arrays(arrays, fields=list(kind), mask=array.is_null())
    return array.cast(kind)


def _first_unfit(hint: Any, values: Sequence[Any]) -> int:
    """Index of the first of `values` that cannot be stored by itself."""
    for at, value in enumerate(values):
        try:
            _array(hint, [value])
        except NOT_OF_TYPE:
            return at
    return 0


def stored_table(data: bytes, path: UPath) -> pa.Table:
    """The Arrow table in the bytes of the file at `path`; StorageError names the file when they are damaged."""
    try:
        return read_parquet(data)
    except (ValueError, OSError) as error:  # ValueError: pa.ArrowInvalid
        raise StorageError(f"{path}: stored table cannot be read ({error}): materialize it again") from error


def stored_rows(table: Table[Row], path: UPath) -> list[Row]:
    """The records stored at `path`, none when there is no file; StorageError when it is damaged."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    return table.rows(table.current(stored_table(data, path)))


def frame_of(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as pandas sees it: nullable Int64, Float64, boolean and string, datetime64 with zone.

    A DATE, a list and a record stay Arrow's (`date32[day][pyarrow]`): pandas has no type of its own for them.
    """
    import pandas as pd
    import pyarrow as pa

    own = {
        pa.string(): pd.StringDtype("pyarrow"),
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }

    def pandas_type(kind: pa.DataType) -> Any:
        return own.get(kind) or (None if pa.types.is_timestamp(kind) else pd.ArrowDtype(kind))

    return typing.cast("pd.DataFrame", table.to_pandas(types_mapper=pandas_type, use_threads=False))
