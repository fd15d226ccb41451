"""Asset tables as Parquet: one file per asset and partition on any UPath, written whole, checked against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

import dagster as dg
from upath import UPath

from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.tables import Table, TableError, frame_of, stored_table

if TYPE_CHECKING:
    import pyarrow as pa


class MissingPartition(FileNotFoundError):
    """An upstream table that was never made; the message says what to materialize."""


class ParquetIOManager(dg.UPathIOManager):
    """`<base>/<asset>/<partition>.parquet` (or `<base>/<asset>.parquet`); `tables` holds a declaration per asset.

    An asset gets its input as it annotates it: `list[Record]` the records, `pd.DataFrame` a frame, `pa.Table` (or no
    annotation) the Arrow table; `dict[str, ...]` of these by partition key where it depends on several partitions. What it
    returns may have any of the three forms. An asset without a declaration has the columns of the frame it returns.
    """

    extension = ".parquet"

    def __init__(self, base_path: UPath, tables: Mapping[str, Table[Any]]) -> None:
        super().__init__(base_path=base_path)
        self._tables = tables

    def make_directory(self, path: UPath) -> None:
        """Nothing: write_atomic makes the folder, and its error names what cannot be written."""

    def dump_to_path(self, context: dg.OutputContext, obj: Any, path: UPath) -> None:
        """Write one checked table. Nothing is left half-written, whatever happens."""
        name = context.asset_key.path[-1]
        write_atomic(path, parquet_bytes(_arrow(name, self._tables.get(name), obj)))

    def load_from_path(self, context: dg.InputContext, path: UPath) -> Any:
        """Read one table in the form its reader annotates; a missing one is a clear error naming asset and partition."""
        name = context.asset_key.path[-1]
        table = self._tables.get(name)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise MissingPartition(f"{name} has no table at {path}: materialize it for this edition first") from None
        arrow = stored_table(data, path)
        if table is not None:
            arrow = table.current(arrow)
        form = context.dagster_type.typing_type
        if get_origin(form) is dict:
            form = get_args(form)[1]
        if get_origin(form) is list:
            return _records(name, table, get_args(form)[0], arrow)
        # by name: pandas takes half a second to import, and only its users should
        if getattr(form, "__name__", "") == "DataFrame":
            return frame_of(arrow)
        return arrow


def _records(name: str, table: Table[Any] | None, record: Any, arrow: pa.Table) -> list[Any]:
    if table is None or record is not table.record:
        known = f"its records are list[{table.record.__name__}]" if table else "it has no declared record"
        raise TableError(f"{name} cannot be read as list[{getattr(record, '__name__', record)}]: {known}")
    return table.rows(arrow)


def _arrow(name: str, table: Table[Any] | None, made: Any) -> pa.Table:
    """What an asset returned as an Arrow table, checked against its declaration if it has one."""
    if isinstance(made, list):
        if table is None:
            raise TableError(
                f"{name} returned a list, which needs a declared table: return a DataFrame or an Arrow table"
            )
        return table.arrow(made)
    import pyarrow as pa

    if not isinstance(made, pa.Table):
        if table is not None:
            return table.of_frame(made)
        return pa.Table.from_pandas(made, preserve_index=False, nthreads=1).replace_schema_metadata(None)
    return made if table is None else table.checked(made)
