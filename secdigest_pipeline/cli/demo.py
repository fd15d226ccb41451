"""`secdigest demo`: the unmodified pipeline over three editions of the sample world, offline."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import dagster as dg
from rich.console import Console

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.cli.summary import print_summary
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.intake.feed_completeness import coverage_line
from secdigest_pipeline.intake.records import FEED_COMPLETENESS
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample import messages, web
from secdigest_pipeline.sample.clock import WorldClock
from secdigest_pipeline.sample.past import EDITIONS as PAST_EDITIONS
from secdigest_pipeline.sample.past import MOMENT as PAST_MOMENT
from secdigest_pipeline.sample.past import load as load_past
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import World


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("demo/data"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo/out"), show_default=True)
@click.option("--serve", is_flag=True, help="Leave the sample servers up and print the settings to use them by hand.")
@click.option(
    "--past",
    type=click.IntRange(1, 120),
    metavar="N",
    help="Instead, make the last N editions before the world's first day, through its sources of the past.",
)
def demo(data: Path, out: Path, serve: bool, past: int | None) -> None:
    """Make the three sample editions: real HTTP, SDK, Dagster runs and PostgreSQL against loopback servers.

    The articles are invented and the model replies are recorded samples; no key and no network are needed.
    """
    console = Console()
    failures: list[str] = []
    with _world(data, out) as (world, web, env):
        if past:
            env["SECDIGEST_START"] = PAST_EDITIONS[-past].key
        os.environ.update(env)
        clock = WorldClock(world.editions[0].start)
        services = Services(Settings.from_env(), clock)
        with instance(services.settings) as opened:
            if past:
                failures += _make_past(past, web, clock, services, opened, console)
            for edition in () if past else world.editions:
                console.rule(f"edition {edition.key}")
                for moment in world.poll_times(edition):
                    web.at(moment)
                    clock.at = moment
                    job, partition = ("daily", edition.key) if moment == edition.cutoff else ("poll", None)
                    console.print(f"{moment.astimezone(JST):%Y-%m-%d %H:%M} in Japan: {job}", highlight=False)
                    failures += filter(None, [execute(job, services, opened, console, partition)])
                print_summary(console, services, edition)
        if serve and not failures:
            _leave_up(console, env)
    if failures:
        end("\n".join(failures))
    newest = world.editions[0].shifted(-1) if past else world.editions[-1]
    console.print(
        f"\nReport: {services.settings.out / newest.news_path}", highlight=False, markup=False, soft_wrap=True
    )


@contextmanager
def _world(data: Path, out: Path) -> Iterator[tuple["World", "SampleWeb", dict[str, str]]]:
    """The sample servers, and the settings under which the pipeline meets them."""
    world = World.load()
    with web.serve(world) as pages:
        replies = {**load_past().replies(), **world.replies()}
        api = messages.MessagesApi(replies=replies, failures=world.failures())
        messages_url, stop = messages.serve(api.app)
        try:
            places = {"SECDIGEST_DATA": str(data.absolute()), "SECDIGEST_OUT": str(out.absolute())}
            yield world, pages, {**web.settings_for(pages.port, messages_url), **places}
        finally:
            stop()


def _make_past(
    number: int,
    web: SampleWeb,
    clock: WorldClock,
    services: Services,
    opened: dg.DagsterInstance,
    console: Console,
) -> list[str]:
    """Make the last `number` past editions, oldest first, as on the morning after; why editions failed."""
    web.at(PAST_MOMENT)
    clock.at = PAST_MOMENT
    failures = []
    for edition in PAST_EDITIONS[-number:]:
        console.rule(f"past edition {edition.key}")
        if failure := execute("edition", services, opened, console, edition.key):
            failures.append(f"{edition.key}: {failure}")
        print_summary(console, services, edition)
        console.print(coverage_line(services.stored(FEED_COMPLETENESS, edition)))
    return failures


def _leave_up(console: Console, env: dict[str, str]) -> None:
    console.rule("sample servers are up; stop with Ctrl-C")
    for name, value in sorted(env.items()):
        console.print(f"export {name}='{value}'", highlight=False, markup=False, soft_wrap=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("stopped")
