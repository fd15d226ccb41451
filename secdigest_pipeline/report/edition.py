"""The report of one edition out of its tables: the files to publish, the lines behind them and the numbers to plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv, ioc_csv
from secdigest_pipeline.indicators.csv.worklog import work_log
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.report.memo import memo_lines
from secdigest_pipeline.report.origins import memo_line, of_all
from secdigest_pipeline.report.records import ReportLine
from secdigest_pipeline.vulnerabilities.records import CveFacts

# Dagster keeps metadata in its event log, once per materialization: a preview of a long day is cut.
MAX_PREVIEW = 50_000


@dataclass(frozen=True, slots=True)
class EditionReport:
    """An edition ready to publish. `files`: path below the output folder -> bytes, the Markdown report first."""

    files: Mapping[str, bytes]
    lines: list[ReportLine]
    numbers: Mapping[str, int | float]
    preview: str


def make_edition(
    edition: Edition,
    *,
    items: Sequence[FeedItem],
    articles: Sequence[Article],
    analyses: Sequence[Analysis],
    iocs: Sequence[Ioc],
    cost_usd: float,
    provisional: bool,
    failed_feeds: Sequence[str],
    coverage: str = "",
    health: str = "",
    primary: Sequence[PrimaryPage] | None = None,
    stories: Sequence[Story] = (),
    facts: Sequence[CveFacts] = (),
) -> EditionReport:
    """Report, IOC CSV and work log of `edition` (docs/contract.md 1, 2). Same tables, same bytes.

    `coverage` and `health` are the lines of `intake.feed_completeness` for その他のメモ, empty ones left out. `primary` are the
    pages the articles rest on; None when nobody has looked for any, which the work log then says.

    BrokenReport when a file would break its contract: nothing is published then.
    """
    memo = memo_lines(
        edition, analyses=analyses, calls_cost=cost_usd, provisional=provisional, failed_feeds=failed_feeds
    )
    for line, column in ((coverage, "completeness"), (health, "overdue")):
        memo += [memo_line(line, of_all("feed_completeness", column))] if line else []
    report = render(edition, items, articles, analyses, iocs, memo, primary or (), stories, facts)
    rows = ioc_csv(edition, iocs)
    faults = [f"{edition.news_path}: {fault}" for fault in check_report(report.markdown)]
    faults += [f"{edition.ioc_csv_path}: {fault}" for fault in check_ioc_csv(rows)]
    if faults:
        raise BrokenReport(f"{len(faults)} violations of the report contract: {'; '.join(faults[:5])}")
    parsed = parse_report(report.markdown)
    entries = sum(line.part == "title" for line in report.lines)
    return EditionReport(
        files={
            edition.news_path: report.markdown.encode(),
            edition.ioc_csv_path: rows,
            edition.ioc_log_path: work_log(edition, articles, iocs, rows, primary).encode(),
        },
        lines=report.lines,
        numbers={
            "articles_printed": len(parsed.articles),
            "articles_with_iocs": sum(article.has_iocs for article in parsed.articles),
            "headlines": entries - len(parsed.articles),
            "cost_usd": round(cost_usd, 6),
        },
        preview=_preview(report.markdown),
    )


def _preview(markdown: str) -> str:
    if len(markdown) <= MAX_PREVIEW:
        return markdown
    return markdown[: markdown.rindex("\n\n#", 0, MAX_PREVIEW)] + "\n"
