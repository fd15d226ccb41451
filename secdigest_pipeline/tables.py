"""Tables from record dataclasses: one declaration gives the Arrow schema, its documentation and its checks.

A record is a frozen dataclass whose fields are `Annotated[type, "what the column holds, with unit"]`.
Types: str, int, float, bool, datetime (aware, stored as UTC microseconds), date, `X | None`, Literal of strings,
`tuple[X, ...]` (Arrow list) and nested records (Arrow struct).
"""

import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

import pandas as pd
import pyarrow as pa

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
        return self._to_frame(self._checked(_to_arrow(self, [_as_dict(row) for row in rows])))

    def rows(self, frame: pd.DataFrame) -> list[Row]:
        """The records of a DataFrame of this table; TableError when a column is missing or of another type."""
        record: type = self.record
        made = _maker(record)
        return [made(item) for item in self.arrow(frame).to_pylist()]

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


def _as_dict(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_dict(item) for item in value]
    kind: type = type(value)
    if is_dataclass(kind):
        return {name: _as_dict(getattr(value, name)) for name, _ in _field_hints(kind)}
    return value


def _to_arrow(table: Table[Any], items: list[dict[str, Any]]) -> pa.Table:
    try:
        return pa.Table.from_pylist(items, schema=table.schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
        raise TableError(f"{table.name}: {error}") from error


@cache
def _field_hints(record: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple((field.name, hints[field.name]) for field in fields(record))


@cache
def _maker(record: type) -> Callable[[Mapping[str, Any]], Any]:
    """What makes a record of a row as Arrow gives it; worked out once a type, because a page has hundreds of links."""
    columns = [(name, _reader(hint)) for name, hint in _field_hints(record)]
    return lambda row: record(**{name: read(row[name]) if read else row[name] for name, read in columns})


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What turns a value as Arrow gives it into one of type `hint`; None when it is the same."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    hint, _ = _optional(hint)
    if get_origin(hint) is tuple:
        inner = _reader(get_args(hint)[0])
        return lambda value: value if value is None else tuple(map(inner, value) if inner else value)
    if hint is datetime:
        return lambda value: value if value is None else value.astimezone(UTC)
    if isinstance(hint, type) and is_dataclass(hint):
        made = _maker(hint)
        return lambda value: value if value is None else made(value)
    return None
