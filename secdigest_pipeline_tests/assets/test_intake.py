"""The poll step in a real materialization: what killed runs left half-written is swept by it."""

import os
from pathlib import Path

import dagster as dg

import secdigest_pipeline.definitions  # noqa: F401 - loads the assets with the preview warnings it expects off
from secdigest_pipeline.assets import intake
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services


def test_a_poll_sweeps_what_killed_runs_left(tmp_path: Path) -> None:
    feed = "{id: a, name: A, url: 'http://a.test/f', site: 'http://a.test/', lang: en, kind: news, enabled: false}"
    (tmp_path / "feeds.yaml").write_text(f"feeds: [{feed}]")
    left = tmp_path / "data" / "archive" / ".x.parquet.0123456789ab4def8123456789abcdef.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    places = {"DATA": "data", "OUT": "out", "FEEDS": "feeds.yaml"}
    settings = Settings.from_env({f"SECDIGEST_{name}": str(tmp_path / place) for name, place in places.items()})
    given = {**resources(Services(settings)), "io_manager": dg.InMemoryIOManager()}
    assert dg.materialize([intake.feed_snapshots], resources=given).success
    assert not left.exists()
