"""Jobs and schedules: the daily edition with catch-up, the hourly poll."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from secdigest_pipeline.base.editions import TIMEZONE, Edition
from secdigest_pipeline.orchestration.runs import is_gone

CATCH_UP_DAYS = 7

EDITION_ASSETS = (
    "raw_feed_items",
    "feed_completeness",
    "article_pages",
    "cleaned_articles",
    "primary_pages",
    "stories",
    "observables",
    "article_analyses",
    "iocs",
    "cve_facts",
    "daily_report",
    "ioc_history",
    "ioc_exports",
)
_edition_assets = dg.AssetSelection.assets(*EDITION_ASSETS)

edition_job = dg.define_asset_job(
    "edition",
    selection=_edition_assets,
    description="One edition from what the archive holds. Nothing is polled: this is the job for past days.",
)
daily_job = dg.define_asset_job(
    "daily",
    selection=_edition_assets | dg.AssetSelection.assets("feed_snapshots", "feed_health", "enrichment_files"),
    description="Poll all feeds and the CVE bulk files, then make the edition.",
)
poll_job = dg.define_asset_job(
    "poll",
    selection=dg.AssetSelection.assets("feed_snapshots", "feed_health"),
    description="Poll all feeds into the archive.",
)


@dg.schedule(
    cron_schedule="30 * * * *",
    job=poll_job,
    execution_timezone=TIMEZONE,
    description="Polls all feeds every hour: some forget an item within a day.",
)
def hourly_poll() -> dg.RunRequest:
    """Feeds forget: some roll over within a day, so each is looked at every hour."""
    return dg.RunRequest()


@dg.schedule(
    cron_schedule=["0 6 * * *", "15 8 * * *"],
    job=daily_job,
    execution_timezone=TIMEZONE,
    description="Makes every edition of the last seven days that is missing or was made before its window had closed.",
)
def daily_edition(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Every edition of the last seven days that is missing or was made before its window had closed.

    Dagster does not catch up missed ticks of a partitioned schedule (dagster 1.13, issue 10335), so each tick asks for
    all that is due. The tick at 06:00 prints today's edition; the one at 08:15 makes it again once the two hours of
    grace are over, which changes nothing unless a feed showed an item late.
    """
    tick = context.scheduled_execution_time.astimezone(UTC)
    editions = due(context.instance, tick)
    for edition in editions:
        # One poll a tick is enough, and only the newest edition can gain from it
        polls = edition == editions[-1]
        yield dg.RunRequest(
            run_key=f"{edition.key} {tick:%Y-%m-%dT%H:%MZ}",
            partition_key=edition.key,
            asset_selection=None if polls else [dg.AssetKey(name) for name in EDITION_ASSETS],
        )


def due(instance: dg.DagsterInstance, at: datetime) -> list[Edition]:
    """Editions to make at that moment, oldest first; those a run is under way for are left out."""
    newest = Edition.of(at).shifted(-1)
    window = [newest.shifted(-days) for days in reversed(range(CATCH_UP_DAYS))]
    return [edition for edition in window if _wanted(instance, edition, at) and not _under_way(instance, edition)]


def _wanted(instance: dg.DagsterInstance, edition: Edition, at: datetime) -> bool:
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey("daily_report"), asset_partitions=[edition.key]), limit=1
    ).records
    made_at = datetime.fromtimestamp(records[0].timestamp, UTC) if records else None
    return made_at is None or (made_at < edition.closes <= at)


def _under_way(instance: dg.DagsterInstance, edition: Edition) -> bool:
    unfinished = [
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
    ]
    filters = dg.RunsFilter(statuses=unfinished, tags={"dagster/partition": edition.key})
    # one that a power cut left is ended soon, but perhaps not before this tick
    return not all(is_gone(run.tags) for run in instance.get_runs(filters))
