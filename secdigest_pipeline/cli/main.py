"""The command group, and the one place where expected errors become one line and an exit code."""

import sys
from importlib import import_module
from typing import Any

import click

from secdigest_pipeline import __version__
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.process import process_setup
from secdigest_pipeline.base.settings import SettingsError
from secdigest_pipeline.cli.terminal import all_printable, end
from secdigest_pipeline.intake.feeds.feeds import FeedListError
from secdigest_pipeline.orchestration.failures import DatabaseError, server_failure

# Command -> module of `cli` that defines it under its own name, and what it is for. A module is imported when its command is
# asked for: `--help` and a misspelt command wait for none of them.
COMMANDS = {
    "run": ("run", "Make one edition, by default that of today in Japan."),
    "backfill": ("run", "Make every edition of a range from what the archive holds."),
    "poll": ("run", "Poll every enabled feed once and keep what it answers."),
    "demo": ("demo", "Make the three sample editions on loopback servers."),
    "dev": ("dev", "Start PostgreSQL and the Dagster UI on 127.0.0.1."),
    "doctor": ("doctor", "Check settings, storage, PostgreSQL, feeds and analyst."),
    "iocs": ("iocs", "Indicators of a text, of the history, of a range."),
    "feeds": ("feeds", "Try feeds out, take over an OPML list."),
    "intake": ("intake", "What each feed gave to the editions of a range."),
    "evidence": ("evidence", "What each line of a report rests on."),
    "article": ("evidence", "The stored text of an article."),
    "diff": ("diff", "What another prompt or model says of an edition."),
    "evals": ("evals", "Score models on cases with known answers."),
}


class OneLineErrors(click.Group):
    """Expected errors end as `secdigest: <what>` on stderr: exit code 1, or 2 for arguments that cannot be meant.

    Anything else keeps its traceback.
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """The whole command line."""
        all_printable()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"secdigest_pipeline.cli.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with what each is for."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        process_setup()
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            asked = error.ctx.command_path if error.ctx else "secdigest"
            click.echo(f"secdigest: {' '.join(error.format_message().split())} (see `{asked} --help`)", err=True)
            sys.exit(error.exit_code)
        except (DatabaseError, StorageError, FeedListError, SettingsError) as error:
            end(str(error))
        except Exception as error:
            if failure := server_failure(error):
                end(failure)
            raise


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="secdigest")
def main() -> None:
    """Daily Security Info: from feeds to one grounded Japanese report and an IOC ledger."""
