"""The commands of the pages that only look, run over the three editions of the sample world."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from secdigest_pipeline_tests.docs.pages import commands
from secdigest_pipeline_tests.end_to_end.conftest import SECDIGEST
from secdigest_pipeline_tests.places import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
LOOKING = ("evidence", "article", "iocs", "intake", "diff")
COMMANDS = sorted(
    {
        command.removeprefix(".venv/bin/")
        for _, command in commands()
        if re.match(rf"(?:\.venv/bin/)?secdigest (?:{'|'.join(LOOKING)}) ", command)
    }
)


def run(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    places = {"SECDIGEST_DATA": home / "demo" / "data", "SECDIGEST_OUT": home / "demo" / "out"}
    env = {
        **os.environ,
        **{name: str(place) for name, place in places.items()},
        "SECDIGEST_FEEDS": str(REPOSITORY / "secdigest_pipeline" / "sample" / "feeds.yaml"),
        "COLUMNS": "200",
    }
    return subprocess.run([*SECDIGEST, *words], env=env, cwd=home, capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Path:
    """A folder in which `secdigest demo` was run, as the README does."""
    home = tmp_path_factory.mktemp("looking")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECDIGEST_PG_URL", postgres)
        done = run(home, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def test_there_are_commands_to_run() -> None:
    assert {command.split()[1] for command in COMMANDS} == set(LOOKING)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_looks_shows_something(command: str, made: Path) -> None:
    done = run(made, *shlex.split(command)[1:])
    if command.startswith("secdigest diff "):
        # The sample world was asked with one model: the other is named, with what is kept
        assert re.search(r"no reply of '\S+' is kept for edition .*; kept are .*claude-haiku", done.stderr)
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()
