"""The daily report: Markdown, IOC CSV and work log of one edition, published whole, and each line's origin."""

import dagster as dg

from secdigest_pipeline.analysis.asking.cost import list_price
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.assets.metadata import checked, described, hand_back
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.completeness import completeness, memo_line
from secdigest_pipeline.intake.health import failed_feeds, health_memo
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.orchestration.heartbeat import beat
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import Services
from secdigest_pipeline.report.edition import make_edition
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.publish import check_published, publish
from secdigest_pipeline.report.records import DAILY_REPORT, ReportLine
from secdigest_pipeline.vulnerabilities.records import CveFacts


@dg.asset(
    group_name="report",
    kinds={"python", "markdown", "csv"},
    partitions_def=EDITIONS,
    metadata=described(DAILY_REPORT),
)
def daily_report(
    context: dg.AssetExecutionContext,
    services: dg.ResourceParam[Services],
    raw_feed_items: list[FeedItem],
    cleaned_articles: list[Article],
    primary_pages: list[PrimaryPage],
    stories: list[Story],
    article_analyses: list[Analysis],
    iocs: list[Ioc],
    cve_facts: list[CveFacts],
) -> list[ReportLine]:
    """Daily Security Info of the edition, with the IOC CSV and work log beside it. One row a printed line."""
    edition = Edition.parse(context.partition_key)
    failed = failed_feeds(edition, services.feeds, services.archive)
    try:
        made = make_edition(
            edition,
            items=raw_feed_items,
            articles=cleaned_articles,
            analyses=article_analyses,
            iocs=iocs,
            cost_usd=list_price(article_analyses, services.replies),
            provisional=services.now() < edition.cutoff,
            failed_feeds=failed,
            further=[
                memo_line(completeness(edition, services.feeds, services.archive), services.feeds, failed),
                health_memo(edition, services.feeds, services.archive),
            ],
            primary=primary_pages,
            stories=stories,
            facts=cve_facts,
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
