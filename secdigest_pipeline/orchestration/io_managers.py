"""Asset tables as Parquet: one file per asset and partition on any UPath, written whole, checked against its schema."""

import io
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from secdigest_pipeline.base.files import StorageError, write_atomic
from secdigest_pipeline.base.tables import Table


class MissingPartition(FileNotFoundError):
    """An upstream table that was never made; the message says what to materialize."""


class ParquetIOManager(dg.UPathIOManager):
    """`<base>/<asset>/<partition>.parquet` (or `<base>/<asset>.parquet`); `tables` holds a declaration per asset."""

    extension = ".parquet"

    def __init__(self, base_path: UPath, tables: Mapping[str, Table[Any]]) -> None:
        super().__init__(base_path=base_path)
        self._tables = tables

    def make_directory(self, path: UPath) -> None:
        """Nothing: write_atomic makes the folder, and its error names what cannot be written."""

    def dump_to_path(self, context: dg.OutputContext, obj: pd.DataFrame, path: UPath) -> None:
        """Write one checked table. Nothing is left half-written, whatever happens."""
        write_atomic(path, parquet_bytes(self._tables[context.asset_key.path[-1]], obj))

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Read one table; a missing one is a clear error naming asset and partition."""
        name = context.asset_key.path[-1]
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise MissingPartition(f"{name} has no table at {path}: materialize it for this edition first") from None
        return stored_frame(self._tables[name], data, path)


def stored_frame(table: Table[Any], data: bytes, path: UPath) -> pd.DataFrame:
    """The table that `parquet_bytes` made `data` of, read from `path`; StorageError when it is damaged."""
    try:
        # Without threads: those of pyarrow abort a process that ends while they start
        arrow = pq.read_table(io.BytesIO(data), use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise StorageError(f"{path}: stored table cannot be read ({error}): materialize it again") from error
    return table.read(arrow)


def parquet_bytes(table: Table[Any], frame: pd.DataFrame) -> bytes:
    """`frame` as Parquet (zstd); the same rows give the same bytes."""
    buffer = io.BytesIO()
    pq.write_table(table.arrow(frame), buffer, compression="zstd")
    return buffer.getvalue()
