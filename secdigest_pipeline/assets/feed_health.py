"""The health of the feeds as the archive shows it, with a warning for each way in which a feed can go quiet."""

from collections.abc import Callable

import dagster as dg
import pandas as pd

from secdigest_pipeline.assets.handback import checked, described, hand_back
from secdigest_pipeline.intake.health import FEED_HEALTH, FeedHealth
from secdigest_pipeline.intake.health import feed_health as health_of
from secdigest_pipeline.resources import Services


@dg.asset(group_name="intake", kinds={"python", "parquet"}, deps=["feed_snapshots"], metadata=described(FEED_HEALTH))
def feed_health(context: dg.AssetExecutionContext, services: dg.ResourceParam[Services]) -> pd.DataFrame:
    """Status, failures, newest item and rhythm of every enabled feed. A pure function of the archive."""
    rows = health_of(services.feeds, services.archive, services.now())
    return hand_back(
        context,
        services,
        FEED_HEALTH,
        rows,
        {
            "failing": sum(row.failures > 0 for row in rows),
            "silent": sum(row.silent for row in rows),
            "emptied": sum(row.emptied for row in rows),
            "moved": sum(row.moved_to != "" for row in rows),
        },
    )


def _check(name: str, description: str, trouble: Callable[[FeedHealth], str]) -> dg.AssetChecksDefinition:
    """A check that warns when `trouble` has something to say of a feed, and names it."""

    @dg.asset_check(asset=feed_health, name=name, description=description)
    def check(feed_health: pd.DataFrame) -> dg.AssetCheckResult:
        found = [(row.feed_id, said) for row in FEED_HEALTH.rows(feed_health) if (said := trouble(row))]
        return checked(["feed", "trouble"], found, dg.AssetCheckSeverity.WARN)

    return check


# One failure may be the network's; the third in a row is the feed's.
feeds_do_not_keep_failing = _check(
    "feeds_do_not_keep_failing",
    "Warns when a feed failed three times in a row or more; names it with the last reason.",
    lambda row: f"{row.failures} failures: {row.reason}" if row.failures >= 3 else "",
)
feeds_are_not_silent = _check(
    "feeds_are_not_silent",
    "Warns when a feed is quiet for longer than the 95th percentile of its own gaps.",
    lambda row: f"{row.quiet_hours:g} h without news, usually at most {row.gap_p95_hours:g} h" if row.silent else "",
)
feeds_are_not_emptied = _check(
    "feeds_are_not_emptied",
    "Warns when a feed that had items answers without any.",
    lambda row: "no entries" if row.emptied else "",
)
feeds_have_not_moved = _check(
    "feeds_have_not_moved",
    "Warns when the address of a feed has moved for good: feeds.yaml wants the new one.",
    lambda row: row.moved_to,
)
