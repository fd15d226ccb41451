"""robots.txt: which pages are not asked for, whose words are not used, and how far apart a host wants its requests."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from secdigest_pipeline.articles.pages import robots as rules
from secdigest_pipeline_tests.articles.rows import desk, html, item, page, read_one, site
from secdigest_pipeline_tests.intake.servers import Handler, Request, response

READ = page(html())


def robots(text: str, status: str = "200 OK") -> Handler:
    return site({"/robots.txt": response(text.encode(), status), "/a": READ, "/private/a": READ})


@pytest.mark.parametrize(
    ("handler", "path", "state", "reason"),
    [
        (robots("User-agent: *\nDisallow: /private/"), "/private/a", "blocked", "robots.txt"),
        (robots("User-agent: *\nDisallow: /private/"), "/a", "read", ""),
        (robots("User-agent: secdigest\nDisallow: /\nUser-agent: *\nAllow: /"), "/a", "blocked", "robots.txt"),
        (robots("User-agent: *\nDisallow: /\nAllow: /a"), "/a", "read", ""),
        (robots("no", "403 Forbidden"), "/a", "read", ""),
        (robots("<html>not a robots file</html>"), "/a", "read", ""),
        (robots("down", "503 Service Unavailable"), "/a", "unreachable", "robots.txt: HTTP 503"),
        (robots("User-agent: *\n" + "Disallow: /x\n" * 60_000), "/a", "read", ""),
    ],
)
def test_robots_txt_is_obeyed_as_rfc_9309_says(
    tmp_path: Path, handler: Handler, path: str, state: str, reason: str
) -> None:
    got = read_one(tmp_path, handler, url=f"http://wire.test{path}")
    assert (got.read_state, got.reason) == (state, reason)


def test_robots_txt_is_asked_once_a_run_and_once_a_day(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, robots("User-agent: *\nDisallow: /x")) as table:
            await table.read([item("/a"), item("/private/a")])
            assert table.asked("/robots.txt") == 1
            table.later(hours=23)
            await table.read([item("/b")])
            assert table.asked("/robots.txt") == 1
            table.later(hours=2)
            await table.read([item("/c")])
            assert table.asked("/robots.txt") == 2

    asyncio.run(run())


def two_hosts(disallowed: str) -> Handler:
    """Links of `feed.test` lead to `wire.test`, which has a robots.txt of its own."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.host.startswith("feed.test") and request.target != "/robots.txt":
            writer.write(response(b"", "302 Found", {"Location": f"http://wire.test{request.target}"}))
        elif request.target == "/robots.txt" and request.host.startswith("wire.test"):
            writer.write(response(f"User-agent: *\nDisallow: {disallowed}".encode()))
        else:
            writer.write(response(b"", "404 Not Found") if request.target == "/robots.txt" else READ)

    return handle


def test_the_rules_of_the_page_a_redirect_leads_to_hold_as_well(tmp_path: Path) -> None:
    got = read_one(tmp_path, two_hosts("/a"), host="feed.test")
    assert (got.read_state, got.reason, got.body_sha256) == ("blocked", "robots.txt", None)
    assert got.final_url == "http://wire.test/a"
    allowed = read_one(tmp_path / "other", two_hosts("/b"), host="feed.test")
    assert (allowed.read_state, allowed.final_url) == ("read", "http://wire.test/a")


def test_a_redirect_within_a_site_into_what_it_disallows_is_not_read(tmp_path: Path) -> None:
    handler = site(
        {
            "/robots.txt": response(b"User-agent: *\nDisallow: /print/"),
            "/a": response(b"", "301 Moved", {"Location": "/print/a"}),
            "/print/a": READ,
        }
    )
    assert (read_one(tmp_path, handler).read_state, read_one(tmp_path, handler).body_sha256) == ("blocked", None)


def test_a_redirect_to_a_host_whose_rules_cannot_be_asked_for_is_not_read(tmp_path: Path) -> None:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.host.startswith("wire.test") and request.target == "/robots.txt":
            writer.write(response(b"", "503 Service Unavailable"))
        else:
            await two_hosts("/x")(request, writer)

    got = read_one(tmp_path, handle, host="feed.test")
    assert (got.read_state, got.reason, got.body_sha256) == ("unreachable", "robots.txt: HTTP 503", None)


def test_pages_that_redirect_to_each_others_hosts_are_all_read(tmp_path: Path) -> None:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        here, other = ("one", "two") if request.host.startswith("one") else ("two", "one")
        if request.target == f"/{here}":
            writer.write(response(b"", "302 Found", {"Location": f"http://{other}.test/from-{here}"}))
        else:
            writer.write(response(b"", "404 Not Found") if request.target == "/robots.txt" else READ)

    async def run() -> None:
        async with desk(tmp_path, handle) as table:
            pages, _ = await asyncio.wait_for(table.read([item("/one", "one.test"), item("/two", "two.test")]), 20)
            assert [page.read_state for page in pages] == ["read", "read"]

    asyncio.run(run())


def delayed(seconds: str) -> Handler:
    return site({"/robots.txt": response(f"User-agent: *\nCrawl-delay: {seconds}".encode()), "/a": READ, "/b": READ})


def gaps(tmp_path: Path, handler: Handler, host_delay: float) -> list[float]:
    """Seconds between the requests for robots.txt and two pages of one host."""

    async def run() -> list[float]:
        async with desk(tmp_path, handler) as table:
            await table.read([item("/a"), item("/b")], host_delay=host_delay)
            times = [request.time for request in table.server.requests]
            return [later - earlier for earlier, later in pairwise(times)]

    return asyncio.run(run())


def test_crawl_delay_is_obeyed_where_it_is_longer_than_ours(tmp_path: Path) -> None:
    assert min(gaps(tmp_path / "longer", delayed("0.3"), 0.0)) >= 0.3
    assert min(gaps(tmp_path / "shorter", delayed("0.01"), 0.2)) >= 0.2


def test_crawl_delay_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rules.MAX_CRAWL_DELAY <= 10
    monkeypatch.setattr(rules, "MAX_CRAWL_DELAY", 0.1)

    async def run() -> None:
        async with desk(tmp_path, delayed("86400")) as table:
            pages, _ = await asyncio.wait_for(table.read([item("/a"), item("/b")]), 20)
            assert [page.read_state for page in pages] == ["read", "read"]

    asyncio.run(run())


@pytest.mark.parametrize("seconds", ["nan", "inf", "-5", "1e999", "soon", ""])
def test_a_crawl_delay_that_is_no_number_of_seconds_says_nothing(tmp_path: Path, seconds: str) -> None:
    assert read_one(tmp_path, delayed(seconds)).read_state == "read"
