"""A loopback web that misbehaves: feeds and pages of every bad kind, each at a host of its own, and one healthy story."""

import asyncio
import gzip
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline_tests.intake.servers import Request, response, serving

EDITION = Edition.parse("2026-10-02")
NOW = datetime(2026, 10, 1, 20, 30, tzinfo=UTC)  # half an hour before the window closes
PUBLISHED = "Thu, 01 Oct 2026 09:00:00 +0000"
MIB = 1024 * 1024
CLOSED_PORT = 1

PARAGRAPHS = (
    "Responders of the invented Kestrel bank found a loader that fetched its second stage from a rented server. "
    "The intruders had come in through a file transfer service that nobody had patched since the summer.",
    "The loader wrote a scheduled task, waited a day and then sent the payroll archive to the same server. "
    "It removed its own traces after each run, so that only the proxy logs told the story.",
    "The bank closed the transfer service, reset every password and told its customers within two days. "
    "Operators of the same product should look for the task and for requests to the address below.",
)
STORY_IOC = "loader[.]kestrel-case[.]example"
JAPANESE_TITLE = "架空企業から顧客情報が流出"
JAPANESE = (
    "架空の製造業ケストレル工業は、外部のファイル転送サービスから侵入を受け、顧客情報が流出した可能性があると発表した。",
    "侵入者は予約タスクを作成し、翌日に給与データを外部のサーバーへ送信していた。同社はサービスを停止し、警察に相談している。",
    "同じ製品を利用する組織は、予約タスクの有無と通信記録を確認し、修正プログラムを適用するよう同社は呼びかけている。",
)


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes to write as they are; then the connection is closed. `repeat` times `part` follow the head."""

    head: bytes
    part: bytes = b""
    repeat: int = 0


def page(title: str, paragraphs: tuple[str, ...] = PARAGRAPHS, head: str = "") -> str:
    """An article page."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html><head>{head}<title>{title}</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>{title}</h1>{body}<h2>Indicators of Compromise</h2><p>{STORY_IOC}</p></article>"
        "<footer>About</footer></body></html>"
    )


def item(title: str, link: str | None, date: str | None = PUBLISHED, description: str = "") -> str:
    """One RSS item."""
    parts = [f"<title>{escape(title)}</title>"]
    parts += [f"<link>{escape(link)}</link>"] if link is not None else []
    parts += [f"<pubDate>{date}</pubDate>"] if date else []
    parts += [f"<description>{escape(description)}</description>"] if description else []
    return f"<item>{''.join(parts)}<guid isPermaLink='false'>{escape(title)}</guid></item>"


def rss(*items: str, doctype: str = "") -> bytes:
    """An RSS 2.0 document."""
    return (
        f"<?xml version='1.0' encoding='utf-8'?>{doctype}<rss version='2.0'><channel><title>Feed</title>"
        f"<link>http://feed.test/</link><description>News</description>{''.join(items)}</channel></rss>"
    ).encode()


