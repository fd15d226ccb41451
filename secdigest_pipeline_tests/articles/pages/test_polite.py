"""Hosts are asked one page at a time, with a pause, and no sooner than they say."""

import asyncio
from itertools import pairwise
from pathlib import Path

from secdigest_pipeline_tests.articles.rows import desk, html, item, page, read_one, site
from secdigest_pipeline_tests.intake.servers import Request, response

READ = page(html())


def test_a_short_retry_after_is_obeyed_once(tmp_path: Path) -> None:
    async def run() -> None:
        answers = [response(b"", "429 Too Many Requests", {"Retry-After": "0"}), READ]
        async with desk(tmp_path, site({"/a": lambda _: answers.pop(0)})) as table:
            pages, downloads = await table.read([item()])
            assert (pages[0].read_state, downloads) == ("read", 2)

    asyncio.run(run())


def test_a_long_retry_after_is_not_waited_for_but_named(tmp_path: Path) -> None:
    got = read_one(tmp_path, response(b"", "503 Service Unavailable", {"Retry-After": "3600"}))
    assert (got.read_state, got.reason) == ("unreachable", "HTTP 503, Retry-After: 3600")


def test_one_host_is_asked_for_one_page_at_a_time(tmp_path: Path) -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(READ if request.target != "/robots.txt" else response(b"", "404 Not Found"))

    async def run() -> None:
        async with desk(tmp_path, slow) as table:
            await table.read([item(f"/{n}", host) for n in range(4) for host in ("one.test", "two.test")])
            assert set(table.server.most_at_once.values()) == {1}

    asyncio.run(run())


def test_requests_to_one_host_are_host_delay_apart(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({"/a": READ, "/b": READ})) as table:
            await table.read([item("/a"), item("/b")], host_delay=0.2)
            times = [request.time for request in table.server.requests]
            assert all(later - earlier >= 0.2 for earlier, later in pairwise(times))

    asyncio.run(run())
