"""Tables from record dataclasses: one declaration gives the Arrow schema, its documentation and its checks.

A record is a frozen dataclass whose fields are `Annotated[type, "what the column holds, with unit"]`.
Types: str, int, float, bool, datetime (aware, stored as UTC microseconds), date, `X | None`, Literal of strings,
`tuple[X, ...]` (Arrow list) and nested records (Arrow struct).
"""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import accumulate, pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

import pandas as pd
import pyarrow as pa

# Arrow's own allocator (mimalloc) maps memory by large pages that the kernel has to clear; a step makes a few tables of some
# megabytes and ends. The step cleaned_articles of bench_intake took 0.7 to 1.0 s with it, and 0.2 to 0.4 s with malloc.
pa.set_memory_pool(pa.system_memory_pool())

Row = TypeVar("Row")

_SCALARS: Mapping[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}


class TableError(ValueError):
    """A row that breaks its table's declaration; the message names table, row, column and rule."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, Arrow type, whether it may be null, closed values if any, and what it holds."""

    name: str
    type: pa.DataType
    nullable: bool
    values: tuple[str, ...]
    description: str


class Table(Generic[Row]):
    """A named table of `record` rows, unique by `key` and stored in the order of `key` given by its writer."""

    def __init__(self, name: str, record: type[Row], key: tuple[str, ...]) -> None:
        self.name = name
        self.record = record
        self.key = key
        self.columns = _columns(record)
        self.schema = pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])

    def frame(self, rows: Iterable[Row]) -> pd.DataFrame:
        """A checked DataFrame (Arrow-backed dtypes) with every declared column, also when `rows` is empty."""
        return self._to_frame(self._checked(self._arrow_of(list(rows))))

    def rows(self, frame: pd.DataFrame) -> list[Row]:
        """The records of a DataFrame of this table; TableError when a column is missing or of another type."""
        record: type = self.record
        table = self.arrow(frame)
        columns = [_values(hint, table.column(name).combine_chunks()) for name, hint in _field_hints(record)]
        return list(map(record, *columns))

    def arrow(self, frame: pd.DataFrame) -> pa.Table:
        """`frame` as a checked Arrow table in declared column order; TableError names what does not fit."""
        missing = [c.name for c in self.columns if c.name not in frame.columns]
        if missing:
            raise TableError(f"{self.name}: column {missing[0]!r} is missing")
        try:
            table = pa.Table.from_pandas(frame, schema=self.schema, preserve_index=False, nthreads=1)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise TableError(f"{self.name}: {error}") from error
        return self._checked(table.replace_schema_metadata(None))

    def read(self, table: pa.Table) -> pd.DataFrame:
        """A DataFrame from a stored Arrow table; columns added since it was written read as null where allowed."""
        for column in self.columns:
            if column.name not in table.column_names:
                if not column.nullable:
                    raise TableError(f"{self.name}: stored table lacks column {column.name!r}: materialize it again")
                table = table.append_column(column.name, pa.nulls(table.num_rows, column.type))
        return self._to_frame(table.select([c.name for c in self.columns]).cast(self.schema))

    def _arrow_of(self, rows: Sequence[Row]) -> pa.Table:
        arrays = []
        for column in self.columns:
            try:
                arrays.append(_array(column.type, [getattr(row, column.name) for row in rows]))
            except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError) as error:
                raise TableError(f"{self.name}: column {column.name!r}: {error}") from error
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _to_frame(self, table: pa.Table) -> pd.DataFrame:
        return typing.cast(pd.DataFrame, table.to_pandas(types_mapper=pd.ArrowDtype, use_threads=False))

    def _checked(self, table: pa.Table) -> pa.Table:
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
        keys = [table.column(name).to_pylist() for name in self.key]
        for at, key in enumerate(zip(*keys, strict=True)):
            if key in seen:
                raise TableError(f"{self.name} {self._row_name(table, at)}: key {', '.join(self.key)} is not unique")
            seen.add(key)
        return table

    def _row_name(self, table: pa.Table, at: int) -> str:
        key = ", ".join(f"{name}={table.column(name)[at].as_py()!r}" for name in self.key)
        return f"row {at} ({key})"


def _columns(record: type) -> tuple[Column, ...]:
    if not is_dataclass(record):
        raise TypeError(f"{record!r} is not a record dataclass")
    return tuple(_column(name, hint) for name, hint in _field_hints(record))


def _column(name: str, hint: Any) -> Column:
    description = ""
    if get_origin(hint) is Annotated:
        hint, description, *_ = get_args(hint)
    inner, nullable = _optional(hint)
    values = tuple(get_args(inner)) if get_origin(inner) is Literal else ()
    return Column(name, _arrow_type(inner), nullable, values, description)


def _optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (types.UnionType, typing.Union):
        rest = [arg for arg in get_args(hint) if arg is not type(None)]
        if len(rest) != 1:
            raise TypeError(f"a column has one type, not {hint!r}")
        return rest[0], True
    return hint, False


def _arrow_type(hint: Any) -> pa.DataType:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if hint in _SCALARS:
        return _SCALARS[hint]
    if get_origin(hint) is Literal:
        return pa.string()
    if get_origin(hint) is tuple:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    if isinstance(hint, type) and is_dataclass(hint):
        return pa.struct([pa.field(c.name, c.type) for c in _columns(hint)])
    raise TypeError(f"no Arrow type for {hint!r}")


# By column and not by row, in and out: a page has hundreds of links, and an edition hundreds of pages.


def _array(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    """The values of one column, or of one field of nested records, as Arrow."""
    if pa.types.is_list(kind):
        begins = accumulate((len(value or ()) for value in values), initial=0)
        starts = [None if value is None else begin for value, begin in zip(values, begins, strict=False)]
        flat = [item for value in values if value is not None for item in value]
        offsets = pa.array([*starts, len(flat)], type=pa.int32())
        return pa.ListArray.from_arrays(offsets, _array(kind.value_type, flat), type=kind)
    if pa.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        arrays = [
            _array(field.type, [None if value is None else getattr(value, field.name) for value in values])
            for field in fields
        ]
        return pa.StructArray.from_arrays(
            arrays, fields=fields, mask=pa.array([value is None for value in values], pa.bool_())
        )
    return pa.array(values, type=kind)


def _values(hint: Any, array: pa.Array) -> list[Any]:
    """What `_array` was made of; `hint` is the column's declared type."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    hint, _ = _optional(hint)
    if get_origin(hint) is tuple:
        values = _values(get_args(hint)[0], array.values)
        spans = zip(pairwise(array.offsets.to_pylist()), array.is_valid().to_pylist(), strict=True)
        return [tuple(values[start:end]) if valid else None for (start, end), valid in spans]
    if isinstance(hint, type) and is_dataclass(hint):
        parts = [_values(inner, part) for (_, inner), part in zip(_field_hints(hint), array.flatten(), strict=True)]
        made = map(hint, *parts)
        return [one if valid else None for one, valid in zip(made, array.is_valid().to_pylist(), strict=True)]
    values = array.to_pylist()
    return [value and value.astimezone(UTC) for value in values] if hint is datetime else values


@cache
def _field_hints(record: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple((field.name, hints[field.name]) for field in fields(record))
