"""What a printed line rests on, joined from the tables of its edition."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from secdigest_pipeline.analysis.records import Quote
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.report.evidence import TABLES, Checked, Evidence, evidence
from secdigest_pipeline.report.origins import of_all
from secdigest_pipeline.report.records import Origin
from secdigest_pipeline_tests.report.rows import ID, URL, analysis, article, ioc, item, report_of, statement

FOUND = ioc("domain", "c2.example", reasons=("name", "listed"))
ROWS: dict[str, Sequence[Any]] = {
    "raw_feed_items": [item()],
    "cleaned_articles": [article(read_state="feed_only", read_reason="blocked: HTTP 402")],
    "article_analyses": [analysis()],
    "iocs": [FOUND, ioc("domain", "shop.example", is_ioc=False), ioc("domain", "x.example", article_id="other")],
}


def shown() -> list[Evidence]:
    rows = [row for table in ROWS.values() for row in table]
    return evidence(report_of(*rows).lines, ROWS)


def of_field(field: str) -> Evidence:
    return next(row for row in shown() if row.field == field)


def test_every_line_is_shown_in_its_order() -> None:
    lines = report_of(*(row for table in ROWS.values() for row in table)).lines
    assert [(row.line, row.text, row.field, row.quote) for row in shown()] == [
        (line.line, line.text, line.field, line.quote) for line in lines
    ]


def test_a_line_shows_what_stands_in_the_rows_it_names() -> None:
    (by,) = of_field("statement").rests_on or ()
    assert (by.table, by.key, by.column, by.url) == ("article_analyses", (ID,), "summary", URL)
    assert by.values == {"analyst": "anthropic", "model": "claude-haiku-5-5", "prompt_version": "1"}
    (value,) = of_field("ioc").rests_on or ()
    assert value.values == {
        "value": "c2.example",
        "role": "attacker_infrastructure",
        "confidence": 0.9,
        "reasons": ["name", "listed"],
        "evidence": "evidence",
    }
    (state, *_) = next(row for row in shown() if row.field == "state" and row.part == "notes").rests_on or ()
    assert state.values == {"read_state": "feed_only", "read_reason": "blocked: HTTP 402"}


def statements_of(**changes: Any) -> dict[str, Evidence]:
    """The lines of a model's entry by their text."""
    row = analysis(**changes)
    return {one.text.strip(" -#"): one for one in evidence(report_of(row).lines, {"article_analyses": [row]})}


def test_a_line_has_the_checkers_verdict_of_its_own_part() -> None:
    ground = Quote("passage", 4, 11)
    said = replace(statement("架空社が警告した"), check="supported", ground=ground, more_quotes=(ground,))
    same = replace(said, check="unchecked", ground=None, more_quotes=None)
    row = analysis(summary=(said,), notes=(same,), check_state="unchecked", check_reason="nobody answered")
    found = [one for one in evidence(report_of(row).lines, {"article_analyses": [row]}) if one.field == "statement"]
    assert [(one.part, one.checked, one.more_quotes) for one in found] == [
        ("summary", Checked("supported", ground, ""), (ground,)),
        ("notes", Checked("unchecked", None, "nobody answered"), ()),
    ], "the printed line has a full stop that the statement has not"


def test_title_and_advice_have_a_verdict_and_what_no_model_said_has_none() -> None:
    title = replace(statement("架空のVPN製品に脆弱性"), check="supported", ground=Quote("p", 0, 1))
    found = statements_of(title_ja=title.text, title=title, advice="更新する。", advice_check="supported")
    assert found[title.text].checked == Checked("supported", title.ground, "")
    assert found["更新する。"].checked == Checked("supported", None, "")
    assert {one.checked for one in found.values() if one.field not in ("title", "advice", "statement")} == {None}
    own = replace(statement("It was fixed.", "extractive"), check=None)
    assert {one.checked for one in statements_of(state="extractive", summary=(own,)).values()} == {None}


def test_a_line_of_before_the_check_has_no_verdict() -> None:
    old = replace(statement("架空社が警告した。"), check=None)
    found = statements_of(summary=(old,), check_state=None, check_reason=None, advice="更新する。")
    assert {one.checked for one in found.values()} == {None}


def test_where_a_line_counts_rows_their_number_is_shown() -> None:
    origins = (
        Origin("iocs", (ID,), "is_ioc"),
        Origin("iocs", ("nobody",), "is_ioc"),
        of_all("article_analyses", "model"),
    )
    ((some, none, every),) = (
        row.rests_on or () for row in evidence([replace(report_of().lines[0], rests_on=origins)], ROWS)
    )
    assert some.values == {"rows": 2, "is_ioc": 1}
    assert none.values == {"rows": 0, "is_ioc": 0}
    assert every.values == {"rows": 1}


def test_a_row_that_is_gone_leaves_the_line_and_its_origin() -> None:
    lines = report_of(FOUND).lines
    (row,) = (row for row in evidence(lines, {}) if row.field == "ioc")
    assert (
        row.rests_on is not None
        and row.rests_on[0].values == {}
        and row.rests_on[0].key == (ID, "domain", "c2.example")
    )


def test_a_line_of_before_the_origins_shows_none() -> None:
    old = [replace(line, rests_on=None) for line in report_of().lines]
    assert {row.rests_on for row in evidence(old, ROWS)} == {None}


def test_every_table_a_line_can_name_is_joined() -> None:
    (named,) = (column.values for column in Table("origins", Origin, key=()).columns if column.field == "table")
    assert set(named) == {table.name for table in TABLES}
