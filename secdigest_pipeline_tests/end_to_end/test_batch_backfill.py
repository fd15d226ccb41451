"""`secdigest backfill --batch`: one batch an edition, handed in ahead, the same reports at half the price."""

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
FIRST, LAST = EDITIONS[0], EDITIONS[1]


def test_a_backfill_by_batch_makes_its_reports_by_batches_alone(sample: Sample) -> None:
    sample.api.batches.polls_to_end = 1
    assert sample.secdigest("poll").returncode == 0
    done = sample.secdigest("backfill", FIRST.key, LAST.key, "--batch")
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert said.index(f"{LAST.key}: articles for the batch") < said.index("article_analyses"), "all are handed in first"
    replies = Replies(UPath(sample.home / "data" / "llm"))
    for edition in (FIRST, LAST):
        assert "#### " in sample.report(edition)
        calls = replies.calls(edition.key)
        refused = {call.call for call in calls if call.outcome != "ok"}
        assert calls and refused <= {"check"}, "the world has one entry whose check every model refuses"
    assert not list((replies.root / "batches").iterdir())

    submitted, single = len(sample.api.batches.submitted), dict(sample.api.calls)
    assert submitted >= 4, "one batch an edition for each call that is wanted"
    assert set(single) <= set(sample.world.failures()), "what the first model refused is asked of the next one"

    again = sample.secdigest("backfill", LAST.key, LAST.key, env={"SECDIGEST_BATCH": "yes"})
    assert again.returncode == 0, again.stderr
    assert (len(sample.api.batches.submitted), dict(sample.api.calls)) == (submitted, single), (
        "what is kept is asked for by nobody"
    )
