"""Fetching: every answer of a server ends in a state, nothing stored is fetched again, hosts are asked politely."""

import asyncio
import gzip
from pathlib import Path

import pytest

from secdigest_pipeline_tests.articles.rows import desk, html, item, page, read_one, site
from secdigest_pipeline_tests.intake.servers import Request, response

READ = page(html())


def test_a_page_is_read_once_and_its_bytes_are_kept(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({"/a": READ})) as table:
            pages, downloads = await table.read([item()])
            assert (pages[0].read_state, pages[0].status, downloads) == ("read", 200, 1)
            assert table.archive.body(pages[0].body_sha256 or "") == html().encode()
            table.later(days=300)
            again, downloads = await table.read([item(edition="2027-08-01")])
            assert downloads == 0
            assert table.asked("/a") == 1
            assert (again[0].edition, again[0].fetched_at) == ("2027-08-01", pages[0].fetched_at)

    asyncio.run(run())


def test_refetch_asks_again_and_keeps_the_old_page_when_the_new_answer_is_worse(tmp_path: Path) -> None:
    async def run() -> None:
        answers = {"/a": READ}
        async with desk(tmp_path, site(answers)) as table:
            first, _ = await table.read([item()])
            answers["/a"] = page(html("<p>Updated on Wednesday with a word from the agency.</p>"))
            second, downloads = await table.read([item()], refetch=frozenset({first[0].article_id}))
            assert downloads == 1
            assert second[0].body_sha256 != first[0].body_sha256
            answers["/a"] = response(b"", "503 Service Unavailable")
            third, _ = await table.read([item()], refetch=frozenset({first[0].article_id}))
            assert third == second

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("401 Unauthorized", "blocked"),
        ("402 Payment Required", "blocked"),
        ("403 Forbidden", "blocked"),
        ("404 Not Found", "gone"),
        ("410 Gone", "gone"),
        ("429 Too Many Requests", "blocked"),
        ("451 Unavailable For Legal Reasons", "blocked"),
        ("400 Bad Request", "unreachable"),
        ("408 Request Timeout", "unreachable"),
        ("500 Internal Server Error", "unreachable"),
        ("503 Service Unavailable", "unreachable"),
        ("202 Accepted", "blocked"),
    ],
)
def test_a_status_becomes_a_state_with_the_status_as_reason(tmp_path: Path, status: str, state: str) -> None:
    got = read_one(tmp_path, page(html(), status=status))
    assert (got.read_state, got.reason, got.status) == (state, f"HTTP {status[:3]}", int(status[:3]))


@pytest.mark.parametrize(
    ("status", "asked"),
    [("403 Forbidden", 1), ("404 Not Found", 1), ("400 Bad Request", 1), ("429 Too Many Requests", 2), ("500 Oops", 2)],
)
def test_only_passing_failures_are_tried_again_by_a_later_run(tmp_path: Path, status: str, asked: int) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({"/a": response(b"no", status)})) as table:
            await table.read([item()])
            await table.read([item()])
            assert table.asked("/a") == asked

    asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1/a", "address not public: 127.0.0.1"),
        ("http://2130706433/a", "address not public: 127.0.0.1"),
        ("http://[::1]/a", "address not public: ::1"),
        ("http://wire.test@169.254.169.254/a", "credentials in the URL"),
        ("file:///etc/passwd", "scheme 'file' is not http or https"),
        ("http://[broken/a", "not a URL"),
    ],
)
def test_addresses_this_pipeline_does_not_ask_are_blocked_and_named(tmp_path: Path, url: str, reason: str) -> None:
    got = read_one(tmp_path, READ, url=url)
    assert got.read_state == "blocked"
    assert reason in got.reason


def test_a_redirect_to_a_private_address_is_blocked(tmp_path: Path) -> None:
    got = read_one(tmp_path, response(b"", "302 Found", {"Location": "http://127.0.0.1/secret"}))
    assert (got.read_state, "address not public" in got.reason) == ("blocked", True)


def test_a_redirect_to_the_home_page_means_the_article_is_gone(tmp_path: Path) -> None:
    handler = site({"/a": response(b"", "301 Moved", {"Location": "/"}), "/": READ})
    got = read_one(tmp_path, handler)
    assert (got.read_state, got.reason) == ("gone", "redirected to the home page")


