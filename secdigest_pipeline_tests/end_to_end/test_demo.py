"""`secdigest demo`: three editions of the sample world by the unmodified pipeline, held against the world's own truth."""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from upath import UPath

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, PRIMARY_PAGES
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.tables import Table, stored_rows
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.evidence import TABLES
from secdigest_pipeline.report.records import DAILY_REPORT, FIELDS, STRUCTURE
from secdigest_pipeline.sample.world import EDITIONS, World
from secdigest_pipeline_tests.end_to_end.conftest import SECDIGEST
from secdigest_pipeline_tests.places import REPOSITORY

pytestmark = pytest.mark.slow


class Demo:
    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.database_url = database_url
        self.world = World.load()

    def run(self, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [*SECDIGEST, "demo", *options, "--data", str(self.home / "data"), "--out", str(self.home / "out")]
        env = {**os.environ, "SECDIGEST_PG_URL": self.database_url, "COLUMNS": "200"}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=280, check=False)

    def published(self) -> dict[str, bytes]:
        out = self.home / "out"
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}

    def secdigest(self, *arguments: str) -> str:
        """Standard output of a command on the demo's data."""
        env = {**os.environ, "SECDIGEST_DATA": str(self.home / "data")}
        done = subprocess.run(
            [*SECDIGEST, *arguments], env=env, capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout

    def rows(self, table: Table[Any], edition: Edition) -> list[Any]:
        return stored_rows(table, UPath(self.home / "data" / "tables" / table.name / f"{edition.key}.parquet"))

    def tree(self, name: str) -> set[str]:
        folder = self.home / "data" / name
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Demo:
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"create database {name}"))
    made = Demo(tmp_path_factory.mktemp("demo"), postgres.replace("/postgres?", f"/{name}?"))
    done = made.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(made.home / "out" / EDITIONS[-1].news_path) in done.stdout
    assert done.stderr == ""
    return made


def test_every_published_file_holds_the_contract(demo: Demo) -> None:
    published = demo.published()
    for edition in EDITIONS:
        assert check_report(published[edition.news_path].decode()) == []
        assert check_ioc_csv(published[edition.ioc_csv_path]) == []
        assert edition.ioc_log_path in published
    assert sorted(name for name in published if name.endswith(".md") and "/news/" in name) == sorted(
        edition.news_path for edition in EDITIONS
    )


def test_the_reports_hold_exactly_the_articles_the_world_published_for_each_edition(demo: Demo) -> None:
    truth = demo.world.truth()
    for edition in EDITIONS:
        markdown = demo.published()[edition.news_path].decode()
        expected = {row.url for row in truth[edition.key] if row.kept}
        assert {url for url in expected if f"{url}\n" not in markdown and f"]({url})" not in markdown} == set()
        printed = [article.url for article in parse_report(markdown).articles]
        assert len(printed) == len(set(printed))
        assert set(printed) <= expected


def test_nothing_that_the_world_planted_is_printed_anywhere(demo: Demo) -> None:
    everything = b"\n".join(demo.published().values()).decode()
    planted = [text for texts in demo.world.planted().values() for text in texts]
    assert len(planted) >= 4
    assert [text for text in planted if text in everything or refang(text) in refang(everything)] == []


def test_the_demo_shows_what_a_check_drops_what_a_mending_replaces_and_what_nobody_checked(demo: Demo) -> None:
    rows = [row for edition in EDITIONS for row in demo.rows(ARTICLE_ANALYSES, edition)]
    refused = ("contradicted", "overstated", "not_stated")
    dropped = [row for row in rows if any(line.check in refused for line in row.dropped)]
    assert len(dropped) >= 6
    found = {line.text for row in dropped for line in row.dropped if line.check in refused}
    assert found <= {text for texts in demo.world.refused().values() for text in texts}
    assert all(line.ground for row in dropped for line in row.dropped if line.check in refused)
    mended = [row for row in rows if len(row.reply_ids or ()) == 4]
    assert len(mended) == 2, "a title and a lead"
    assert all(row.check_state == "checked" and len(row.summary) == 5 for row in mended)
    unchecked = [row for row in rows if row.state == "analysed" and row.check_state != "checked"]
    assert [f"{row.check_reason}".count("refusal") for row in unchecked] == [3], "by every model that was asked"
    reports = "\n".join(demo.published()[edition.news_path].decode() for edition in EDITIONS)
    assert f"- 点検していない文を含む記事: {unchecked[0].title_ja}\n" in reports
    assert reports.count("点検していない文を含む記事") == 1


def test_every_entry_of_an_article_that_was_read_has_five_japanese_lines(demo: Demo) -> None:
    for edition in EDITIONS:
        report = parse_report(demo.published()[edition.news_path].decode())
        for article in report.articles:
            lines = article.blocks["要約"]
            if not lines[0].startswith("本文を取得できなかった"):
                assert len(lines) == 5, article.title
            assert all(re.search("[ぁ-ゖァ-ヺ]", line) for line in lines), article.title
        stated = [line for line in demo.rows(DAILY_REPORT, edition) if line.field == "statement"]
        assert [line.text for line in stated if len(line.text.strip(" -")) > 136] == []


