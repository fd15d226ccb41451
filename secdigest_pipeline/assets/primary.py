"""Primary sources: the reports, advisories and lists of indicators that the edition's articles rest on."""

import asyncio
from collections import Counter

import dagster as dg

from secdigest_pipeline.articles.primary.hosts import Hosts
from secdigest_pipeline.articles.primary.pages import read_primary
from secdigest_pipeline.articles.records import PRIMARY_PAGES, Article, PrimaryPage
from secdigest_pipeline.assets.metadata import described, hand_back
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import Services


@dg.asset(
    group_name="reading",
    kinds={"python", "parquet"},
    partitions_def=EDITIONS,
    pool="fetch",
    metadata=described(PRIMARY_PAGES),
)
def primary_pages(
    context: dg.AssetExecutionContext, services: dg.ResourceParam[Services], cleaned_articles: list[Article]
) -> list[PrimaryPage]:
    """The pages each article rests on, read once and kept like its own. At most four an article, lists one step further."""
    pages, downloads = asyncio.run(_read(services, cleaned_articles))
    states = Counter(page.read_state for page in pages)
    return hand_back(
        context,
        services,
        PRIMARY_PAGES,
        pages,
        {"fetched": downloads, **{f"sources_{state}": n for state, n in states.items()}},
    )


async def _read(services: Services, articles: list[Article]) -> tuple[list[PrimaryPage], int]:
    settings = services.settings
    async with services.client() as client, services.workers() as workers:
        return await read_primary(
            articles,
            Hosts.of(services.feeds),
            services.pages,
            client,
            workers,
            at_once=settings.page_fetches,
            host_delay=settings.host_delay,
            now=services.now,
        )
