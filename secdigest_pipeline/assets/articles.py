"""Reading: fetch the page of every kept item once, and clean an article out of it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from secdigest_pipeline.articles.clean import clean_articles, read_and_clean
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.read import read_pages
from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES, Article, Page
from secdigest_pipeline.assets.metadata import output_of, table_output
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS, FeedItem
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Http, Tables

_ITEMS, _PAGES = dg.AssetKey(RAW_FEED_ITEMS.name), dg.AssetKey(ARTICLE_PAGES.name)


class Refetch(dg.Config):
    """Pages to fetch anew although they are stored."""

    refetch: list[str] = []  # noqa: RUF012 - a pydantic field


@dg.multi_asset(
    outs={
        ARTICLE_PAGES.name: table_output(
            ARTICLE_PAGES, "reading", "What each article URL answered. A page that is stored is never downloaded again."
        ),
        CLEANED_ARTICLES.name: table_output(
            CLEANED_ARTICLES,
            "reading",
            "One article a kept item: its text, the whole page's text, its links, and how well it could be read.",
        ),
    },
    internal_asset_deps={ARTICLE_PAGES.name: {_ITEMS}, CLEANED_ARTICLES.name: {_ITEMS, _PAGES}},
    can_subset=True,
    partitions_def=EDITIONS,
    pool="fetch",
)
def read_articles(
    context: dg.AssetExecutionContext,
    config: Refetch,
    settings: dg.ResourceParam[Configured],
    http: dg.ResourceParam[Http],
    pages: dg.ResourceParam[PageArchive],
    tables: dg.ResourceParam[Tables],
    raw_feed_items: list[FeedItem],
) -> Iterator[dg.Output[Any]]:
    """Pages and articles in one step: a page is cleaned while others are on their way. Articles can be made again alone."""
    wanted = context.op_execution_context.selected_output_names
    refetch = frozenset(config.refetch)
    if wanted == {CLEANED_ARTICLES.name}:
        read = context.load_asset_value(_PAGES, python_type=list[Page], partition_key=context.partition_key)
        articles = asyncio.run(_clean(http, pages, raw_feed_items, read))
    elif wanted == {ARTICLE_PAGES.name}:
        read, downloads = asyncio.run(_read(settings, http, pages, raw_feed_items, refetch))
    else:
        read, articles, downloads = asyncio.run(_read_and_clean(settings, http, pages, raw_feed_items, refetch))
    if ARTICLE_PAGES.name in wanted:
        found = Counter(page.read_state for page in read)
        numbers = {"downloads": downloads, **{f"pages_{state}": n for state, n in found.items()}}
        yield output_of(context, tables, ARTICLE_PAGES, read, numbers)
    if CLEANED_ARTICLES.name in wanted:
        states = Counter(article.read_state for article in articles)
        numbers = {f"articles_{state}": n for state, n in states.items()}
        yield output_of(context, tables, CLEANED_ARTICLES, articles, numbers)


async def _read(
    settings: Configured, http: Http, archive: PageArchive, items: list[FeedItem], refetch: frozenset[str]
) -> tuple[list[Page], int]:
    async with http.client() as client:
        return await read_pages(
            items,
            archive,
            client,
            at_once=settings.values.page_fetches,
            host_delay=settings.values.host_delay,
            now=settings.now,
            refetch=refetch,
        )


async def _clean(http: Http, archive: PageArchive, items: list[FeedItem], pages: list[Page]) -> list[Article]:
    async with http.workers() as workers:
        return await clean_articles(items, pages, archive, workers)


async def _read_and_clean(
    settings: Configured, http: Http, archive: PageArchive, items: list[FeedItem], refetch: frozenset[str]
) -> tuple[list[Page], list[Article], int]:
    async with http.client() as client, http.workers() as workers:
        return await read_and_clean(
            items,
            archive,
            client,
            workers,
            at_once=settings.values.page_fetches,
            host_delay=settings.values.host_delay,
            now=settings.now,
            refetch=refetch,
        )
