"""Damaged files of the archive: named, set aside, and made again from the bodies; no run stops at them."""

import asyncio
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline_tests.intake.polled import NOON, body, site, titles
from secdigest_pipeline_tests.intake.servers import response
from secdigest_pipeline_tests.intake.worlds import Clock, archive_in, feed

FEEDS = [feed("a"), feed("b")]
LAST = (1, 4)
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data[:-8],
    "of something else": lambda data: b"PAR1 not really",
    "flipped": lambda data: data[:60] + bytes([data[60] ^ 0xFF]) + data[61:],
    "of zeros": lambda data: bytes(len(data)),
}


async def four_rounds(archive: Archive, clock: Clock) -> None:
    async with site(archive, clock) as world:
        for numbers in ((1, 2), (2, 3), (4,), LAST):
            for name in "ab":
                world.answers[f"{name}.test/feed"] = response(body(*numbers))
            await world.ask(FEEDS)
            clock.moment += timedelta(hours=11)


def once_more(archive: Archive, clock: Clock) -> list[Poll]:
    """A fifth round that shows what the fourth did."""

    async def ask() -> list[Poll]:
        async with site(archive, clock) as world:
            for name in "ab":
                world.answers[f"{name}.test/feed"] = response(body(*LAST))
            return await world.ask(FEEDS)

    return asyncio.run(ask())


def rows(archive: Archive) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in archive.seen().to_pylist())


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Clock]:
    """An archive of two feeds and four rounds, and the clock after them."""
    archive, clock = archive_in(tmp_path_factory.mktemp("polled")), Clock(NOON)
    asyncio.run(four_rounds(archive, clock))
    return archive, clock


@pytest.fixture
def kept(polled: tuple[Archive, Clock], tmp_path: Path) -> tuple[Path, Clock, list[tuple[object, ...]]]:
    """The folder of a copy of it, the clock, and its sightings."""
    archive, clock = polled
    root = tmp_path / "archive"
    shutil.copytree(archive.root.path, root)
    return root, Clock(clock.moment), rows(archive)


def reader(root: Path) -> tuple[Archive, list[str]]:
    told: list[str] = []
    return Archive(UPath(root), told.append), told


