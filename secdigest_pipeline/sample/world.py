"""The sample world: what its hosts show at any moment, the recorded replies, and what the pipeline must make of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.sample import content, feedxml, recorded, scenery
from secdigest_pipeline.sample.content import Article, Entry, Expected, FeedShape, Site
from secdigest_pipeline.sample.sources import load_sources

EDITIONS = tuple(Edition.parse(key) for key in ("2026-10-01", "2026-10-02", "2026-10-03"))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a host answers to one GET. `etag` and `last_modified` are empty where the host sends none."""

    status: int
    content_type: str
    body: bytes
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class World:
    """Three editions of invented security news. What it answers is a pure function of its files and the moment."""

    sites: Mapping[str, Site]
    shapes: tuple[FeedShape, ...]
    articles: tuple[Article, ...]
    entries: tuple[Entry, ...]
    editions: tuple[Edition, ...] = EDITIONS

    @classmethod
    def load(cls) -> "World":
        """The world in `content/`; ValueError names the file that can't be read."""
        articles, entries = content.load_articles()
        return cls(content.load_sites(), content.load_shapes(), articles, entries + content.load_loose_entries())

    @staticmethod
    def poll_times(edition: Edition) -> tuple[datetime, ...]:
        """When the demo polls the feeds of an edition, UTC; `truth` holds for exactly these polls of each edition."""
        return edition.start + timedelta(hours=6), edition.start + timedelta(hours=14), edition.cutoff

    def feeds(self, at: datetime) -> dict[str, tuple[Entry, ...]]:
        """Entries each feed shows at `at`, newest first, by feed id."""
        return {shape.feed_id: self._visible(shape, at) for shape in self.shapes}

    def feed_body(self, feed_id: str, at: datetime) -> tuple[bytes, str, str, str]:
        """(body, Content-Type, ETag, Last-Modified) of a feed that answers 200; KeyError for one that never does."""
        shown = self._feed(self._shapes[feed_id], at)
        if shown.status != 200:
            raise KeyError(feed_id)
        return shown.body, shown.content_type, shown.etag, shown.last_modified

    def feed_of(self, host: str, path: str) -> str | None:
        """Feed id of the feed at this address, None when there is none."""
        return self._feed_ids.get((host, path))

    def show(self, host: str, path: str, at: datetime) -> Shown:
        """What `host` answers for `path` (without query) at `at`."""
        feed_id = self.feed_of(host, path)
        if feed_id is not None:
            return self._feed(self._shapes[feed_id], at)
        return self.page(host, path)

    def page(self, host: str, path: str) -> Shown:
        """The page at this address; 404 for pages and hosts the world has not."""
        if (host, path) in self._sources:
            content_type, body = self._sources[host, path]
            return Shown(200, content_type, body)
        site = self.sites.get(host)
        if site is None:
            return Shown(404, "text/plain; charset=utf-8", b"no such site\n")
        if path == "/robots.txt":
            return Shown(200, "text/plain; charset=utf-8", site.robots.encode())
        article = self._pages.get((host, path))
        if article is not None:
            return self._article(site, article)
        if path == "/":
            return _html(200, scenery.front_page(site, self._of_host(host)))
        headline = next((one for one in self.entries if one.link == f"http://{host}{path}"), None)
        if headline is not None and headline.summary:
            return _html(200, scenery.headline_page(site, headline))
        return _html(404, scenery.missing_page(site))

    def replies(self) -> dict[str, dict[str, Any]]:
        """Recorded model replies by canonical URL, in the form of sample.messages."""
        return {url: recorded.handed(reply) for url, reply in self._recorded.items()}

    def failures(self) -> dict[str, tuple[str, ...]]:
        """Steps of sample.messages for the calls that fail in this world."""
        return {
            f"{url}#check": tuple(reply["check_fails"])
            for url, reply in self._recorded.items()
            if "check_fails" in reply
        }

    def planted(self) -> dict[str, tuple[str, ...]]:
        """By URL, what recorded replies say wrongly on purpose: texts and IOC values that must never be printed."""
        return {url: found for url, reply in self._recorded.items() if (found := recorded.planted(reply))}

    def refused(self) -> dict[str, tuple[str, ...]]:
        """By URL, the texts among those that the checker is there to find."""
        return {url: tuple(found) for url, reply in self._recorded.items() if (found := recorded.refused(reply))}

    def truth(self) -> dict[str, tuple[Expected, ...]]:
        """By edition key, every entry intake must file under it, in the order of the files."""
        return {
            edition.key: tuple(entry.expected for entry in self.entries if entry.expected.edition == edition.key)
            for edition in self.editions
        }

    def article(self, url: str) -> Article:
        """The article at this canonical URL; KeyError when the world has none."""
        place = urlsplit(url)
        return self._pages[place.netloc, place.path]

    @property
    def _recorded(self) -> dict[str, dict[str, Any]]:
        return {article.url: article.reply for article in self.articles if article.reply is not None}

    @cached_property
    def _sources(self) -> dict[tuple[str, str], tuple[str, bytes]]:
        return load_sources()

    @cached_property
    def _shapes(self) -> dict[str, FeedShape]:
        return {shape.feed_id: shape for shape in self.shapes}

    @cached_property
    def _feed_ids(self) -> dict[tuple[str, str], str]:
        places = ((urlsplit(shape.url), shape.feed_id) for shape in self.shapes)
        return {(place.netloc, place.path): feed_id for place, feed_id in places}

    @cached_property
    def _pages(self) -> dict[tuple[str, str], Article]:
        return {(article.host, urlsplit(article.url).path): article for article in self.articles}

    def _visible(self, shape: FeedShape, at: datetime) -> tuple[Entry, ...]:
        shown = (entry for entry in self.entries if entry.feed_id == shape.feed_id and entry.visible <= at)
        return tuple(sorted(shown, key=lambda entry: entry.visible, reverse=True)[: shape.entries])

    def _feed(self, shape: FeedShape, at: datetime) -> Shown:
        if shape.format == "missing":
            return Shown(404, "text/html; charset=utf-8", b"<html><head><title>404 Not Found</title></head></html>\n")
        if shape.format == "html":
            return _html(200, scenery.front_page(self.sites[urlsplit(shape.url).netloc], ()))
        entries = self._visible(shape, at)
        body = feedxml.feed_xml(shape, entries)
        if not shape.validators or not entries:
            return Shown(200, feedxml.CONTENT_TYPES[shape.format], body)
        return Shown(
            200,
            feedxml.CONTENT_TYPES[shape.format],
            body,
            etag=f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            last_modified=format_datetime(entries[0].visible, usegmt=True),
        )

    def _article(self, site: Site, article: Article) -> Shown:
        if article.page == "gone":
            return _html(404, scenery.missing_page(site))
        if article.page == "blocked":
            return _html(403, scenery.challenge_page(site))
        related = [other for other in self._of_host(article.host) if other.published < article.published][:4]
        page = scenery.article_page(site, article, related)
        # A page in another encoding says so in its markup only: the header of such old sites names none.
        content_type = "text/html; charset=utf-8" if article.encoding == "utf-8" else "text/html"
        return Shown(200, content_type, page.encode(article.encoding, errors="xmlcharrefreplace"))

    def _of_host(self, host: str) -> list[Article]:
        own = (article for article in self.articles if article.host == host)
        return sorted(own, key=lambda article: article.published, reverse=True)


def _html(status: int, page: str) -> Shown:
    return Shown(status, "text/html; charset=utf-8", page.encode())
