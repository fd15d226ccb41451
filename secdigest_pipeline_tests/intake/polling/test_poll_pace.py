"""Polling politely: what failed is asked less often, pauses that a host asks for are kept, a passing failure is tried once more."""

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.fetching.http import Answer
from secdigest_pipeline.intake.polling.poll import retry_after
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline_tests.intake.polled import NOON, body, site
from secdigest_pipeline_tests.intake.servers import Request, Server, response
from secdigest_pipeline_tests.intake.worlds import Clock, archive_in, feed


def test_a_failing_feed_is_asked_less_and_less_often(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> int:
        async with site(archive, clock) as world:
            for _ in range(48):
                await world.ask([feed("a")])
                clock.moment += timedelta(hours=1)
            return len(world.requests)

    # at hours 0, 1, 2, 4, 8, 16, 28 and 40 of 48
    assert asyncio.run(work()) == 8


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable", "403 Forbidden"])
def test_retry_after_is_obeyed(tmp_path: Path, status: str) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> list[int]:
        async with site(archive, clock) as world:
            world.answers["a.test/feed"] = response(b"", status, {"Retry-After": "7200"})
            counts = []
            for _ in range(3):
                await world.ask([feed("a")])
                counts.append(len(world.requests))
                clock.moment += timedelta(hours=1)
            return counts

    assert asyncio.run(work()) == [1, 1, 2]
    assert archive.last_polls()["a"].not_before is not None


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        ("3600", 1.0),
        ("Thu, 01 Oct 2026 05:00:00 GMT", 2.0),
        ("Wed, 30 Sep 2026 05:00:00 GMT", 0.0),
        ("999999999", 24.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 50, None),
        ("\u0663", 3 / 3600),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(value: str, hours: float | None) -> None:
    answer = Answer("u", "u", 429, {"retry-after": value}, b"")
    assert retry_after(answer, NOON) == (None if hours is None else timedelta(hours=hours))


def test_other_feeds_of_a_host_that_asked_for_a_pause_are_left_alone(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    feeds = [feed(name, url=f"http://shared.test/{name}") for name in "abc"]

    async def work() -> tuple[list[Poll], int]:
        async with site(archive, Clock(NOON)) as world:
            for name in "abc":
                world.answers[f"shared.test/{name}"] = response(b"", "429 Too Many Requests", {"Retry-After": "60"})
            return await world.ask(feeds), len(world.requests)

    rows, asked = asyncio.run(work())
    assert (len(rows), asked) == (1, 1)


def test_one_host_is_asked_one_request_at_a_time_and_with_pauses(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    feeds = [feed(f"a{n}", url=f"http://shared.test/{n}") for n in range(4)] + [feed("b")]

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(response(body(1)))

    async def work() -> Server:
        async with site(archive, Clock(NOON), host_delay=0.2) as world:
            for n in range(4):
                world.answers[f"shared.test/{n}"] = slow
            world.answers["b.test/feed"] = slow
            await world.ask(feeds)
            return world.server

    server = asyncio.run(work())
    assert server.most_at_once["shared.test"] == 1
    times = [request.time for request in server.requests if request.host == "shared.test"]
    assert all(later - earlier >= 0.2 for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("trouble", ["500 Internal Server Error", "502 Bad Gateway", "drop"])
def test_a_transient_failure_is_tried_once_more(tmp_path: Path, trouble: str) -> None:
    archive = archive_in(tmp_path)

    async def drop(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    first: object = drop if trouble == "drop" else response(b"", trouble)

    async def work() -> tuple[list[Poll], int]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = [first, response(body(1))]
            world.answers["b.test/feed"] = [first, first, response(body(1))]
            return await world.ask([feed("a"), feed("b")]), len(world.requests)

    rows, asked = asyncio.run(work())
    assert [row.outcome for row in rows] == ["new", "error"]
    assert asked == 4
