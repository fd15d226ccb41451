"""The heartbeat: a missing report is noticed from the file alone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.orchestration.heartbeat import FILE, Heartbeat, Published, heartbeat, overdue, write_heartbeat

DAY = Edition.parse("2026-10-02")
NOW = DAY.cutoff + timedelta(minutes=7)
REPORT = UPath("/out") / DAY.news_path


def test_a_published_report_is_noted_with_edition_time_and_path(tmp_path: Path) -> None:
    found = write_heartbeat(UPath(tmp_path), DAY, REPORT, NOW)
    noted = Published("2026-10-02", "2026-10-01T21:07:00+00:00", str(REPORT))
    assert found == heartbeat(UPath(tmp_path)) == Heartbeat(newest=noted, last=noted)
    assert json.loads((tmp_path / FILE).read_text())["newest"]["edition"] == "2026-10-02"


def test_a_backfill_of_the_past_is_the_last_but_not_the_newest(tmp_path: Path) -> None:
    data = UPath(tmp_path)
    write_heartbeat(data, DAY, REPORT, NOW)
    found = write_heartbeat(data, DAY.shifted(-300), REPORT, NOW + timedelta(days=3))
    assert (found.newest.edition, found.last.edition) == (DAY.key, DAY.shifted(-300).key)
    assert overdue(found, NOW + timedelta(days=3))


def test_the_same_edition_made_again_is_newer_but_no_younger(tmp_path: Path) -> None:
    data = UPath(tmp_path)
    write_heartbeat(data, DAY, REPORT, NOW)
    found = write_heartbeat(data, DAY, REPORT, NOW + timedelta(hours=40))
    assert found.newest.published_at == "2026-10-03T13:07:00+00:00"
    assert overdue(found, NOW + timedelta(hours=40))


@pytest.mark.parametrize(("hours", "late"), [(0, False), (25, False), (26, False), (26.1, True), (500, True)])
def test_a_report_is_overdue_after_26_hours(tmp_path: Path, hours: float, late: bool) -> None:
    found = write_heartbeat(UPath(tmp_path), DAY, REPORT, NOW)
    assert bool(overdue(found, DAY.cutoff + timedelta(hours=hours))) == late


def test_what_is_overdue_is_said(tmp_path: Path) -> None:
    assert overdue(None, NOW) == "no report was published yet"
    found = write_heartbeat(UPath(tmp_path), DAY, REPORT, NOW)
    assert overdue(found, DAY.cutoff + timedelta(hours=50)) == (
        "the newest report is of edition 2026-10-02, 50 hours old; 2026-10-03 was due at 2026-10-03 06:00 JST"
    )
    assert "of edition 2026-10-02, 51 days old;" in overdue(found, DAY.cutoff + timedelta(days=51))


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"[]", b"null", b'{"newest": 1, "last": 2}', b'{"newest": {"edition": "x"}, "last": {}}', b"\xff"],
)
def test_a_damaged_file_is_none_and_the_next_report_mends_it(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    assert heartbeat(UPath(tmp_path)) is None
    assert write_heartbeat(UPath(tmp_path), DAY, REPORT, NOW) == heartbeat(UPath(tmp_path))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        write_heartbeat(UPath(tmp_path / "file"), DAY, REPORT, NOW)
