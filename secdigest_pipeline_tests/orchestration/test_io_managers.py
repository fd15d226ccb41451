from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest
from upath import UPath

from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.records import POLLS
from secdigest_pipeline.orchestration.io_managers import MissingPartition, ParquetIOManager

DAYS = dg.StaticPartitionsDefinition(["2026-10-01", "2026-10-02"])


@dg.asset(partitions_def=DAYS, name="iocs")
def made(config: dict) -> pa.Table:
    return IOCS.arrow([]) if config["good"] else IOCS.arrow([]).drop_columns(["article_id"])


@dg.asset(partitions_def=DAYS)
def reader(iocs: pd.DataFrame) -> None:
    assert list(iocs.columns) == [column.name for column in IOCS.columns]


def run(base: UPath, assets: list, partition: str, good: bool = True, raise_on_error: bool = True):
    return dg.materialize(
        assets,
        partition_key=partition,
        resources={"io_manager": ParquetIOManager(base, {"iocs": IOCS})},
        run_config={"ops": {"iocs": {"config": {"good": good}}}} if made in assets else {},
        selection=[asset for asset in assets if asset is made or asset is reader],
        raise_on_error=raise_on_error,
    )


@pytest.mark.parametrize("store", ["local", "memory"])
def test_each_partition_is_one_file_and_comes_back_with_every_column(store: str, tmp_path: Path) -> None:
    base = UPath(tmp_path) if store == "local" else UPath("memory://tables-test")
    assert run(base, [made, reader], "2026-10-01").success
    assert (base / "iocs" / "2026-10-01.parquet").exists()
    assert not (base / "iocs" / "2026-10-02.parquet").exists()


def test_a_table_that_breaks_its_schema_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="iocs: columns are"):
        run(UPath(tmp_path), [made], "2026-10-01", good=False)
    assert not list((tmp_path / "iocs").glob("*"))


@pytest.mark.parametrize("kept", [0, 3, 200])
def test_a_damaged_table_is_named(tmp_path: Path, kept: int) -> None:
    assert run(UPath(tmp_path), [made], "2026-10-01").success
    path = tmp_path / "iocs" / "2026-10-01.parquet"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(StorageError, match=r"2026-10-01.parquet: stored table cannot be read .*materialize it again"):
        dg.materialize(
            [made, reader],
            partition_key="2026-10-01",
            resources={"io_manager": ParquetIOManager(UPath(tmp_path), {"iocs": IOCS})},
            selection=[reader],
        )


def test_an_upstream_edition_that_was_never_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingPartition, match=r"iocs has no table at .*2026-10-02.parquet: materialize it"):
        dg.materialize(
            [made, reader],
            partition_key="2026-10-02",
            resources={"io_manager": ParquetIOManager(UPath(tmp_path), {"iocs": IOCS})},
            selection=[reader],
        )


def test_the_same_rows_give_the_same_bytes() -> None:
    assert parquet_bytes(POLLS.arrow([])) == parquet_bytes(POLLS.arrow([]))
