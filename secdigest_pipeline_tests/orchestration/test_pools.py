"""Pools are declared before a run."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.pools import POOLS, declare_pools


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
