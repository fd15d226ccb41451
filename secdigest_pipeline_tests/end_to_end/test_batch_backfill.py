"""`secdigest backfill --batch`: one batch an edition, handed in ahead, the same reports at half the price."""

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
FIRST, LAST = EDITIONS[0], EDITIONS[1]


def test_a_backfill_by_batch_makes_its_reports_without_a_single_call(sample: Sample) -> None:
    sample.api.batches.polls_to_end = 1
    assert sample.secdigest("poll").returncode == 0
    done = sample.secdigest("backfill", FIRST.key, LAST.key, "--batch")
    assert done.returncode == 0, done.stderr
    assert len(sample.api.batches.submitted) == 2 and not sample.api.calls
    said = done.stdout
    assert said.index(f"{LAST.key}: articles for the batch") < said.index("article_analyses"), "all are handed in first"
    replies = Replies(UPath(sample.home / "data" / "llm"))
    for edition in (FIRST, LAST):
        assert "#### " in sample.report(edition)
        calls = replies.calls(edition.key)
        assert calls and {call.outcome for call in calls} == {"ok"}
    assert not list((replies.root / "batches").iterdir())

    again = sample.secdigest("backfill", LAST.key, LAST.key, env={"SECDIGEST_BATCH": "yes"})
    assert again.returncode == 0, again.stderr
    assert len(sample.api.batches.submitted) == 2 and not sample.api.calls, "what is kept is asked for by nobody"
