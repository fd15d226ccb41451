"""The daily report: rendering, reading and checking the contract's Markdown, publishing."""

from secdigest_pipeline.report.contract import ParsedArticle, ParsedReport, check_report, parse_report
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.made import Made, make_edition
from secdigest_pipeline.report.markdown import Report, render
from secdigest_pipeline.report.memo import memo_lines
from secdigest_pipeline.report.publish import check_published, publish

__all__ = [
    "BrokenReport",
    "Made",
    "ParsedArticle",
    "ParsedReport",
    "Report",
    "check_published",
    "check_report",
    "make_edition",
    "memo_lines",
    "parse_report",
    "publish",
    "render",
]
