"""What cannot work is told before anything is started: one line, exit code 1, no run, no database, no request."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from secdigest_pipeline.sample import messages
from secdigest_pipeline_tests.cli.conftest import Secdigest

PAST = ("2026-10-01", "2026-10-01")
COMMANDS = (("run", PAST[0]), ("run",), ("backfill", *PAST))
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def feed_list(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = home / "feeds.yaml"
    path.write_text(
        "feeds: [{id: one, name: One, url: 'http://one.test/x', site: 'http://one.test/', lang: en, kind: news}]"
    )
    monkeypatch.setenv("SECDIGEST_FEEDS", str(path))
    monkeypatch.setenv("SECDIGEST_CONNECT_TO", "*.test=127.0.0.1:1")
    return path


@pytest.fixture
def wrong_key(monkeypatch: pytest.MonkeyPatch, secdigest: Secdigest) -> Iterator[messages.MessagesApi]:
    """The sample endpoint, and a key in the environment that it does not take."""
    api = messages.MessagesApi()
    url, stop = messages.serve(api.app)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hunter2")
    monkeypatch.setenv("SECDIGEST_ANALYST", "anthropic")
    yield api
    stop()


def nothing_was_started(home: Path, database: str) -> bool:
    engine = sqlalchemy.create_engine(database, poolclass=sqlalchemy.NullPool)
    return {path.name for path in home.iterdir()} == {"feeds.yaml"} and not sqlalchemy.inspect(engine).get_table_names()


@pytest.mark.parametrize("command", [*COMMANDS, ("poll",), ("dev",)])
def test_a_misspelt_setting_is_named_with_the_one_that_is_meant(
    secdigest: Secdigest, home: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SECDIGEST_MODEL", "hunter2")
    done = secdigest(*command)
    told = "'SECDIGEST_MODEL' is no setting; is SECDIGEST_MODELS meant?"
    assert (done.exit_code, done.stderr) == (1, f"secdigest: {told}\n")
    assert nothing_was_started(home, fresh_database)
    doctor = secdigest("doctor")
    assert doctor.exit_code == 1 and told in doctor.stdout and "hunter2" not in doctor.output


@pytest.mark.parametrize("command", [*COMMANDS, ("poll",), ("dev",)])
def test_a_missing_feed_list_is_named(
    secdigest: Secdigest, home: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SECDIGEST_FEEDS", str(home / "elsewhere.yaml"))
    done = secdigest(*command)
    told = f"{home / 'elsewhere.yaml'}: cannot be read (No such file or directory)"
    assert (done.exit_code, done.stderr) == (1, f"secdigest: {told}\n")
    assert nothing_was_started(home, fresh_database)
    doctor = secdigest("doctor")
    assert doctor.exit_code == 1 and told in doctor.stdout


@pytest.mark.parametrize("command", [("run", PAST[0]), ("backfill", *PAST)])
def test_a_wrong_key_is_told_before_anything_is_started_and_is_not_shown(
    secdigest: Secdigest, home: Path, fresh_database: str, wrong_key: messages.MessagesApi, command: tuple[str, ...]
) -> None:
    done = secdigest(*command)
    told = "the Messages API turns the key down (HTTP 401); check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL"
    assert (done.exit_code, done.stderr) == (1, f"secdigest: {told}\n")
    assert nothing_was_started(home, fresh_database)
    doctor = secdigest("doctor")
    assert doctor.exit_code == 1 and told in doctor.stdout and "hunter2" not in doctor.output
    assert wrong_key.requests == []


def test_of_the_live_edition_the_feeds_are_polled_all_the_same(
    secdigest: Secdigest, home: Path, wrong_key: messages.MessagesApi
) -> None:
    done = secdigest("run")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1 and "HTTP 401" in done.stderr
    assert "feed_snapshots" in done.stdout and "article_pages" not in done.stdout
    assert not (home / "out").exists()


def test_doctor_says_of_an_endpoint_that_knows_neither_models_nor_messages_what_it_answered(
    secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch, wrong_key: messages.MessagesApi
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"{os.environ['ANTHROPIC_BASE_URL']}/elsewhere")
    doctor = secdigest("doctor")
    assert doctor.exit_code == 1 and "the endpoint answers HTTP 404 when asked for its models" in doctor.stdout
    assert "one token was asked for: HTTP 404" in doctor.stdout


def test_a_port_that_is_taken_is_an_error_at_once(secdigest: Secdigest, home: Path, fresh_database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = secdigest("dev", "--port", str(port))
    assert done.exit_code == 1
    assert done.stderr == (
        f"secdigest: port {port} of 127.0.0.1 cannot be used (Address already in use); name another one with --port\n"
    )
    assert nothing_was_started(home, fresh_database)


@pytest.mark.parametrize(
    ("arguments", "command"), [([], "secdigest dev"), (["PORT=4321"], "secdigest dev --port 4321")]
)
def test_make_dev_hands_a_port_on(arguments: list[str], command: str) -> None:
    make = ["make", "-n", "--no-print-directory", "dev", *arguments]  # these tests run under a make of their own
    said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1].rstrip().endswith(command)
