"""The health of the feeds as the archive shows it, with a warning for each way in which a feed can go quiet."""

from collections.abc import Callable, Iterator, Mapping

import dagster as dg

from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.intake.health import FEED_HEALTH, FeedHealth
from secdigest_pipeline.intake.health import feed_health as health_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.orchestration.services import Configured, Tables


@dg.asset(group_name="intake", kinds={"python", "parquet"}, deps=["feed_snapshots"], metadata=described(FEED_HEALTH))
def feed_health(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    archive: dg.ResourceParam[Archive],
    tables: dg.ResourceParam[Tables],
) -> list[FeedHealth]:
    """Status, failures, newest item and rhythm of every enabled feed. A pure function of the archive."""
    rows = health_of(settings.feeds, archive, settings.now())
    return materialized(
        context,
        tables,
        FEED_HEALTH,
        rows,
        {
            "failing": sum(row.failures > 0 for row in rows),
            "silent": sum(row.silent for row in rows),
            "emptied": sum(row.emptied for row in rows),
            "moved": sum(row.moved_to != "" for row in rows),
        },
    )


# Check -> what it warns of, and what it has to say of a feed (nothing, when all is well)
TROUBLES: Mapping[str, tuple[str, Callable[[FeedHealth], str]]] = {
    # One failure may be the network's; the third in a row is the feed's
    "feeds_do_not_keep_failing": (
        "Warns when a feed failed three times in a row or more; names it with the last reason.",
        lambda row: f"{row.failures} failures: {row.reason}" if row.failures >= 3 else "",
    ),
    "feeds_are_not_silent": (
        "Warns when a feed is quiet for longer than the 95th percentile of its own gaps.",
        lambda row: (
            f"{row.quiet_hours:g} h without news, usually at most {row.gap_p95_hours:g} h" if row.silent else ""
        ),
    ),
    "feeds_are_not_emptied": (
        "Warns when a feed that had items answers without any.",
        lambda row: "no entries" if row.emptied else "",
    ),
    "feeds_have_not_moved": (
        "Warns when the address of a feed has moved for good: feeds.yaml wants the new one.",
        lambda row: row.moved_to,
    ),
}


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset=feed_health, description=description)
        for name, (description, _) in TROUBLES.items()
    ],
    ins={"feed_health": dg.AssetIn("feed_health")},
)
def feeds_are_well(feed_health: list[FeedHealth]) -> Iterator[dg.AssetCheckResult]:
    """One step for all the ways in which a feed can go quiet: each is a check of its own in the UI."""
    rows = feed_health
    for name, (_, trouble) in TROUBLES.items():
        found = [(row.feed_id, said) for row in rows if (said := trouble(row))]
        yield checked(["feed", "trouble"], found, dg.AssetCheckSeverity.WARN, name)
