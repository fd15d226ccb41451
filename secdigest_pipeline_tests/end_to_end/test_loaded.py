"""What a command loads into its process: seconds and megabytes of libraries that it has no use for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

COMMAND = """
import sys
from secdigest_pipeline.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sorted({"anthropic", "dagster", "pandas", "pyarrow", "sqlalchemy"} & set(sys.modules)))
"""
DAY = EDITIONS[-1].key


def loaded(*arguments: str, env: dict[str, str], given: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], env=env, input=given, capture_output=True, text=True, timeout=200
    )
    assert "Traceback" not in done.stderr
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    ("arguments", "libraries"),
    [
        (("--help",), []),
        (("iocs",), []),
        (("iocs", "search", "c2.bad-host.example"), []),
        (("feeds", "--help"), []),
        (("feeds", "check", "no feed"), []),
        (("intake", DAY), ["pyarrow"]),
        (("evidence", DAY), []),
        (("diff", DAY, "--a", "1", "--b", "2"), []),
    ],
    ids=str,
)
def test_a_command_that_looks_something_up_waits_for_no_library_of_a_run(
    tmp_path: Path, arguments: tuple[str, ...], libraries: list[str]
) -> None:
    env = {**os.environ, "SECDIGEST_DATA": str(tmp_path / "data"), "SECDIGEST_OUT": str(tmp_path / "out")}
    assert loaded(*arguments, env=env, given="The loader asks c2[.]bad-host[.]example for orders.") == libraries


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_making_an_edition_loads_no_pandas(sample: Sample) -> None:
    assert loaded("run", DAY, env=sample.env) == ["anthropic", "dagster", "pyarrow", "sqlalchemy"]
