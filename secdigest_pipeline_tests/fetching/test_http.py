"""The HTTP client against servers that misbehave: every limit is held and every failure has a kind and a message."""

import asyncio
import gzip
import zlib

import pytest

from secdigest_pipeline.fetching.http import APART_SECONDS, Answer, FetchError, Limits, open_client, user_agent
from secdigest_pipeline_tests.intake.servers import Handler, Request, Server, always, client_to, response, serving

QUICK = Limits(total=1.0, connect=1.0, max_bytes=200_000)


def get(handler: Handler, url: str = "http://feed.test/", limits: Limits = QUICK) -> tuple[Answer, Server]:
    async def work() -> tuple[Answer, Server]:
        async with serving(handler) as server, client_to(server) as client:
            return await client.get(url, limits=limits), server

    return asyncio.run(work())


def failure(handler: Handler, url: str = "http://feed.test/", limits: Limits = QUICK) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(handler, url, limits)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600
    return caught.value


def test_an_answer_has_status_headers_and_body_and_the_server_sees_an_honest_user_agent() -> None:
    answer, server = get(always(response(b"hello", headers={"Content-Type": "text/plain", "ETag": '"1"'})))
    assert (answer.status, answer.body, answer.headers["content-type"], answer.headers["etag"]) == (
        200,
        b"hello",
        "text/plain",
        '"1"',
    )
    assert server.requests[0].headers["user-agent"] == user_agent("")
    assert server.requests[0].host == "feed.test"


def test_the_contact_is_told_to_servers() -> None:
    async def work() -> str:
        async with (
            serving(always(response())) as server,
            open_client(contact="https://us.test/", connect_to={"*.test": ("127.0.0.1", server.port)}) as client,
        ):
            await client.get("http://feed.test/")
            return server.requests[0].headers["user-agent"]

    assert asyncio.run(work()).endswith(" (+https://us.test/)")


def test_requests_asked_for_together_begin_one_after_the_other() -> None:
    async def work() -> float:
        clock = asyncio.get_running_loop().time
        async with serving(always(response())) as server, client_to(server) as client:
            begun = clock()
            await asyncio.gather(*(client.get("http://feed.test/") for _ in range(40)))
            return server.requests[-1].time - begun

    # a lower bound: none began before its turn (without turns all are answered in less than half of that)
    assert asyncio.run(work()) >= 39 * APART_SECONDS * 0.9


def test_error_statuses_are_answers() -> None:
    answer, _ = get(always(response(b"gone", "410 Gone")))
    assert (answer.status, answer.body) == (410, b"gone")


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_compressed_bodies_come_out_plain(coding: str, encode: object) -> None:
    body = b"text " * 1000
    answer, _ = get(always(response(encode(body), headers={"Content-Encoding": coding})))  # type: ignore[operator]
    assert answer.body == body


