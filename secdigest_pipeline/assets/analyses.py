"""Analysis: what is said of each article, each statement with the source text behind it."""

import asyncio
from collections import Counter

import dagster as dg
import pandas as pd

from secdigest_pipeline.analysis.analyse import AnalystUnavailable, analyse
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.analysis.verify import ungrounded
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.assets.handback import described, hand_back
from secdigest_pipeline.indicators import find
from secdigest_pipeline.partitions import EDITIONS
from secdigest_pipeline.resources import Services


class Asking(dg.Config):
    """How the model is asked; the defaults pay for nothing that is kept."""

    refresh: list[str] = []  # noqa: RUF012 - article ids to ask anew, `*` for every one
    batch: bool = False  # by Message Batches: half the price, up to a day of waiting


@dg.asset(
    group_name="analysis",
    kinds={"python", "anthropic", "parquet"},
    partitions_def=EDITIONS,
    pool="llm",
    metadata=described(ARTICLE_ANALYSES),
)
def article_analyses(
    context: dg.AssetExecutionContext,
    config: Asking,
    services: dg.ResourceParam[Services],
    cleaned_articles: pd.DataFrame,
) -> pd.DataFrame:
    """Summary, recommendations, notes and IOC roles of each article. A reply that is kept is never paid for again."""
    before = len(services.replies.calls(context.partition_key))
    try:
        analyses = asyncio.run(_analyse(services, config, CLEANED_ARTICLES.rows(cleaned_articles)))
    except AnalystUnavailable as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    made = services.replies.calls(context.partition_key)[before:]
    states = Counter(analysis.state for analysis in analyses)
    return hand_back(
        context,
        services,
        ARTICLE_ANALYSES,
        analyses,
        {
            "model_calls": len(made),
            "input_tokens": sum(call.input_tokens + call.cache_write_tokens + call.cache_read_tokens for call in made),
            "output_tokens": sum(call.output_tokens for call in made),
            "cost_usd": round(sum(call.cost_usd for call in made), 6),
            "statements_dropped": sum(len(analysis.dropped) for analysis in analyses),
            **{f"analyses_{state}": n for state, n in states.items()},
        },
    )


async def _analyse(services: Services, config: Asking, articles: list[Article]) -> list[Analysis]:
    news = [article for article in articles if article.section == "news"]
    observables = {article.article_id: find(article.page_text) for article in news}
    async with services.analyst(frozenset(config.refresh), config.batch) as analyst:
        return await analyse(news, observables, analyst, at_once=services.settings.model_calls)


@dg.asset_check(
    asset=article_analyses, additional_ins={"cleaned_articles": dg.AssetIn()}, blocking=True, partitions_def=EDITIONS
)
def statements_are_grounded(article_analyses: pd.DataFrame, cleaned_articles: pd.DataFrame) -> dg.AssetCheckResult:
    """Holds the report back when a statement that would be printed does not stand in its article."""
    wrong = ungrounded(ARTICLE_ANALYSES.rows(article_analyses), CLEANED_ARTICLES.rows(cleaned_articles))
    return dg.AssetCheckResult(passed=not wrong, metadata={"ungrounded": dg.MetadataValue.json(wrong[:50])})
