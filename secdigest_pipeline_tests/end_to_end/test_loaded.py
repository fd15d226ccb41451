"""What a command loads into its process: seconds and megabytes of libraries it has no use for."""

import subprocess
import sys

import pytest

from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COMMAND = """
import sys
from secdigest_pipeline.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sorted({"pandas", "pyarrow", "dagster", "sqlalchemy"} & set(sys.modules)))
"""


def test_making_an_edition_loads_no_pandas(sample: Sample) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "run", EDITIONS[-1].key], env=sample.env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: dagster pyarrow sqlalchemy"
