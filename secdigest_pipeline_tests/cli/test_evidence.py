"""`secdigest evidence` and `secdigest article`: every line leads to its place in the stored text."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from upath import UPath

from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Quote, Statement
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.cli.evidence import article, evidence
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.report.origins import memo_line
from secdigest_pipeline.report.records import DAILY_REPORT
from secdigest_pipeline_tests import rows
from secdigest_pipeline_tests.analysis.conftest import make_article
from secdigest_pipeline_tests.rows import item

KEYS = "line section part field text article_id quote start end rests_on more_quotes checked".split()


def stored(data: Path, table: Table[Any], edition: str, rows: list[Any]) -> None:
    path = UPath(data / "tables" / table.name / f"{edition}.parquet")
    write_atomic(path, parquet_bytes(table.arrow(rows)))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Article:
    """One edition as its assets store it."""
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path))
    one = make_article()
    articles = [one, make_article("b", title="Other\x1b[31m news")]
    items = [item(item_id=row.article_id, article_id=row.article_id, url=row.url, title=row.title) for row in articles]
    analyses, iocs = [extract(row) for row in articles], ledger(articles, {}, {})
    stored(tmp_path, RAW_FEED_ITEMS, one.edition, items)
    stored(tmp_path, CLEANED_ARTICLES, one.edition, articles)
    stored(tmp_path, ARTICLE_ANALYSES, one.edition, analyses)
    stored(tmp_path, IOCS, one.edition, iocs)
    report = render(Edition.parse(one.edition), items, articles, analyses, iocs, [memo_line("要約モデル: なし")])
    stored(tmp_path, DAILY_REPORT, one.edition, report.lines)
    return one


def rows_of(edition: str) -> list[dict[str, Any]]:
    shown = CliRunner().invoke(evidence, [edition, "--json"])
    assert (shown.exit_code, shown.stderr) == (0, "")
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_every_line_of_the_report_is_printed_in_its_order(made: Article) -> None:
    rows = rows_of(made.edition)
    assert all(list(row) == KEYS for row in rows)
    assert [row["line"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["text"] == "# Daily Security Info" and rows[-1]["text"] == "- 要約モデル: なし"
    shown = CliRunner().invoke(evidence, [made.edition]).stdout.splitlines()
    assert [line[7:] for line in shown if line[:5].strip().isdigit()] == [row["text"] for row in rows]


def test_every_quote_names_its_place(made: Article) -> None:
    quoted = [row for row in rows_of(made.edition) if row["quote"] and row["article_id"] == made.article_id]
    assert {row["field"] for row in quoted} == {"headline", "extract", "ioc"}
    for row in quoted:
        assert {origin["url"] for origin in row["rests_on"]} == {made.url}
        if row["field"] == "headline":
            assert row["quote"] == made.title and row["start"] is None
        else:
            text = made.page_text if row["field"] == "ioc" else made.text
            assert text[row["start"] : row["end"]] == row["quote"]


def test_the_text_for_people_shows_below_a_line_its_quote_and_what_stands_in_the_rows(made: Article) -> None:
    shown = CliRunner().invoke(evidence, [made.edition]).stdout
    assert "       extract 0-" in shown
    assert f"         article_analyses.summary {made.article_id}: analyst=extractive, {made.url}" in shown
    assert "\x1b" not in shown
    url = [line for line in shown.splitlines() if line.startswith(f"         cleaned_articles.url {made.article_id}")]
    assert url == [f"         cleaned_articles.url {made.article_id}"], "what the line itself shows is not repeated"


def test_a_models_line_shows_all_its_quotes_and_what_the_checker_says(made: Article, tmp_path: Path) -> None:
    first, second = made.text.splitlines()[:2]
    passage = Quote(second, len(first) + 1, len(first) + 1 + len(second))
    supported = Statement("攻撃を確認。", first, 0, len(first), "grounded", (passage,), "supported", passage)
    unchecked = Statement("製品が狙われた。", first, 0, len(first), "grounded", None, "unchecked", None)
    analysis = rows.analysis(
        article_id=made.article_id, summary=(supported, unchecked), title_ja="攻撃を確認", title=supported,
        advice="更新してください。", advice_check="unchecked", check_state="unchecked", check_reason="refusal (cyber)",
    )  # fmt: skip
    news = [item(item_id=made.article_id, article_id=made.article_id, url=made.url)]
    report = render(Edition.parse(made.edition), news, [made], [analysis], [], [])
    stored(tmp_path, ARTICLE_ANALYSES, made.edition, [analysis])
    stored(tmp_path, DAILY_REPORT, made.edition, report.lines)
    shown = CliRunner().invoke(evidence, [made.edition]).stdout.splitlines()
    at = next(n for n, line in enumerate(shown) if line.endswith("- 攻撃を確認。"))
    span = f"{passage.start}-{passage.end}: {second}"
    assert shown[at + 1 : at + 4] == [
        f"       statement 0-{len(first)}: {first}", f"       and {span}", f"       check=supported {span}",
    ]  # fmt: skip
    at = next(n for n, line in enumerate(shown) if line.endswith("- 製品が狙われた。"))
    assert shown[at + 2] == "       check=unchecked: refusal (cyber)"
    found = [line for line in shown if line.startswith("       check=")]
    assert len(found) == 4 and found[-1] == "       check=unchecked: refusal (cyber)", "title, two lines, advice"
    [said] = [row for row in rows_of(made.edition) if row["text"].endswith("- 攻撃を確認。")]
    assert said["checked"]["verdict"] == "supported" and said["checked"]["passage"]["text"] == second
    assert [quote["text"] for quote in said["more_quotes"]] == [second]


def test_a_row_that_is_gone_is_said_to_be(made: Article, tmp_path: Path) -> None:
    stored(tmp_path, IOCS, made.edition, [])
    shown = CliRunner().invoke(evidence, [made.edition]).stdout
    assert re.search(rf"iocs\.value {made.article_id} \S+ \S+: not there", shown)


def test_an_edition_that_was_not_made_is_an_error_of_one_line(made: Article) -> None:
    shown = CliRunner().invoke(evidence, ["2026-10-02"])
    assert shown.exit_code == 1 and "has no report" in shown.stderr and shown.stdout == ""
    assert shown.stderr.count("\n") == 1


def test_an_edition_of_before_the_origins_is_printed_and_said_to_be_old(made: Article, tmp_path: Path) -> None:
    new = CliRunner().invoke(evidence, [made.edition]).stdout
    path = tmp_path / "tables" / DAILY_REPORT.name / f"{made.edition}.parquet"
    names = ["edition", "line", "section", "article_id", "field", "text", "quote"]
    path.write_bytes(parquet_bytes(pq.read_table(path).select(names)))
    shown = CliRunner().invoke(evidence, [made.edition])
    numbered = re.compile(r"^ {0,4}\d+  .*$", re.MULTILINE)
    assert numbered.findall(shown.stdout) == numbered.findall(new)
    assert f"`secdigest run {made.edition}` makes it again" in shown.stderr and shown.exit_code == 0


def test_a_table_that_lacks_a_column_is_an_error_of_one_line(made: Article, tmp_path: Path) -> None:
    path = tmp_path / "tables" / IOCS.name / f"{made.edition}.parquet"
    path.write_bytes(parquet_bytes(pq.read_table(path).drop_columns("role")))
    shown = CliRunner().invoke(evidence, [made.edition])
    assert (shown.exit_code, shown.stdout) == (1, "") and shown.stderr.count("\n") == 1
    assert "iocs" in shown.stderr and "'role'" in shown.stderr


def test_an_article_is_printed_with_the_text_the_offsets_count_in(made: Article) -> None:
    shown = json.loads(CliRunner().invoke(article, [made.article_id, "--json"]).stdout)
    assert (shown["text"], shown["page_text"], shown["url"]) == (made.text, made.page_text, made.url)


def test_the_newest_edition_wins_and_nothing_steers_the_terminal(made: Article, tmp_path: Path) -> None:
    newer = make_article(text="A newer text.\x1b]0;owned\x07", edition="2026-10-02")
    stored(tmp_path, CLEANED_ARTICLES, newer.edition, [newer])
    shown = CliRunner().invoke(article, [made.article_id]).stdout
    assert "A newer text." in shown and "2026-10-02" in shown and "\x1b" not in shown and "\x07" not in shown


@pytest.mark.parametrize("asked", ["0123456789abcdef", "../../etc", "x", ""])
def test_an_unknown_article_is_an_error_of_one_line(made: Article, asked: str) -> None:
    shown = CliRunner().invoke(article, [asked])
    assert shown.exit_code == 1 and shown.stderr.count("\n") == 1