def html(text: str) -> bytes:
    """A complete 200 answer with a page in UTF-8."""
    return response(text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def xml(body: bytes) -> bytes:
    """A complete 200 answer with a feed."""
    return response(body, headers={"Content-Type": "application/rss+xml"})


def _laughs() -> str:
    levels = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return f"<!DOCTYPE rss [<!ENTITY l0 'laugh'>{levels}]>"


# Page name -> what its host answers. Those of MODEL are healthy pages for which the model's reply is bad.
MODEL: Mapping[str, tuple[str, ...]] = {
    "reply-not-json": ("invalid_reply",),
    "endpoint-not-json": ("not_json",),
    "reply-enum-case": ("wrong_enum_case",),
    "reply-missing-field": ("missing_field",),
    "reply-cut-off": ("max_tokens",),
    "reply-refused": ("refusal",),
    "reply-mended": ("missing_field", "ok"),
}


def title_of(name: str) -> str:
    """Headline of a page, in its feed and on itself."""
    return (
        f"{JAPANESE_TITLE} ({name})"
        if name.startswith("shift-jis")
        else f"Loader case {name} at the invented Kestrel bank"
    )


def pages() -> dict[str, bytes | Raw]:
    """Answers of the pages by name."""
    answers: dict[str, bytes | Raw] = {
        "healthy": html(page(title_of("healthy"))),
        "empty": html(""),
        "spaces": html(" \n \n"),
        "no-article": html("<html><head><title>Story</title></head><body></body></html>"),
        "binary": response(bytes(range(256)) * 400, headers={"Content-Type": "text/html"}),
        "pdf": response(b"%PDF-1.7\n" + bytes(range(256)) * 40, headers={"Content-Type": "application/pdf"}),
        "announced-20mb": response(b"<p>x</p>" * (20 * MIB // 8), headers={"Content-Type": "text/html"}),
        "streamed-20mb": Raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>", b"<p>word</p>" * 6000, 320
        ),
        "shift-jis": response(
            page(title_of("shift-jis"), JAPANESE, "<meta charset='Shift_JIS'>").encode("cp932"),
            headers={"Content-Type": "text/html"},
        ),
        "shift-jis-said-utf-8": response(
            page(title_of("shift-jis-said-utf-8"), JAPANESE).encode("cp932"),
            headers={"Content-Type": "text/html; charset=utf-8"},
        ),
        "not-found": response(b"<h1>404</h1>", "404 Not Found", {"Content-Type": "text/html"}),
        "forbidden": response(b"<h1>403</h1>", "403 Forbidden", {"Content-Type": "text/html"}),
        "broken": response(b"oops", "500 Internal Server Error"),
        "to-loopback": response(b"", "302 Found", {"Location": "http://127.0.0.1/admin"}),
        "to-metadata": response(b"", "302 Found", {"Location": "http://169.254.169.254/latest/meta-data/"}),
        "to-file": response(b"", "302 Found", {"Location": "file:///etc/passwd"}),
        "to-itself": response(b"", "302 Found", {"Location": "http://to-itself.test/story"}),
        "hangs-up": Raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<p>The first half"
        ),
        "no-http": Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    }
    for name in MODEL:
        answers[name] = html(page(title_of(name), (f"This case concerns the branch office named {name}.", *PARAGRAPHS)))
    return answers


CARRIED = "The feed itself tells the story in full sentences: the invented Kestrel bank lost its payroll archive. " * 2

STRANGE_LINKS: Mapping[str, str | None] = {
    "loopback link": "http://127.0.0.1/story",
    "loopback as a number": "http://2130706433/story",
    "loopback in IPv6": "http://[::1]/story",
    "localhost link": "http://localhost/story",
    "metadata link": "http://169.254.169.254/latest/meta-data/",
    "file link": "file:///etc/passwd",
    "script link": "javascript:alert(1)",
    "no link at all": None,
}


def feeds() -> dict[str, bytes | Raw]:
    """Answers of the feeds by feed id."""
    stories = [item(title_of(name), f"http://{name}.test/story") for name in pages()]
    stories.append(item(title_of("unreachable-page"), "http://unreachable-page.test/story"))
    stories.append(item("Story told by the feed", "http://forbidden.test/other", description=CARRIED))
    one = item("Only story", "http://gone-story.test/story")
    return {
        "healthy-feed": xml(rss(*stories)),
        "not-found-feed": response(b"<h1>404</h1>", "404 Not Found", {"Content-Type": "text/html"}),
        "html-feed": html("<!doctype html><html><head><title>Our blog</title></head><body>Welcome</body></html>"),
        "empty-feed": xml(b""),
        "binary-feed": response(bytes(range(256)) * 100, headers={"Content-Type": "application/rss+xml"}),
        "announced-50mb": Raw(
            f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {50 * MIB}\r\n\r\n<rss>".encode(),
            b" " * MIB,
            50,
        ),
        "streamed-50mb": Raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>", b"<item/>" * 9000, 800
        ),
        "zipped-50mb": response(
            gzip.compress(b"<rss>" + b" " * (50 * MIB)),
            headers={"Content-Type": "text/xml", "Content-Encoding": "gzip"},
        ),
        "xml-bomb": xml(
            rss(
                item("Bomb", "http://gone-story.test/bomb", description="&l9;").replace("&amp;l9;", "&l9;"),
                doctype=_laughs(),
            )
        ),
        "xml-entity-file": xml(
            rss(
                item("Entity story", "http://gone-story.test/entity", description="before &f; after").replace(
                    "&amp;f;", "&f;"
                ),
                doctype="<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>",
            )
        ),
        "cut-feed": Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 90000\r\n\r\n" + rss(one)[:200]),
        "broken-xml": xml(rss(item("Before the break", "http://gone-story.test/before"))[:-20] + b"<<& not </xml"),
        "no-entries": xml(rss()),
        "no-date": xml(rss(item("Undated story", "http://gone-story.test/undated", date=None))),
        "bad-date": xml(rss(item("Story of no day", "http://gone-story.test/no-day", date="yesterday, more or less"))),
        "future-date": xml(
            rss(item("Story of 2031", "http://gone-story.test/future", date="Wed, 01 Jan 2031 00:00:00 GMT"))
        ),
        "relative-links": xml(rss(item("Relative story", "/relative/story"))),
        "strange-links": xml(rss(*(item(title, link) for title, link in STRANGE_LINKS.items()))),
        "to-loopback-feed": response(b"", "301 Moved Permanently", {"Location": "http://127.0.0.1/feed.xml"}),
    }


