"""Dates as feeds write them; each reading names one moment, and nonsense names none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.intake.polling.dates import parse_date

NOON_JST = datetime(2026, 10, 1, 3, 34, tzinfo=UTC)  # 12:34 in Tokyo


@pytest.mark.parametrize(
    "text",
    [
        "2026年10月1日 12時34分",
        "2026年10月1日（木）12時34分",
        "2026年10月1日(木) 12:34",
        "2026年10月1日 木曜日 12:34",
        "２０２６年１０月１日　１２：３４",
        "令和8年10月1日 12時34分00秒",
        "2026年10月1日 午後0時34分",
        "2026年10月1日 午後 0:34",
        "2026年10月1日12時34分 JST",
        "公開日：2026年10月1日 12時34分",
        "2026/10/01 12:34",
        "2026/10/1 (木) 12:34:00",
        "2026.10.01 12:34",
        "2026-10-01T12:34:00",
        "2026-10-01 12:34:00",
        "20261001123400",
        "20261001T123400",
        "Thu, 01 Oct 2026 12:34:00",
        "Thu, 01 Oct 2026 12:34:00 JST",
        "Thu, 01 Oct 2026 12:34:00 +0900",
        "Thu, 1 Oct 2026 12:34 +09:00",
        "Thu, 01 Oct 2026 03:34:00 GMT",
        "Thu,01 Oct 2026 03:34:00 Z",
        "Thu, 01-Oct-26 03:34:00 UT",
        "Thursday, October 1, 2026 03:34 UTC",
        "Oct 1, 2026 12:34:00+0900",
        "Oct. 1st, 2026 12:34 PM GMT+9",
        "Thu Oct  1 12:34:00 2026",
        "Thu Oct  1 03:34:00 UTC 2026",
        "Wed, 30 Sep 2026 22:34:00 -0500",
        "Sep 30, 2026 22:34:00-0500",
        "Wed, 30 Sep 2026 23:34:00 EDT",
        "Wed, 30 Sep 2026 11:34:00 PM EDT",
        "2026-10-01T03:34:00Z",
        "2026-10-01T03:34:00.000+00:00",
        "2026-09-30T22:34:00-05:00",
        "2026-10-01 12:34:00 Asia/Tokyo",
        "1790825640",
        "1790825640000",
    ],
)
def test_every_way_of_writing_one_moment_in_a_japanese_feed(text: str) -> None:
    assert parse_date(text, "ja") == NOON_JST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jul 23, 2025 00:00:00-0500", datetime(2025, 7, 23, 5, tzinfo=UTC)),
        ("2026-10-01 12:34", datetime(2026, 10, 1, 12, 34, tzinfo=UTC)),
        ("2026-10-01", datetime(2026, 10, 1, tzinfo=UTC)),
        ("1 October 2026", datetime(2026, 10, 1, tzinfo=UTC)),
        ("Thu, 01 Oct 2026 24:00:00 +0000", datetime(2026, 10, 2, tzinfo=UTC)),
        ("Thu, 01 Oct 2026 23:59:60 +0000", datetime(2026, 10, 1, 23, 59, 59, tzinfo=UTC)),
        ("Thu, 01 Oct 2026 12:00:00 XYZ", datetime(2026, 10, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_known_zone_is_utc_in_other_feeds(text: str, expected: datetime) -> None:
    assert parse_date(text, "en") == expected


def test_a_date_without_a_time_is_midnight_in_tokyo_in_a_japanese_feed() -> None:
    assert parse_date("2026年10月1日", "ja") == datetime(2026, 9, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *["", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01", "2026-13-01", "2026年13月1日", "9999-12-31T23:59:59Z"],
        *["Thu, 32 Oct 2026 00:00:00", "Mon, 1 Foo 2026 00:00:00", "2026-10-01T99:99", "01/02/2026", "令和元年"],
    ],
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert parse_date(text, "ja") is None


@given(st.text(alphabet=" 0123456789:-+/TZ年月日時分午後令和JSTOctGMT,.()", max_size=40))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    parse_date(text, "ja")
