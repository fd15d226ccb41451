"""Polling real loopback servers: conditional requests, pauses that were asked for, failures that stay one feed's."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.files import StorageError, sha256
from secdigest_pipeline.intake.archive import Archive
from secdigest_pipeline.intake.feeds import Feed
from secdigest_pipeline.intake.http import Answer
from secdigest_pipeline.intake.poll import poll, retry_after
from secdigest_pipeline.intake.rebuild import rebuild_sightings
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline.workers import Workers
from secdigest_pipeline_tests.intake.servers import Handler, Request, Server, client_to, response, serving
from secdigest_pipeline_tests.intake.worlds import Clock, archive_in, entry, feed, jst, rss

NOON = jst("2026-10-01 12:00")


class Site:
    """A server whose answers are set per path; what it was asked is in `requests`."""

    def __init__(
        self, server: Server, ask: Callable[[list[Feed]], Awaitable[list[Poll]]], answers: dict[str, object]
    ) -> None:
        self.requests = server.requests
        self.server = server
        self.ask = ask
        self.answers = answers


@asynccontextmanager
async def site(archive: Archive, clock: Clock, host_delay: float = 0.0) -> AsyncIterator[Site]:
    answers: dict[str, object] = {}

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        answer = answers.get(request.host + request.target, response(b"none", "404 Not Found"))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            await answer(request, writer)
        else:
            assert isinstance(answer, bytes)
            writer.write(answer)

    async with serving(handle) as server, client_to(server) as client, Workers(1) as workers:

        async def ask(feeds: list[Feed]) -> list[Poll]:
            return await poll(feeds, archive, client, workers, clock, host_delay=host_delay)

        yield Site(server, ask, answers)


def body(*numbers: int) -> bytes:
    return rss([entry(f"http://a.test/{n}", f"Title {n}", jst("2026-10-01 11:00")) for n in numbers])


def titles(archive: Archive) -> list[str]:
    days = archive.days()
    ids = archive.seen().column("item_id").to_pylist()
    return sorted(row.title for row in archive.sightings(ids, days))


def test_a_poll_keeps_body_row_and_sightings(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)

    async def work() -> list[Poll]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(
                body(1, 2),
                headers={"ETag": '"1"', "Last-Modified": "Thu, 01 Oct 2026 02:00:00 GMT", "Content-Type": "text/xml"},
            )
            return await world.ask([feed("a")])

    (row,) = asyncio.run(work())
    assert (row.outcome, row.status, row.entries, row.reason, row.failures) == ("new", 200, 2, "", 0)
    assert (row.etag, row.last_modified, row.content_type) == ('"1"', "Thu, 01 Oct 2026 02:00:00 GMT", "text/xml")
    assert row.body_sha256 == sha256(body(1, 2))
    assert archive.bodies.get(row.body_sha256) == body(1, 2)
    assert archive.last_polls() == {"a": row}
    assert titles(archive) == ["Title 1", "Title 2"]
    assert set(archive.seen().column("seen_via").to_pylist()) == {"first_poll"}


def test_the_next_poll_is_conditional_and_a_304_without_validators_keeps_ours(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> tuple[list[Poll], list[Request]]:
        async with site(archive, clock) as world:
            world.answers["a.test/feed"] = response(body(1), headers={"ETag": '"1"', "Last-Modified": "then"})
            await world.ask([feed("a")])
            rows = []
            for _ in range(2):
                clock.moment += timedelta(hours=1)
                world.answers["a.test/feed"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
                rows += await world.ask([feed("a")])
            return rows, world.requests

    rows, requests = asyncio.run(work())
    assert [row.outcome for row in rows] == ["unchanged", "unchanged"]
    assert [row.entries for row in rows] == [1, 1]
    assert all(row.body_sha256 == sha256(body(1)) for row in rows)
    assert "if-none-match" not in requests[0].headers
    for request in requests[1:]:
        assert (request.headers["if-none-match"], request.headers["if-modified-since"]) == ('"1"', "then")


def test_the_same_bytes_again_are_unchanged_and_new_items_are_sighted_once(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> list[str]:
        outcomes = []
        async with site(archive, clock) as world:
            for numbers in ((1, 2), (1, 2), (2, 3), (3,), (3, 4)):
                world.answers["a.test/feed"] = response(body(*numbers))
                outcomes += [row.outcome for row in await world.ask([feed("a")])]
                clock.moment += timedelta(hours=1)
        return outcomes

    assert asyncio.run(work()) == ["new", "unchanged", "new", "new", "new"]
    assert titles(archive) == ["Title 1", "Title 2", "Title 3", "Title 4"]
    by_via = dict(zip(*(archive.seen().column(name).to_pylist() for name in ("item_id", "seen_via")), strict=True))
    assert sorted(by_via.values()) == ["first_poll", "first_poll", "poll", "poll"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"", "404 Not Found"), "HTTP 404"),
        (response(b"", "410 Gone"), "HTTP 410"),
        (response(b"<html>wall</html>", "202 Accepted"), "HTTP 202"),
        (
            response(b"<!doctype html><html>down</html>", headers={"Content-Type": "text/html"}),
            "HTML instead of a feed",
        ),
        (response(b"\x00\x01\x02binary"), "not a feed"),
        (response(b""), "empty body"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "HTTP 304"),
        (response(headers={"Location": "http://127.0.0.1/"}, status="302 Found"), "127.0.0.1 is not a public address"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n", "52428800 bytes announced"),
        (b"nonsense\r\n\r\n", "a.test"),
    ],
)
def test_a_feed_that_fails_ends_in_a_row_with_its_reason_and_the_others_go_on(
    tmp_path: Path, answer: bytes, reason: str
) -> None:
    archive = archive_in(tmp_path)

    async def work() -> list[Poll]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = answer
            world.answers["b.test/feed"] = response(body(1))
            return await world.ask([feed("a"), feed("b")])

    bad, good = asyncio.run(work())
    assert (bad.outcome, bad.failures, bad.body_sha256, bad.entries) == ("error", 1, None, None)
    assert reason in bad.reason
    assert bad.reason.isprintable()
    assert good.outcome == "new"


def test_an_empty_feed_is_no_failure_but_says_so(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)

    async def work() -> list[Poll]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(rss([]))
            return await world.ask([feed("a")])

    (row,) = asyncio.run(work())
    assert (row.outcome, row.entries, row.reason, row.failures) == ("new", 0, "no entries", 0)


def test_after_failures_the_validators_and_the_items_known_are_still_there(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> tuple[list[Poll], list[Request]]:
        async with site(archive, clock) as world:
            rows = []
            for answer in (
                response(body(1), headers={"ETag": '"1"'}),
                response(b"<html>down</html>", headers={"ETag": '"wall"'}),
                response(b"", "403 Forbidden"),
                response(body(1, 2), headers={"ETag": '"2"'}),
            ):
                world.answers["a.test/feed"] = answer
                rows += await world.ask([feed("a")])
                clock.moment += timedelta(hours=3)
            return rows, world.requests

    rows, requests = asyncio.run(work())
    assert [row.outcome for row in rows] == ["new", "error", "error", "new"]
    assert [row.failures for row in rows] == [0, 1, 2, 0]
    assert [request.headers.get("if-none-match") for request in requests] == [None, '"1"', '"1"', '"1"']
    assert titles(archive) == ["Title 1", "Title 2"]


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


def test_disabled_feeds_are_not_asked(tmp_path: Path) -> None:
    async def work() -> int:
        async with site(archive_in(tmp_path), Clock(NOON)) as world:
            assert await world.ask([feed("a", enabled=False)]) == []
            return len(world.requests)

    assert asyncio.run(work()) == 0


def test_a_lasting_move_is_noted_and_a_passing_one_is_not(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)

    async def work() -> list[Poll]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(status="301 Moved", headers={"Location": "http://new.test/feed"})
            world.answers["b.test/feed"] = response(status="302 Found", headers={"Location": "http://new.test/feed"})
            world.answers["new.test/feed"] = response(body(1))
            return await world.ask([feed("a"), feed("b")])

    moved, passing = asyncio.run(work())
    assert (moved.outcome, moved.moved_to, moved.url) == ("new", "http://new.test/feed", "http://a.test/feed")
    assert (passing.final_url, passing.moved_to) == ("http://new.test/feed", "")


def test_a_feed_whose_address_was_changed_is_asked_at_once_and_without_the_old_validators(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)

    async def work() -> tuple[list[Poll], list[Request]]:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(body(1), headers={"ETag": '"1"'})
            await world.ask([feed("a")])
            world.answers["a.test/feed"] = response(b"", "429 Too Many Requests", {"Retry-After": "7200"})
            await world.ask([feed("a")])
            world.answers["new.test/feed"] = response(body(1, 2))
            return await world.ask([feed("a", url="http://new.test/feed")]), world.requests

    (row,), requests = asyncio.run(work())
    assert row.outcome == "new"
    assert "if-none-match" not in requests[-1].headers
    assert titles(archive) == ["Title 1", "Title 2"]


@pytest.mark.slow
def test_a_body_that_kills_the_parser_is_kept_and_read_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)
    attributes = " ".join(f"a{n}='1'" for n in range(60_000))
    bomb = f"<rss {attributes}><channel><item><title>x</title></item></channel></rss>".encode()
    monkeypatch.setattr("secdigest_pipeline.intake.poll.PARSE_SECONDS", 2.0)

    async def work() -> list[Poll]:
        rows = []
        async with site(archive, clock) as world:
            for data in (body(1), bomb, bomb, body(1, 2)):
                world.answers["a.test/feed"] = response(data)
                rows += await world.ask([feed("a")])
                clock.moment += timedelta(hours=2)
        return rows

    rows = asyncio.run(work())
    assert [row.outcome for row in rows] == ["new", "error", "error", "new"]
    assert "killed after 2 s" in rows[1].reason
    assert rows[1].body_sha256 == sha256(bomb)
    assert archive.bodies.get(sha256(bomb)) == bomb
    # what came after it is not taken for the feed's first snapshot
    via = dict(zip(*(archive.seen().column(name).to_pylist() for name in ("item_id", "seen_via")), strict=True))
    assert "poll" in via.values()


def test_an_archive_that_cannot_be_written_is_an_error_and_not_a_silent_loss(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    archive = archive_in(tmp_path)

    async def work() -> None:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(body(1))
            await world.ask([feed("a")])

    with pytest.raises(StorageError, match="archive"):
        asyncio.run(work())


@pytest.mark.slow
def test_a_poll_killed_at_any_moment_leaves_an_archive_the_next_one_completes(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from secdigest_pipeline.files import write_atomic
        from secdigest_pipeline.intake import archive as module
        from secdigest_pipeline_tests.intake import test_poll as t
        store = module.write_atomic
        left = int(sys.argv[2])
        def dying(path, data):
            global left
            left -= 1
            if left < 0:
                import os, signal
                os.kill(os.getpid(), signal.SIGKILL)
            store(path, data)
        module.write_atomic = dying
        async def work():
            async with t.site(t.archive_in(Path(sys.argv[1])), t.Clock(t.NOON)) as world:
                world.answers["a.test/feed"] = t.response(t.body(1, 2))
                await world.ask([t.feed("a")])
        asyncio.run(work())
    """)
    for writes, survived in ((0, False), (1, False), (2, True)):
        folder = tmp_path / str(writes)
        ended = subprocess.run(
            [sys.executable, "-c", script, folder, str(writes)], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
        )
        assert (ended.returncode == 0) == survived
        assert survived or ended.returncode == -signal.SIGKILL
        archive, clock = archive_in(folder), Clock(NOON + timedelta(hours=1))

        async def again(archive: Archive = archive, clock: Clock = clock) -> list[Poll]:
            async with site(archive, clock) as world:
                world.answers["a.test/feed"] = response(body(1, 2))
                return await world.ask([feed("a")])

        (row,) = asyncio.run(again())
        assert row.outcome == ("unchanged" if survived else "new")
        assert set(titles(archive)) == {"Title 1", "Title 2"}
        assert not list(folder.rglob("*.tmp"))


