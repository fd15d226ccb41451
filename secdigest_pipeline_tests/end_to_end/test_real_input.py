"""One edition over captured real feeds and real pages: nothing crashes, every item, page and observable ends in a state.

The corpus lies in ../shared and is only read; `benchmarks.corpus` says how it is served. `make bench` runs all of it.
"""

import io
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from upath import UPath

from benchmarks import corpus
from benchmarks.loopback import serve
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.publish import check_published

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not corpus.CORPUS.is_dir(), reason=f"the captured feeds and pages are not there: {corpus.CORPUS}"
    ),
]

EDITION = Edition.parse("2026-10-02")
EVERY = 4


def test_an_edition_over_real_feeds_and_pages_ends_with_every_item_in_a_state_and_a_valid_report(home: Path) -> None:
    world = corpus.load(EDITION, EVERY)
    assert len(world.feeds) > 100 and len(world.pages) > 50
    with serve(world.bodies()) as web:
        (home / "feeds.yaml").write_text(world.feed_list())
        settings = Settings.from_env(
            {
                "SECDIGEST_DATA": str(home / "data"),
                "SECDIGEST_OUT": str(home / "out"),
                "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
                "SECDIGEST_CONNECT_TO": world.routes(web.port),
                "SECDIGEST_HOST_DELAY": "0",
                "SECDIGEST_ANALYST": "extractive",
            }
        )
        services = Services(settings, now=lambda: EDITION.cutoff - timedelta(minutes=30))
        with instance(settings) as opened:
            failure = execute("daily", services, opened, Console(file=io.StringIO()), EDITION.key)
    assert failure is None
    assert check_published(UPath(home / "out"), EDITION) == []

    polls = services.archive.last_polls()
    assert len(polls) == len(world.feeds) + len(world.lists)
    assert {name: poll.reason for name, poll in polls.items() if poll.outcome == "error"} == {}
    items = services.stored(RAW_FEED_ITEMS, EDITION)
    assert all(item.kept == (item.reason == "") for item in items)
    listed = {item.url: item for item in items if item.feed_id.startswith("pages-")}
    assert set(listed) == {page.url for page in world.pages}
    # A few pages also stand in one of the real feeds, dated years ago: they belong to that day's edition
    assert {item.reason for item in listed.values()} <= {"", "earlier_edition"}
    assert {page.key: web.counts[page.key] for page in world.pages} == {
        page.key: int(listed[page.url].kept) for page in world.pages
    }

    kept = [item.article_id for item in items if item.kept]
    articles = services.stored(CLEANED_ARTICLES, EDITION)
    assert [article.article_id for article in articles] == kept
    states = Counter(article.read_state for article in articles if article.url in listed)
    assert states["read"] >= 0.95 * sum(item.kept for item in listed.values()), states
    assert all(bool(article.text) == (article.read_state in ("read", "feed_only")) for article in articles)
    assert all(article.read_reason for article in articles if article.read_state != "read")

    analyses = services.stored(ARTICLE_ANALYSES, EDITION)
    assert [analysis.article_id for analysis in analyses] == kept
    assert all((analysis.state == "failed") == bool(analysis.reason) for analysis in analyses)
    iocs = services.stored(IOCS, EDITION)
    assert any(ioc.is_ioc for ioc in iocs)
    assert all(ioc.is_ioc == (ioc.suppressed.partition(":")[0] in ("", "csv")) for ioc in iocs)
    report = (home / "out" / EDITION.news_path).read_text(encoding="utf-8")
    assert [article.url for article in articles if article.url not in report] == []
    assert list(home.rglob("*.tmp")) == []
