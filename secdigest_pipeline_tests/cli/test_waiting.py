"""A command that is kept waiting says by what: the pool, and the run that holds it."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.runs import process_tag


@dg.op
def nothing() -> None: ...


@dg.job
def edition() -> None:
    nothing()


@pytest.mark.slow
def test_a_command_names_the_pool_it_waits_for_and_the_run_that_holds_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "feeds.yaml").write_text(
        "feeds: [{id: one, name: One, url: 'http://one.test/x', site: 'http://one.test/', lang: en, kind: news}]"
    )
    monkeypatch.setenv("SECDIGEST_FEEDS", str(home / "feeds.yaml"))
    monkeypatch.setenv("SECDIGEST_CONNECT_TO", "*.test=127.0.0.1:1")
    with instance(Settings.from_env()) as opened:
        tags = {**process_tag(), "dagster/partition": "2026-10-02"}
        holder = opened.create_run_for_job(edition, tags=tags, status=dg.DagsterRunStatus.STARTED)
        storage = opened.event_log_storage
        assert storage.claim_concurrency_slot("fetch", holder.run_id, "article_pages").is_claimed
        waiting = subprocess.Popen(
            [sys.executable, "-m", "secdigest_pipeline.cli", "poll"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert waiting.stdout is not None
            said = waiting.stdout.readline()
            assert said.strip() == (
                "… feed_snapshots waits for the pool fetch: "
                f"edition 2026-10-02 (run {holder.run_id[:8]}) is in article_pages"
            )
            assert waiting.poll() is None
            storage.free_concurrency_slots_for_run(holder.run_id)
            rest, _ = waiting.communicate(timeout=120)
        finally:
            waiting.kill()
            waiting.communicate()
    assert "feed_snapshots" in rest and "waits" not in rest
