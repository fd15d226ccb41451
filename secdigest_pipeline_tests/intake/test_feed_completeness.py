"""What each feed came to for an edition: the table the report and `secdigest intake` read, and its lines in the memo."""

from pathlib import Path
from typing import Any

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.feed_completeness import coverage_line, failed_feeds, feed_completeness
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, FeedCompleteness
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row
from secdigest_pipeline_tests.intake.worlds import archive_in, feed, jst

DAY = Edition.parse("2026-10-02")


def row(feed_id: str, state: str, name: str, failed: bool = False) -> FeedCompleteness:
    given: dict[str, Any] = {"completeness": state, "name": name, "failed": failed}
    return FeedCompleteness(
        edition=DAY.key, feed_id=feed_id, reason="", overdue=False, emptied=False, moved_to="", waiting=False,
        provisional=False, **given,
    )  # fmt: skip


def test_every_enabled_feed_has_a_row_in_the_order_of_the_list(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(jst("2026-10-01 12:00"), "b", outcome="error", reason="HTTP 500", failures=1)], [])
    feeds = [feed("c"), feed("x", enabled=False), feed("b"), feed("a")]
    rows = feed_completeness(DAY, feeds, archive, DAY.closes)
    FEED_COMPLETENESS.arrow(rows)
    assert [(one.feed_id, one.name, one.failed) for one in rows] == [
        ("c", "Invented c", False), ("b", "Invented b", True), ("a", "Invented a", False)
    ]  # fmt: skip
    assert [(one.feed_id, one.completeness, one.reason) for one in rows] == [
        (one.feed_id, one.completeness, one.reason) for one in completeness(DAY, feeds, archive)
    ]
    assert failed_feeds(rows) == ["Invented b"]


def test_what_is_read_before_the_cut_off_is_provisional(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    for moment, provisional in ((jst("2026-10-02 05:59"), True), (DAY.cutoff, False)):
        (only,) = feed_completeness(DAY, [feed("a")], archive, moment)
        assert only.provisional is provisional


def test_the_memo_names_the_feeds_with_gaps() -> None:
    rows = [row("a", "archive", "甲"), row("b", "partial", "乙"), row("c", "none", "丙")]
    whole = "フィードの収集状況: サイトの過去記事で補完 1件、一部のみ 1件（乙）"
    assert coverage_line(rows) == f"{whole}、記録なし 1件（丙）"
    # what failed is told in a line of its own, unless a part of its day is known all the same
    assert coverage_line([rows[0], row("b", "partial", "乙", True), row("c", "none", "丙", True)]) == whole


def test_a_day_that_the_polls_hold_whole_needs_no_word_in_the_memo() -> None:
    assert coverage_line([row("a", "polled", "甲"), row("b", "none", "乙", True)]) == ""
    told = coverage_line([row("a", "polled", "甲"), row("b", "none", "乙")])
    assert told == "フィードの収集状況: 巡回で網羅 1件、記録なし 1件（乙）"
