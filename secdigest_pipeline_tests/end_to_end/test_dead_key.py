"""A key that the Messages API does not take: the run ends once, in one line, with everything kept that was read before."""

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.sample import messages
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
EDITION = EDITIONS[0]


def test_a_dead_key_ends_the_run_once_and_the_next_run_goes_on_from_what_is_kept(sample: Sample) -> None:
    assert sample.secdigest("poll").returncode == 0
    sample.api.failures = {"*": ("401",)}  # a key that was withdrawn after the run began
    dead = sample.secdigest("run", EDITION.key)
    sample.api.failures = {}
    assert dead.returncode == 1
    assert dead.stderr.startswith(
        "secdigest: article_analyses: the Messages API turned claude-haiku-5-5 down (HTTP 401"
    )
    assert "check ANTHROPIC_API_KEY" in dead.stderr and dead.stderr.count("\n") == 1
    assert messages.KEY not in dead.stdout + dead.stderr and "Traceback" not in dead.stdout
    replies = Replies(UPath(sample.home / "data" / "llm"))
    assert [call.outcome for call in replies.calls(EDITION.key)] == ["authentication_error"]
    assert (sample.home / "data" / "tables" / "cleaned_articles" / f"{EDITION.key}.parquet").is_file()
    assert sample.published() == {}

    pages = {article.url for article in sample.world.articles if article.page == "ok"}
    fetched = {url: count for url, count in sample.web.counts().items() if url in pages}
    assert fetched and set(fetched.values()) == {1}
    assert sample.secdigest("run", EDITION.key).returncode == 0
    assert {url: count for url, count in sample.web.counts().items() if url in pages} == fetched, (
        "no page is read twice"
    )
    assert "#### " in sample.report(EDITION)
