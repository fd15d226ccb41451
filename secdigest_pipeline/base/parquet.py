"""Reading Parquet files in the thread that asks."""

import pyarrow as pa
import pyarrow.parquet as pq


def parquet_file(data: bytes, *, checksums: bool = False) -> pq.ParquetFile:
    """The Parquet file in `data`; `checksums` holds every page against its checksum, which the file must have then.

    Raises pa.ArrowInvalid or OSError where it is damaged. To be read by `read`.
    """
    # From memory of Arrow's own and without read-ahead: else the library starts threads, and a process that ends while
    # they start is aborted (pyarrow 26: "terminate called without an active exception")
    return pq.ParquetFile(pa.BufferReader(data), pre_buffer=False, page_checksum_verification=checksums)


def read(file: pq.ParquetFile, columns: list[str] | None = None) -> pa.Table:
    """The columns of a file, all without a list."""
    return file.read(columns=columns, use_threads=False)


def read_parquet(data: bytes, columns: list[str] | None = None) -> pa.Table:
    """The table in `data`, whole or some columns of it."""
    return read(parquet_file(data), columns)
