"""docs/how-to/own-asset.md: exactly the code of the page, made by a plain `dagster` command beside our tables."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.settings import packaged
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline_tests.docs.pages import blocks
from secdigest_pipeline_tests.places import REPOSITORY
from secdigest_pipeline_tests.rows import EDITION, ioc

PAGE = REPOSITORY / "docs" / "how-to" / "own-asset.md"
CODE, SHELL = blocks(PAGE)
IOC_ROWS = [
    ioc("ipv4", "45.15.255.200", port=8443, malware="FakeRAT"),
    ioc("ipv4", "45.15.255.201", port=8443, malware="FakeRAT"),
    ioc("ipv4", "45.15.255.202", port=4449, malware="FakeRAT"),
    ioc("domain", "c2.example", malware="FakeRAT"),  # no port: the column has a null
    ioc("ipv4", "45.15.255.203", port=53, is_ioc=False, malware="FakeRAT"),
]


@pytest.mark.slow
def test_the_asset_of_the_page_is_made_beside_ours_with_whole_numbers(home: Path) -> None:
    assert CODE.kind == "python own_assets.py"
    (home / "own_assets.py").write_text(CODE.text, encoding="utf-8")
    (home / "dagster.yaml").write_bytes(packaged("dagster.yaml").read_bytes())
    table = home / "data" / "tables" / "iocs" / f"{EDITION.key}.parquet"
    table.parent.mkdir(parents=True)
    table.write_bytes(parquet_bytes(IOCS.arrow(IOC_ROWS)))

    command = SHELL.text.splitlines()[0].split()
    assert EDITION.key in command
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        env={**os.environ, "DAGSTER_HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    made = pq.read_table(home / "data" / "tables" / "ports_of_malware" / f"{EDITION.key}.parquet")
    assert made.schema.field("port").type == pa.int64()
    assert made.to_pylist() == [
        {"malware": "FakeRAT", "port": 4449, "addresses": 1},
        {"malware": "FakeRAT", "port": 8443, "addresses": 2},
    ]
