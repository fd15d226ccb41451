"""The pools of the assets: declared before a run asks for one, and who holds one that a run waits for."""

from __future__ import annotations

import dagster as dg

from secdigest_pipeline.orchestration.runs import named

POOLS = frozenset({"fetch", "llm", "exports"})


def declare_pools(instance: dg.DagsterInstance) -> None:
    """Give each pool of the assets its default limit before a run asks for it; limits set in the UI stay.

    Dagster does so at the first claim, and of two runs that claim a new pool in the same moment one dies on PostgreSQL
    (dagster 1.13: `initialize_concurrency_limit_to_default` goes on in the transaction its failed INSERT has ended).
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    for pool in sorted(POOLS - _declared(instance)):
        try:
            storage.initialize_concurrency_limit_to_default(pool)
        except Exception:  # of the database: another process declared it in this moment
            if pool not in _declared(instance):
                raise


def holders(instance: dg.DagsterInstance, pool: str) -> str:
    """Who holds the slots of a pool, for the reader: each run with the step it is in."""
    slots = instance.event_log_storage.get_concurrency_info(pool).claimed_slots
    runs = [(slot, instance.get_run_by_id(slot.run_id)) for slot in slots]
    return ", ".join(f"{named(run) if run else slot.run_id} is in {slot.step_key}" for slot, run in runs)


def _declared(instance: dg.DagsterInstance) -> set[str]:
    return {limit.name for limit in instance.event_log_storage.get_pool_limits()}
