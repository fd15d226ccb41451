from datetime import UTC, date, datetime

import pytest

from secdigest_pipeline.base.editions import JST, Edition


def test_edition_window_is_six_to_six_in_tokyo() -> None:
    edition = Edition.parse("2026-10-02")
    assert edition.start == datetime(2026, 9, 30, 21, tzinfo=UTC)
    assert edition.cutoff == datetime(2026, 10, 1, 21, tzinfo=UTC)
    assert edition.closes == datetime(2026, 10, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "key"),
    [
        ("2026-10-01T05:59:59", "2026-10-01"),
        ("2026-10-01T06:00:00", "2026-10-02"),
        ("2026-10-01T23:59:59", "2026-10-02"),
        ("2026-12-31T07:00:00", "2027-01-01"),
    ],
)
def test_a_moment_belongs_to_the_edition_whose_window_holds_it(local: str, key: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=JST)
    edition = Edition.of(moment)
    assert edition.key == key
    assert edition.start <= moment < edition.cutoff


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 1, 1), "2026_01-03"), (date(2026, 6, 30), "2026_04-06"), (date(2026, 12, 31), "2026_10-12")],
)
def test_files_lie_in_the_folder_of_the_calendar_quarter(day: date, quarter: str) -> None:
    edition = Edition(day)
    assert edition.news_path == f"daily-news/news/{quarter}/{day:%Y%m%d}.md"
    assert edition.ioc_csv_path == f"daily-news/iocs/{quarter}/{day:%Y%m%d}.csv"
    assert edition.ioc_log_path == f"daily-news/iocs/{quarter}/{day:%Y%m%d}.md"


@pytest.mark.parametrize("key", ["", "2026-13-01", "2026-02-30", "20261001", "yesterday", "2026-10-01 "])
def test_a_key_that_is_no_date_is_named_in_the_error(key: str) -> None:
    with pytest.raises(ValueError, match="is not a date of the form YYYY-MM-DD"):
        Edition.parse(key)
