"""`secdigest iocs`: indicators of a text, the search, and exports, by the real command."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from upath import UPath

from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.iocs import MAX_INPUT, iocs
from secdigest_pipeline.cli.main import main
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv
from secdigest_pipeline.indicators.past.history import History
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline_tests.indicators.ledgers import ioc

DAYS = ("2025-03-01", "2025-03-02", "2025-03-04")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with three editions made: tables and history."""
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SECDIGEST_OUT", str(tmp_path / "out"))
    history = History(UPath(tmp_path / "data" / "history"))
    for day in DAYS:
        rows = [
            ioc(edition=day, date=day),
            ioc("http://c2.evil.test/a", "url", edition=day, article_id=f"b{day}", date=day),
        ]
        store(tmp_path / "data", day, rows)
        history.add(Edition.parse(day), rows)
    return tmp_path / "data"


def store(folder: Path, day: str, rows: list[Ioc]) -> None:
    path = folder / "tables" / "iocs" / f"{day}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parquet_bytes(IOCS.arrow(rows)))


def run(*arguments: str, text: str | bytes = "") -> Result:
    """The command's outcome."""
    return CliRunner().invoke(iocs, list(arguments), input=text)


def test_a_text_gives_one_json_object_a_value_with_its_place() -> None:
    text = "通信先：hxxps://c2[.]evil[.]test/a と 45.83.12.9、CVE-2026-1234"
    rows = [json.loads(line) for line in run(text=text).stdout.splitlines()]
    assert [(row["type"], row["value"], row["defanged"]) for row in rows] == [
        ("url", "https://c2.evil.test/a", True),
        ("ipv4", "45.83.12.9", False),
        ("cve", "CVE-2026-1234", False),
    ]
    assert all(text[row["start"] : row["end"]] == row["raw"] for row in rows)
    assert set(rows[0]) == {"type", "value", "raw", "start", "end", "defanged"}


def test_values_of_the_newsrooms_own_list_carry_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    own.write_text("verdict,value,reason,owner\nallow,evil[.]test,our test host,SOC\n")
    monkeypatch.setenv("SECDIGEST_IOC_LIST", str(own))
    listed, other = (json.loads(line) for line in run(text="hxxps://c2[.]evil[.]test/a 45.83.12.9").stdout.splitlines())
    assert listed["local"] == {"verdict": "allow", "list": "own.csv", "reason": "our test host", "owner": "SOC"}
    assert "local" not in other


def test_an_own_list_that_cannot_be_used_ends_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    own.write_text("verdict,value,reason,owner\nperhaps,evil[.]test,x,y\n")
    monkeypatch.setenv("SECDIGEST_IOC_LIST", str(own))
    ended = CliRunner().invoke(main, ["iocs"], input="evil[.]test")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"secdigest: SECDIGEST_IOC_LIST: {own} line 2: verdict 'perhaps' is neither allow nor deny\n"
    )


def test_a_text_without_values_gives_nothing() -> None:
    assert (run(text="nothing here").output, run(text="").output) == ("", "")


def test_bytes_that_are_no_text_are_searched_as_far_as_they_go() -> None:
    assert json.loads(run(text=b"\xff\x00\xfe c2[.]evil[.]test").stdout)["value"] == "c2.evil.test"


def test_a_text_that_is_too_long_is_one_line_on_stderr() -> None:
    outcome = run(text=b"a" * (MAX_INPUT + 1))
    assert outcome.exit_code == 1
    assert outcome.stderr == f"secdigest: the text on standard input is longer than {MAX_INPUT} bytes\n"
    assert outcome.stdout == ""


@pytest.mark.parametrize("value", ["c2.evil.test", "c2[.]evil[.]test", " C2(.)EVIL[.]test "])
def test_a_search_says_when_where_in_which_role_and_on_what_evidence(data: Path, value: str) -> None:
    rows = [json.loads(line) for line in run("search", value, "--json").stdout.splitlines()]
    assert [(row["match"], row["edition"]) for row in rows] == [
        *(("exact", day) for day in reversed(DAYS)),
        *(("host_overlap", day) for day in reversed(DAYS)),
    ]
    assert rows[0]["role"] == "attacker_infrastructure" and rows[0]["confidence"] == 0.97
    assert rows[0]["evidence"].startswith("The implant beacons")
    assert rows[0]["source_url"] == "https://vendor.example/report"


