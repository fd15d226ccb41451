"""The archive: written once, read whole while others write and compact, and nothing lost on the way."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import Poll, Sighting
from secdigest_pipeline_tests.intake.worlds import archive_in, jst

START = jst("2026-10-01 12:00")


def poll_row(moment: datetime, feed_id: str = "a", **changes: object) -> Poll:
    values: dict[str, object] = {
        "feed_id": feed_id,
        "polled_at": moment,
        "url": f"http://{feed_id}.test/feed",
        "final_url": f"http://{feed_id}.test/feed",
        "outcome": "new",
        "status": 200,
        "reason": "",
        "body_sha256": "0" * 64,
        "content_type": "text/xml",
        "etag": "",
        "last_modified": "",
        "entries": 1,
        "moved_to": "",
        "failures": 0,
        "not_before": None,
        "via": "feed",
    }
    return Poll(**{**values, **changes})  # type: ignore[arg-type]


def sighting(moment: datetime, number: int, feed_id: str = "a", **changes: object) -> Sighting:
    values: dict[str, object] = {
        "item_id": f"{feed_id}-{number}",
        "article_id": f"article-{number}",
        "feed_id": feed_id,
        "seen_at": moment,
        "seen_via": "poll",
        "published_at": moment - timedelta(minutes=20),
        "guid": str(number),
        "link": f"http://{feed_id}.test/{number}",
        "url": f"http://{feed_id}.test/{number}",
        "title": f"Title {number}",
        "summary": "",
        "content": "",
        "categories": ("one", "two"),
        "body_sha256": "0" * 64,
    }
    return Sighting(**{**values, **changes})  # type: ignore[arg-type]


def hours_of(archive: Archive, hours: int, start: datetime = START) -> None:
    for hour in range(hours):
        moment = start + timedelta(hours=hour)
        archive.add_poll([poll_row(moment)], [sighting(moment, hour)])


def files(archive: Archive, kind: str) -> list[str]:
    return sorted(path.name for path in Path(archive.root.path, kind).rglob("*.parquet"))


@pytest.mark.parametrize("place", ["local", "memory"])
def test_what_was_added_is_read_back_on_any_storage(tmp_path: Path, place: str) -> None:
    archive = archive_in(tmp_path) if place == "local" else Archive(UPath(f"memory://{tmp_path.name}/archive"))
    assert archive.last_polls() == {}
    assert archive.seen().num_rows == 0
    rows = [poll_row(START), poll_row(START, "b", outcome="error", status=None, entries=None, not_before=START)]
    seen = [sighting(START, 1), sighting(START, 2, published_at=None, article_id=None)]
    archive.add_poll(rows, seen)
    assert archive.last_polls() == {"a": rows[0], "b": rows[1]}
    assert archive.last_polls(["b", "c"]) == {"b": rows[1]}
    assert archive.polls(START, START + timedelta(seconds=1)) == rows
    assert archive.polls(START + timedelta(seconds=1), START + timedelta(days=9)) == []
    assert sorted(archive.sightings(["a-1", "a-2"], archive.days()), key=lambda row: row.item_id) == seen
    archive.compact(date(2026, 12, 1))
    assert archive.last_polls() == {"a": rows[0], "b": rows[1]}


def test_a_run_without_polls_writes_nothing(tmp_path: Path) -> None:
    archive_in(tmp_path).add_poll([], [])
    assert list(tmp_path.iterdir()) == []


def test_the_latest_poll_of_a_feed_itself_is_its_state(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(START), poll_row(START, "b")], [])
    archive.add_poll([poll_row(START + timedelta(days=40))], [])
    archive.add_poll([poll_row(START + timedelta(days=50), via="history", url="http://a.test/2025/")], [])
    last = archive.last_polls()
    assert (last["a"].polled_at, last["b"].polled_at) == (START + timedelta(days=40), START)
    assert archive.ever_parsed("a")
    assert not archive.ever_parsed("c")


def test_a_run_over_midnight_is_found_from_both_days(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    before, after = datetime(2026, 10, 1, 23, 59, tzinfo=UTC), datetime(2026, 10, 2, 0, 1, tzinfo=UTC)
    archive.add_poll([poll_row(before), poll_row(after, "b")], [sighting(before, 1)])
    assert len(archive.polls(before, before + timedelta(seconds=1))) == 1
    assert len(archive.polls(after, after + timedelta(seconds=1))) == 1


def test_days_that_are_over_become_one_file_each_and_say_the_same(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    hours_of(archive, 30)
    again = START + timedelta(hours=2, minutes=5)
    archive.add_poll([poll_row(again)], [sighting(again, 1)])  # seen a second time
    polls = archive.polls(START, START + timedelta(days=3))
    seen = {row["item_id"] for row in archive.seen().to_pylist()}
    archive.compact(date(2026, 10, 2))
    assert len(files(archive, "polls")) == 31, "today and yesterday are left alone"
    archive.compact(date(2026, 10, 4))
    assert len(files(archive, "polls")) == len(files(archive, "sightings")) == 2
    assert archive.polls(START, START + timedelta(days=3)) == polls
    after = archive.seen().to_pylist()
    assert {row["item_id"] for row in after} == seen
    assert len(after) == len(seen), "of two sightings of an item the earlier one is left"
    assert {row["item_id"]: row["seen_at"] for row in after}["a-1"] == START + timedelta(hours=1)
    names = files(archive, "polls")
    archive.compact(date(2026, 10, 5))
    assert files(archive, "polls") == names


def test_two_compactions_at_once_lose_nothing(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    hours_of(archive, 24, START.replace(hour=0))
    polls = archive.polls(START - timedelta(days=1), START + timedelta(days=2))
    threads = [threading.Thread(target=archive.compact, args=(date(2026, 10, 9),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.polls(START - timedelta(days=1), START + timedelta(days=2)) == polls
    assert len({row["item_id"] for row in archive.seen().to_pylist()}) == 24


@pytest.mark.slow
def test_readers_see_every_item_while_days_are_compacted_below_them(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    for day in range(8):
        hours_of(archive, 12, datetime(2026, 9, 1 + day, tzinfo=UTC))
    done = threading.Event()
    counts: set[tuple[int, int]] = set()
    errors: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                polls = archive.polls(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC))
                days = archive.days()
                ids = {row.seen_at for row in archive.sightings([f"a-{n}" for n in range(12)], days)}
                counts.add((len(polls), len(ids)))
        except BaseException as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    archive.compact(date(2026, 10, 1))
    done.set()
    reader.join()
    assert errors == []
    assert counts <= {(96, 96)}


def test_a_kill_between_sightings_and_polls_leaves_nothing_that_matters(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(START)], [sighting(START, 1)])
    for path in Path(archive.root.path, "polls").rglob("*.parquet"):
        path.unlink()  # what a kill between the two writes leaves
    later = START + timedelta(hours=1)
    archive.add_poll([poll_row(later)], [sighting(later, 1)])
    assert [row["seen_at"] for row in archive.seen().to_pylist()] == [START, later]
    assert archive.last_polls()["a"].polled_at == later


def test_temporary_files_and_strangers_are_not_read(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    archive.add_poll([poll_row(START)], [sighting(START, 1)])
    folder = Path(archive.root.path, "polls", "2026-10-01")
    (folder / ".x.parquet.123.tmp").write_bytes(b"half")
    (folder / ".hidden.parquet").write_bytes(b"half")
    (folder / "notes.txt").write_bytes(b"hello")
    assert len(archive.last_polls()) == 1
