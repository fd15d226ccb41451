"""The shared cases that hold keep holding, asked through evals/bindings.py by the runners beside them."""

import subprocess
import sys

import pytest

from secdigest_pipeline_tests.places import REPOSITORY, SHARED

LISTED = [line.split() for line in (REPOSITORY / "evals" / "guards.txt").read_text().splitlines() if line[0] != "#"]


@pytest.mark.skipif(not (SHARED / "cases").is_dir(), reason="the shared cases lie beside the repository")
@pytest.mark.parametrize("runner", ["run_ioc.py", "run_intake.py"])
def test_every_guard_of_the_shared_cases_passes(runner: str) -> None:
    guards = {case for name, case in LISTED if name == runner}
    done = subprocess.run(
        [sys.executable, str(SHARED / "cases" / runner)], cwd=REPOSITORY, capture_output=True, text=True, timeout=300
    )
    said = {
        words[1]: words[0] for line in done.stdout.splitlines() if (words := line.split())[:1] in (["PASS"], ["FAIL"])
    }
    assert said, done.stderr
    assert {case for case in said.keys() & guards if said[case] == "FAIL"} == set()