def test_a_search_for_people_is_defanged_and_says_the_same(data: Path) -> None:
    shown = run("search", "hxxp://c2[.]evil[.]test/a").stdout
    assert "2025-03-04  exact  url  hxxp://c2[.]evil[.]test/a" in shown
    assert "attacker_infrastructure, confidence 0.97, IOC" in shown
    assert "https://vendor.example/report" in shown


def test_what_a_page_says_never_steers_the_terminal(data: Path) -> None:
    day = Edition.parse("2025-03-05")
    evil = ioc(edition=day.key, evidence="\x1b[31mred\x07 [bold]x[/bold] \u202egnp", malware="\x1b]0;title\x07")
    History(UPath(data / "history")).add(day, [evil])
    shown = run("search", "c2.evil.test").stdout
    assert not [char for char in shown if not char.isprintable() and char != "\n"]
    assert "[bold]x[/bold]" in shown


def test_a_name_that_could_be_a_files_is_searched_as_a_host(data: Path) -> None:
    day = Edition.parse("2025-03-05")
    History(UPath(data / "history")).add(day, [ioc("evil.sh", edition=day.key)])
    assert run("search", "evil.sh").exit_code == run("search", "evil[.]sh").exit_code == 0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("never.evil.test", "secdigest: domain 'never.evil.test' is in no edition of the ledger\n"),
        ("not a value", "secdigest: 'not a value' is no address, host, URL, e-mail address, hash or CVE id\n"),
        ("", "secdigest: '' is no address, host, URL, e-mail address, hash or CVE id\n"),
        ("a.test b.test", "secdigest: 'a.test b.test' is no address, host, URL, e-mail address, hash or CVE id\n"),
        ("a" * 5000, "secdigest: VALUE is longer than 4096 characters\n"),
    ],
)
def test_a_search_without_an_answer_is_one_line_and_exit_code_1(data: Path, value: str, message: str) -> None:
    outcome = run("search", value)
    assert (outcome.exit_code, outcome.stderr, outcome.stdout) == (1, message, "")


def test_a_search_before_anything_was_made_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "none"))
    assert run("search", "c2.evil.test").exit_code == 1
    assert not (tmp_path / "none").exists()


def test_an_export_writes_every_format_and_names_its_files(data: Path, tmp_path: Path) -> None:
    outcome = run("export", "2025-03-01", "2025-03-31", "--out", str(tmp_path / "x"))
    assert outcome.exit_code == 0, outcome.output
    written = {os.path.relpath(line, tmp_path / "x") for line in outcome.stdout.splitlines()}
    assert {name for name in written if "/" not in name} == {
        f"iocs-20250301-20250304.{end}" for end in ("csv", "jsonl", "stix.json")
    }
    assert {name.split("/")[0] for name in written if "/" in name} == {"misp-feed", "block"}
    assert check_ioc_csv((tmp_path / "x" / "iocs-20250301-20250304.csv").read_bytes()) == []
    assert (tmp_path / "x" / "block" / "0.95" / "domain.txt").read_text() == "c2.evil.test\n"
    before = {path: path.read_bytes() for path in (tmp_path / "x").rglob("*") if path.is_file()}
    run("export", "2025-03-01", "2025-03-31", "--out", str(tmp_path / "x"))
    assert {path: path.read_bytes() for path in (tmp_path / "x").rglob("*") if path.is_file()} == before


def test_an_export_of_one_format_writes_that_alone(data: Path, tmp_path: Path) -> None:
    run("export", "2025-03-02", "2025-03-02", "--format", "jsonl", "--out", str(tmp_path / "x"))
    (path,) = (tmp_path / "x").iterdir()
    assert [json.loads(line)["edition"] for line in path.read_text().splitlines()] == ["2025-03-02"] * 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("2025-04-01", "2025-04-02"), 1, "no edition from 2025-04-01 to 2025-04-02 was made"),
        (("2025-03-04", "2025-03-01"), 2, "FROM 2025-03-04 is after TO 2025-03-01"),
        (("yesterday", "2025-03-01"), 2, "edition 'yesterday' is not a date"),
        (("2025-03-01", "2025-03-02", "--format", "pdf"), 2, "'pdf' is not one of"),
    ],
)
def test_an_export_that_cannot_be_made_says_why(
    data: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    outcome = run("export", *arguments, "--out", str(tmp_path / "x"))
    assert outcome.exit_code == code
    assert says in outcome.stderr
    assert not (tmp_path / "x").exists()
