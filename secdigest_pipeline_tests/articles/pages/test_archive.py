"""Kept pages: damaged, half written, gone, or not to be written."""

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline_tests.articles.rows import Desk, desk, html, item, page, site
from secdigest_pipeline_tests.intake.servers import response

READ = page(html())
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "another": lambda data: gzip.compress(b"the page of another article"),
    "flipped": lambda data: data[:40] + bytes([data[40] ^ 0xFF]) + data[41:],
}


def spoiled(root: Path, damage: Callable[[bytes], bytes]) -> str:
    """Damage the one stored body below `root`; its digest."""
    (path,) = root.rglob("*.gz")
    path.write_bytes(damage(path.read_bytes()))
    return path.stem


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_page_is_fetched_anew_once_and_named(tmp_path: Path, damage: str) -> None:
    async def run() -> None:
        told: list[str] = []
        async with desk(tmp_path, site({"/a": READ, "/b": READ})) as table:
            table.archive.on_damage = told.append
            items = [item("/a"), item("/b")]
            first, _ = await table.read(items)
            articles = await table.clean(items, first)
            digest = spoiled(tmp_path, DAMAGES[damage])
            second, downloads = await table.read(items)
            assert downloads == 2
            assert await table.clean(items, second) == articles
            for line, path in zip(sorted(told), "ab", strict=True):
                assert line.startswith(f"http://wire.test/{path}: ") and line.endswith("; fetched anew")
                assert digest in line
            assert (await table.read(items))[1] == 0
            assert len(told) == 2

    asyncio.run(run())


def test_a_damaged_page_that_is_not_to_be_had_anew_says_so_and_is_asked_for_again(tmp_path: Path) -> None:
    async def run() -> None:
        told: list[str] = []
        answers = {"/a": READ}
        async with desk(tmp_path, site(answers)) as table:
            table.archive.on_damage = told.append
            await table.read([item()])
            spoiled(tmp_path, DAMAGES["empty"])
            answers["/a"] = response(b"", "404 Not Found")
            (page_row,), _ = await table.read([item()])
            assert (page_row.read_state, page_row.reason, page_row.body_sha256) == ("gone", "HTTP 404", None)
            assert told[0].endswith("; not to be had anew (HTTP 404)")
            answers["/a"] = READ
            (page_row,), downloads = await table.read([item()])
            assert (page_row.read_state, downloads) == ("read", 1)

    asyncio.run(run())


def test_a_run_killed_between_body_and_record_fetches_again_and_nothing_is_half_written(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({"/a": READ})) as table:
            first, _ = await table.read([item()])
            record = next((tmp_path / "pages").rglob("*.json"))
            record.write_bytes(record.read_bytes()[:40])
            second, downloads = await table.read([item()])
            assert (second[0], downloads) == (first[0], 1)

    asyncio.run(run())
    assert not list(tmp_path.rglob("*.tmp"))


def test_an_archive_that_cannot_be_written_is_one_named_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    async def run() -> None:
        async with desk(tmp_path, site({"/a": READ})) as table:
            table = Desk(tmp_path / "file", table.server)
            with pytest.raises(StorageError, match="file"):
                await table.read([item()])

    asyncio.run(run())


def test_a_missing_body_is_a_storage_error_that_names_the_path(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        PageArchive(UPath(tmp_path)).body("0" * 64)