def test_sightings_are_rebuilt_from_polls_and_bodies(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), Clock(NOON)

    async def work() -> None:
        async with site(archive, clock) as world:
            for numbers in ((1, 2), (2, 3), (4,), (1, 4)):
                for name in "ab":
                    world.answers[f"{name}.test/feed"] = response(body(*numbers))
                await world.ask([feed("a"), feed("b")])
                clock.moment += timedelta(hours=11)

    def rows() -> list[dict[str, object]]:
        return archive.seen().sort_by([("seen_at", "ascending"), ("item_id", "ascending")]).to_pylist()

    asyncio.run(work())
    before = rows()
    for path in (tmp_path / "archive" / "sightings").rglob("*.parquet"):
        path.unlink()
    assert rows() == []
    with Workers(1) as workers:
        assert asyncio.run(rebuild_sightings(archive, [feed("a"), feed("b")], workers)) == len(before)
        assert rows() == before
        # again, and only for one of the feeds: the other's sightings stay
        asyncio.run(rebuild_sightings(archive, [feed("a")], workers))
        assert rows() == before


@pytest.mark.slow
def test_two_hundred_feeds_are_all_polled(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    feeds = [feed(f"f{n}") for n in range(200)]

    def handler() -> Handler:
        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            writer.write(response(body(1)))

        return handle

    async def work() -> list[Poll]:
        async with serving(handler()) as server, client_to(server) as client, Workers(2) as workers:
            return await poll(feeds, archive, client, workers, Clock(NOON))

    rows = asyncio.run(work())
    assert [row.feed_id for row in rows] == [row.feed_id for row in feeds]
    assert {row.outcome for row in rows} == {"new"}
