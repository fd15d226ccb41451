"""Polling real loopback servers: what a poll keeps, conditional requests, failures that stay one feed's."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline_tests.intake.polled import NOON, body, site, titles
from secdigest_pipeline_tests.intake.servers import Request, response
from secdigest_pipeline_tests.intake.worlds import Clock, archive_in, feed, rss


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
    monkeypatch.setattr("secdigest_pipeline.intake.polling.poll.PARSE_SECONDS", 2.0)

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
