"""Parquet is read in the thread that asks, whole or not at all."""

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from secdigest_pipeline.base.parquet import parquet_file, read, read_parquet

READING = """
import os, sys
from pathlib import Path
from secdigest_pipeline.base.parquet import read_parquet
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
