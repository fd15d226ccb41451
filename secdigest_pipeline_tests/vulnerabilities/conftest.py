"""The sample files of KEV and EPSS over loopback HTTP, and an empty archive of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive


@pytest.fixture(scope="module")
def served() -> Iterator[SampleWeb]:
    with web.serve() as pages:
        yield pages


@pytest.fixture
def archive(tmp_path: Path) -> EnrichmentArchive:
    return EnrichmentArchive(UPath(tmp_path / "enrichment"))
