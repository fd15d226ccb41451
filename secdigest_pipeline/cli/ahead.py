"""The batches of a backfill are all handed in before the first is waited for: their hours then run beside each other."""

import asyncio
from collections.abc import Mapping, Sequence

import dagster as dg
from rich.console import Console

from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.orchestration.resources import Services

_READ = ("raw_feed_items", "article_pages", "cleaned_articles")


def submit_batches(
    console: Console,
    services: Services,
    instance: dg.DagsterInstance,
    editions: Sequence[Edition],
    tags: Mapping[str, str],
) -> str | None:
    """Read the articles of all editions and hand in what is to be asked; why that cannot be done, in one line, or None.

    An edition whose articles can't be read is left to its own run, which says why.
    """
    articles: list[Article] = []
    for edition in editions:
        console.rule(f"{edition.key}: articles for the batch")
        if execute("edition", services, instance, console, edition.key, tags, only=_READ) is None:
            rows = services.stored(CLEANED_ARTICLES, edition)
            articles += [article for article in rows if article.section == "news"]
    try:
        asyncio.run(_submit(services, articles))
    except AnalystUnavailable as error:
        return str(error)
    return None


async def _submit(services: Services, articles: Sequence[Article]) -> None:
    # one analyst for all editions: what is handed in counts against the cap of the month at once
    async with services.model.analyst(batch=True) as analyst:
        if isinstance(analyst, AnthropicAnalyst):
            await analyst.submit(articles, {article.article_id: find(article.page_text) for article in articles})
