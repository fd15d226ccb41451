"""Completeness: a window is called polled only where the polls prove that nothing can have been missed."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.feeds.feeds import HistorySource
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.parse import MAX_ITEMS
from secdigest_pipeline.intake.records import HISTORY, Completeness, Reach
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row, sighting
from secdigest_pipeline_tests.intake.worlds import archive_in, feed, jst

DAY = Edition.parse("2026-10-02")  # 2026-10-01 06:00 to 2026-10-02 06:00


def snapshot(
    archive: Archive, at: str, entries: int, new: Sequence[str | None], via: str = "poll", feed_id: str = "a"
) -> None:
    """A poll that showed `entries` entries, of which those published at `new` were not in the one before."""
    rows = [
        sighting(
            jst(at), n, feed_id, item_id=f"{feed_id}-{at}-{n}", seen_via=via, published_at=jst(when) if when else None
        )
        for n, when in enumerate(new)
    ]
    archive.add_poll([poll_row(jst(at), feed_id, entries=entries)], rows)


def error(archive: Archive, at: str) -> None:
    archive.add_poll([poll_row(jst(at), outcome="error", status=500, reason="HTTP 500")], [])


def state(archive: Archive, edition: Edition = DAY, **changes: object) -> Completeness:
    (row,) = completeness(edition, [feed("a", **changes)], archive)
    return row


def reach(
    start: str | None, end: str | None, source: str = "wordpress", url: str = "http://a.test/x", reason: str = ""
) -> Reach:
    row = Reach(
        feed_id="a",
        source=source,  # type: ignore[arg-type]
        edition=DAY.key,
        url=url,
        asked_at=jst("2026-12-01 00:00"),
        state="whole",
        reason=reason,
        start=jst(start) if start else None,
        end=jst(end) if end else None,
        body_sha256=None,
        final_url=url,
        content_type="",
        status=200,
    )
    HISTORY.arrow([row])
    return row


OLD_AND_NEW = ["2026-09-30 10:00", "2026-10-01 02:00", "2026-10-01 09:00", "2026-10-01 20:00"]


def test_nothing_known_is_none_and_says_why(tmp_path: Path) -> None:
    row = state(archive_in(tmp_path))
    assert row.completeness == "none"
    assert row.reason == "nothing shows what the window holds; not polled; no source of its past is declared"


def test_one_snapshot_after_the_end_that_reaches_behind_the_start_is_enough(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-02 06:00", 4, OLD_AND_NEW, via="first_poll")
    assert state(archive).completeness == "polled"


def test_a_snapshot_before_the_end_proves_only_what_came_before_it(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 22:00", 4, OLD_AND_NEW, via="first_poll")
    row = state(archive)
    assert row.completeness == "partial"
    assert "not shown: 10-01 22:00 to 10-02 06:00 JST" in row.reason


def test_a_first_snapshot_taken_weeks_later_still_proves_what_it_reaches(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-11-02 06:00", 4, OLD_AND_NEW, via="first_poll")
    assert state(archive).completeness == "polled"


def test_one_pinned_entry_of_four_does_not_make_a_snapshot_reach_back(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(
        archive, "2026-10-02 06:00", 4, ["2024-01-01 00:00", *OLD_AND_NEW[2:], "2026-10-01 19:00"], via="first_poll"
    )
    assert state(archive).completeness == "partial"


def test_polls_that_overlap_prove_the_time_between_them(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-09-30 23:00", 10, ["2026-09-30 22:00"], via="first_poll")
    for hour in range(30):
        at = jst("2026-10-01 01:00") + timedelta(hours=hour)
        archive.add_poll([poll_row(at, entries=10)], [sighting(at, hour)])
    assert state(archive) == Completeness(DAY.key, "a", "polled", "")


def test_a_feed_that_turned_over_between_two_polls_is_not_called_polled(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-09-30 23:00", 4, OLD_AND_NEW[:2], via="first_poll")
    snapshot(
        archive, "2026-10-02 07:00", 4, ["2026-10-02 01:00", "2026-10-02 02:00", "2026-10-02 03:00", "2026-10-02 04:00"]
    )
    row = state(archive)
    assert row.completeness == "partial"
    assert "not shown: 10-01 06:00 to 10-02 02:00" in row.reason


def test_a_pinned_entry_is_no_overlap(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"] * 10, via="first_poll")
    snapshot(archive, "2026-10-02 07:00", 10, ["2026-10-02 05:00"] * 9)
    assert state(archive).completeness == "partial"


@pytest.mark.parametrize(("new", "expected"), [(6, "polled"), (7, "partial")])
def test_a_quarter_of_the_entries_is_an_overlap_and_less_is_none(tmp_path: Path, new: int, expected: str) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 8, ["2026-10-01 01:00"] * 8, via="first_poll")
    snapshot(archive, "2026-10-02 07:00", 8, ["2026-10-02 05:00"] * new)
    assert state(archive).completeness == expected


def test_a_feed_of_which_only_so_many_entries_are_read_shows_no_overlap(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"] * 10, via="first_poll")
    snapshot(archive, "2026-10-02 07:00", 2 * MAX_ITEMS, ["2026-10-02 05:00"] * MAX_ITEMS)
    assert state(archive).completeness == "partial"


def test_a_feed_that_shows_nothing_for_once_carries_no_proof_on(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"], via="first_poll")
    archive.add_poll([poll_row(jst("2026-10-02 06:30"), entries=0, reason="no entries")], [])
    assert state(archive).completeness == "none"


def test_an_answer_that_repeats_bytes_nobody_has_proves_nothing_of_the_time_before(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(jst("2026-10-02 06:30"), outcome="unchanged", status=304, entries=10)], [])
    assert state(archive).completeness == "none"


def test_entries_dated_in_the_future_do_not_put_off_what_their_snapshot_proves(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 10:00"] * 4, via="first_poll")
    snapshot(archive, "2026-10-02 06:30", 10, ["2026-10-01 12:30"])
    assert state(archive).completeness == "polled"


def test_a_day_of_which_some_item_is_known_is_partial_though_nothing_proves_any_of_it(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-12-01 00:00", 1, ["2026-10-01 12:00"], via="history")
    row = state(archive)
    assert row.completeness == "partial" and row.reason.startswith("nothing shows what the window holds; not polled")


def test_a_disabled_feed_has_no_row(tmp_path: Path) -> None:
    rows = completeness(DAY, [feed("a", enabled=False), feed("b")], archive_in(tmp_path))
    assert [row.feed_id for row in rows] == ["b"]


def test_answers_that_repeat_the_same_bytes_carry_the_proof_on(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"], via="first_poll")
    archive.add_poll([poll_row(jst("2026-10-02 06:30"), outcome="unchanged", status=304, entries=10)], [])
    assert state(archive).completeness == "polled"


def test_errors_between_two_polls_that_overlap_lose_nothing(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"], via="first_poll")
    error(archive, "2026-10-01 12:00")
    snapshot(archive, "2026-10-02 06:30", 10, ["2026-10-01 12:30"])
    assert state(archive).completeness == "polled"


def test_a_feed_silent_at_the_closing_is_polled_with_a_word_on_what_is_late(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 05:00", 10, ["2026-10-01 01:00"], via="first_poll")
    snapshot(archive, "2026-10-03 06:30", 10, ["2026-10-01 12:30"])
    row = state(archive)
    assert row.completeness == "polled" and row.reason.startswith("no answer between cut-off and 10-03 06:30")


def test_polls_that_all_failed_are_named(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    error(archive, "2026-10-01 12:00")
    row = state(archive)
    assert row.completeness == "none" and "no poll succeeded (HTTP 500)" in row.reason


def test_a_feed_emptied_shows_nothing(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(jst("2026-10-02 06:00"), entries=0, reason="no entries")], [])
    assert state(archive).completeness == "none"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([reach("2026-10-01 06:00", "2026-10-02 06:00")], "archive"),
        ([reach("2026-10-01 06:00", "2026-10-02 06:00", "wayback")], "wayback"),
        (
            [reach("2026-10-01 06:00", "2026-10-01 18:00"), reach("2026-10-01 18:00", "2026-10-03 06:00", "wayback")],
            "wayback",
        ),
        ([reach("2026-10-01 06:00", "2026-10-01 18:00")], "partial"),
        ([reach("2026-09-01 06:00", "2026-10-01 06:00")], "none"),
        ([reach(None, None, url="", reason="HTTP 404 at x")], "none"),
    ],
)
def test_sources_of_the_past_count_by_what_they_proved(tmp_path: Path, rows: list[Reach], expected: str) -> None:
    archive = archive_in(tmp_path)
    archive.add_history(rows)
    sources = tuple(HistorySource(name, "http://a.test/") for name in ("wordpress", "wayback"))  # type: ignore[arg-type]
    row = state(archive, history=sources)
    assert row.completeness == expected
    if expected == "none" and rows[0].reason:
        assert row.reason.endswith("wordpress: HTTP 404 at x; wayback: not asked")


def test_polls_and_a_source_together_are_an_archive(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    snapshot(archive, "2026-10-01 22:00", 4, OLD_AND_NEW, via="first_poll")
    archive.add_history([reach("2026-10-01 21:00", "2026-10-02 06:00")])
    assert state(archive).completeness == "archive"


def test_history_is_read_back_as_it_was_written_and_compacted(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    rows = [reach("2026-10-01 06:00", "2026-10-02 06:00"), reach(None, None, url="")]
    for row in rows:
        archive.add_history([row])
    expected = sorted(rows, key=lambda row: row.url)
    assert archive.history() == expected
    archive.compact(jst("2026-12-10 00:00").date())
    assert archive.history() == expected == Archive(archive.root).history()