def test_a_redirect_to_the_moved_article_is_followed(tmp_path: Path) -> None:
    got = read_one(tmp_path, site({"/a": response(b"", "301 Moved", {"Location": "/2026/b"}), "/2026/b": READ}))
    assert (got.read_state, got.final_url) == ("read", "http://wire.test/2026/b")


@pytest.mark.parametrize(
    ("body", "content_type", "state", "reason"),
    [
        (b"", "text/html", "empty", "empty body"),
        (b" \n ", "text/html", "empty", "empty body"),
        (b"%PDF-1.7 ...", "application/pdf", "not_html", "PDF"),
        (b"%PDF-1.7 ...", "text/html", "not_html", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "text/html", "not_html", "image"),
        (bytes(range(256)) * 40, "text/html", "not_html", "binary"),
        (b'{"a": 1}', "application/json", "not_html", "application/json"),
        (b"<rss></rss>", "application/rss+xml", "not_html", "application/rss+xml"),
        (b"PK\x03\x04....", "application/octet-stream", "not_html", "zip archive"),
        (html().encode(), "application/octet-stream", "read", ""),
        (html().encode(), "", "read", ""),
        (html().encode("utf-16"), "text/html", "read", ""),
        (b"SECURITY ADVISORY\n\nplain words", "text/plain", "read", ""),
    ],
)
def test_what_is_no_text_is_told_by_type_and_first_bytes(
    tmp_path: Path, body: bytes, content_type: str, state: str, reason: str
) -> None:
    got = read_one(tmp_path, page(body, content_type))
    assert (got.read_state, got.reason) == (state, reason)


def test_a_20_mb_page_is_too_large(tmp_path: Path) -> None:
    got = read_one(tmp_path, page(b"<p>" + b"a" * 20_000_000))
    assert (got.read_state, got.body_sha256) == ("too_large", None)


def test_a_page_that_unpacks_beyond_the_limit_is_too_large(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>" + b"a" * 60_000_000)
    got = read_one(tmp_path, response(packed, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}))
    assert got.read_state == "too_large"


def test_a_page_that_drips_ends_at_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from secdigest_pipeline.articles.pages import polite

    monkeypatch.setattr(polite, "LIMITS", replace(polite.LIMITS, total=0.5))

    async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.target == "/robots.txt":
            writer.write(response(b"", "404 Not Found"))
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    got = read_one(tmp_path, drip)
    assert (got.read_state, got.status) == ("timeout", None)


def test_a_closed_connection_is_unreachable_and_tried_again_later(tmp_path: Path) -> None:
    async def run() -> None:
        broken = True

        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            if broken:
                writer.close()
            else:
                writer.write(READ if request.target == "/a" else response(b"", "404 Not Found"))

        async with desk(tmp_path, handle) as table:
            first, _ = await table.read([item()])
            broken = False
            second, _ = await table.read([item()])
            assert (first[0].read_state, second[0].read_state) == ("unreachable", "read")

    asyncio.run(run())


def test_only_kept_news_items_are_fetched_each_article_once_and_in_item_order(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({"/a": READ, "/b": READ})) as table:
            items = [
                item("/b"),
                item("/c", kept=False, reason="excluded"),
                item("/d", section="jp_incidents"),
                item("/a"),
                item("/b", item_id="f" * 16),
            ]
            pages, downloads = await table.read(items)
            assert [page.url for page in pages] == ["http://wire.test/b", "http://wire.test/a"]
            assert downloads == 2

    asyncio.run(run())


def test_the_host_with_most_pages_begins_first_and_the_pages_come_back_in_item_order(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({f"/{n}": READ for n in range(3)})) as table:
            items = [item("/0", f"small{n}.test") for n in range(12)] + [item(f"/{n}", "large.test") for n in range(3)]
            pages, _ = await table.read(items)
            assert [page.url for page in pages] == [one.url for one in items]
            # eight requests run at once: whatever their order on the wire, it is among the first
            assert any(request.host.startswith("large.test") for request in table.server.requests[:8])

    asyncio.run(run())