@pytest.mark.parametrize(("coding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_compression_bomb_is_stopped_at_the_cap(coding: str, wbits: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    bomb = packer.compress(bytes(50_000_000)) + packer.flush()
    assert failure(always(response(bomb, headers={"Content-Encoding": coding}))).kind == "too_large"


def test_a_brotli_body_that_was_not_asked_for_is_refused() -> None:
    error = failure(always(response(b"\x0b\x02\x80", headers={"Content-Encoding": "br"})))
    assert error.kind == "protocol"
    assert "'br'" in str(error)


def test_stacked_codings_are_refused() -> None:
    body = gzip.compress(gzip.compress(b"x"))
    assert failure(always(response(body, headers={"Content-Encoding": "gzip, gzip"}))).kind == "protocol"


def test_damaged_compression_is_a_protocol_error() -> None:
    assert failure(always(response(b"not gzip", headers={"Content-Encoding": "gzip"}))).kind == "protocol"


def test_a_body_announced_too_large_is_not_read() -> None:
    error = failure(always(b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n"))
    assert error.kind == "too_large"


def test_an_endless_body_is_stopped_at_the_cap() -> None:
    async def endless(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65536))
            await writer.drain()

    assert failure(endless, limits=Limits(total=30)).kind == "too_large"


def test_a_body_that_drips_ends_at_the_deadline() -> None:
    async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert failure(drip).kind == "timeout"


def test_a_head_that_drips_ends_at_the_deadline() -> None:
    async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert failure(drip).kind == "timeout"


def test_redirects_that_drip_one_after_another_share_one_deadline() -> None:
    async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        writer.write(response(status="302 Found", headers={"Location": request.target + "x"}))

    assert failure(drip).kind == "timeout"


def test_no_answer_at_all_ends_at_the_deadline() -> None:
    async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    assert failure(silent).kind == "timeout"


def test_a_server_that_answers_before_it_hangs_up_early_is_no_complete_answer() -> None:
    async def cut(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        writer.close()

    assert failure(cut).kind == "protocol"


def test_a_dropped_connection_is_no_answer() -> None:
    async def drop(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    assert failure(drop).kind in ("unreachable", "protocol")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
    ],
)
def test_heads_that_are_too_large_or_not_http_are_protocol_errors(data: bytes) -> None:
    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    assert failure(speak).kind == "protocol"


def test_endless_interim_answers_end_at_the_deadline() -> None:
    async def interim(request: Request, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert failure(interim).kind == "timeout"


def test_cookies_are_not_kept() -> None:
    async def work() -> list[Request]:
        async with serving(always(response(headers={"Set-Cookie": "id=1; Path=/"}))) as server:
            async with client_to(server) as client:
                await client.get("http://feed.test/")
                await client.get("http://feed.test/")
            return server.requests

    assert all("cookie" not in request.headers for request in asyncio.run(work()))


def test_nothing_is_taken_from_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    answer, _ = get(always(response(b"direct")))
    assert answer.body == b"direct"


def redirecting(steps: dict[str, tuple[str, str]]) -> Handler:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.target in steps:
            status, location = steps[request.target]
            writer.write(response(status=status, headers={"Location": location}))
        else:
            writer.write(response(b"arrived"))

    return handle


def test_redirects_are_followed_and_only_lasting_ones_count_as_a_move() -> None:
    steps = {
        "/": ("301 Moved Permanently", "/b"),
        "/b": ("308 Permanent Redirect", "http://other.test/c"),
        "/c": ("302 Found", "d"),
        "/d": ("301 Moved Permanently", "/e"),
    }
    answer, _ = get(redirecting(steps))
    assert answer.body == b"arrived"
    assert answer.final_url == "http://other.test/e"
    assert answer.moved_to == "http://other.test/c"
    assert answer.redirects == ("http://feed.test/", "http://feed.test/b", "http://other.test/c", "http://other.test/d")


def test_a_redirect_loop_ends() -> None:
    error = failure(redirecting({"/": ("302 Found", "/b"), "/b": ("302 Found", "/")}))
    assert error.kind == "protocol"
    assert "loop" in str(error)


def test_an_endless_chain_of_redirects_ends_after_five() -> None:
    async def on(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(status="302 Found", headers={"Location": request.target + "x"}))

    async def work() -> int:
        async with serving(on) as server, client_to(server) as client:
            with pytest.raises(FetchError, match="more than 5 redirects"):
                await client.get("http://feed.test/")
            return len(server.requests)

    assert asyncio.run(work()) == 6


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("file:///etc/passwd", "refused"),
        ("data:text/plain,x", "refused"),
        ("ftp://feed.test/", "refused"),
        ("http://127.0.0.1/", "refused"),
        ("http://[::1]/", "refused"),
        ("http://169.254.169.254/latest/meta-data/", "refused"),
        ("http://user:secret@feed.test/", "refused"),
        ("http://feed.test:99999/", "protocol"),
        ("http://[broken/", "protocol"),
    ],
)
def test_a_redirect_to_where_we_do_not_go_is_refused(location: str, kind: str) -> None:
    error = failure(redirecting({"/": ("302 Found", location)}))
    assert error.kind == kind
    assert "secret" not in str(error)


def test_an_unusable_url_is_an_error_without_its_credentials() -> None:
    for url in ("", "feed", "http://", "mailto:a@b.test", "http://user:secret@feed.test/", "http://a\x00b.test/"):
        error = failure(always(response()), url)
        assert error.kind in ("refused", "protocol")
        assert "secret" not in str(error)
