"""Reading: fetch the page of every kept item once, and clean an article out of it."""

import asyncio
from collections import Counter

import dagster as dg

from secdigest_pipeline.articles.clean import clean_articles
from secdigest_pipeline.articles.pages.read import read_pages
from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES, Article, Page
from secdigest_pipeline.assets.metadata import described, hand_back
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import Services


class Refetch(dg.Config):
    """Pages to fetch anew although they are stored."""

    refetch: list[str] = []  # noqa: RUF012 - a pydantic field


@dg.asset(
    group_name="reading",
    kinds={"python", "parquet"},
    partitions_def=EDITIONS,
    pool="fetch",
    metadata=described(ARTICLE_PAGES),
)
def article_pages(
    context: dg.AssetExecutionContext,
    config: Refetch,
    services: dg.ResourceParam[Services],
    raw_feed_items: list[FeedItem],
) -> list[Page]:
    """What each article URL answered. A page that is stored is never downloaded again.

    While others are on their way, pages are cleaned for the step that comes next.
    """
    pages, downloads = asyncio.run(_read(services, raw_feed_items, frozenset(config.refetch)))
    states = Counter(page.read_state for page in pages)
    return hand_back(
        context,
        services,
        ARTICLE_PAGES,
        pages,
        {"downloads": downloads, **{f"pages_{state}": n for state, n in states.items()}},
    )


async def _read(services: Services, items: list[FeedItem], refetch: frozenset[str]) -> tuple[list[Page], int]:
    settings = services.settings
    async with (
        services.client() as client,
        services.workers() as workers,
        services.ahead.cleaning(services.pages, workers) as take_in,
    ):
        return await read_pages(
            items,
            services.pages,
            client,
            at_once=settings.page_fetches,
            host_delay=settings.host_delay,
            now=services.now,
            refetch=refetch,
            arrived=take_in,
        )


@dg.asset(
    group_name="reading", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(CLEANED_ARTICLES)
)
def cleaned_articles(
    context: dg.AssetExecutionContext,
    services: dg.ResourceParam[Services],
    raw_feed_items: list[FeedItem],
    article_pages: list[Page],
) -> list[Article]:
    """One article a kept item: its text, the whole page's text, its links, and how well it could be read."""
    articles = asyncio.run(_clean(services, raw_feed_items, article_pages))
    states = Counter(article.read_state for article in articles)
    return hand_back(
        context, services, CLEANED_ARTICLES, articles, {f"articles_{state}": n for state, n in states.items()}
    )


async def _clean(services: Services, items: list[FeedItem], pages: list[Page]) -> list[Article]:
    async with services.workers() as workers:
        return await clean_articles(items, pages, services.pages, workers, services.ahead)
