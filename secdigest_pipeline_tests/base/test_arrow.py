"""Columns are made as pyarrow makes them, without pandas; Parquet is read in the thread that asks, whole or not at all."""

import io
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from secdigest_pipeline.base.arrow import (
    NOT_OF_TYPE,
    array_of,
    first_rows,
    joined,
    one_of,
    parquet_bytes,
    parquet_file,
    read,
    read_parquet,
    rows_of,
    scalar_of,
    until,
    values_of,
    within,
)

MOMENT = pa.timestamp("us", tz="UTC")
TIME = datetime(2026, 10, 1, 21, 4, 5, 678_901, UTC)
COLUMNS: list[tuple[pa.DataType, list[Any]]] = [
    (pa.string(), ["a", "", "日本 \U0001f512"]),
    (pa.bool_(), [True, False] * 9),
    (pa.int32(), [-(2**31), 0, 2**31 - 1]),
    (pa.int64(), [-(2**63), 0, 2**63 - 1]),
    (pa.uint64(), [0, 2**64 - 1]),
    (pa.float64(), [0.1, -1.5, 3]),
    (pa.date32(), [date(1, 1, 1), date(1969, 12, 31), date(2026, 10, 1)]),
    (MOMENT, [TIME, TIME.astimezone(timezone(timedelta(hours=9))), datetime(1900, 1, 1, 0, 0, 0, 1, UTC)]),
    (pa.duration("us"), [timedelta(microseconds=1), -timedelta(days=3, microseconds=7)]),
]
WITHOUT_PANDAS = """
import sys
from datetime import UTC, datetime
from secdigest_pipeline.base.arrow import *
import pyarrow as pa
kind, at = pa.timestamp("us", tz="UTC"), datetime(2026, 10, 1, tzinfo=UTC)
table = pa.table({"at": array_of(kind, [at, None]), "id": array_of(pa.string(), ["a", None])})
table = joined([read_parquet(parquet_bytes(table))], table.schema)
rows_of(table.filter(until(table["at"], at))), within(table["at"], at, at), one_of(table["id"], ["a"])
first_rows(table, ["id"]), scalar_of(kind, at)
print("pandas" in sys.modules)
"""


@pytest.mark.parametrize(("kind", "values"), COLUMNS, ids=str)
def test_a_column_is_what_pyarrow_makes_of_the_values(kind: pa.DataType, values: list[Any]) -> None:
    for given in ([], values, [None], [None, *values, None], [*values, None] * 9):
        made = array_of(kind, given)
        made.validate(full=True)
        assert made.equals(pa.array(given, type=kind))
        assert values_of(made) == given
        assert values_of(pa.chunked_array([made.slice(1), made])) == [*given[1:], *given]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.string(), 5),
        (pa.string(), b"bytes"),
        (pa.string(), "\ud800"),
        (pa.bool_(), 1),
        (pa.bool_(), "yes"),
        (pa.int64(), True),
        (pa.int64(), 1.0),
        (pa.int64(), "1"),
        (pa.int64(), 2**63),
        (pa.uint64(), -1),
        (pa.float64(), "1.5"),
        (pa.float64(), False),
        (pa.date32(), "2026-10-01"),
        (MOMENT, datetime(2026, 10, 1)),  # noqa: DTZ001 - a time without zone is what is refused
        (MOMENT, "2026-10-01"),
        (MOMENT, 5),
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused(kind: pa.DataType, value: object) -> None:
    for given in ([value], [None, value]):
        with pytest.raises(NOT_OF_TYPE):
            array_of(kind, given)


def test_conditions_leave_out_what_has_no_time() -> None:
    later = TIME + timedelta(microseconds=1)
    table = pa.table({"id": array_of(pa.string(), ["a", "b", "c"]), "at": array_of(MOMENT, [TIME, None, later])})
    found = [
        table.filter(condition)["id"].to_pylist()
        for condition in (
            until(table["at"], TIME),
            until(table["at"], later),
            within(table["at"], TIME, later),
            within(table["at"], later, TIME),
            one_of(table["id"], {"c", "z"}),
            one_of(table["id"], ()),
        )
    ]
    assert found == [["a"], ["a", "c"], ["a"], [], ["c"], []]
    assert rows_of(table)[1:] == [{"id": "b", "at": None}, {"id": "c", "at": later}]
    assert scalar_of(MOMENT, TIME) == table["at"][0]


def test_the_first_row_of_each_key_is_kept() -> None:
    table = pa.table({"key": ["a", "a", "b", "b", "b", "c"], "part": [1, 1, 1, 2, 2, 2], "row": [0, 1, 2, 3, 4, 5]})
    split = pa.concat_tables([table.slice(0, 2), table.slice(2)])
    assert first_rows(split, ["key"])["row"].to_pylist() == [0, 2, 5]
    assert first_rows(split, ["key", "part"])["row"].to_pylist() == [0, 2, 3, 5]
    assert first_rows(table.slice(0, 0), ["key"]).num_rows == 0
    assert joined([], table.schema).equals(table.slice(0, 0))
    assert joined([table, table], table.schema)["row"].to_pylist() == [*range(6), *range(6)]


def test_none_of_it_loads_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_the_same_rows_give_the_same_bytes() -> None:
    table = pa.table({"id": [3, 1, 2]})
    assert parquet_bytes(table) == parquet_bytes(pa.concat_tables([table.slice(0, 3)]))
    assert read_parquet(parquet_bytes(table, compression="none")).equals(table)


READING = """
import os, sys
from pathlib import Path
from secdigest_pipeline.base.arrow import read_parquet
import pyarrow.parquet
before = os.listdir("/proc/self/task")
read_parquet(Path(sys.argv[1]).read_bytes(), ["id"])
read_parquet(Path(sys.argv[1]).read_bytes())
print(sorted(set(os.listdir("/proc/self/task")) - set(before)))
"""


def stored(rows: int = 3, **options: object) -> bytes:
    table = pa.table({"id": list(range(rows)), "text": [f"row {n}" for n in range(rows)]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def test_a_table_comes_back_whole_or_by_columns() -> None:
    data = stored()
    assert read_parquet(data).to_pydict() == {"id": [0, 1, 2], "text": ["row 0", "row 1", "row 2"]}
    assert read_parquet(data, ["text"]).column_names == ["text"]


def test_reading_starts_no_thread_that_could_abort_the_process_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(stored(200_000, row_group_size=10_000))
    done = subprocess.run([sys.executable, "-c", READING, str(path)], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_page_that_was_changed_is_found_by_its_checksum() -> None:
    data = stored(write_page_checksum=True, compression="none")
    at = data.index(b"row 1")
    changed = data[:at] + b"raw" + data[at + 3 :]
    assert "raw 1" in read_parquet(changed)["text"].to_pylist()
    with pytest.raises(OSError, match=r"(?i)crc"):
        read(parquet_file(changed, checksums=True))


@pytest.mark.parametrize("data", [b"", b"PAR1", b"not Parquet at all", stored()[:-20]])
def test_what_is_no_parquet_file_is_an_error(data: bytes) -> None:
    with pytest.raises((pa.ArrowInvalid, OSError)):
        read_parquet(data)
