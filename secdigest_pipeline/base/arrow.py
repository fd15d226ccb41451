"""Arrow, asked for where a table is touched: columns out of values and back, conditions on columns, Parquet.

pyarrow takes 0.2 s to import, and most commands touch no table. Its own ways from Python and back (`pa.array`, `pa.scalar`,
`to_pylist` of times, `to_numpy`, `group_by`, `empty_table`) import pandas wherever it is installed, whatever they are given
(pyarrow 26, pandas-shim.pxi): another 0.25 s of CPU and 50 MiB in every run. So columns are made of buffers here.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)

NOT_OF_TYPE = (
    AttributeError,
    OverflowError,
    TypeError,
    ValueError,
)  # what `array_of` raises; pa.ArrowInvalid is a ValueError


def array_of(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    """`values` as one array, None as null. `kind`: string, bool, int32, int64, uint64, double, date32, timestamp or duration in us.

    One of NOT_OF_TYPE for a value of another type, a number out of bounds, a time without zone, text that is no Unicode.
    """
    import pyarrow as pa

    types = set(map(type, values))
    nulls = type(None) in types
    if bool in types and not pa.types.is_boolean(kind):
        raise TypeError("a truth value")
    data: list[Any]
    if pa.types.is_string(kind):
        coded = [b"" if value is None else str.encode(value) for value in values]
        data = [array("i", accumulate(map(len, coded), initial=0)), b"".join(coded)]
    elif pa.types.is_boolean(kind):
        if types - {bool, type(None)}:
            raise TypeError("not a truth value")
        data = [_bits(values)]
    elif pa.types.is_timestamp(kind):
        data = [array("q", [0 if value is None else (value - _EPOCH) // _MICROSECOND for value in values])]
    elif pa.types.is_duration(kind):
        data = [array("q", [0 if value is None else value // _MICROSECOND for value in values])]
    elif pa.types.is_date(kind):
        data = [array("i", [0 if value is None else value.toordinal() - _EPOCH_DAY for value in values])]
    else:
        code = {"int32": "i", "int64": "q", "uint64": "Q", "double": "d"}[str(kind)]
        data = [array(code, [0 if value is None else value for value in values] if nulls else values)]
    valid = _bits(value is not None for value in values) if nulls else None
    return pa.Array.from_buffers(kind, len(values), [valid, *map(pa.py_buffer, data)])


def _bits(values: Iterable[bool | None]) -> pa.Buffer:
    """A bit for each of `values`, packed as Arrow does."""
    import pyarrow as pa

    data = bytes(map(bool, values))
    return pa.Array.from_buffers(pa.int8(), len(data), [None, pa.py_buffer(data)]).cast(pa.bool_()).buffers()[1]


def scalar_of(kind: pa.DataType, value: Any) -> pa.Scalar:
    """`value` as `array_of` takes it."""
    return array_of(kind, [value])[0]


def values_of(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The values of a column, null as None, times in UTC. A list, a record and a time within one as pyarrow gives them."""
    import pyarrow as pa

    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    moments = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    return [None if moment is None else _EPOCH + timedelta(microseconds=moment) for moment in moments]


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table by column name."""
    names = table.column_names
    return [dict(zip(names, row, strict=True)) for row in zip(*map(values_of, table.columns), strict=True)]


def one_of(column: pa.ChunkedArray, texts: Iterable[str]) -> pa.ChunkedArray:
    """Where a column of text holds one of `texts`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(column, value_set=array_of(pa.string(), list(texts)))


def until(column: pa.ChunkedArray, end: datetime) -> pa.ChunkedArray:
    """Where a column of times <= end; null where it has no time, which a filter leaves out."""
    import pyarrow.compute as pc

    return pc.less_equal(column, scalar_of(column.type, end))


def within(column: pa.ChunkedArray, start: datetime, end: datetime) -> pa.ChunkedArray:
    """Where start <= a column of times < end; null where it has no time, which a filter leaves out."""
    import pyarrow.compute as pc

    first, last = (scalar_of(column.type, moment) for moment in (start, end))
    return pc.and_(pc.greater_equal(column, first), pc.less(column, last))


def first_rows(table: pa.Table, key: Sequence[str]) -> pa.Table:
    """The first row of each run of equal keys: of a table in the order of `key`, one row a key. Keys are not null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_rows < 2:
        return table
    new = None
    for name in key:
        column = table.column(name).combine_chunks()
        differs = pc.not_equal(column.slice(1), column.slice(0, len(column) - 1))
        new = differs if new is None else pc.or_(new, differs)
    return table.filter(pa.chunked_array([array_of(pa.bool_(), [True]), new]))


def joined(parts: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """Tables of one `schema` as one, without rows when there is none."""
    import pyarrow as pa

    return pa.concat_tables([*parts, pa.Table.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)])


def parquet_file(data: bytes, *, checksums: bool = False) -> pq.ParquetFile:
    """The Parquet file in `data`; `checksums` holds every page against its checksum, which the file must have then.

    Raises ValueError (pa.ArrowInvalid) or OSError where it is damaged. To be read by `read`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # From memory of Arrow's own and without read-ahead: else the library starts threads, and a process that ends while
    # they start is aborted (pyarrow 26: "terminate called without an active exception")
    return pq.ParquetFile(pa.BufferReader(data), pre_buffer=False, page_checksum_verification=checksums)


def read(file: pq.ParquetFile, columns: list[str] | None = None) -> pa.Table:
    """The columns of a file, all without a list."""
    return file.read(columns=columns, use_threads=False)


def read_parquet(data: bytes, columns: list[str] | None = None) -> pa.Table:
    """The table in `data`, whole or some columns of it."""
    return read(parquet_file(data), columns)


def parquet_bytes(table: pa.Table, **options: Any) -> bytes:
    """`table` as Parquet, zstd unless `options` of pq.write_table say otherwise; the same rows give the same bytes."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, **{"compression": "zstd", **options})
    return buffer.getvalue()
