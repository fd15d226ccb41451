"""`secdigest doctor`: every finding on a line of its own, exit code 1 when one must be mended, never a credential."""

import shutil
from pathlib import Path

import pytest

from secdigest_pipeline.base.settings import FIELDS
from secdigest_pipeline_tests.cli.conftest import Secdigest
from secdigest_pipeline_tests.machine import Machine

FEEDS = "feeds: [{id: one, name: One, url: 'http://one.test/x', site: 'http://one.test/', lang: en, kind: news}]"


@pytest.fixture(autouse=True)
def feed_list(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = home / "feeds.yaml"
    path.write_text(FEEDS)
    monkeypatch.setenv("SECDIGEST_FEEDS", str(path))
    return path


def findings(stdout: str) -> dict[str, tuple[bool, str]]:
    """What was looked at -> whether it is well, and what was found."""
    rows = (line.split(None, 1) for line in stdout.splitlines() if line.strip())
    return {what.split("  ")[0].strip(): (mark == "ok", what.split("  ", 1)[1].strip()) for mark, what in rows}


def test_a_deployment_that_can_work_is_said_to_be_well_and_nothing_is_left_behind(
    secdigest: Secdigest, home: Path
) -> None:
    done = secdigest("doctor")
    found = findings(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert all(ok for ok, _ in found.values())
    assert found["data"][1] == str(home / "data") and found["reports"][1] == str(home / "out")
    assert found["feeds"][1] == f"1 of 1 enabled in {home / 'feeds.yaml'}"
    assert found["analyst"][1].startswith("extractive")
    assert found.keys() >= FIELDS.keys() and found["SECDIGEST_PAGE_FETCHES"][1].startswith("16 (default;")
    assert [path for path in home.rglob("*") if path.is_file()] == [home / "feeds.yaml"]


def test_a_database_whose_data_directory_is_gone_is_named_and_is_no_fault(
    secdigest: Secdigest, roots_machine: Machine
) -> None:
    kept, gone = roots_machine.data("kept"), roots_machine.data("gone")
    for data in (kept, gone):
        roots_machine.ask(data, "select 1")
    assert "databases" not in findings(secdigest("doctor").stdout)
    database = roots_machine.pgdata(gone).parent
    shutil.rmtree(gone)
    done = secdigest("doctor")
    ok, said = findings(done.stdout)["databases"]
    assert (done.exit_code, ok) == (0, True)
    assert said.endswith(f"remove its database by hand: {database} (of {gone})")
    assert database.exists()


def test_it_never_prints_a_key_or_a_password(secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECDIGEST_ANALYST", "anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hunter2-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SECDIGEST_PG_URL", "postgresql+psycopg2://someone:hunter2@127.0.0.1:1/none")
    done = secdigest("doctor")
    found = findings(done.stdout)
    assert done.exit_code == 1
    assert "hunter2" not in done.output
    assert found["analyst"] == (True, found["analyst"][1]) and "a key is set" in found["analyst"][1]
    assert found["key"] == (False, "the endpoint cannot be reached, so the key is not tried")
    assert not found["PostgreSQL"][0] and "runs" not in found
    assert found["feeds"][0], "one finding that fails hides no other"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg2://127.0.0.1:1/none?password=hunter2-0451",
        "postgresql+psycopg2://127.0.0.1:1/none?user=me&password=hunter2%2D0451",
        "postgresql+psycopg2://127.0.0.1:1/none?p%61ssword=hunter2-0451",
        "postgresql+psycopg2://127.0.0.1:1/none?sslpassword=hunter2-0451",
        "postgresql+psycopg2://127.0.0.1:1/none?options=-csearch_path%3Dhunter2-0451",
        "postgresql+psycopg2://me:hunter2-0451@127.0.0.1:1/none",
        "postgresql+psycopg2://me:%68unter2-0451@127.0.0.1:1/none",
        "postgresql+psycopg2://hunter2-0451@127.0.0.1:1/none",
        "postgresql+psycopg2://me:a@hunter2-0451@127.0.0.1:1/none",
        "postgresql+psycopg2://me:a?hunter2-0451@127.0.0.1:1/none",
        "postgresql://me:hunter2-0451@127.0.0.1:1/none",
    ],
)
def test_no_spelling_of_a_database_url_makes_it_print_a_password(
    secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SECDIGEST_PG_URL", url)
    for command in ("doctor", "poll"):
        done = secdigest(command)
        assert done.exit_code == 1
        assert "hunter2" not in done.output.lower() and "SECDIGEST_PG_URL" in done.output


def test_everything_that_is_missing_is_named_at_once(
    secdigest: Secdigest, home: Path, feed_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "a-file").write_text("in the way")
    feed_list.write_text(FEEDS.replace("kind: news", "kind: rumours"))
    monkeypatch.setenv("SECDIGEST_DATA", str(home / "a-file" / "data"))
    monkeypatch.setenv("SECDIGEST_OUT", str(home / "a-file" / "out"))
    monkeypatch.setenv("SECDIGEST_ANALYST", "anthropic")
    monkeypatch.setenv("SECDIGEST_MODELS", "claude-haiku-5-5,claude-nobody-1")
    done = secdigest("doctor")
    found = findings(done.stdout)
    assert done.exit_code == 1
    assert {what for what, (ok, _) in found.items() if not ok} == {
        "data",
        "reports",
        "newest report",
        "feeds",
        "analyst",
        "model claude-nobody-1",
    }
    assert str(home / "a-file" / "data") in found["data"][1] and "Not a directory" in found["data"][1]
    assert "kind 'rumours' is not one of" in found["feeds"][1]
    assert "no key for the model" in found["analyst"][1]
    assert "claude-nobody-1" in found["model claude-nobody-1"][1]


def test_a_list_without_an_enabled_feed_and_a_setting_that_cannot_be_read_are_named(
    secdigest: Secdigest, feed_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed_list.write_text(FEEDS.replace("kind: news", "kind: news, enabled: false"))
    done = secdigest("doctor")
    assert (done.exit_code, findings(done.stdout)["feeds"]) == (1, (False, f"{feed_list} has no enabled feed"))
    monkeypatch.setenv("SECDIGEST_HOST_DELAY", "soon")
    done = secdigest("doctor")
    assert done.exit_code == 1
    assert findings(done.stdout)["settings"] == (
        False,
        "SECDIGEST_HOST_DELAY='soon' is not a number from 0 to 60 seconds",
    )
