"""`secdigest demo --past N`: past editions of the sample world, made through the sources of its past."""

import dagster as dg
from rich.console import Console

from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.cli.summary import print_summary
from secdigest_pipeline.intake.feed_completeness import coverage_line
from secdigest_pipeline.intake.records import FEED_COMPLETENESS
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample import past
from secdigest_pipeline.sample.clock import WorldClock
from secdigest_pipeline.sample.web import SampleWeb


def make_past(
    number: int,
    web: "SampleWeb",
    clock: "WorldClock",
    services: Services,
    instance: dg.DagsterInstance,
    console: Console,
) -> list[str]:
    """Make the last `number` past editions, oldest first, as on the morning after; why editions failed."""
    web.at(past.MOMENT)
    clock.at = past.MOMENT
    failures = []
    for edition in past.EDITIONS[-number:]:
        console.rule(f"past edition {edition.key}")
        if failure := execute("edition", services, instance, console, edition.key):
            failures.append(f"{edition.key}: {failure}")
        print_summary(console, services, edition)
        console.print(coverage_line(services.stored(FEED_COMPLETENESS, edition)))
    return failures
