"""Rounds of fetching KEV and EPSS at moments of the sample world."""

import asyncio
from datetime import datetime, timedelta

from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, KEV_URL
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.fetching import fetch_files
from secdigest_pipeline.vulnerabilities.records import EnrichmentFetch, sources

BOTH = sources(KEV_URL, EPSS_URL)


HOUR = timedelta(hours=1)


def fetch(served: SampleWeb, archive: EnrichmentArchive, at: datetime, on=BOTH) -> list[EnrichmentFetch]:
    """One round at that moment of the world."""

    async def work() -> list[EnrichmentFetch]:
        async with open_client(connect_to={"*.example": ("127.0.0.1", served.port)}) as client:
            return await fetch_files(on, archive, client, lambda: at)

    served.at(at)
    return asyncio.run(work())
