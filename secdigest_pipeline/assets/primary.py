"""Primary sources: the reports, advisories and lists of indicators that the edition's articles rest on."""

import asyncio
from collections import Counter

import dagster as dg

from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.primary.hosts import Hosts
from secdigest_pipeline.articles.primary.pages import read_primary
from secdigest_pipeline.articles.records import PRIMARY_PAGES, Article, PrimaryPage
from secdigest_pipeline.assets.metadata import described, materialized
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Http, Tables


@dg.asset(
    group_name="reading",
    kinds={"python", "parquet"},
    partitions_def=EDITIONS,
    pool="fetch",
    metadata=described(PRIMARY_PAGES),
)
def primary_pages(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    http: dg.ResourceParam[Http],
    pages: dg.ResourceParam[PageArchive],
    tables: dg.ResourceParam[Tables],
    cleaned_articles: list[Article],
) -> list[PrimaryPage]:
    """The pages each article rests on, read once and kept like its own. At most four an article, lists one step further."""
    sources, downloads = asyncio.run(_read(settings, http, pages, cleaned_articles))
    states = Counter(page.read_state for page in sources)
    return materialized(
        context,
        tables,
        PRIMARY_PAGES,
        sources,
        {"fetched": downloads, **{f"sources_{state}": n for state, n in states.items()}},
    )


async def _read(
    settings: Configured, http: Http, archive: PageArchive, articles: list[Article]
) -> tuple[list[PrimaryPage], int]:
    async with http.client() as client, http.workers() as workers:
        return await read_primary(
            articles,
            Hosts.of(settings.feeds),
            archive,
            client,
            workers,
            at_once=settings.values.page_fetches,
            host_delay=settings.values.host_delay,
            now=settings.now,
        )
