"""How the hosts of the sample world answer for their past: one protocol a host, gaps included.

| feed | offers |
|---|---|
| perimeterpost | WordPress date archives, four posts a page, three days lost |
| cyberharbor | `?paged=N` on the feed |
| northquay | RFC 5005 archive documents, one a month, the oldest gone |
| halyard | Blogger's dated queries |
| arcadia-cert | sitemap index with a gzipped sitemap and `lastmod`, some of it of a rebuild |
| choryu | news sitemaps with titles and dates |
| minato, incident-sokuho, glasswall | captures of their feeds at wayback.example, with gaps |
"""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import parse_qs
from xml.sax.saxutils import escape, quoteattr

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.sample import feedxml, past, scenery
from secdigest_pipeline.sample.content import Entry, FeedShape
from secdigest_pipeline.sample.world import Shown, World

WAYBACK = "wayback.example"
_DAY_PAGE, _PAGE = 4, 10
_WORDPRESS_ZONE = timedelta(hours=-5)
_LOST_DAYS = past.days_between("2026-07-14", "2026-07-16")
_GONE_BEFORE = "2026-07"
# Days between captures of a feed, and the days without any.
_CAPTURED: Mapping[str, tuple[int, tuple[str, str] | None]] = {
    "minato": (6, None),
    "incident-sokuho": (3, ("2026-07-19", "2026-08-04")),
    "glasswall": (1, ("2026-08-09", "2026-08-29")),
}

Query = Mapping[str, list[str]]