def test_an_article_that_could_not_be_read_is_never_printed_as_having_no_ioc(demo: Demo) -> None:
    unread = 0
    for edition in EDITIONS:
        for article in parse_report(demo.published()[edition.news_path].decode()).articles:
            said = "".join(article.blocks["要約"] + article.blocks["その他"])
            if "本文を取得できなかった" in said or "フィードの本文のみ" in said:
                unread += 1
                assert "IOC情報なし" not in article.blocks["IOCの列挙"]
    assert unread >= 3, "the world has a gone, a blocked and a forbidden page"


def test_an_unchanged_edition_made_again_downloads_nothing_asks_nothing_and_changes_no_byte(demo: Demo) -> None:
    before, calls, pages = demo.published(), demo.tree("llm/calls"), demo.tree("pages")
    done = demo.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert demo.published() == before
    assert demo.tree("llm/calls") == calls
    assert demo.tree("pages") == pages
    assert done.stdout.count("model calls 0") == len(EDITIONS)
    assert done.stdout.count("downloads 0") == len(EDITIONS)
    assert done.stdout.count("fetched 0") == len(EDITIONS), "primary sources"


def test_every_line_of_each_file_is_one_row_that_names_what_it_rests_on(demo: Demo) -> None:
    seen: set[str] = set()
    for edition in EDITIONS:
        lines = demo.rows(DAILY_REPORT, edition)
        assert "".join(f"{line.text}\n" for line in lines).encode() == demo.published()[edition.news_path]
        assert [line.line for line in lines] == list(range(1, len(lines) + 1))
        seen |= {line.field for line in lines}
        assert [line for line in lines if line.field not in STRUCTURE and not line.rests_on] == []
        stating = [line for line in lines if line.field in ("statement", "extract", "ioc", "headline")]
        assert [line for line in stating if not line.quote] == []
        assert [line for line in lines if line.field == "blank" and line.text] == []
        assert {line.text for line in lines if line.field == "empty_section"} <= {"N/A"}
    assert seen <= set(FIELDS)
    assert seen >= {"statement", "ioc", "cve_facts", "primary_source", "related", "state", "empty_section", "headline"}


def test_every_origin_of_a_line_is_a_row_of_its_table(demo: Demo) -> None:
    for edition in EDITIONS:
        keys = {
            (table.name, tuple(getattr(row, column) for column in table.key))
            for table in TABLES
            for row in demo.rows(table, edition)
        }
        columns = {table.name: {column.field for column in table.columns} for table in TABLES}
        lengths = {table.name: len(table.key) for table in TABLES}
        origins = [origin for line in demo.rows(DAILY_REPORT, edition) for origin in line.rests_on or ()]
        assert [origin for origin in origins if origin.column not in columns[origin.table]] == []
        whole = [origin for origin in origins if len(origin.key) == lengths[origin.table]]
        assert [origin for origin in whole if (origin.table, origin.key) not in keys] == []


def test_every_quote_of_a_line_stands_at_its_offsets(demo: Demo) -> None:
    for edition in EDITIONS:
        articles = {row.article_id: row for row in demo.rows(CLEANED_ARTICLES, edition)}
        pages = {row.final_url: row.page_text for row in demo.rows(PRIMARY_PAGES, edition)}
        pages |= {row.url: row.page_text for row in articles.values()}
        placed = [line for line in demo.rows(DAILY_REPORT, edition) if line.start is not None]
        for line in placed:
            text = pages[line.rests_on[0].url] if line.field == "ioc" else articles[line.article_id].text
            assert text[line.start : line.end] == line.quote
        assert {line.field for line in placed} <= {"statement", "extract", "ioc"} and len(placed) > 50


def test_evidence_shows_as_many_lines_and_statements_as_the_file_prints(demo: Demo) -> None:
    for edition in EDITIONS:
        printed = demo.published()[edition.news_path].decode().splitlines()
        shown = [json.loads(line) for line in demo.secdigest("evidence", edition.key, "--json").splitlines()]
        assert [row["text"] for row in shown] == printed
        bullets = [line for line in printed if line.startswith("    ") and not line.endswith(("関連:", "一次ソース:"))]
        stated = [row for row in shown if row["field"] not in STRUCTURE and row["text"].startswith("    ")]
        assert [row["text"] for row in stated] == bullets
        assert all(ground["values"] for row in stated for ground in row["rests_on"]), "every origin is found"
    for_people = demo.secdigest("evidence", EDITIONS[-1].key).splitlines()
    assert [line[7:] for line in for_people if line[:5].strip().isdigit()] == printed


def test_nothing_is_left_half_written(demo: Demo) -> None:
    assert [path for path in demo.home.rglob("*") if path.name.endswith(".tmp")] == []


def test_the_readme_shows_an_entry_of_the_real_demo_report(demo: Demo) -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    excerpt = readme.split("```markdown\n")[1].split("\n```")[0]
    assert len(excerpt.splitlines()) > 20
    assert excerpt in demo.published()["daily-news/news/2026_10-12/20261002.md"].decode()


def test_the_past_is_told_in_japanese_too(tmp_path: Path, fresh_database: str) -> None:
    past = Demo(tmp_path, fresh_database)
    done = past.run("--past", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    entries = [
        article
        for name, report in past.published().items()
        if "/news/" in name
        for article in parse_report(report.decode()).articles
    ]
    assert len(entries) > 8
    assert all(len(entry.blocks["要約"]) == 5 for entry in entries)
    lines = [line for entry in entries for line in (entry.title, *entry.blocks["要約"])]
    assert [line for line in lines if not re.search("[ぁ-ゖァ-ヺ]", line)] == []
