"""Rows of the report table: one per printed line, so that each can be asked where it comes from."""

from dataclasses import dataclass
from typing import Annotated

from secdigest_pipeline.base.tables import DayKey, Table


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the published Markdown file and what it rests on."""

    edition: Annotated[DayKey, "edition date"]
    line: Annotated[int, "line number in the file, from 1"]
    section: Annotated[str, "heading of the section; empty above the first"]
    article_id: Annotated[str | None, "article the line speaks of; null for headings, labels, blanks and the memo"]
    field: Annotated[
        str,
        "heading (labels too), title, url, summary, ioc, recommendation, note, advice, headline, memo, blank (or `N/A`)",
    ]
    text: Annotated[str, "the line as printed"]
    quote: Annotated[str, "source text behind a statement; empty for lines that state nothing"]


DAILY_REPORT = Table("daily_report", ReportLine, key=("line",))
