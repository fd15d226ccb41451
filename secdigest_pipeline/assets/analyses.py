"""Analysis: what is said of each article, each statement with the source text behind it."""

import asyncio
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import dagster as dg

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.spent import by_article, input_tokens, usd
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis, Call
from secdigest_pipeline.analysis.verify import shares, ungrounded
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.indicators.finding.observables import of_pages
from secdigest_pipeline.indicators.records import PlacedObservable
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Model, Tables


class Asking(dg.Config):
    """How the model is asked; the defaults pay for nothing that is kept."""

    refresh: list[str] = []  # noqa: RUF012 - article ids to ask anew, `*` for every one
    batch: bool = False  # by Message Batches (half the price, hours of waiting) though this is no backfill


# The dearest rows of the table of costs that the UI is given; the ledger holds all.
_COST_ROWS = 100
_COST_SCHEMA = dg.TableSchema(
    [dg.TableColumn("article_id", "string"), dg.TableColumn("model", "string")]
    + [dg.TableColumn(name, "int") for name in ("calls", "input_tokens", "output_tokens")]
    + [dg.TableColumn("cost_usd", "float")]
)
# Runs of a backfill launched in the UI, and of `secdigest backfill`.
_BACKFILL_TAGS = ("dagster/backfill", "secdigest/backfill")


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
    settings: dg.ResourceParam[Configured],
    model: dg.ResourceParam[Model],
    tables: dg.ResourceParam[Tables],
    cleaned_articles: list[Article],
    observables: list[PlacedObservable],
) -> list[Analysis]:
    """Summary, recommendations, notes and IOC roles of each article. A reply that is kept is never paid for again."""
    before = {call.call_id for call in model.replies.calls(context.partition_key)}
    by_batch = config.batch or (settings.values.batch and any(tag in context.run.tags for tag in _BACKFILL_TAGS))
    try:
        analyses = asyncio.run(
            _analyse(model, settings.values.model_calls, config.refresh, by_batch, cleaned_articles, observables)
        )
    except AnalystUnavailable as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    calls = model.replies.calls(context.partition_key)
    made = [call for call in calls if call.call_id not in before]
    states = Counter(analysis.state for analysis in analyses)
    written = shares(analyses)
    return materialized(
        context,
        tables,
        ARTICLE_ANALYSES,
        analyses,
        {
            "model_calls": len(made),
            "input_tokens": sum(input_tokens(call) for call in made),
            "output_tokens": sum(call.output_tokens for call in made),
            "cost_usd": usd(made),
            "cost_usd_edition": usd(calls),
            "cost_usd_month": usd(model.replies.calls_of_month(f"{datetime.now(UTC):%Y-%m}")),
            "statements_dropped": sum(len(analysis.dropped) for analysis in analyses),
            "share_unchecked": round(written.unchecked, 4),
            "share_dropped": round(written.dropped, 4),
            **{f"analyses_{state}": n for state, n in states.items()},
        },
        {"cost_by_article": _cost_table(calls)},
    )


def _cost_table(calls: list[Call]) -> dg.MetadataValue:
    """What each article of the edition has cost so far, whichever run paid for it, the dearest first."""
    rows = [dg.TableRecord(asdict(row)) for row in by_article(calls)[:_COST_ROWS]]
    return dg.MetadataValue.table(rows, schema=_COST_SCHEMA)


async def _analyse(
    model: Model,
    at_once: int,
    refresh: list[str],
    batch: bool,
    articles: list[Article],
    observables: list[PlacedObservable],
) -> list[Analysis]:
    news = [article for article in articles if article.section == "news"]
    async with model.analyst(frozenset(refresh), batch) as analyst:
        return await analyse(news, of_pages(observables), analyst, at_once=at_once)


@dg.asset_check(
    asset=article_analyses, additional_ins={"cleaned_articles": dg.AssetIn()}, blocking=True, partitions_def=EDITIONS
)
def statements_are_grounded(article_analyses: list[Analysis], cleaned_articles: list[Article]) -> dg.AssetCheckResult:
    """Holds the report back when a statement that would be printed does not stand in its article."""
    wrong = ungrounded(article_analyses, cleaned_articles)
    return checked(["ungrounded"], [[fault] for fault in wrong])


# Of a good model one line in fifty is unchecked (a refusal of the checker) and one in ten falls; the rest is a fault somewhere
_MOST_UNCHECKED, _MOST_DROPPED = 0.10, 0.30


@dg.asset_check(asset=article_analyses, partitions_def=EDITIONS)
def statements_are_checked(
    settings: dg.ResourceParam[Configured], article_analyses: list[Analysis]
) -> dg.AssetCheckResult:
    """Warns when much of what models wrote fell, or is printed though no checking call looked at it (unless none is wanted)."""
    found = shares(article_analyses)
    most_unchecked = _MOST_UNCHECKED if settings.values.check else 1.0
    wrong = [
        [f"{share:.0%} of {found.statements} statements are {what}, more than {most:.0%}"]
        for share, most, what in (
            (found.unchecked, most_unchecked, "printed unchecked"),
            (found.dropped, _MOST_DROPPED, "dropped"),
        )
        if share > most
    ]
    return checked(["share"], wrong, dg.AssetCheckSeverity.WARN)
