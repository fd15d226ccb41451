import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.instance import dagster_home, instance
from secdigest_pipeline.orchestration.pools import POOLS, declare_pools
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


def test_every_pool_of_the_assets_is_declared_before_a_run_and_a_changed_limit_stays(home: Path) -> None:
    from secdigest_pipeline.definitions import defs

    asked_for = {pool for node in defs.resolve_asset_graph().asset_nodes for pool in node.pools}
    assert asked_for == POOLS
    with instance(Settings.from_env()) as opened:
        storage = opened.event_log_storage
        assert {limit.name: limit.limit for limit in storage.get_pool_limits()} == dict.fromkeys(POOLS, 1)
        storage.set_concurrency_slots("llm", 4)
    with instance(Settings.from_env()) as opened:
        limits = {limit.name: limit.limit for limit in opened.event_log_storage.get_pool_limits()}
    assert limits == dict.fromkeys(POOLS, 1) | {"llm": 4}


def test_two_commands_may_declare_the_pools_in_the_same_moment(home: Path) -> None:
    with instance(Settings.from_env()) as opened:
        storage = opened.event_log_storage
        for _ in range(5):
            for pool in POOLS:
                storage.delete_concurrency_limit(pool)
            together = threading.Barrier(4)

            def declare(together: threading.Barrier = together) -> None:
                together.wait()
                declare_pools(opened)

            with ThreadPoolExecutor(4) as threads:
                for done in [threads.submit(declare) for _ in range(4)]:
                    done.result()
            assert {limit.name for limit in storage.get_pool_limits()} == POOLS


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file/data/dagster: cannot be written"):
        dagster_home(Settings.from_env({"SECDIGEST_DATA": str(tmp_path / "file" / "data")}))


def test_the_configuration_holds_no_credential_and_only_names_the_variable() -> None:
    text = (REPOSITORY / "dagster.yaml").read_text()
    assert "env: SECDIGEST_PG_URL" in text
    assert "postgresql" not in text.replace("PostgreSQL", "")
