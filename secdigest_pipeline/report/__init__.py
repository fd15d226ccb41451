"""The daily report: rendering, reading and checking the contract's Markdown, publishing.

`publish.publish` is imported from its module, whose name it has.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from secdigest_pipeline.report.contract import ParsedArticle, ParsedReport, check_report, parse_report
    from secdigest_pipeline.report.entry import BrokenReport
    from secdigest_pipeline.report.made import Made, make_edition
    from secdigest_pipeline.report.markdown import Report, render
    from secdigest_pipeline.report.memo import memo_lines
    from secdigest_pipeline.report.publish import check_published

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
    "render",
]

__getattr__ = lazy(
    __name__,
    {
        "contract": (
            "ParsedArticle",
            "ParsedReport",
            "check_report",
            "parse_report",
        ),
        "entry": ("BrokenReport",),
        "made": (
            "Made",
            "make_edition",
        ),
        "markdown": (
            "Report",
            "render",
        ),
        "memo": ("memo_lines",),
        "publish": ("check_published",),
    },
)
