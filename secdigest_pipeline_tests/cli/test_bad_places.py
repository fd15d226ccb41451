"""Commands in places that do not help them: a server that dies under a run, a locale without Japanese."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from secdigest_pipeline_tests.machine import Machine

pytestmark = pytest.mark.slow

COMMAND = """
import sys
from pathlib import Path
from secdigest_pipeline.orchestration import database
database.ROOT_HOME = Path(sys.argv.pop(1))
from secdigest_pipeline.cli import main
main(prog_name="secdigest")
"""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def start(machine: Machine, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(machine.clusters), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=machine.data("x").parent,
        env={**os.environ, "COLUMNS": "200", **(env or {})},
    )


@pytest.mark.long
@pytest.mark.parametrize("step", ["poll", "feed_snapshots", "article_pages"])
def test_the_death_of_the_server_under_a_run_is_one_line(machine: Machine, step: str) -> None:
    neighbour = machine.data("neighbour")
    with machine.held(neighbour):
        command = start(machine, "demo")
        assert command.stdout is not None
        for line in command.stdout:
            if step in line:
                break
        server = machine.postmaster(machine.data("demo") / "data")
        assert server is not None
        server.kill()
        out, err = command.communicate(timeout=300)
        assert command.returncode == 1
        assert err.startswith("secdigest: ") and err.count("\n") == 1, err
        assert "PostgreSQL failed while it was used: " in err
        assert "Traceback" not in out
        assert machine.ask(neighbour, "select 1") == ["1"]


@pytest.mark.long
def test_a_locale_without_japanese_makes_no_command_fail(machine: Machine) -> None:
    neighbour = machine.data("データ")
    with machine.held(neighbour):
        places = {"SECDIGEST_DATA": "demo/data", "SECDIGEST_OUT": "demo/out"}
        for arguments in (["demo"], ["evidence", "2026-10-02"], ["intake", "2026-10-02"], ["doctor"]):
            command = start(machine, *arguments, env={**ASCII, **({} if arguments == ["demo"] else places)})
            out, err = command.communicate(timeout=500)
            assert "Traceback" not in out + err, err
            if arguments == ["doctor"]:  # which rightly finds the sample's last edition old
                assert err == "" and "embedded server starts and answers" in out
            else:
                assert command.returncode == 0, err
            if arguments[0] in ("demo", "evidence"):
                assert not out.isascii()


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        (ASCII, "✓ 日本\n".encode()),
        ({"PYTHONIOENCODING": "latin-1"}, b"\\u2713 \\u65e5\\u672c\n"),
        ({"PYTHONIOENCODING": "shift_jis"}, b"\\u2713 " + "日本\n".encode("shift_jis")),
    ],
)
def test_what_an_encoding_has_not_is_written_as_an_escape(env: dict[str, str], shown: bytes) -> None:
    code = "from secdigest_pipeline.cli.terminal import all_printable\nall_printable()\nprint('\\u2713 \\u65e5\\u672c')"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, check=True)
    assert done.stdout == shown
