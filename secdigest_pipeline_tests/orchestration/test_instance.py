import os
import threading
from pathlib import Path

import pytest

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.instance import dagster_home, instance
from secdigest_pipeline_tests.places import REPOSITORY


def test_the_instance_stores_in_postgres_and_keeps_its_home_in_the_data_directory(home: Path) -> None:
    with instance(Settings.from_env()) as opened:
        assert type(opened.event_log_storage).__name__ == "PostgresEventLogStorage"
        assert os.environ["DAGSTER_HOME"] == str(home / "data" / "dagster")
        assert not opened.telemetry_enabled
    assert "DAGSTER_HOME" not in os.environ


def test_what_killed_runs_left_half_written_is_swept_at_the_next_start(home: Path) -> None:
    left = [home / folder / ".x.parquet.0123456789ab4def8123456789abcdef.tmp" for folder in ("data/tables", "out/2026")]
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        os.utime(path, (0, 0))
    with instance(Settings.from_env()):
        for thread in threading.enumerate():
            if thread.name == "sweep":
                thread.join()
        assert not any(path.exists() for path in left)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file/data/dagster: cannot be written"):
        dagster_home(Settings.from_env({"SECDIGEST_DATA": str(tmp_path / "file" / "data")}))


def test_the_configuration_holds_no_credential_and_only_names_the_variable() -> None:
    text = (REPOSITORY / "dagster.yaml").read_text()
    assert "env: SECDIGEST_PG_URL" in text
    assert "postgresql" not in text.replace("PostgreSQL", "")
