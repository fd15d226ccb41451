"""`secdigest intake`: what it prints of an archive, as a table and as JSON Lines."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.cli.intake import intake
from secdigest_pipeline.intake.feed_completeness import feed_completeness
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row, sighting
from secdigest_pipeline_tests.intake.worlds import archive_in, jst

FEEDS = """
feeds:
  - {id: a, name: A, url: "http://a.test/feed", site: "http://a.test/", lang: en, kind: news}
  - {id: b, name: B, url: "http://b.test/feed", site: "http://b.test/", lang: en, kind: news, history: [wayback]}
"""
DAY = Edition.parse("2026-10-02")


@pytest.fixture
def archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feed a polled after the window with one item in it, one of the day before, and one without a link."""
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path))
    monkeypatch.setenv("SECDIGEST_FEEDS", str(tmp_path / "feeds.yaml"))
    at = jst("2026-10-02 06:10")
    moments = ["2026-10-01 05:00", "2026-10-01 12:00", "2026-10-01 13:00"]
    rows = [sighting(at, n, published_at=jst(when), seen_via="first_poll") for n, when in enumerate(moments)]
    rows[2] = sighting(at, 2, published_at=jst(moments[2]), seen_via="first_poll", link="", url="", article_id=None)
    archive_in(tmp_path).add_poll([poll_row(at, entries=3)], rows)


@pytest.mark.usefixtures("archived")
def test_json_lines_hold_one_row_a_feed_and_edition(capsys: pytest.CaptureFixture[str]) -> None:
    assert intake.callback is not None
    intake.callback(DAY.shifted(-1), DAY, True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["edition"], row["feed"], row["completeness"], row["kept"], row["left_out"]) for row in rows] == [
        ("2026-10-01", "a", "partial", 1, {}),
        ("2026-10-01", "b", "none", 0, {}),
        ("2026-10-02", "a", "polled", 1, {"no_link": 1}),
        ("2026-10-02", "b", "none", 0, {}),
    ]
    assert all(row.keys() == {"edition", "feed", "completeness", "reason", "kept", "left_out"} for row in rows)
    assert rows[3]["reason"] == "nothing shows what the window holds; not polled; wayback: not asked"


@pytest.mark.usefixtures("archived")
def test_of_an_edition_that_was_made_its_tables_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert intake.callback is not None
    services = Services()
    items = items_of(DAY, services.feeds, services.archive, DAY.closes)
    covered = feed_completeness(DAY, services.feeds, services.archive, DAY.closes)
    covered = [replace(row, completeness="archive", reason="as it was made") for row in covered]
    for table, rows in ((RAW_FEED_ITEMS, items), (FEED_COMPLETENESS, covered)):
        write_atomic(services.tables / table.name / f"{DAY.key}.parquet", parquet_bytes(table.arrow(rows)))
    # what the archive shows later changes nothing of it
    services.archive.add_poll([poll_row(jst("2026-10-02 07:10"), entries=3)], [])
    intake.callback(DAY, None, True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["feed"], row["completeness"], row["reason"], row["kept"]) for row in rows] == [
        ("a", "archive", "as it was made", 1),
        ("b", "archive", "as it was made", 0),
    ]


@pytest.mark.usefixtures("archived")
def test_the_table_shows_one_edition_when_one_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert intake.callback is not None
    intake.callback(DAY, None, False)
    shown = capsys.readouterr().out
    assert "Edition 2026-10-02" in shown and "2026-10-01" not in shown
    assert "polled" in shown and "no_link 1" in shown
