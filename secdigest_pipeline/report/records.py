"""Rows of the report table: one per printed line, so that each can be asked where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Named, Table

LineField = Literal[
    "heading",
    "label",
    "blank",
    "empty_section",
    "title",
    "headline",
    "url",
    "statement",
    "extract",
    "advice",
    "ioc",
    "cve_facts",
    "primary_source",
    "related",
    "earlier",
    "state",
    "memo",
]
FIELDS: Mapping[LineField, str] = {
    "heading": "title of the file or of a section",
    "label": "label of an entry's part (要約, その他 ...), or 関連: and 一次ソース: above several addresses",
    "blank": "empty line",
    "empty_section": "the N/A of a section in which nothing of the edition stands",
    "title": "headline of an entry in a model's words, every value of it checked against the article",
    "headline": "headline of an entry in the source's own words (quote), of an entry behind 原題:",
    "url": "address of the entry's article",
    "statement": "a model's statement, shown by verbatim quotes of the article and refused by no checker",
    "extract": "a sentence of the article itself, word for word, below 抜粋(原文)",
    "advice": "a model's advice to a reader, free wording with every value of it checked against the article",
    "ioc": "one value of the IOC ledger (quote: as spelled on its page)",
    "cve_facts": "what KEV and EPSS say of CVEs; states may follow in the same line where the room is short",
    "primary_source": "一次ソース: page the article rests on",
    "related": "関連: article of the same edition on the same event, which has no entry of its own",
    "earlier": "関連（date）: article of an earlier edition that this one follows up",
    "state": "what could not be had or is not there, or how the entry was made (要約なし, IOC情報なし, 未確認, 推奨事項なし, "
    "原文の抜粋 ...)",
    "memo": "what the pipeline says of the edition as a whole: who wrote it, its cost, its feeds",
}
# Lines that state nothing.
STRUCTURE: frozenset[LineField] = frozenset(("heading", "label", "blank", "empty_section"))

TableName = Literal[
    "raw_feed_items",
    "feed_completeness",
    "cleaned_articles",
    "primary_pages",
    "stories",
    "article_analyses",
    "iocs",
    "cve_facts",
]
Part = Literal["title", "url", "summary", "iocs", "recommendations", "notes", "advice"]


@dataclass(frozen=True, slots=True)
class Origin:
    """One value of another table of the edition that a line is made of."""

    table: Annotated[TableName, "table of the edition", Named("table_name")]
    key: Annotated[
        tuple[str, ...],
        "key of the row there, without the edition; where the line counts rows the columns they share, none for all rows",
    ]
    column: Annotated[str, "column whose value the line shows or follows from", Named("column_name")]
    url: Annotated[str | None, "page the value was read on, or that the line leads to; null when there is none"] = None
    as_of: Annotated[date | None, "date of the catalogue, or the earlier edition; null for all others"] = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the published Markdown file and what it rests on."""

    edition: Annotated[DayKey, "edition date"]
    line: Annotated[int, "line number in the file, from 1"]
    section: Annotated[str, "heading of the section; empty above the first"]
    article_id: Annotated[str | None, "article the line speaks of; null for headings, labels, blanks and the memo"]
    field: Annotated[LineField, "; ".join(f"{field}: {what}" for field, what in FIELDS.items())]
    text: Annotated[str, "the line as printed"]
    quote: Annotated[
        str, "source text behind the line, verbatim; empty when its values alone are checked, or it has none"
    ]
    part: Annotated[Part | None, "part of an article's entry the line stands in; null outside of entries"] = None
    start: Annotated[
        int | None,
        "offset of the quote, characters: in the article's text (field ioc: in the page_text of the page its origin names); "
        "null without quote, or when it is a headline",
        Named("start_offset"),
    ] = None
    end: Annotated[int | None, "end of the quote, characters; null like its start", Named("end_offset")] = None
    rests_on: Annotated[
        tuple[Origin, ...] | None,
        "values of other tables the line is made of; empty for lines that state nothing and where no table of the edition holds "
        "it; null in files of before it was kept",
    ] = None


DAILY_REPORT = Table("daily_report", ReportLine, key=("line",))
