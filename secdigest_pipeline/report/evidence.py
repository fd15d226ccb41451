"""What each printed line of an edition rests on: its row joined with the rows of other tables that it names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis, CheckVerdict, Quote, Statement
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, PRIMARY_PAGES, STORIES
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, RAW_FEED_ITEMS
from secdigest_pipeline.report import text
from secdigest_pipeline.report.records import Origin, ReportLine
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS

# The tables that lines name (Origin.table).
TABLES: tuple[Table[Any], ...] = (
    RAW_FEED_ITEMS,
    FEED_COMPLETENESS,
    CLEANED_ARTICLES,
    PRIMARY_PAGES,
    STORIES,
    ARTICLE_ANALYSES,
    IOCS,
    CVE_FACTS,
)
# What a row tells beside the column that a line shows.
_BESIDE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("raw_feed_items", "title"): ("feed_name",),
    ("cleaned_articles", "read_state"): ("read_reason",),
    ("primary_pages", "final_url"): ("kind", "read_state", "reason", "title", "found_on", "why"),
    ("stories", "url"): ("similarity", "why"),
    ("stories", "lead_url"): ("lead_edition", "lead_id", "similarity", "why"),
    ("article_analyses", "state"): ("reason",),
    ("iocs", "value"): ("role", "confidence", "reasons", "evidence"),
    ("iocs", "source_url"): ("role",),
    ("cve_facts", "kev_date_added"): ("kev_due_date", "kev_ransomware"),
    ("cve_facts", "epss_score"): ("epss_percentile",),
}
_BESIDE_ALL: Mapping[str, tuple[str, ...]] = {"article_analyses": ("analyst", "model", "prompt_version")}


@dataclass(frozen=True, slots=True)
class Ground:
    """One origin of a line with what its row holds; `values` is empty when the row is not there (any more).

    Where the line counts rows, `values` has their number as `rows`; of the ledger also `is_ioc`, how many of them it keeps.
    """

    table: str
    key: tuple[str, ...]
    column: str
    url: str | None
    as_of: date | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checking call says of a line, with the passage it gives; `reason` tells why it says nothing that counts."""

    verdict: CheckVerdict
    passage: Quote | None
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One printed line, its fields as in ReportLine; `rests_on` is None for a line of before origins were kept.

    `more_quotes` are the further passages a model's statement rests on. `checked` is None for what no model stated, and for
    a line of before there was a check.
    """

    line: int
    section: str
    part: str | None
    field: str
    text: str
    article_id: str | None
    quote: str
    start: int | None
    end: int | None
    rests_on: tuple[Ground, ...] | None
    more_quotes: tuple[Quote, ...] = ()
    checked: Checked | None = None


def evidence(lines: Sequence[ReportLine], tables: Mapping[str, Sequence[Any]]) -> list[Evidence]:
    """One row for every line, in the order of the report. `tables` holds the rows of the edition by the names of TABLES."""
    rows = _Rows(tables)
    analyses: dict[str, Analysis] = {row.article_id: row for row in tables.get(ARTICLE_ANALYSES.name, ())}
    found = []
    for line in lines:
        analysis = analyses.get(line.article_id or "")
        stated = _stated(line, analysis) if analysis else None
        found.append(
            Evidence(
                line.line,
                line.section,
                line.part,
                line.field,
                line.text,
                line.article_id,
                line.quote,
                line.start,
                line.end,
                None if line.rests_on is None else tuple(map(rows.ground, line.rests_on)),
                stated.more_quotes or () if stated else (),
                _checked(line, analysis, stated) if analysis else None,
            )
        )
    return found


def _stated(line: ReportLine, analysis: Analysis) -> Statement | None:
    """The stored statement that a line prints."""
    if line.field == "title":
        return analysis.title
    if line.field != "statement" or line.part not in ("summary", "recommendations", "notes"):
        return None
    said = line.text.strip().removeprefix("- ")
    statements: tuple[Statement, ...] = getattr(analysis, line.part)
    return next((one for one in statements if text.sentence(one.text) == said), None)


def _checked(line: ReportLine, analysis: Analysis, stated: Statement | None) -> Checked | None:
    verdict = analysis.advice_check if line.field == "advice" else stated.check if stated else None
    if verdict is None:
        return None
    reason = "" if verdict == "supported" else analysis.check_reason or ""
    return Checked(verdict, stated.ground if stated else None, reason)


class _Rows:
    """Rows of each table by their key, and by the beginnings of it."""

    def __init__(self, tables: Mapping[str, Sequence[Any]]) -> None:
        self._by_key: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._counts: dict[tuple[str, tuple[str, ...]], Counter[str]] = defaultdict(Counter)
        for table in TABLES:
            for row in tables.get(table.name, ()):
                key = tuple(getattr(row, column) for column in table.key)
                self._by_key[table.name, key] = row
                for length in range(len(key)):
                    counts = self._counts[table.name, key[:length]]
                    counts["rows"] += 1
                    if table is IOCS:
                        counts["is_ioc"] += row.is_ioc
        self._lengths = {table.name: len(table.key) for table in TABLES}

    def ground(self, origin: Origin) -> Ground:
        """The origin with what stands there."""
        place = (origin.table, origin.key)
        if len(origin.key) < self._lengths[origin.table]:
            counted = self._counts.get(place, Counter())
            names = ("rows", "is_ioc") if origin.table == IOCS.name else ("rows",)
            values: Mapping[str, Any] = {name: counted[name] for name in names}
        else:
            row = self._by_key.get(place)
            columns = (
                origin.column,
                *_BESIDE.get((origin.table, origin.column), ()),
                *_BESIDE_ALL.get(origin.table, ()),
            )
            values = {} if row is None else dict(_values(row, columns))
        return Ground(origin.table, origin.key, origin.column, origin.url, origin.as_of, values)


def _values(row: Any, columns: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The columns of a row that hold anything to show, dates in their ISO form; lists of records are none."""
    for column in columns:
        value = getattr(row, column)
        if isinstance(value, tuple):
            value = [item for item in value if isinstance(item, str)]
        elif isinstance(value, date):
            value = value.isoformat()
        if value not in ("", None, []):
            yield column, value
