"""The history asset in a real materialization: an edition whose file was damaged comes back from its stored ledger."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from upath import UPath

from secdigest_pipeline.assets import exports
from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.indicators.exports.files import unlike_listed
from secdigest_pipeline.indicators.past.history import History
from secdigest_pipeline.indicators.past.sightings import IocPast
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.indicators.ledgers import ioc


def materialized(services: Services, edition: str) -> tuple[list[IocPast], dict[str, Any]]:
    """Rows and metadata of `ioc_history` for a ledger of one IOC."""

    @dg.asset(partitions_def=EDITIONS)
    def iocs() -> list[Ioc]:
        return [ioc(edition=edition)]

    done = dg.materialize(
        [iocs, exports.ioc_history],
        partition_key=edition,
        resources={**resources(services), "io_manager": dg.InMemoryIOManager()},
    )
    [event] = done.asset_materializations_for_node("ioc_history")
    metadata = {name: entry.value for name, entry in event.metadata.items()}
    return done.output_for_node("ioc_history"), metadata


def test_an_edition_whose_file_is_damaged_is_told_and_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "data"))
    services, day = Services(Settings.from_env()), Edition.parse("2026-09-30")
    rows = [ioc(edition=day.key)]
    History(services.settings.data / "history").add(day, rows)
    write_atomic(services.tables / "iocs" / f"{day.key}.parquet", parquet_bytes(IOCS.arrow(rows)))
    (path,) = UPath(tmp_path / "data" / "history" / "iocs" / "editions").iterdir()
    path.write_bytes(path.read_bytes()[:-9])

    found, metadata = materialized(services, "2026-10-01")
    assert [(row.sightings, row.first_seen) for row in found] == [(1, day.key)]
    assert metadata["damaged"] == 1
    assert path.name in metadata["damage"].records[0].data["what"]
    found, metadata = materialized(services, "2026-10-01")
    assert [row.sightings for row in found] == [1]
    assert "damaged" not in metadata


def test_the_exports_lie_in_the_output_folder_as_the_step_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECDIGEST_OUT", str(tmp_path / "out"))
    services, key = Services(Settings.from_env()), "2026-09-30"

    @dg.asset(partitions_def=EDITIONS)
    def iocs() -> list[Ioc]:
        return [ioc(edition=key)]

    given = {**resources(services), "io_manager": dg.InMemoryIOManager()}
    steps = [iocs, exports.ioc_exports, exports.exports_lie_as_listed]
    done = dg.materialize(steps, partition_key=key, resources=given)
    assert [check.passed for check in done.get_asset_check_evaluations()] == [True]

    (path,) = (tmp_path / "out").rglob("*.stix.json")
    path.write_bytes(path.read_bytes()[:-9])
    assert unlike_listed(services.settings.out, done.output_for_node("ioc_exports")) == [
        f"{path}: holds other bytes than were written"
    ]
