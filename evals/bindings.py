"""The way into the product for the runners beside the shared cases and corpora; they know these names and no module of ours.

`seen` (indicators), `parsed_feed`, `article_of`, `World`, `worker_processes` (intake) and `printed` (meaning) have the
signatures of the functions of these names in the runners.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from upath import UPath

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.articles.clean import clean_articles
from secdigest_pipeline.articles.pages.answers import judged
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.read import read_pages
from secdigest_pipeline.articles.records import Article, Page
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import Answer
from secdigest_pipeline.indicators.exports.values import exported
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.judging.states import ioc_state
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.history.sources import fill
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.polling.parse import parse_feed
from secdigest_pipeline.intake.polling.poll import poll
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.orchestration.resources import Services

EDITION = "2026-11-29"
MOMENT = datetime(2026, 11, 28, 12, tzinfo=UTC)
ARTICLE_ID = "a" * 16


def seen(text: str, url: str) -> dict[str, set[tuple[str, str]]]:
    """Stage (find, ioc, exported, blockable) -> (type, value) pairs of an article that is nothing but `text`."""
    given = {"edition": EDITION, "article_id": ARTICLE_ID, "url": url, "kind": "news", "lang": "en", "section": "news",
             "published_at": None, "read_state": "read", "page_text": text, "links": ()}  # fmt: skip
    required = {
        field.name for field in fields(Article) if field.default is MISSING and field.default_factory is MISSING
    }
    rows = ledger([Article(**{**dict.fromkeys(required, ""), **given})], {}, {})
    values = list(exported(rows))

    def pairs(found: Any) -> set[tuple[str, str]]:
        return {(value.type, value.value) for value in found}

    return {
        "find": pairs(find(text)) | pairs(rows),
        "ioc": pairs(row for row in rows if row.is_ioc),
        "exported": pairs(values),
        "blockable": pairs(value for value in values if value.blockable),
    }


def parsed_feed(case: Mapping[str, Any], body: bytes) -> dict[str, dict[str, Any]] | None:
    """The items of a feed body by item id, None when it is no feed: title, link, date (aware or None), summary."""
    parsed = parse_feed(
        "case",
        case.get("lang", "en"),
        body,
        case.get("url", "https://news.kestrel.example/feed/index.xml"),
        case.get("content_type", "application/xml"),
    )
    if parsed.entries is None:
        return None
    return {
        item.item_id: {"title": item.title, "link": item.url, "date": item.published_at, "summary": item.summary}
        for item in parsed.items
    }


def article_of(case: Mapping[str, Any], body: bytes, place: Path, workers: Workers) -> dict[str, Any]:
    """What becomes of one page: states, texts, and the values that are kept as indicators."""
    url = case.get("url", "https://news.kestrel.example/2026/11/a-post/")
    asked, status = case.get("asked", url), case.get("status", 200)
    headers = {"content-type": case.get("content_type", "text/html; charset=utf-8"), **case.get("headers", {})}
    state, reason = judged(Answer(asked, url, status, headers, body))
    archive = PageArchive(UPath(place))
    page = Page(
        EDITION, ARTICLE_ID, asked, url, MOMENT, status, headers["content-type"], archive.keep_body(body), len(body), state, reason
    )  # fmt: skip
    item = FeedItem(
        edition=EDITION, item_id="i" * 16, article_id=ARTICLE_ID, feed_id="case", feed_name="Case", kind="news",
        lang=case.get("lang", "en"), guid="g", link=asked, url=asked, title=case["title"], summary=case.get("carried", ""),
        content="", categories=(), published_at=MOMENT, first_seen_at=MOMENT, body_sha256="0" * 64, membership="published",
        section="news", kept=True, reason="",
    )  # fmt: skip
    (article,) = asyncio.run(clean_articles([item], [page], archive, workers))
    return {"wall": state in ("blocked", "gone"), "why_wall": reason, **_said_of(article)}


def _said_of(article: Article) -> dict[str, Any]:
    rows = ledger([article], {}, {})
    return {
        "title": article.title,
        "read_state": article.read_state,
        "reason": article.read_reason,
        "text": article.text,
        "page_text": article.page_text,
        "iocs": [row.value for row in rows if row.is_ioc],
        "says_no_iocs": ioc_state(article, rows)[0] == "本当になし",
    }


class World:
    """Our own steps over a loopback web, with a clock that is set; one feed."""

    def __init__(self, place: Path, port: int, feed: Mapping[str, Any], workers: Workers) -> None:
        site = f"http://{feed['url'].split('/')[2]}/"
        listed = {"id": "case", "name": "Case", "site": site, "kind": "news", "lang": "en", **feed, "enabled": True}
        (place / "feeds.yaml").write_text(json.dumps({"feeds": [listed]}), "utf-8")
        settings = Settings.from_env(
            {
                "SECDIGEST_DATA": str(place / "data"),
                "SECDIGEST_OUT": str(place / "out"),
                "SECDIGEST_FEEDS": str(place / "feeds.yaml"),
                "SECDIGEST_CONNECT_TO": f"*.example=127.0.0.1:{port}",
                "SECDIGEST_ANALYST": "extractive",
                "SECDIGEST_HOST_DELAY": "0",
            }
        )
        self._moment = MOMENT
        self._services = Services(settings, lambda: self._moment)
        self._workers = workers
        self._bodies = place / "data" / "pages" / "bodies"

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self._moment = moment

    def poll(self) -> dict[str, Any] | None:
        """Outcome, reason and entries of one poll; None when the feed was not due."""

        async def ask() -> list[Any]:
            services = self._services
            async with services.http.client() as client:
                return await poll(services.feeds, services.archive, client, self._workers, services.now, host_delay=0)

        rows = asyncio.run(ask())
        return {"outcome": rows[0].outcome, "reason": rows[0].reason, "entries": rows[0].entries} if rows else None

    def seen(self) -> list[str]:
        """Titles of everything any poll has shown."""
        archive = self._services.archive
        return [row.title for row in archive.sightings(archive.seen().column("item_id").to_pylist(), archive.days())]

    def items(self, edition: str) -> list[dict[str, Any]]:
        """The edition's items, kept or left out."""
        return [
            {"title": item.title, "kept": item.kept, "reason": item.reason, "membership": item.membership}
            for item in self._items(edition)
        ]

    def _items(self, edition: str) -> list[FeedItem]:
        services = self._services
        return items_of(Edition.parse(edition), services.feeds, services.archive, services.now())

    def read(self, edition: str) -> list[dict[str, Any]]:
        """Fetch and clean the articles of the edition."""

        async def both() -> list[Article]:
            services, items = self._services, self._items(edition)
            async with services.http.client() as client:
                pages, _ = await read_pages(items, services.pages, client, at_once=4, host_delay=0, now=services.now)
            return await clean_articles(items, pages, services.pages, self._workers)

        return [_said_of(article) for article in asyncio.run(both())]

    def fill(self, edition: str) -> None:
        """Ask the feed's sources of the past for the edition."""

        async def ask() -> None:
            services, day = self._services, Edition.parse(edition)
            async with services.http.client() as client:
                await fill(day, services.feeds, services.archive, client, self._workers, services.now, host_delay=0)

        asyncio.run(ask())

    def completeness(self, edition: str) -> tuple[str, str]:
        """State and reason of the feed in the edition."""
        (row,) = completeness(Edition.parse(edition), self._services.feeds, self._services.archive)
        return row.completeness, row.reason

    def damage(self, how: str) -> int:
        """Cut the stored bodies of pages to half, or to nothing; how many there were."""
        files = [path for path in self._bodies.rglob("*") if path.is_file()]
        for path in files:
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2] if how == "half" else b"")
        return len(files)


@contextmanager
def worker_processes() -> Iterator[Workers]:
    """The processes that parse and extract."""
    with Workers(1) as workers:
        yield workers


@lru_cache(maxsize=4)
def _grounder(text: str, title: str, published: str, outlet: str) -> Grounder:
    return Grounder(text, title, published=date.fromisoformat(published) if published else None, outlet=outlet)


def printed(article: Mapping[str, Any], statement: Mapping[str, Any]) -> bool:
    """Whether code alone would print a statement: its quotes carry it; a title is held against the whole article."""
    return verdict(article, statement) == "grounded"


def verdict(article: Mapping[str, Any], statement: Mapping[str, Any]) -> str:
    """What code alone says of a statement."""
    grounder = _grounder(article["text"], article["title"], article["published"], article["outlet"])
    return grounder.ground(statement["statement"], *statement["quotes"], field=statement["field"] or "summary").verdict
