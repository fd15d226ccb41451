"""`secdigest intake`: what intake made of editions, feed by feed, read from their tables."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click
from rich.console import Console
from rich.table import Table as Grid

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.intake.feed_completeness import feed_completeness
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.services import Services


@dataclass(frozen=True, slots=True)
class FeedIntake:
    """One feed in one edition."""

    edition: str
    feed: str
    completeness: str
    reason: str
    kept: int
    left_out: dict[str, int]


@click.command()
@click.argument("first", type=EDITION, metavar="FROM")
@click.argument("last", type=EDITION, metavar="[TO]", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="JSON Lines: edition, feed, completeness, reason, kept, left_out."
)
def intake(first: Edition, last: Edition | None, as_json: bool) -> None:
    """Per edition from FROM to TO and feed: items kept and left out by reason, and how complete the intake is.

    polled: the polls alone can have missed nothing; archive, wayback: with those sources of the past; partial: a part of the window, or
    not certain; none: nothing is known of it. Of an edition that was not made yet: what the archive holds for it. Nobody is asked.
    """
    last = last or first
    if first > last:
        raise click.BadParameter(f"FROM {first.key} is after TO {last.key}")
    services, console = Services(), Console()
    for day in range((last.day - first.day).days + 1):
        edition = Edition(first.day + timedelta(days=day))
        rows = list(intake_of(edition, services))
        if as_json:
            for row in rows:
                click.echo(json.dumps({name: getattr(row, name) for name in FeedIntake.__slots__}, ensure_ascii=False))
            continue
        grid = Grid("feed", "complete", "kept", "left out", "reason", title=f"Edition {edition.key}", box=None)
        for row in rows:
            grid.add_row(row.feed, row.completeness, str(row.kept), _counts(row.left_out), row.reason)
        console.print(grid, highlight=False, markup=False)


def intake_of(edition: Edition, services: Services) -> Iterator[FeedIntake]:
    """One row for each feed that was enabled, in the order of the feed list."""
    covered, items = services.stored(FEED_COMPLETENESS, edition), services.stored(RAW_FEED_ITEMS, edition)
    if not covered:
        feeds, archive, now = services.feeds, services.archive, services.now()
        covered, items = feed_completeness(edition, feeds, archive, now), items_of(edition, feeds, archive, now)
    for row in covered:
        own = [item for item in items if item.feed_id == row.feed_id]
        left_out = Counter(item.reason for item in own if not item.kept)
        kept = sum(item.kept for item in own)
        yield FeedIntake(edition.key, row.feed_id, row.completeness, row.reason, kept, dict(sorted(left_out.items())))


def _counts(left_out: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in left_out.items())
