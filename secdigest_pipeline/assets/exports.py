"""What the IOC ledger is good for after the report: its past, and its files for other tools."""

import dagster as dg

from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.exports.files import edition_files, listed, unlike_listed
from secdigest_pipeline.indicators.exports.records import IOC_EXPORTS, ExportFile
from secdigest_pipeline.indicators.past.history import History
from secdigest_pipeline.indicators.past.sightings import IOC_HISTORY, IocPast
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Tables
from secdigest_pipeline.report.publish import publish


@dg.asset(
    group_name="indicators", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(IOC_HISTORY)
)
def ioc_history(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    iocs: list[Ioc],
) -> list[IocPast]:
    """First and last time each IOC was seen before, and the earlier rows it meets. The edition joins the history."""
    edition = Edition.parse(context.partition_key)
    history = History(settings.values.data / "history", tables.note_damage)
    history.add(edition, iocs)
    past = history.past_of(edition, iocs)
    if history.restore(lambda torn: tables.stored(IOCS, torn)):
        past = history.past_of(edition, iocs)
    return materialized(
        context,
        tables,
        IOC_HISTORY,
        past,
        {
            "new": sum(not row.sightings for row in past),
            "seen_before": sum(row.sightings > 0 for row in past),
            "on_a_known_host": sum(row.host_overlaps > 0 for row in past),
        },
    )


@dg.asset(
    group_name="indicators",
    kinds={"python", "json"},
    partitions_def=EDITIONS,
    deps=["daily_report"],  # what is published for tools never runs ahead of the report
    pool="exports",  # one at a time: the MISP feed is one folder for all editions
    metadata=described(IOC_EXPORTS),
)
def ioc_exports(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    iocs: list[Ioc],
) -> list[ExportFile]:
    """STIX bundle, MISP event and feed, JSON Lines and block lists of the edition, in the output folder."""
    edition = Edition.parse(context.partition_key)
    files = edition_files(edition, iocs, settings.values.out)
    publish(settings.values.out, files)
    rows = listed(edition, files)
    return materialized(
        context, tables, IOC_EXPORTS, rows, {"files": len(rows), "bytes": sum(row.bytes for row in rows)}
    )


@dg.asset_check(asset=ioc_exports, partitions_def=EDITIONS)
def exports_lie_as_listed(settings: dg.ResourceParam[Configured], ioc_exports: list[ExportFile]) -> dg.AssetCheckResult:
    """Every export file of the edition is in the output folder with the bytes that were written."""
    return checked(["fault"], [[fault] for fault in unlike_listed(settings.values.out, ioc_exports)])
