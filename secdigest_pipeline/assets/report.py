"""The daily report: Markdown, IOC CSV and work log of one edition, published whole, and each line's origin."""

import dagster as dg

from secdigest_pipeline.analysis.asking.cost import edition_price
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.feed_completeness import coverage_line, failed_feeds, health_line
from secdigest_pipeline.intake.records import FeedCompleteness, FeedItem
from secdigest_pipeline.orchestration.heartbeat import write_heartbeat
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Tables
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
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    raw_feed_items: list[FeedItem],
    feed_completeness: list[FeedCompleteness],
    cleaned_articles: list[Article],
    primary_pages: list[PrimaryPage],
    stories: list[Story],
    article_analyses: list[Analysis],
    iocs: list[Ioc],
    cve_facts: list[CveFacts],
) -> list[ReportLine]:
    """Daily Security Info of the edition, with the IOC CSV and work log beside it. One row a printed line.

    A pure function of the tables it is made of.
    """
    edition = Edition.parse(context.partition_key)
    try:
        made = make_edition(
            edition,
            items=raw_feed_items,
            articles=cleaned_articles,
            analyses=article_analyses,
            iocs=iocs,
            cost_usd=edition_price(article_analyses),
            provisional=any(row.provisional for row in feed_completeness),
            failed_feeds=failed_feeds(feed_completeness),
            coverage=coverage_line(feed_completeness),
            health=health_line(feed_completeness),
            primary=primary_pages,
            stories=stories,
            facts=cve_facts,
        )
    except BrokenReport as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    paths = publish(settings.values.out, made.files)
    write_heartbeat(settings.values.data, edition, paths[0], settings.now())
    return materialized(
        context,
        tables,
        DAILY_REPORT,
        made.lines,
        made.numbers,
        {"report": dg.MetadataValue.path(str(paths[0])), "preview": dg.MetadataValue.md(made.preview)},
    )


@dg.asset_check(asset=daily_report, partitions_def=EDITIONS)
def published_files_hold_the_contract(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Configured]
) -> dg.AssetCheckResult:
    """The files as they lie in the output folder, read back and held against every rule of the report contract."""
    wrong = check_published(settings.values.out, Edition.parse(context.partition_key))
    return checked(["violation"], [[fault] for fault in wrong])
