"""The captured real feeds and pages of ../shared as a loopback web: what a real edition meets, without a network.

Every feed is served at an invented host of its own, every page at its own address. Nothing is served by TLS (loopback has
no certificate), so `https://` is rewritten to `http://` in the served feeds and in the addresses of the pages. Captures
hold no HTTP headers: feeds go out as application/xml and pages as text/html, both without a charset.
"""

import gzip
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmarks.loopback import Body
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.fetching.charset import decode
from secdigest_pipeline.fetching.urls import canonical_url

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "intake"

_LISTED_AT_ONCE = 150  # intake reads the newest 200 entries of a feed
_TITLE = re.compile(r"<title[^>]{0,200}>(.{1,500}?)</title>", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(rb"https?://([A-Za-z0-9.-]{1,200})")
_KANA = re.compile("[\u3041-\u30fe]{3}")


@dataclass(frozen=True, slots=True)
class Capture:
    """One stored document: its id in the corpus, the address it is served at, and its bytes."""

    name: str
    url: str
    data: bytes

    @property
    def key(self) -> str:
        """Its key in the loopback web."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}{unquote(parts.path)}{f'?{parts.query}' if parts.query else ''}"


@dataclass(frozen=True, slots=True)
class RealWorld:
    """Real feeds, real pages, and the feeds that list those pages."""

    feeds: tuple[Capture, ...]
    pages: tuple[Capture, ...]
    lists: tuple[Capture, ...]

    def bodies(self) -> dict[str, Body]:
        """What `loopback.serve` serves."""
        served = {page.key: Body(page.data, "text/html") for page in self.pages}
        return served | {feed.key: Body(feed.data, "application/xml") for feed in (*self.feeds, *self.lists)}

    def routes(self, port: int) -> str:
        """SECDIGEST_CONNECT_TO for every top-level domain that a feed or a page names: what is not served is a 404."""
        hosts = {urlsplit(one.url).hostname or "" for one in (*self.feeds, *self.lists, *self.pages)}
        hosts |= {host.decode().lower().rstrip(".") for feed in self.feeds for host in _HOST.findall(feed.data)}
        ends = {host.rpartition(".")[2] for host in hosts if "." in host}
        return ",".join(f"*.{end}=127.0.0.1:{port}" for end in sorted(ends) if not end.isdigit())

    def feed_list(self) -> str:
        """feeds.yaml of this world."""
        return "feeds:\n" + "".join(
            f"  - {{id: {feed.name}, name: Feed {feed.name}, url: '{feed.url}', site: '{feed.url}', "
            f"lang: {'ja' if _KANA.search(decode(feed.data)) else 'en'}, kind: news}}\n"
            for feed in (*self.lists, *self.feeds)
        )


def load(edition: Edition, every: int = 1) -> RealWorld:
    """All real feeds and each `every`-th real page, the pages dated inside `edition`'s window."""
    feeds = tuple(
        Capture(row["id"], f"http://feed-{row['id']}.example/feed.xml", _plain_http(_stored("feeds", row["file"])))
        for row in _rows("feeds/real_manifest.jsonl")
    )
    pages = tuple(
        Capture(row["id"], _address(row), _stored("articles", row["file"]))
        for row in _rows("articles/gold.jsonl")[::every]
    )
    chunks = [pages[at : at + _LISTED_AT_ONCE] for at in range(0, len(pages), _LISTED_AT_ONCE)]
    return RealWorld(feeds, pages, tuple(_listing(edition, number, chunk) for number, chunk in enumerate(chunks)))


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def _stored(folder: str, name: str) -> bytes:
    return gzip.decompress((CORPUS / folder / name).read_bytes())


def _plain_http(data: bytes) -> bytes:
    return data.replace(b"https://", b"http://")


def _address(row: dict[str, str]) -> str:
    """The page's own address; an invented one where the corpus names none."""
    known = canonical_url(row["url"].replace("https://", "http://", 1))
    return known or f"http://page-{row['id']}.example/article.html"


def _listing(edition: Edition, number: int, pages: Sequence[Capture]) -> Capture:
    """RSS that lists `pages` by their own <title>, a minute apart, from three hours into the window on."""
    items = []
    for at, page in enumerate(pages):
        found = _TITLE.search(decode(page.data[:200_000]))
        title = " ".join(html.unescape(found[1]).split()) if found else f"Page {page.name}"
        moment = edition.start + timedelta(hours=3, minutes=at)
        link, shown = html.escape(page.url), html.escape("".join(c for c in title if c.isprintable()))
        items.append(
            f"<item><title>{shown}</title><link>{link}</link><pubDate>{format_datetime(moment)}</pubDate></item>"
        )
    body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Pages</title>{''.join(items)}</channel></rss>"
    return Capture(f"pages-{number}", f"http://pages-{number}.example/feed.xml", body.encode())
