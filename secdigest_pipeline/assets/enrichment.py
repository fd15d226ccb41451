"""Enrichment: the KEV and EPSS bulk files of the day kept like feeds, and what they say of the edition's CVEs."""

import asyncio

import dagster as dg

from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import PlacedObservable
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Http, Tables
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.facts import cve_facts as facts_of
from secdigest_pipeline.vulnerabilities.fetching import fetch_files
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS, ENRICHMENT_FILES, CveFacts, EnrichmentFetch, sources


def _archive(settings: Configured) -> EnrichmentArchive:
    return EnrichmentArchive(settings.values.data / "enrichment")


@dg.asset(group_name="indicators", kinds={"python", "parquet"}, pool="fetch", metadata=described(ENRICHMENT_FILES))
def enrichment_files(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    http: dg.ResourceParam[Http],
    tables: dg.ResourceParam[Tables],
) -> list[EnrichmentFetch]:
    """The last fetch of each bulk file that is on. The bodies are kept for ever; a source that is not due is not asked."""
    rows = asyncio.run(_fetch(settings, http))
    failed = sum(row.outcome == "error" for row in rows)
    return materialized(context, tables, ENRICHMENT_FILES, rows, {"files": len(rows) - failed, "failed": failed})


async def _fetch(settings: Configured, http: Http) -> list[EnrichmentFetch]:
    on = sources(settings.values.kev_url, settings.values.epss_url)
    async with http.client() as client:
        return await fetch_files(on, _archive(settings), client, settings.now)


@dg.asset_check(asset=enrichment_files)
def enrichment_files_answered(enrichment_files: list[EnrichmentFetch]) -> dg.AssetCheckResult:
    """Warns when a bulk file could not be fetched or read; names it with the reason."""
    failed = [(row.source, row.reason) for row in enrichment_files if row.outcome == "error"]
    return checked(["source", "reason"], failed, dg.AssetCheckSeverity.WARN)


@dg.asset(
    group_name="indicators",
    kinds={"python", "parquet"},
    partitions_def=EDITIONS,
    deps=[enrichment_files],
    metadata=described(CVE_FACTS),
)
def cve_facts(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    observables: list[PlacedObservable],
) -> list[CveFacts]:
    """Every CVE of the edition with KEV date and EPSS score as of its day. A pure function of observables and archive."""
    on = sources(settings.values.kev_url, settings.values.epss_url)
    cves = [row for row in observables if row.type == "cve"]
    rows = facts_of(
        Edition.parse(context.partition_key),
        [(row.value, row.article_id) for row in cves if row.place != "article"],
        [(row.value, row.article_id) for row in cves if row.place == "article"],
        _archive(settings),
        on,
    )
    return materialized(
        context,
        tables,
        CVE_FACTS,
        rows,
        {
            "cves": len(rows),
            "in_kev": sum(row.kev == "listed" for row in rows),
            "scored": sum(row.epss == "scored" for row in rows),
            "with_something_missing": sum(bool(row.missing) for row in rows),
        },
    )
