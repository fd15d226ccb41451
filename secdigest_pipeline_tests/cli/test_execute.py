"""Runs that cannot end well: no key, folders that cannot be written, a disk that is full. One line, nothing lost."""

import gzip
import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.cli.conftest import Secdigest
from secdigest_pipeline_tests.end_to_end.bad_world import BadWeb, bad_web, html, item, page, rss, xml

pytestmark = pytest.mark.slow

TITLE = "Loader case at the invented Kestrel bank"


@pytest.fixture
def web(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadWeb]:
    """One feed with one story inside the window of today's edition, and 200 KB that do not compress."""
    moment = min(datetime.now(UTC), today().cutoff) - timedelta(minutes=30)
    noise = os.urandom(100_000).hex()
    feed = rss(item(TITLE, "http://story.test/story", format_datetime(moment), noise))
    with bad_web({"feed": xml(feed), "story": html(page(TITLE))}) as running:
        (home / "feeds.yaml").write_text(
            "feeds: [{id: feed, name: Feed, url: 'http://feed.test/x', site: 'http://feed.test/', lang: en, kind: news}]"
        )
        monkeypatch.setenv("SECDIGEST_FEEDS", str(home / "feeds.yaml"))
        monkeypatch.setenv("SECDIGEST_CONNECT_TO", f"*.test=127.0.0.1:{running.port}")
        yield running


def today() -> Edition:
    return Edition(datetime.now(JST).date())


def leftovers(folder: Path) -> list[Path]:
    """Files that were begun and not finished."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    for path in found:
        if path.suffix == ".parquet":
            pq.read_table(path)
    return [path for path in found if path.name.endswith(".tmp")]


def test_without_a_key_a_live_edition_archives_the_feeds_and_fetches_no_page(
    secdigest: Secdigest, web: BadWeb, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECDIGEST_ANALYST", "anthropic")
    done = secdigest("run")
    assert done.exit_code == 1
    assert done.stderr == (
        "secdigest: SECDIGEST_ANALYST=anthropic needs ANTHROPIC_API_KEY; set it, or SECDIGEST_ANALYST=extractive\n"
    )
    assert list(web.counts) == ["feed.test/x"]
    assert len(list((home / "data" / "archive" / "bodies").rglob("*.gz"))) == 1
    assert not (home / "out").exists()

    past = secdigest("backfill", "2026-10-01", "2026-10-01")
    assert (past.exit_code, past.stderr) == (1, done.stderr)
    assert web.counts.total() == 1

    # The archive has what was shown before there was a key
    monkeypatch.setenv("SECDIGEST_ANALYST", "extractive")
    web.answers["feed"] = xml(rss())
    assert secdigest("run").exit_code == 0
    assert "http://story.test/story" in (home / "out" / today().news_path).read_text(encoding="utf-8")


def test_without_a_key_a_scheduled_run_fails_in_one_line_with_feeds_and_pages_kept(
    web: BadWeb, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECDIGEST_ANALYST", "anthropic")
    services = Services()
    with instance(services.settings) as opened:
        failure = execute("daily", services, opened, Console(file=io.StringIO()), today().key)
    assert failure is not None and "\n" not in failure
    assert failure.startswith("article_analyses: ") and "ANTHROPIC_API_KEY" in failure, failure
    assert [poll.outcome for poll in services.archive.last_polls().values()] == ["new"]
    assert [article.read_state for article in services.stored(CLEANED_ARTICLES, today())] == ["read"]
    assert not (home / "out").exists()


def test_each_folder_that_cannot_be_written_is_named_and_what_was_done_before_is_not_done_again(
    secdigest: Secdigest, web: BadWeb, home: Path
) -> None:
    data, out = home / "data", home / "out"
    data.mkdir()
    blocked = {
        data / "tables": "enrichment_files: ",
        data / "archive": "feed_snapshots: ",
        data / "pages": "read_articles: ",
        out: f"daily_report: output folder {out} (SECDIGEST_OUT): ",
    }
    for place in blocked:
        place.write_text("in the way")
    for place, named in blocked.items():
        failed = secdigest("run")
        assert failed.exit_code == 1
        assert failed.stderr.startswith(f"secdigest: {named}") and f"{place}" in failed.stderr
        assert ": cannot be " in failed.stderr and "Error" not in failed.stderr
        assert failed.stderr.count("\n") == 1
        assert "report  not written" in failed.stdout and "Traceback" not in failed.stdout
        place.unlink()
    assert secdigest("run").exit_code == 0
    assert "http://story.test/story" in (out / today().news_path).read_text(encoding="utf-8")
    # The page could not be kept at first, so it was fetched for nothing once
    assert web.counts["story.test/story"] <= 2
    assert leftovers(home) == []


def test_a_disk_that_takes_no_more_leaves_nothing_half_written_and_nothing_is_lost(
    secdigest: Secdigest, web: BadWeb, home: Path
) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

    command = [sys.executable, "-m", "secdigest_pipeline.cli", "run"]
    failed = subprocess.run(command, preexec_fn=small_disk, capture_output=True, text=True, timeout=120, check=False)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert failed.stderr.startswith(f"secdigest: feed_snapshots: {home / 'data' / 'archive'}"), failed.stderr
    assert "File too large" in failed.stderr and failed.stderr.count("\n") == 1
    assert leftovers(home) == []
    assert secdigest("poll").exit_code == 0
    bodies = [gzip.decompress(path.read_bytes()) for path in (home / "data" / "archive" / "bodies").rglob("*.gz")]
    assert [TITLE.encode() in body for body in bodies] == [True]
    assert len(list((home / "data" / "archive" / "sightings").rglob("*.parquet"))) == 1
