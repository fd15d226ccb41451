"""The report of invented rows."""

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.report.markdown import Report, render
from secdigest_pipeline.report.origins import memo_line
from secdigest_pipeline_tests.rows import EDITION, ID, URL, analysis, article, ioc, item, statement

__all__ = ["EDITION", "ID", "URL", "analysis", "article", "ioc", "item", "report_of", "statement"]


def report_of(*rows: FeedItem | Article | Analysis | Ioc, memo: tuple[str, ...] = ()) -> Report:
    """The report of these rows; an item, article or analysis that is not given is the invented one."""
    by_type = {kind: [row for row in rows if isinstance(row, kind)] for kind in (FeedItem, Article, Analysis, Ioc)}
    return render(
        EDITION,
        by_type[FeedItem] or [item()],
        by_type[Article] or [article()],
        by_type[Analysis] or [analysis()],
        by_type[Ioc],
        [memo_line(line) for line in memo],
    )
