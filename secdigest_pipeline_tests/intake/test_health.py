"""The health of feeds: a pure function of the archive at a moment, and one honest line for the report."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.intake.feed_completeness import failed_feeds, feed_completeness, health_line
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.health import FEED_HEALTH, FeedHealth, feed_health
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import FeedCompleteness, Poll, Sighting
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row, sighting
from secdigest_pipeline_tests.intake.worlds import archive_in, feed, jst

DAY = Edition.parse("2026-10-02")
AT = DAY.closes
HOUR = timedelta(hours=1)


def news(*hours_ago: float, feed_id: str = "a", via: str = "poll") -> list[Sighting]:
    """Items published so many hours before AT, each seen by the next hour."""
    return [
        sighting(AT - ago * HOUR + HOUR / 2, number, feed_id, published_at=AT - ago * HOUR, seen_via=via)
        for number, ago in enumerate(hours_ago)
    ]


def archive_of(folder: Path, polls: list[Poll], sightings: list[Sighting]) -> Archive:
    """The rows filed a day at a time, as compaction leaves them."""
    archive = archive_in(folder)
    by_day: dict[date, tuple[list[Poll], list[Sighting]]] = defaultdict(lambda: ([], []))
    for row in polls:
        by_day[row.polled_at.date()][0].append(row)
    for shown in sightings:
        polled, seen = by_day[shown.seen_at.date()]
        seen.append(shown)
        if all((row.feed_id, row.polled_at) != (shown.feed_id, shown.seen_at) for row in polled):
            polled.append(poll_row(shown.seen_at, shown.feed_id))
    for polled, seen in by_day.values():
        archive.add_poll(polled, seen)
    return archive


def only(archive: Archive, at: datetime = AT, **changes: object) -> FeedHealth:
    (row,) = feed_health([feed("a", **changes)], archive, at)
    return row


def rows_of(feeds: list[Feed], archive: Archive) -> list[FeedCompleteness]:
    return feed_completeness(DAY, feeds, archive, AT)


def memo_of(feeds: list[Feed], archive: Archive) -> str:
    return health_line(rows_of(feeds, archive))


def daily(*, last: float) -> list[float]:
    """Hours before AT of a feed with news every day for a month, one gap of three days, nothing in the last `last`."""
    return [last + 24 * day for day in range(30) if day not in (10, 11)]


def test_a_feed_that_was_never_polled_has_a_row_that_claims_nothing(tmp_path: Path) -> None:
    row = only(archive_in(tmp_path))
    assert (row.polled_at, row.outcome, row.status, row.newest_at, row.gap_p95_hours) == (None,) * 5
    assert (row.silent, row.emptied, row.moved_to, row.failures) == (False, False, "", 0)
    assert memo_of([feed("a")], archive_in(tmp_path)) == ""


def test_the_last_poll_gives_status_entries_failures_and_back_off(tmp_path: Path) -> None:
    polls = [
        poll_row(AT - 5 * HOUR, entries=7),
        poll_row(
            AT - HOUR, outcome="error", status=503, reason="HTTP 503", failures=4, not_before=AT + HOUR, entries=7
        ),
    ]
    row = only(archive_of(tmp_path, polls, []))
    assert (row.outcome, row.status, row.reason, row.failures) == ("error", 503, "HTTP 503", 4)
    assert (row.polled_at, row.answered_at, row.back_off_until) == (AT - HOUR, AT - 5 * HOUR, AT + HOUR)
    assert row.entries == 7
    FEED_HEALTH.arrow([row])


def test_a_pause_that_is_over_is_no_pause(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, [poll_row(AT - 3 * HOUR, outcome="error", failures=1, not_before=AT - HOUR)], [])
    assert only(archive).back_off_until is None


def test_a_feed_is_silent_when_it_is_quiet_for_longer_than_its_95th_percentile(tmp_path: Path) -> None:
    polled = [poll_row(AT - HOUR / 2)]
    usual = only(archive_of(tmp_path / "usual", polled, news(*daily(last=20))))
    assert (usual.gap_p95_hours, usual.gap_longest_hours, usual.silent) == (24, 72, False)
    assert usual.newest_at == AT - 20 * HOUR and usual.newest_age_hours == 20 and usual.quiet_hours == 19.5
    late = only(archive_of(tmp_path / "late", polled, news(*daily(last=30))))
    assert late.silent


def test_an_hour_beyond_the_percentile_is_the_polls_own_coarseness(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, [poll_row(AT)], news(*daily(last=25)))
    assert not only(archive).silent


def test_a_batch_is_one_piece_of_news(tmp_path: Path) -> None:
    batches = [24 * day + minute / 60 for day in range(1, 20) for minute in (31, 33, 35)]
    row = only(archive_of(tmp_path, [poll_row(AT)], news(*batches)))
    assert row.gap_p95_hours == 24 and not row.silent


def test_too_few_gaps_say_nothing(tmp_path: Path) -> None:
    row = only(archive_of(tmp_path, [poll_row(AT)], news(500, 510, 520, 530)))
    assert (row.gap_p95_hours, row.gap_longest_hours, row.silent) == (None, None, False)


def test_the_time_since_the_last_answer_does_not_count_as_silence(tmp_path: Path) -> None:
    """Nobody knows what a feed had while it could not be read."""
    sightings = news(*daily(last=60))
    polls = [poll_row(AT - n * HOUR, outcome="error", failures=50 - n) for n in range(1, 50)]
    row = only(archive_of(tmp_path, polls, sightings))
    assert (row.failures, row.silent) == (49, False)


def test_an_undated_backlog_and_impossible_dates_say_nothing_of_the_rhythm(tmp_path: Path) -> None:
    backlog = [sighting(AT - 50 * HOUR, n, published_at=None, seen_via="first_poll") for n in range(20)] + [
        sighting(AT - 40 * HOUR, 30, published_at=AT + 9000 * HOUR, seen_via="history")
    ]
    row = only(archive_of(tmp_path, [poll_row(AT)], backlog))
    assert (row.newest_at, row.gap_p95_hours) == (None, None)


def test_the_earliest_sighting_of_an_item_says_when_it_was_new(tmp_path: Path) -> None:
    first = sighting(AT - 50 * HOUR, 1, published_at=None)
    again = sighting(AT - 10 * HOUR, 1, published_at=AT - 11 * HOUR)
    assert only(archive_of(tmp_path, [poll_row(AT)], [again, first])).newest_at == AT - 50 * HOUR


def test_a_feed_that_had_items_and_answers_without_any_is_emptied(tmp_path: Path) -> None:
    empty = poll_row(AT - HOUR, entries=0, reason="no entries")
    assert only(archive_of(tmp_path / "a", [empty], news(30))).emptied
    assert not only(archive_of(tmp_path / "b", [empty], [])).emptied, "a feed that never had an item is only new"


def test_what_came_later_changes_nothing(tmp_path: Path) -> None:
    polls, sightings = [poll_row(AT - HOUR)], news(*daily(last=30))
    before = archive_of(tmp_path, polls, sightings)
    row, memo = only(before), memo_of([feed("a")], before)
    after = archive_of(
        tmp_path,
        [poll_row(AT + HOUR, outcome="error", moved_to="http://b.test/feed", failures=9)],
        [sighting(AT + 2 * HOUR, 99), sighting(AT + 3 * HOUR, 98, published_at=AT - 5 * HOUR, seen_via="history")],
    )
    assert only(after) == row
    assert memo_of([feed("a")], after) == memo
    after.compact(AT.date() + timedelta(days=9))
    assert only(after) == row


def test_a_source_of_the_past_is_no_poll_of_the_feed(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, [poll_row(AT - HOUR, via="history", outcome="error", failures=3)], [])
    assert only(archive).polled_at is None


def test_disabled_feeds_are_not_looked_at_and_the_order_is_the_lists(tmp_path: Path) -> None:
    feeds = [feed("c"), feed("b", enabled=False), feed("a")]
    assert [row.feed_id for row in feed_health(feeds, archive_in(tmp_path), AT)] == ["c", "a"]


def test_the_memo_names_each_trouble_once_on_one_line(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        [
            poll_row(AT - HOUR),
            poll_row(AT - HOUR, "b", entries=0),
            poll_row(AT - HOUR, "c", moved_to="http://new.test/feed"),
            poll_row(DAY.start - HOUR, "d", outcome="error", failures=6, not_before=AT + HOUR),
            poll_row(AT - HOUR, "e"),
        ],
        news(*daily(last=80)) + news(40, feed_id="b"),
    )
    memo = memo_of([feed(name) for name in "abcde"], archive)
    assert memo == (
        "フィードの状態: 新着が途絶（過去90日の最長間隔を超過）: Invented a／配信内容が空: Invented b／"
        "URLが恒久的に移転: Invented c／失敗が続き再試行待ち: Invented d"
    )


def test_the_memo_leaves_alone_what_the_weekend_explains_and_what_failed_feeds_says(tmp_path: Path) -> None:
    polls = [poll_row(AT - HOUR), poll_row(AT - HOUR, "b", outcome="error", failures=6)]
    archive = archive_of(tmp_path, polls, news(*daily(last=50)))
    feeds = [feed("a"), feed("b")]
    assert only(archive).silent
    assert memo_of(feeds, archive) == ""
    assert failed_feeds(rows_of(feeds, archive)) == ["Invented b"]


def test_many_feeds_are_counted_after_ten_names(tmp_path: Path) -> None:
    feeds = [feed(f"f{n:02}") for n in range(13)]
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(AT - HOUR, row.feed_id, moved_to="http://new.test/") for row in feeds], [])
    memo = memo_of(feeds, archive)
    assert memo.endswith("、Invented f09、ほか3件")


def test_feeds_last_seen_on_earlier_days_are_found(tmp_path: Path) -> None:
    polls = [poll_row(jst("2026-09-25 10:00"), status=404, outcome="error", failures=2), poll_row(AT - HOUR, "b")]
    rows = feed_health([feed("a"), feed("b")], archive_of(tmp_path, polls, []), AT)
    assert [row.status for row in rows] == [404, 200]
    assert rows[0].answered_at is None
