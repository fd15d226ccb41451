"""Killed at any point and run again: nothing lost, nothing doubled, nothing paid twice (docs/architecture.md, promise 3)."""

import time

import pytest

from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

FROM_TO = ("2026-10-01", "2026-10-01")

pytestmark = pytest.mark.slow


def wait_until(condition, process) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the moment to kill never came"
        time.sleep(0.02)


@pytest.mark.long
@pytest.mark.parametrize("moment", ["while reading pages", "while the model answers"])
def test_a_killed_run_that_is_run_again_gives_the_bytes_of_an_undisturbed_one(
    sample: Sample, moment: str, tmp_path_factory: pytest.TempPathFactory, postgres: str
) -> None:
    assert sample.secdigest("poll").returncode == 0
    if moment == "while reading pages":
        sample.web.delays(page=0.3)
    else:
        sample.api.delay = 0.5
    pages_before = sum(sample.web.counts().values())
    killed = sample.start("backfill", *FROM_TO)
    if moment == "while reading pages":
        wait_until(lambda: sum(sample.web.counts().values()) > pages_before + 6, killed)
    else:
        wait_until(lambda: sample.api.calls.total() >= 4, killed)
    killed.kill()
    killed.communicate()
    sample.web.delays()
    sample.api.delay = 0.0

    asked_before = dict(sample.api.calls)
    again = sample.secdigest("backfill", *FROM_TO)
    assert again.returncode == 0, again.stderr + again.stdout
    disturbed = sample.published()

    # What was under way when the process died was never answered to it; what was answered was kept
    in_flight = 8
    twice = [url for url, count in sample.api.calls.items() if count > 1]
    assert len(twice) <= (in_flight if moment == "while the model answers" else 0)
    assert set(asked_before) <= set(sample.api.calls)

    elsewhere = {"SECDIGEST_DATA": str(sample.home / "data2"), "SECDIGEST_OUT": str(sample.home / "out2")}
    assert sample.secdigest("poll", env=elsewhere).returncode == 0
    undisturbed = sample.secdigest("backfill", *FROM_TO, env=elsewhere)
    assert undisturbed.returncode == 0, undisturbed.stderr
    out2 = sample.home / "out2"
    assert disturbed == {
        str(path.relative_to(out2)): path.read_bytes() for path in sorted(out2.rglob("*")) if path.is_file()
    }
    assert EDITIONS[0].news_path in disturbed
