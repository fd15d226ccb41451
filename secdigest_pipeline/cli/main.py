"""The command group, and the one place where expected errors become one line and an exit code."""

import sys
from typing import Any

import click

from secdigest_pipeline import __version__


class OneLineErrors(click.Group):
    """Expected errors end as `secdigest: <what>` on stderr and exit code 1; anything else keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        from secdigest_pipeline.database import DatabaseError
        from secdigest_pipeline.files import StorageError
        from secdigest_pipeline.intake.feeds import FeedListError
        from secdigest_pipeline.settings import SettingsError

        try:
            return super().invoke(ctx)
        except (DatabaseError, StorageError, FeedListError, SettingsError) as error:
            click.echo(f"secdigest: {error}", err=True)
            sys.exit(1)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="secdigest")
def main() -> None:
    """Daily Security Info: from feeds to one grounded Japanese report and an IOC ledger."""


def _register() -> None:
    from secdigest_pipeline.cli import demo, dev, diff, doctor, evidence, feeds, intake, iocs, run

    for command in (
        run.run,
        run.backfill,
        run.poll,
        demo.demo,
        dev.dev,
        doctor.doctor,
        iocs.iocs,
        feeds.feeds,
        intake.intake,
        evidence.evidence,
        evidence.article,
        diff.diff,
    ):
        main.add_command(command)


_register()