# Feeds that no server of ours answers: nobody listens, and an address that is not public
ELSEWHERE = {
    "unreachable-feed": "http://unreachable-feed.test/feed.xml",
    "internal-feed": "http://localhost/feed.xml",
}


@dataclass
class BadWeb:
    """The running web. `answers` may be changed between two runs."""

    answers: dict[str, bytes | Raw]
    port: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def routes(self) -> str:
        """SECDIGEST_CONNECT_TO of this web."""
        closed = ",".join(f"{host}.test=127.0.0.1:{CLOSED_PORT}" for host in ("unreachable-feed", "unreachable-page"))
        return f"*.test=127.0.0.1:{self.port},{closed}"

    def feed_list(self) -> str:
        """feeds.yaml of this web."""
        places = {name: f"http://{name}.test/feed.xml" for name in feeds()} | ELSEWHERE
        return "feeds:\n" + "".join(
            f"  - {{id: {name}, name: The {name}, url: '{url}', site: 'http://{name}.test/', lang: en, kind: news}}\n"
            for name, url in places.items()
        )

    async def answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Write what the host asked for answers."""
        host = request.host.partition(":")[0]
        self.counts[f"{host}{request.target}"] += 1
        if request.target == "/robots.txt":
            writer.write(response(b"", "404 Not Found"))
            return
        found = self.answers.get(host.removesuffix(".test"), response(b"<h1>gone</h1>", "410 Gone"))
        if isinstance(found, bytes):
            writer.write(found)
            return
        writer.write(found.head)
        for _ in range(found.repeat):
            writer.write(found.part)
            await writer.drain()
        writer.close()
        raise ConnectionResetError


@contextmanager
def bad_web(answers: Mapping[str, bytes | Raw] | None = None) -> Iterator[BadWeb]:
    """The misbehaving web (or `answers` by host name without `.test`) on loopback, in a thread, until the block ends."""
    web = BadWeb({**feeds(), **pages()} if answers is None else dict(answers))
    up, loop = threading.Event(), asyncio.new_event_loop()
    stop: list[Callable[[], None]] = []

    async def run() -> None:
        ended = asyncio.Event()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        async with serving(web.answer) as server:
            web.port = server.port
            up.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="bad-web")
    thread.start()
    up.wait()
    try:
        yield web
    finally:
        stop[0]()
        thread.join()
        loop.close()