class PastWeb:
    """The answers to one GET that concern the past; None for everything else."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._past = past.load()
        self._hosts: dict[str, Callable[[str, Query, datetime], tuple[int, str, bytes] | None]] = {
            "www.perimeterpost.example": self._wordpress,
            "cyberharbor.example": self._paged,
            "northquay.example": self._archives,
            "blog.halyard-intel.example": self._blogger,
            "www.cert-arcadia.test": self._sitemaps,
            "www.cyber-choryu.example": self._news_sitemaps,
            WAYBACK: self._wayback,
        }

    def show(self, host: str, path: str, query: str, at: datetime) -> "Shown | None":
        """What `host` answers at `at`, when that is a thing of the past."""
        article = self._past.pages.get((host, path))
        if article is not None:
            page = scenery.article_page(self._world.sites[host], article, ())
            return Shown(200, "text/html; charset=utf-8", page.encode())
        answer = self._hosts[host](path, parse_qs(query), at) if host in self._hosts else None
        return None if answer is None else Shown(*answer)

    def entries(self, feed_id: str, at: datetime) -> list[Entry]:
        """Everything a feed has published up to `at`, newest first."""
        newest = self._newest[feed_id]
        return newest[next((n for n, one in enumerate(newest) if one.visible <= at), len(newest)) :]

    @cached_property
    def _newest(self) -> dict[str, list[Entry]]:
        return {shape.feed_id: self._of(shape.feed_id) for shape in self._world.shapes}

    def _of(self, feed_id: str) -> list[Entry]:
        own = [one for one in self._world.entries if one.feed_id == feed_id]
        return sorted(
            (*self._past.entries.get(feed_id, ()), *own), key=lambda one: (one.visible, one.guid), reverse=True
        )

    def _wordpress(self, path: str, query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        parts = path.strip("/").split("/")
        if len(parts) != 4 or parts[3] != "feed":
            return None
        day = "-".join(parts[:3])
        if day in {lost.isoformat() for lost in _LOST_DAYS}:
            return 404, "text/html; charset=utf-8", b"<html><body><h1>Not found</h1></body></html>"
        entries = [
            one
            for one in self.entries("perimeterpost", at)
            if one.published and (one.published + _WORDPRESS_ZONE).date().isoformat() == day
        ]
        number = int(query.get("paged", ["1"])[0])
        shown = entries[(number - 1) * _DAY_PAGE : number * _DAY_PAGE]
        status = 404 if number > 1 and not shown else 200
        return status, feedxml.CONTENT_TYPES["rss2"], feedxml.feed_xml(self._shapes["perimeterpost"], shown)

    def _paged(self, path: str, query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        if path != "/latest.xml" or "paged" not in query:
            return None
        number = int(query["paged"][0])
        shown = self.entries("cyberharbor", at)[(number - 1) * _PAGE : number * _PAGE]
        return 200 if shown else 404, "application/rss+xml", feedxml.feed_xml(self._shapes["cyberharbor"], shown)

    def _archives(self, path: str, _query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        """`/research/archive/current.atom` and one `/research/archive/YYYY-MM.atom` for each month before."""
        if not path.startswith("/research/archive/"):
            return None
        by_month: dict[str, list[Entry]] = {}
        for one in self.entries("northquay", at):
            by_month.setdefault(f"{one.visible.astimezone(JST):%Y-%m}", []).append(one)
        months = sorted(by_month)
        asked = path.rpartition("/")[2].removesuffix(".atom")
        month = months[-1] if asked == "current" else asked
        if month not in by_month or month < _GONE_BEFORE:
            return 410, "text/html; charset=utf-8", b"<html><body><h1>Gone</h1></body></html>"
        body = feedxml.feed_xml(self._shapes["northquay"], by_month[month]).decode()
        place = months.index(month)
        if place:
            link = f"http://northquay.example/research/archive/{months[place - 1]}.atom"
            body = body.replace("<entry>", f'<link rel="prev-archive" href="{link}"/>\n<entry>', 1)
        return 200, feedxml.CONTENT_TYPES["atom"], body.encode()

    def _blogger(self, path: str, query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        if path != "/feeds/posts/default":
            return None
        first, last = (datetime.fromisoformat(query[name][0]) for name in ("published-min", "published-max"))
        shown = [one for one in self.entries("halyard", at) if one.published and first <= one.published < last]
        body = feedxml.feed_xml(replace(self._shapes["halyard"], format="atom"), shown)
        return 200, feedxml.CONTENT_TYPES["atom"], body

    def _sitemaps(self, path: str, _query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        entries = self.entries("arcadia-cert", at)
        newest = max(_modified(one) for one in entries)
        base = "http://www.cert-arcadia.test"
        if path == "/sitemap.xml":
            parts = [
                (f"{base}/sitemap-advisories.xml.gz", newest),
                (f"{base}/sitemap-pages.xml", past.EDITIONS[0].start),
            ]
            places = "".join(
                f"<sitemap><loc>{url}</loc><lastmod>{_iso(moment)}</lastmod></sitemap>" for url, moment in parts
            )
            return 200, "application/xml", _xml("sitemapindex", places)
        if path == "/sitemap-advisories.xml.gz":
            places = "".join(
                f"<url><loc>{escape(one.link)}</loc><lastmod>{_iso(_modified(one))}</lastmod></url>" for one in entries
            )
            return 200, "application/x-gzip", gzip.compress(_xml("urlset", places), mtime=0)
        if path == "/sitemap-pages.xml":
            old = _iso(past.EDITIONS[0].start - timedelta(days=400))
            return 200, "application/xml", _xml("urlset", f"<url><loc>{base}/</loc><lastmod>{old}</lastmod></url>")
        return None

    def _news_sitemaps(self, path: str, _query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        if path != "/news-sitemap.xml":
            return None
        places = "".join(
            f"<url><loc>{escape(one.link)}</loc><news:news><news:publication><news:name>x</news:name>"
            f"<news:language>ja</news:language></news:publication><news:publication_date>{_iso(one.published)}"
            f"</news:publication_date><news:title>{escape(one.title)}</news:title></news:news></url>"
            for one in self.entries("choryu", at)
            if one.published
        )
        return 200, "application/xml", _xml("urlset", places)

    def _wayback(self, path: str, query: Query, at: datetime) -> tuple[int, str, bytes] | None:
        if path == "/cdx/search/cdx":
            shape = next((one for one in self._shapes.values() if one.url == query["url"][0]), None)
            captures = self._captures(shape, at) if shape else []
            stamps = [moment.strftime("%Y%m%d%H%M%S") for moment in captures]
            first, last = query["from"][0], query["to"][0]
            rows = [
                [stamp, query["url"][0]]
                for stamp in stamps
                if stamp[: len(first)] >= first and stamp[: len(last)] <= last
            ]
            return 200, "application/json", json.dumps([["timestamp", "original"], *rows] if rows else []).encode()
        stamp, _, url = path.removeprefix("/web/").partition("id_/")
        shape = next((one for one in self._shapes.values() if one.url == url), None)
        if shape is None:
            return None
        taken = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if taken not in self._captures(shape, at):
            return 404, "text/html", b"<html><body>not captured</body></html>"
        shown = self.entries(shape.feed_id, taken)[: shape.entries]
        return 200, feedxml.CONTENT_TYPES[shape.format], feedxml.feed_xml(shape, shown)

    def _captures(self, shape: FeedShape, at: datetime) -> Sequence[datetime]:
        """When the feed was captured: at the end of the past, and every few days before, but for the gap."""
        every, gap = _CAPTURED.get(shape.feed_id, (0, None))
        if not every:
            return []
        moments = [past.LAST.cutoff + timedelta(minutes=40) - timedelta(days=n * every) for n in range(140 // every)]
        return [
            moment
            for moment in reversed(moments)
            if moment <= at and not (gap and gap[0] <= moment.astimezone(JST).date().isoformat() <= gap[1])
        ]

    @cached_property
    def _shapes(self) -> dict[str, FeedShape]:
        return {shape.feed_id: shape for shape in self._world.shapes}


def _modified(entry: Entry) -> datetime:
    """`lastmod` of a page: a little after it came out, but for every seventh, which the rebuild touched."""
    assert entry.published is not None
    rebuilt = entry.published < past.REBUILT and sum(entry.guid.encode()) % 7 == 0
    return past.REBUILT if rebuilt else entry.published + timedelta(minutes=25)


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(JST).isoformat() if moment else ""


def _xml(kind: str, places: str) -> bytes:
    names = {
        "xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "xmlns:news": "http://www.google.com/schemas/sitemap-news/0.9",
    }
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in names.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {attributes}>{places}</{kind}>\n'.encode()
