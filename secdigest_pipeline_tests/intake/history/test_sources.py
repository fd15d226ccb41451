"""Sources of the past against servers that keep to their protocol, and against such that do not."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.feeds.feeds import Feed, HistorySource
from secdigest_pipeline.intake.history import chain
from secdigest_pipeline.intake.history.asking import Asker
from secdigest_pipeline.intake.history.sources import fill
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline_tests.intake.servers import Server, client_to, response, serving
from secdigest_pipeline_tests.intake.test_completeness import snapshot
from secdigest_pipeline_tests.intake.worlds import archive_in, entry, feed, jst, rss

DAY = Edition.parse("2026-06-12")  # 2026-06-11 06:00 to 2026-06-12 06:00
NOW = jst("2026-07-01 12:00")
INSIDE = jst("2026-06-11 12:00")

Answer = Callable[[str], bytes | None]
NOT_FOUND = response(b"<html><body>none</body></html>", "404 Not Found", {"Content-Type": "text/html"})


def posts(*moments: datetime | str | None) -> bytes:
    """A feed with an entry for each moment."""
    return rss(
        entry(f"http://a.test/{n}-{str(when)[:10]}", f"Post {n}", when, guid=f"{n} {when}")
        for n, when in enumerate(moments)
    )


WORKERS: list[Workers] = []


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """One worker for the whole module: starting one takes longer than a test."""
    with Workers(1) as running:
        WORKERS[:] = [running]
        yield


class Asked:
    """What came of filling the edition: the state and reason of the feed, titles of its items, URLs asked."""

    def __init__(self, archive: Archive, listed: Feed, server: Server, now: datetime) -> None:
        (row,) = completeness(DAY, [listed], archive)
        self.state, self.reason = row.completeness, row.reason
        self.titles = sorted(item.title for item in items_of(DAY, [listed], archive, now))
        self.urls = [request.target for request in server.requests]


def asked(folder: Path, answer: Answer | Mapping[str, bytes], *sources: tuple[str, str], now: datetime = NOW) -> Asked:
    """Fill DAY for a feed of `sources` from a server of these bodies (a body alone is a 200)."""
    listed = feed("a", history=tuple(HistorySource(*source) for source in sources))
    archive = archive_in(folder)

    async def handle(request, writer) -> None:  # type: ignore[no-untyped-def]
        body = answer(request.target) if callable(answer) else answer.get(request.target)
        writer.write(NOT_FOUND if body is None else body if body.startswith(b"HTTP/") else response(body))

    async def run() -> Asked:
        async with serving(handle) as server, client_to(server) as client:
            await fill(DAY, [listed], archive, client, WORKERS[0], lambda: now, host_delay=0)
            return Asked(archive, listed, server, now)

    return asyncio.run(run())


WORDPRESS: tuple[str, str] = ("wordpress", "http://a.test/")
DAYS = {f"/2026/06/{day}/feed/": posts() for day in (10, 11, 12)}


def test_wordpress_asks_three_days_and_every_page_of_them(tmp_path: Path) -> None:
    day = "/2026/06/11/feed/"
    web = DAYS | {day: posts(INSIDE), f"{day}?paged=2": posts(INSIDE + timedelta(hours=1), INSIDE + timedelta(hours=2))}
    found = asked(tmp_path, web, WORDPRESS)
    assert (found.state, found.reason, found.titles) == ("archive", "wordpress", ["Post 0", "Post 0", "Post 1"])
    assert found.urls == ["/2026/06/10/feed/", day, f"{day}?paged=2", f"{day}?paged=3", "/2026/06/12/feed/"]


def test_an_empty_feed_sent_with_404_is_a_day_without_posts_and_a_page_is_not(tmp_path: Path) -> None:
    empty = {path: response(posts(), "404 Not Found") for path in DAYS}
    assert asked(tmp_path / "a", empty, WORDPRESS).state == "archive"
    found = asked(tmp_path / "b", {}, WORDPRESS)
    assert found.state == "none" and "wordpress: HTTP 404 at http://a.test/2026/06/10/feed/" in found.reason


def test_a_site_that_shows_its_newest_posts_for_every_date_is_found_out(tmp_path: Path) -> None:
    found = asked(tmp_path, lambda _: posts(jst("2026-06-30 12:00")), WORDPRESS)
    assert found.state == "none" and "does not keep to the date" in found.reason


def test_a_site_that_does_not_page_is_not_called_whole(tmp_path: Path) -> None:
    found = asked(tmp_path, lambda target: posts(INSIDE) if "/11/" in target else posts(), WORDPRESS)
    assert (found.state, found.titles) == ("partial", ["Post 0"])
    assert "does not page" in found.reason


def test_an_entry_without_a_date_belongs_nowhere_and_is_counted(tmp_path: Path) -> None:
    day = "/2026/06/11/feed/"
    found = asked(tmp_path, DAYS | {day: posts(INSIDE, None)}, WORDPRESS)
    assert (found.state, found.titles) == ("partial", ["Post 0"])
    assert "1 entries without a date that can be read" in found.reason


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable", "500 Oops"])
def test_a_failure_is_named_not_repeated_for_a_day_and_then_tried_again(tmp_path: Path, status: str) -> None:
    down = {path: response(b"", status) for path in DAYS}
    found = asked(tmp_path, down, WORDPRESS)
    assert found.state == "none" and f"HTTP {status[:3]}" in found.reason and len(found.urls) == 1
    assert asked(tmp_path, down, WORDPRESS, now=NOW + timedelta(hours=23)).urls == []
    again = asked(tmp_path, DAYS, WORDPRESS, now=NOW + timedelta(hours=25))
    assert again.state == "archive" and len(again.urls) == 3


def test_the_next_source_is_asked_where_one_fails_and_none_after_one_that_covers(tmp_path: Path) -> None:
    def answer(target: str) -> bytes | None:
        return posts(INSIDE) if "published-min" in target else None

    blogger: tuple[str, str] = ("blogger", "http://a.test/feeds/posts/default")
    found = asked(tmp_path, answer, WORDPRESS, blogger, ("paged", "http://a.test/feed"))
    assert (found.state, found.titles) == ("archive", ["Post 0"])
    assert [target.partition("?")[0] for target in found.urls] == ["/2026/06/10/feed/", "/feeds/posts/default"]


ABSENT: tuple[tuple[str, str], ...] = (
    WORDPRESS,
    ("paged", "http://a.test/feed"),
    ("rfc5005", "http://a.test/atom"),
    ("sitemap", "http://a.test/sitemap.xml"),
    ("wayback", "http://archive.test"),
)
HOME = response(
    b"<!doctype html><html><body><h1>Our home page</h1></body></html>", headers={"Content-Type": "text/html"}
)


@pytest.mark.parametrize("source", ABSENT, ids=lambda source: source[0])
@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (NOT_FOUND, "HTTP 404"),
        (response(b"", "410 Gone"), "HTTP 410"),
        (response(b"", "403 Forbidden"), "HTTP 403"),
        (response(b"", "302 Found", {"Location": "/home"}), ""),
        (response(b"", "301 Moved", {"Location": "http://[broken/"}), ""),
        (HOME, ""),
        (response(b""), ""),
    ],
)
def test_a_declared_source_that_does_not_exist_is_named_and_the_next_one_asked(
    tmp_path: Path, source: tuple[str, str], answer: bytes, complaint: str
) -> None:
    def web(target: str) -> bytes:
        return HOME if target == "/home" else posts(INSIDE) if "published-min" in target else answer

    alone = asked(tmp_path / "alone", web, source)
    assert (alone.state, alone.titles) == ("none", [])
    assert f"{source[0]}: " in alone.reason and complaint in alone.reason
    assert "not asked" not in alone.reason and f"{source[0]}: asked" not in alone.reason
    found = asked(tmp_path / "next", web, source, ("blogger", "http://a.test/feeds/posts/default"))
    assert (found.state, found.reason, found.titles) == ("archive", "blogger", ["Post 0"])


def test_all_that_was_tried_is_named_with_what_came_of_it(tmp_path: Path) -> None:
    found = asked(tmp_path, {}, *ABSENT)
    assert found.state == "none"
    assert [part.partition(":")[0] for part in found.reason.split("; ")[-5:]] == [source[0] for source in ABSENT]


def test_an_error_in_reading_one_source_is_its_verdict_and_not_the_end_of_the_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trips(_ask: Asker) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(chain, "paged", trips)
    found = asked(tmp_path / "a", {}, ("paged", "http://a.test/feed"))
    assert found.state == "none" and "paged: an answer cannot be read (RecursionError)" in found.reason
    found = asked(tmp_path / "b", DAYS, ("paged", "http://a.test/feed"), WORDPRESS)
    assert (found.state, found.reason) == ("archive", "wordpress")


def test_blogger_is_asked_for_exactly_the_window_and_found_out_when_it_does_not_keep_to_it(tmp_path: Path) -> None:
    source: tuple[str, str] = ("blogger", "http://a.test/feeds/posts/default")
    found = asked(tmp_path / "a", lambda _: posts(INSIDE), source)
    assert "published-min=2026-06-10T21%3A00%3A00Z&published-max=2026-06-11T21%3A00%3A00Z" in found.urls[0]
    assert (found.state, found.titles) == ("archive", ["Post 0"])
    found = asked(tmp_path / "b", lambda _: posts(INSIDE, jst("2026-05-01 00:00")), source)
    assert found.state == "partial" and "does not keep to the dates" in found.reason


def linked(body: bytes, rel: str, href: str) -> bytes:
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{rel}" href="{href}"/>'
    return body.replace(b"<title>t</title>", b"<title>t</title>" + link.encode(), 1)


HEAD, OLDER = jst("2026-06-30 09:00"), jst("2026-06-01 09:00")


def test_rfc5005_links_are_followed_until_the_window_lies_behind(tmp_path: Path) -> None:
    web = {
        "/feed": linked(posts(HEAD), "prev-archive", "/archive/2"),
        "/archive/2": linked(posts(INSIDE, INSIDE + timedelta(days=3)), "prev-archive", "/archive/1"),
        "/archive/1": linked(posts(OLDER), "prev-archive", "/archive/0"),
    }
    found = asked(tmp_path, web, ("rfc5005", "http://a.test/feed"))
    assert (found.state, found.titles, found.urls) == ("archive", ["Post 0"], ["/feed", "/archive/2", "/archive/1"])


@pytest.mark.parametrize(
    ("web", "complaint"),
    [
        ({"/feed": posts(HEAD)}, "no link to older entries"),
        ({"/feed": linked(posts(HEAD), "next", "/feed")}, "does not page"),
        ({"/feed": linked(posts(HEAD), "next", "/gone")}, "HTTP 404 at http://a.test/gone"),
        ({"/feed": linked(posts(HEAD), "next", "ftp://a.test/x")}, "not http or https"),
        ({"/feed": b"<html><body>sorry</body></html>"}, "HTML instead of a feed"),
        ({"/feed": posts()}, "no entries at"),
    ],
)
def test_a_chain_that_breaks_says_where(tmp_path: Path, web: dict[str, bytes], complaint: str) -> None:
    found = asked(tmp_path, web, ("rfc5005", "http://a.test/feed"))
    assert found.state == "none" and complaint in found.reason


def test_pages_end_with_404_and_then_everything_was_shown(tmp_path: Path) -> None:
    web = {"/feed?paged=1": posts(HEAD), "/feed?paged=2": posts(INSIDE)}
    found = asked(tmp_path, web, ("paged", "http://a.test/feed"))
    assert (found.state, found.titles) == ("archive", ["Post 0"])
    assert found.urls == ["/feed?paged=1", "/feed?paged=2", "/feed?paged=3"]


def test_an_endless_chain_is_left_after_so_many_requests(tmp_path: Path) -> None:
    def answer(target: str) -> bytes:
        return posts(HEAD - timedelta(minutes=int(target.rpartition("=")[2])))

    found = asked(tmp_path, answer, ("paged", "http://a.test/feed"))
    assert len(found.urls) == 60 and "stopped after 60 requests" in found.reason


def sitemap(*entries: str, kind: str = "urlset", part: str = "url") -> bytes:
    places = "".join(f"<{part}>{one}</{part}>" for one in entries)
    return (
        f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</{kind}>'.encode()
    )


def page(title: str, published: datetime | None) -> bytes:
    meta = f'<meta property="article:published_time" content="{published.isoformat()}">' if published else ""
    return f'<html><head>{meta}<meta property="og:title" content="{title}"></head><body><p>x</p></body></html>'.encode()


def loc(path: str, modified: str) -> str:
    return f"<loc>http://a.test{path}</loc><lastmod>{modified}</lastmod>"


SITEMAP: tuple[str, str] = ("sitemap", "http://a.test/sitemap.xml")


def test_a_lastmod_is_confirmed_by_the_page_and_a_rebuild_moves_nothing(tmp_path: Path) -> None:
    web = {
        "/sitemap.xml": sitemap(
            loc("/map.xml.gz", "2026-06-30"), loc("/old.xml", "2025-01-01"), kind="sitemapindex", part="sitemap"
        ),
        "/map.xml.gz": gzip.compress(
            sitemap(
                loc("/same-day", "2026-06-11T13:00:00+09:00"),
                loc("/rebuilt", "2026-06-30T00:00:00Z"),
                loc("/later", "2026-06-11T14:00:00+09:00"),
                loc("/before", "2026-06-01"),
                loc("/2026/06/20/other-day", "2026-06-30"),
            )
        ),
        "/same-day": page("Same day", INSIDE),
        "/rebuilt": page("Rebuilt since", INSIDE + timedelta(hours=3)),
        "/later": page("Of another day", INSIDE - timedelta(days=9)),
    }
    found = asked(tmp_path, web, SITEMAP)
    assert (found.state, found.titles) == ("archive", ["Rebuilt since", "Same day"])
    assert found.urls == ["/sitemap.xml", "/map.xml.gz", "/robots.txt", "/same-day", "/later", "/rebuilt"]


def test_a_news_sitemap_says_it_all_itself(tmp_path: Path) -> None:
    news = "<n:news xmlns:n='x'><n:publication_date>2026-06-11T12:00:00+09:00</n:publication_date><n:title>The title</n:title></n:news>"
    found = asked(tmp_path, {"/sitemap.xml": sitemap(f"<loc>http://a.test/1</loc>{news}")}, SITEMAP)
    assert (found.state, found.titles, found.urls) == ("archive", ["The title"], ["/sitemap.xml"])


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"/x": page("No date", None)}, "no date of its own"),
        ({}, "HTTP 404 at http://a.test/x"),
        (
            {"/x": page("Private", INSIDE), "/robots.txt": b"User-agent: *\nDisallow: /x\n"},
            "robots.txt at http://a.test/x",
        ),
        ({"/x": response(b"", "500 Oops")}, "HTTP 500"),
    ],
)
def test_a_page_that_cannot_be_confirmed_leaves_the_window_open(
    tmp_path: Path, more: dict[str, bytes], complaint: str
) -> None:
    found = asked(tmp_path, {"/sitemap.xml": sitemap(loc("/x", "2026-06-12")), **more}, SITEMAP)
    assert (found.state, found.titles) == ("none", [])
    assert "1 pages that may belong to the window are not read" in found.reason and complaint in found.reason


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>none</body></html>",
        b"\x1f\x8bnot gzip",
        gzip.compress(b"<urlset>" + b" " * 60_000_000, mtime=0),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;',
    ],
)
def test_a_body_that_is_no_sitemap_proves_nothing(tmp_path: Path, body: bytes) -> None:
    found = asked(tmp_path, {"/sitemap.xml": body}, SITEMAP)
    assert found.titles == []
    assert found.state == "none" or b"ENTITY" in body


WAYBACK: tuple[str, str] = ("wayback", "http://wayback.test")


def captures(*taken: datetime, shown: Callable[[datetime], bytes]) -> Answer:
    """A Wayback Machine with captures of the feed at these moments."""
    stamps = [f"{moment:%Y%m%d%H%M%S}" for moment in taken]

    def answer(target: str) -> bytes | None:
        if target.startswith("/cdx/"):
            return json.dumps(
                [["timestamp", "original"], *([stamp, "http://a.test/feed"] for stamp in stamps)]
            ).encode()
        stamp = target.removeprefix("/web/").partition("id_/")[0]
        return shown(taken[stamps.index(stamp)]) if stamp in stamps else None

    return answer


def hourly(taken: datetime) -> bytes:
    """A feed of one entry every two hours, the twelve newest of them shown."""
    last = taken.replace(minute=0) - timedelta(hours=taken.hour % 2)
    moments = [last - timedelta(hours=2 * n) for n in range(12)]
    return rss(entry(f"http://a.test/{when:%d%H}", f"Post {when:%d%H}", when) for when in moments)


def test_captures_that_touch_each_other_cover_the_window(tmp_path: Path) -> None:
    moments = [DAY.start + timedelta(hours=hours) for hours in (-40, -5, 9, 20, 30)]
    found = asked(tmp_path, captures(*moments, shown=hourly), WAYBACK)
    assert (found.state, len(found.titles)) == ("wayback", 12)
    assert "url=http%3A%2F%2Fa.test%2Ffeed" in found.urls[0] and len(found.urls) <= 5


def test_a_gap_between_captures_is_named_to_the_minute(tmp_path: Path) -> None:
    found = asked(tmp_path, captures(DAY.start + timedelta(hours=2), DAY.cutoff, shown=hourly), WAYBACK)
    assert found.state == "partial"
    assert "not shown: 06-11 08:00 to 06-11 13:00 JST" in found.reason


@pytest.mark.parametrize("listing", [b"", b"[]", b"{}", b'{"a": 1}', b"[[1],[2]]", b'[["t","o"],["x","y"]]', b"<html>"])
def test_a_list_of_captures_that_is_empty_or_none_is_no_cover(tmp_path: Path, listing: bytes) -> None:
    found = asked(tmp_path, lambda target: listing if target.startswith("/cdx/") else None, WAYBACK)
    assert found.state == "none" and len(found.urls) == 1
    assert "no capture" in found.reason or "cannot be read" in found.reason


def test_nobody_is_asked_where_the_polls_cover_the_window_or_it_has_not_closed(tmp_path: Path) -> None:
    assert asked(tmp_path / "a", DAYS, WORDPRESS, now=DAY.closes - timedelta(minutes=1)).urls == []
    archive = archive_in(tmp_path / "b")
    shown = ["2026-06-10 10:00", "2026-06-11 02:00", "2026-06-11 09:00", "2026-06-11 20:00"]
    snapshot(archive, "2026-06-12 06:30", 4, shown, via="first_poll")
    assert asked(tmp_path / "b", DAYS, WORDPRESS).urls == []
