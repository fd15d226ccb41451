"""`secdigest evidence` and `secdigest article`: every statement leads to its place in the stored text."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from upath import UPath

from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.cli.evidence import article, evidence
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.orchestration.io_managers import parquet_bytes
from secdigest_pipeline_tests.analysis.conftest import make_article

KEYS = "article_id field statement quote start end verdict source_url model prompt_version".split()


def stored(data: Path, table: Table[Any], edition: str, rows: list[Any]) -> None:
    path = UPath(data / "tables" / table.name / f"{edition}.parquet")
    write_atomic(path, parquet_bytes(table.arrow(rows)))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Article:
    """One edition as its assets store it."""
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path))
    one = make_article()
    stored(tmp_path, CLEANED_ARTICLES, one.edition, [one, make_article("b", title="Other\x1b[31m news")])
    stored(tmp_path, ARTICLE_ANALYSES, one.edition, [extract(one)])
    stored(tmp_path, IOCS, one.edition, ledger([one], {}, {}))
    return one


def test_every_row_names_the_place_of_its_quote(made: Article) -> None:
    shown = CliRunner().invoke(evidence, [made.edition, "--json"])
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.exit_code == 0 and all(list(row) == KEYS for row in rows)
    assert [row["field"] for row in rows[:2]] == ["title", "summary"] and rows[0]["verdict"] == "own_title"
    assert {row["source_url"] for row in rows} == {made.url}
    quoted = [row for row in rows if row["quote"]]
    assert {row["field"] for row in quoted} >= {"summary", "ioc"}
    for row in quoted:
        text = made.page_text if row["field"] == "ioc" else made.text
        assert text[row["start"] : row["end"]] == row["quote"]


def test_the_text_for_people_shows_statement_and_quote(made: Article) -> None:
    shown = CliRunner().invoke(evidence, [made.edition]).stdout
    assert made.article_id in shown and "no model" in shown and "extractive 0-" in shown


def test_an_edition_that_was_not_made_is_an_error_of_one_line(made: Article) -> None:
    shown = CliRunner().invoke(evidence, ["2026-10-02"])
    assert shown.exit_code == 1 and "no analyses" in shown.stderr and shown.stdout == ""


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
