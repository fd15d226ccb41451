"""Arguments and settings that cannot be used: one message that names them, an exit code, and nothing touched."""

from pathlib import Path

import pytest

from secdigest_pipeline.cli.main import COMMANDS
from secdigest_pipeline_tests.cli.conftest import Secdigest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "yesterday"), "edition 'yesterday' is not a date of the form YYYY-MM-DD"),
        (("run", "2026-02-30"), "edition '2026-02-30' is not a date of the form YYYY-MM-DD"),
        (("run", "20261001"), "edition '20261001' is not a date of the form YYYY-MM-DD"),
        (("run", "2999-01-01"), "edition 2999-01-01 is in the future; the newest is "),
        (("run", "2024-12-31"), "edition 2024-12-31 is before the first one, 2025-01-01 (SECDIGEST_START)"),
        (("backfill", "2026-10-02", "2026-10-01"), "FROM 2026-10-02 is after TO 2026-10-01"),
        (("backfill", "2026-10-01", "2999-01-01"), "edition 2999-01-01 is in the future"),
        (("backfill", "2026-10-01"), "Missing argument 'TO'"),
        (("poll", "all"), "Got unexpected extra argument (all)"),
        (("publish",), "No such command 'publish'"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_before_anything_is_done(
    secdigest: Secdigest, home: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = secdigest(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("secdigest: ") and done.stderr.count("\n") == 1
    assert message in done.stderr
    assert done.stdout == ""
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SECDIGEST_ANALYST", "oracle", "SECDIGEST_ANALYST='oracle' is not auto, anthropic or extractive"),
        ("SECDIGEST_HOST_DELAY", "soon", "SECDIGEST_HOST_DELAY='soon' is not a number from 0 to 60 seconds"),
        ("SECDIGEST_PAGE_FETCHES", "0", "SECDIGEST_PAGE_FETCHES='0' is not a whole number from 1 to 128 fetches"),
        ("SECDIGEST_CONNECT_TO", "a.test", "SECDIGEST_CONNECT_TO: 'a.test' is not of the form host=ip:port"),
    ],
)
@pytest.mark.parametrize("arguments", [("run",), ("poll",), ("backfill", "2026-10-01", "2026-10-02")])
def test_a_setting_that_cannot_be_used_is_one_line_that_names_it(
    secdigest: Secdigest,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    name: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(name, value)
    done = secdigest(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"secdigest: {message}\n"
    assert list(home.iterdir()) == []


def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(
    secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECDIGEST_PG_URL", "postgresql+psycopg2://someone:hunter2@127.0.0.1:1/none")
    done = secdigest("run", "2026-10-01")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("secdigest: ") and done.stderr.count("\n") == 1
    assert "SECDIGEST_PG_URL" in done.stderr and "hunter2" not in done.stderr


def test_a_data_folder_that_cannot_be_made_is_one_line_that_names_it(
    secdigest: Secdigest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "a-file").write_text("in the way")
    monkeypatch.setenv("SECDIGEST_DATA", str(home / "a-file" / "data"))
    for arguments in (("run",), ("poll",), ("backfill", "2026-10-01", "2026-10-01")):
        done = secdigest(*arguments)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith(f"secdigest: {home / 'a-file' / 'data'}") and done.stderr.count("\n") == 1
        assert "SECDIGEST_DATA" in done.stderr
    assert [path.name for path in home.iterdir()] == ["a-file"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("feeds: []\n", "lists no feed"),
        ("feeds: [{id: One}]\n", "line 1: feed 1: id 'One' is not 1 to 64 of a-z, 0-9 and inner hyphens"),
        ("{", "line 1: not YAML (while parsing a flow node"),
    ],
)
def test_a_feed_list_that_cannot_be_used_is_named_and_nothing_is_polled(
    secdigest: Secdigest, home: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, message: str
) -> None:
    path = home / "feeds.yaml"
    monkeypatch.setenv("SECDIGEST_FEEDS", str(path))
    if content is not None:
        path.write_text(content)
    done = secdigest("poll")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"secdigest: {path}: {message}") and done.stderr.count("\n") == 1
    assert not (home / "data" / "archive").exists()


def test_help_lists_every_command_and_each_has_help_of_its_own(secdigest: Secdigest) -> None:
    listed = secdigest("--help").stdout.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    for name in COMMANDS:
        done = secdigest(name, "--help")
        assert done.exit_code == 0 and f" {name} " in done.stdout.splitlines()[0]
