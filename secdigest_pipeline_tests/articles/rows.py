"""Feed items, pages of HTML and loopback web sites for the article tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from upath import UPath

from secdigest_pipeline.articles.clean import clean_articles, read_and_clean
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.read import read_pages
from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES, Article, Page
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline_tests.intake.servers import Handler, Request, Server, response, serving
from secdigest_pipeline_tests.rows import item as invented

NOON = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
TITLE = "Amber Vulture breaks into hospitals through Contoso mail gateways"
PARAGRAPHS = (
    "The group called Amber Vulture has broken into at least eleven hospitals through an unpatched flaw in the Contoso "
    "mail gateway, researchers of Example Labs said on Tuesday in a report on the intrusions of the last two months.",
    "In every case the attackers sent one crafted message to the gateway, waited four days and then copied the address "
    "book of the whole organisation to a server that they had rented under the name of a travel agency.",
    "Hospitals that run version 7.2 or older should update at once, the researchers write, and look for scheduled tasks "
    "named GatewayHealth, which the attackers leave behind on every machine they have used.",
    "Contoso published the update on 12 September and says that it has told all customers whose gateways still answer "
    "with the old version number. No ransom has been demanded so far in any of the eleven cases.",
)
PROSE = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def html(body: str = "", title: str = TITLE, head: str = "") -> str:
    """A news page with navigation, headline, article and footer; `body` stands after the article's paragraphs."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Example Wire</title>{head}</head>'
        '<body><nav><a href="/">Home</a><a href="/about">About us</a></nav>'
        f"<main><article><h1>{title}</h1>{PROSE}{body}</article></main>"
        "<footer>Copyright Example Wire</footer></body></html>"
    )


def item(path: str = "/a", host: str = "wire.test", **changes: Any) -> FeedItem:
    """A kept news item that leads to `path` on `host`."""
    url = str(changes.pop("url", f"http://{host}{path}"))
    return invented(
        **{
            "item_id": sha256(f"wire {url}".encode())[:16],
            "article_id": sha256(url.encode())[:16],
            "feed_id": "wire",
            "feed_name": "Example Wire",
            "guid": url,
            "link": url,
            "url": url,
            "title": TITLE,
            "published_at": NOON,
            "first_seen_at": NOON,
            **changes,
        }
    )


Answers = Mapping[str, bytes | Callable[[Request], bytes]]


def site(answers: Answers) -> Handler:
    """Answers by path; /robots.txt and everything else that is not named is a 404."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        answer = answers.get(request.target, response(b"nothing here", "404 Not Found"))
        writer.write(answer if isinstance(answer, bytes) else answer(request))

    return handle


def page(
    body: str | bytes, content_type: str = "text/html; charset=utf-8", status: str = "200 OK", **more: str
) -> bytes:
    """A response with an HTML body."""
    data = body.encode() if isinstance(body, str) else body
    return response(data, status, {"Content-Type": content_type, **{k.replace("_", "-"): v for k, v in more.items()}})


class Desk:
    """One archive, one server: reads and cleans as the pipeline does."""

    def __init__(self, root: Path, server: Server) -> None:
        self.archive = PageArchive(UPath(root))
        self.server = server
        self.now = NOON

    async def read(
        self,
        items: Sequence[FeedItem],
        refetch: frozenset[str] = frozenset(),
        host_delay: float = 0.0,
    ) -> tuple[list[Page], int]:
        async with open_client(connect_to={"*.test": ("127.0.0.1", self.server.port)}) as client:
            pages, downloads = await read_pages(
                items,
                self.archive,
                client,
                at_once=8,
                host_delay=host_delay,
                now=lambda: self.now,
                refetch=refetch,
            )
        ARTICLE_PAGES.arrow(pages)
        return pages, downloads

    async def clean(self, items: Sequence[FeedItem], pages: Sequence[Page]) -> list[Article]:
        async with Workers(2) as workers:
            articles = await clean_articles(items, pages, self.archive, workers)
        CLEANED_ARTICLES.arrow(articles)
        return articles

    async def read_and_clean(self, items: Sequence[FeedItem]) -> tuple[list[Page], list[Article], int]:
        connect_to = {"*.test": ("127.0.0.1", self.server.port)}
        async with open_client(connect_to=connect_to) as client, Workers(2) as workers:
            return await read_and_clean(
                items, self.archive, client, workers, at_once=8, host_delay=0.0, now=lambda: self.now
            )

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.target == path for request in self.server.requests)


@asynccontextmanager
async def desk(root: Path, handler: Handler) -> AsyncIterator[Desk]:
    """A Desk in front of a loopback server."""
    async with serving(handler) as server:
        yield Desk(root, server)


def read_one(root: Path, answer: bytes | Handler, **changes: Any) -> Page:
    """The Page of one item whose URL answers with `answer`."""

    async def run() -> Page:
        async with desk(root, site({"/a": answer}) if isinstance(answer, bytes) else answer) as table:
            pages, _ = await table.read([item(**changes)])
            return pages[0]

    return asyncio.run(run())


def article_of(root: Path, answer: bytes | Handler, **changes: Any) -> Article:
    """The Article of one item whose URL answers with `answer`."""

    async def run() -> Article:
        async with desk(root, site({"/a": answer}) if isinstance(answer, bytes) else answer) as table:
            items = [item(**changes)]
            pages, _ = await table.read(items)
            return (await table.clean(items, pages))[0]

    return asyncio.run(run())
