"""The daily report: Markdown, IOC CSV and work log of one edition, published whole, and each line's origin."""

import dagster as dg
import pandas as pd

from secdigest_pipeline.analysis.asking.cost import list_price
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, PRIMARY_PAGES, STORIES
from secdigest_pipeline.assets.handback import checked, described, hand_back
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.completeness import completeness, memo_line
from secdigest_pipeline.intake.health import failed_feeds, health_memo
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.heartbeat import beat
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import Services
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.made import make_edition
from secdigest_pipeline.report.publish import check_published, publish
from secdigest_pipeline.report.records import DAILY_REPORT
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS


@dg.asset(
    group_name="report",
    kinds={"python", "markdown", "csv"},
    partitions_def=EDITIONS,
    metadata=described(DAILY_REPORT),
)
def daily_report(
    context: dg.AssetExecutionContext,
    services: dg.ResourceParam[Services],
    raw_feed_items: pd.DataFrame,
    cleaned_articles: pd.DataFrame,
    primary_pages: pd.DataFrame,
    stories: pd.DataFrame,
    article_analyses: pd.DataFrame,
    iocs: pd.DataFrame,
    cve_facts: pd.DataFrame,
) -> pd.DataFrame:
    """Daily Security Info of the edition, with the IOC CSV and work log beside it. One row a printed line."""
    edition, analyses = Edition.parse(context.partition_key), ARTICLE_ANALYSES.rows(article_analyses)
    articles = CLEANED_ARTICLES.rows(cleaned_articles)
    failed = failed_feeds(edition, services.feeds, services.archive)
    try:
        made = make_edition(
            edition,
            items=RAW_FEED_ITEMS.rows(raw_feed_items),
            articles=articles,
            analyses=analyses,
            iocs=IOCS.rows(iocs),
            cost_usd=list_price(analyses, services.replies),
            provisional=services.now() < edition.cutoff,
            failed_feeds=failed,
            further=[
                memo_line(completeness(edition, services.feeds, services.archive), services.feeds, failed),
                health_memo(edition, services.feeds, services.archive),
            ],
            primary=PRIMARY_PAGES.rows(primary_pages),
            stories=STORIES.rows(stories),
            facts=CVE_FACTS.rows(cve_facts),
        )
    except BrokenReport as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    paths = publish(services.settings.out, made.files)
    beat(services.settings.data, edition, paths[0], services.now())
    return hand_back(
        context,
        services,
        DAILY_REPORT,
        made.lines,
        made.numbers,
        {"report": dg.MetadataValue.path(str(paths[0])), "preview": dg.MetadataValue.md(made.preview)},
    )


@dg.asset_check(asset=daily_report, partitions_def=EDITIONS)
def published_files_hold_the_contract(
    context: dg.AssetCheckExecutionContext, services: dg.ResourceParam[Services]
) -> dg.AssetCheckResult:
    """The files as they lie in the output folder, read back and held against every rule of the report contract."""
    wrong = check_published(services.settings.out, Edition.parse(context.partition_key))
    return checked(["violation"], [[fault] for fault in wrong])
