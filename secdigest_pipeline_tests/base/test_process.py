"""What a process of ours sets once."""

import os
import subprocess
import sys

import pytest

POOL = """
from secdigest_pipeline.base.process import process_setup
process_setup()
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
"""


@pytest.mark.parametrize(("given", "pool"), [({}, "system"), ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc")])
def test_arrow_takes_its_memory_from_malloc_unless_the_operator_says_otherwise(
    given: dict[str, str], pool: str
) -> None:
    env = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"} | given
    done = subprocess.run([sys.executable, "-c", POOL], env=env, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"{pool}\n", "")