def spoil(root: Path, kind: str, damage: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """Damage every file of a kind; name and content of each."""
    paths = list((root / kind).rglob("*.parquet"))
    for path in paths:
        path.write_bytes(damage(path.read_bytes()))
    return {path.name: path.read_bytes() for path in paths}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_sightings_are_set_aside_and_made_again(
    kept: tuple[Path, Clock, list[tuple[object, ...]]], damage: str
) -> None:
    root, clock, before = kept
    spoilt = spoil(root, "sightings", DAMAGES[damage])
    archive, told = reader(root)
    assert archive.seen().num_rows == 0
    assert [row.outcome for row in once_more(archive, clock)] == ["unchanged"] * 2
    assert rows(archive) == before
    for name, content in spoilt.items():
        assert sum(name in line for line in told) == 1
        (aside,) = (root / "sightings").glob(f"*/{name}.damaged-*")
        assert re.fullmatch(r".+\.damaged-\d{8}T\d{6}Z\.made-up", aside.name)
        assert aside.read_bytes() == content
    assert any("made again from the stored bodies" in line for line in told)

    archive, told = reader(root)
    clock.moment += timedelta(hours=1)
    once_more(archive, clock)
    assert (rows(archive), told) == (before, [])


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_polls_are_set_aside_and_the_snapshots_among_them_made_again(
    kept: tuple[Path, Clock, list[tuple[object, ...]]], damage: str
) -> None:
    root, clock, before = kept
    true = {(poll.feed_id, poll.polled_at): poll for poll in Archive(UPath(root)).polls(NOON, clock.moment)}
    spoilt = spoil(root, "polls", DAMAGES[damage])
    archive, told = reader(root)
    # Nothing says when the feeds were asked last; what they showed is known all the same
    assert [row.outcome for row in once_more(archive, clock)] == ["unchanged"] * 2
    assert rows(archive) == before
    assert all(sum(name in line for line in told) == 1 for name in spoilt)
    made = archive.polls(NOON, clock.moment)
    assert len(made) == len(true) == 8
    for poll in made:
        was = true[poll.feed_id, poll.polled_at]
        assert (poll.body_sha256, poll.entries, poll.outcome) == (was.body_sha256, was.entries, "new")
        assert (poll.status, poll.reason) == (None, "made again from the stored body")


def test_one_damaged_file_of_many_takes_nothing_from_the_others(
    kept: tuple[Path, Clock, list[tuple[object, ...]]], tmp_path: Path
) -> None:
    root, clock, before = kept
    for number, path in enumerate(sorted((root / "sightings").rglob("*.parquet"))):
        copy = tmp_path / str(number)
        shutil.copytree(root, copy)
        (copy / path.relative_to(root)).write_bytes(b"")
        archive, _ = reader(copy)
        archive.seen()
        once_more(archive, Clock(clock.moment))
        assert rows(archive) == before


def test_where_a_body_is_lost_as_well_the_rest_is_made_again_and_the_loss_is_told(
    kept: tuple[Path, Clock, list[tuple[object, ...]]],
) -> None:
    root, clock, before = kept
    spoil(root, "sightings", DAMAGES["empty"])
    (lost,) = {poll.body_sha256 for poll in Archive(UPath(root)).polls(NOON, NOON + timedelta(seconds=30))}
    archive, told = reader(root)
    archive.bodies.path(lost or "").write_bytes(b"")
    archive.seen()
    once_more(archive, clock)
    assert [row for row in before if row[3] == NOON] and not [row for row in rows(archive) if row[3] == NOON]
    assert set(titles(archive)) == {"Title 2", "Title 3", "Title 4", "Title 1"}
    assert [line for line in told if f"{lost}.gz" in line and line.endswith("UTC showed is lost")]


def test_a_run_killed_before_the_damage_was_made_up_for_leaves_it_to_the_next(
    kept: tuple[Path, Clock, list[tuple[object, ...]]],
) -> None:
    root, clock, before = kept
    spoil(root, "sightings", DAMAGES["cut"])
    reader(root)[0].seen()  # sets them aside, and is gone
    archive, _ = reader(root)
    archive.seen()
    once_more(archive, clock)
    assert rows(archive) == before


def test_compaction_goes_round_a_damaged_file(kept: tuple[Path, Clock, list[tuple[object, ...]]]) -> None:
    root, clock, before = kept
    first = min((root / "sightings").rglob("*.parquet"))
    first.write_bytes(b"")
    archive, told = reader(root)
    clock.moment += timedelta(days=9)
    once_more(archive, clock)
    assert len(told) == 2 and first.name in told[0]
    assert {row[0] for row in rows(archive)} == {row[0] for row in before}


def test_a_file_that_cannot_be_set_aside_is_named_once_and_left_out(
    kept: tuple[Path, Clock, list[tuple[object, ...]]],
) -> None:
    root, clock, before = kept
    path = min((root / "sightings").rglob("*.parquet"))
    path.write_bytes(b"")
    # With the words that say it is set aside the name would be longer than any file system takes
    stuck = path.rename(path.with_name(f"{'0' * 240}.parquet"))
    archive, told = reader(root)
    archive.seen()
    once_more(archive, clock)
    assert [line for line in told if "cannot be set aside" in line and stuck.name in line] == told
    assert stuck.exists()
    assert set(rows(archive)) < set(before)


def test_a_place_that_cannot_be_read_is_an_error_and_nothing_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "sightings" / "2026-10-01" / "x.parquet"
    folder.mkdir(parents=True)
    with pytest.raises(StorageError, match=r"x\.parquet: cannot be read"):
        archive_in(tmp_path).seen()
    assert folder.is_dir()


def test_an_object_store_sets_aside_as_well(tmp_path: Path) -> None:
    root = UPath(f"memory://{tmp_path.name}/archive")
    told: list[str] = []
    archive, clock = Archive(root, told.append), Clock(NOON)
    asyncio.run(four_rounds(archive, clock))
    before = rows(archive)
    for path in root.rglob("sightings/*/*.parquet"):
        path.write_bytes(b"")
    archive = Archive(root, told.append)
    archive.seen()
    once_more(archive, clock)
    assert rows(archive) == before
    assert told


@given(data=st.data())
def test_whatever_happened_to_a_file_its_rows_are_read_or_it_is_set_aside(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, whole_file: bytes
) -> None:
    at = data.draw(st.integers(0, len(whole_file) - 1))
    spoilt = data.draw(
        st.sampled_from(
            [
                whole_file[:at],
                whole_file[at:],
                whole_file[:at] + bytes([data.draw(st.integers(0, 255))]) + whole_file[at + 1 :],
                whole_file[:at] + bytes(len(whole_file) - at),
            ]
        )
    )
    root = tmp_path_factory.mktemp("spoilt")
    path = root / "sightings" / "2026-10-01" / "x.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(spoilt)
    archive, told = reader(root)
    ids = archive.seen().column("item_id").to_pylist()
    found = archive.sightings({*ids, "other"}, ["2026-10-01"])
    assert bool(told) == (not path.exists())
    if spoilt == whole_file:
        assert len(found) == len(ids) == 4


@pytest.fixture(scope="module")
def whole_file(polled: tuple[Archive, Clock]) -> bytes:
    return min(Path(polled[0].root.path, "sightings").rglob("*.parquet")).read_bytes()
