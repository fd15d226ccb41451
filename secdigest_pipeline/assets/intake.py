"""Intake: poll the feeds into the archive, and say for each edition what was seen, kept and left out."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from secdigest_pipeline.assets.metadata import checked, described, materialized, output_of, shown, table_output
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import sweep
from secdigest_pipeline.intake.feed_completeness import feed_completeness
from secdigest_pipeline.intake.history.sources import fill
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.poll import poll
from secdigest_pipeline.intake.polling.rebuild import make_up
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, POLLS, RAW_FEED_ITEMS, FeedCompleteness, FeedItem, Poll
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Http, Tables


@dg.asset(group_name="intake", kinds={"python", "parquet"}, pool="fetch", metadata=described(POLLS))
def feed_snapshots(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    archive: dg.ResourceParam[Archive],
    http: dg.ResourceParam[Http],
    tables: dg.ResourceParam[Tables],
) -> list[Poll]:
    """The last poll of every feed. The bodies are kept for ever in the archive, also when a feed forgets them."""
    polls = asyncio.run(_poll(settings, archive, http))
    outcomes = Counter(row.outcome for row in polls)
    return materialized(
        context, tables, POLLS, polls, {"feeds": len(polls), **{f"feeds_{k}": v for k, v in outcomes.items()}}
    )


async def _poll(settings: Configured, archive: Archive, http: Http) -> list[Poll]:
    # Under a daemon this is the step that begins most often; commands sweep when they open the instance
    await asyncio.to_thread(sweep, [settings.values.data, settings.values.out])
    async with http.client() as client, http.workers() as workers:
        return await poll(
            settings.feeds,
            archive,
            client,
            workers,
            settings.now,
            host_delay=settings.values.host_delay,
        )


@dg.multi_asset(
    outs={
        RAW_FEED_ITEMS.name: table_output(
            RAW_FEED_ITEMS, "intake", "Every feed item of the edition, kept or left out with its reason."
        ),
        FEED_COMPLETENESS.name: table_output(
            FEED_COMPLETENESS,
            "intake",
            "How whole the edition's intake is, feed by feed, and what the report says of feeds.",
        ),
    },
    deps=[feed_snapshots],
    can_subset=True,
    partitions_def=EDITIONS,
    pool="fetch",
)
def edition_intake(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    archive: dg.ResourceParam[Archive],
    http: dg.ResourceParam[Http],
    tables: dg.ResourceParam[Tables],
) -> Iterator[dg.Output[Any]]:
    """Items and completeness of the edition, of one look at the archive. A pure function of the archive.

    For a past edition that the polls do not cover, the sources of the past that feeds declare are asked first, once.
    """
    wanted = context.op_execution_context.selected_output_names
    items, covered, asked = asyncio.run(_intake(settings, archive, http, Edition.parse(context.partition_key)))
    if RAW_FEED_ITEMS.name in wanted:
        reasons = Counter(item.reason for item in items if not item.kept)
        kept = sum(item.kept for item in items)
        numbers = {"kept": kept, **{f"left_out_{reason}": n for reason, n in reasons.items()}}
        yield output_of(context, tables, RAW_FEED_ITEMS, items, {**numbers, "history_requests": asked})
    if FEED_COMPLETENESS.name in wanted:
        states = Counter(row.completeness for row in covered)
        rows = [(row.feed_id, row.completeness, row.reason) for row in covered]
        yield output_of(
            context,
            tables,
            FEED_COMPLETENESS,
            covered,
            {**{f"feeds_{name}": n for name, n in states.items()}, "failed": sum(row.failed for row in covered)},
            {"completeness": shown(["feed", "completeness", "reason"], rows)},
        )


async def _intake(
    settings: Configured, archive: Archive, http: Http, edition: Edition
) -> tuple[list[FeedItem], list[FeedCompleteness], int]:
    """Items, completeness, and how many requests to sources of the past they took."""
    feeds, now, asked = settings.feeds, settings.now, 0
    async with http.client() as client, http.workers() as workers:
        while True:
            delay = settings.values.host_delay
            asked += await fill(edition, feeds, archive, client, workers, now, host_delay=delay)
            at = now()
            items, covered = items_of(edition, feeds, archive, at), feed_completeness(edition, feeds, archive, at)
            if not await make_up(archive, feeds, workers):
                return items, covered, asked


@dg.asset_check(asset=feed_snapshots)
def feeds_answered(archive: dg.ResourceParam[Archive]) -> dg.AssetCheckResult:
    """Warns when feeds did not answer or could not be parsed; names them."""
    polls = archive.last_polls().values()
    failed = [(row.feed_id, row.reason) for row in polls if row.outcome == "error"]
    return checked(["feed", "reason"], failed, dg.AssetCheckSeverity.WARN)
