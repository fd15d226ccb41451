"""What stands behind each printed statement of an edition, as one row a statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from secdigest_pipeline.analysis.extractive import own_title
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.lines import ioc_line
from secdigest_pipeline.indicators.records import Ioc


@dataclass(frozen=True, slots=True)
class Evidence:
    """One printed statement. `start` and `end` count characters of the article's text (field `ioc`: of the page text at `source_url`)."""

    article_id: str
    field: str  # title, summary, recommendation, note, advice, ioc
    statement: str
    quote: str  # empty for lines whose values alone are checked
    start: int | None
    end: int | None
    # grounded or extractive: the quote shows it; own_title: the article's headline; values: every value is the article's
    verdict: str
    source_url: str
    model: str
    prompt_version: str


def evidence(analyses: Sequence[Analysis], articles: Sequence[Article], iocs: Sequence[Ioc]) -> list[Evidence]:
    """Rows in the order of `analyses`, within one in the order of the report (report-contract 1.3)."""
    known = {article.article_id: article for article in articles}
    return [
        row
        for analysis in analyses
        if (article := known.get(analysis.article_id)) is not None
        for row in _rows(analysis, article, [ioc for ioc in iocs if ioc.article_id == analysis.article_id])
    ]


def _rows(analysis: Analysis, article: Article, iocs: Sequence[Ioc]) -> Iterator[Evidence]:
    def row(
        field: str, statement: str, verdict: str, quote: str = "", start: int | None = None, end: int | None = None
    ) -> Evidence:
        return Evidence(
            article.article_id, field, statement, quote, start, end, verdict, article.url,
            analysis.model, analysis.prompt_version,
        )  # fmt: skip

    yield row("title", analysis.title_ja, "own_title" if analysis.title_ja == own_title(article) else "values")
    for line in analysis.summary:
        yield row("summary", line.text, line.verdict, line.quote, line.start, line.end)
    for ioc in iocs:
        printed = ioc_line(ioc) if ioc.is_ioc else None
        if printed:
            yield replace(row("ioc", printed, "grounded", ioc.raw, ioc.start, ioc.end), source_url=ioc.source_url)
    for field, lines in (("recommendation", analysis.recommendations), ("note", analysis.notes)):
        for line in lines:
            yield row(field, line.text, line.verdict, line.quote, line.start, line.end)
    if analysis.advice:
        yield row("advice", analysis.advice, "values")
