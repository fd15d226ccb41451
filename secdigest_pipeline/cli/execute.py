"""Run a job of the real graph in this process, show its progress, and say whether it did what was asked."""

import logging
import re
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from typing import Any, TextIO

import dagster as dg
from rich.console import Console

from secdigest_pipeline.definitions import build_defs
from secdigest_pipeline.orchestration.pools import holders
from secdigest_pipeline.orchestration.runs import process_tag
from secdigest_pipeline.orchestration.services import Services

# Dagster's own log lines go to its database, where the UI shows them; the terminal gets ours
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

_OUR_ERROR = re.compile(r"\Asecdigest_pipeline(?:\.\w+)+: ")  # the name of an error whose message says all
_SERVER_FAILURE = re.compile(r"psycopg2\.(?:OperationalError|InterfaceError)|too many retries for DB connection")


class Progress:
    """Listener of the assets: one line a finished step, a spinner with the step that is under way."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def __call__(self, asset: str, numbers: Mapping[str, Any]) -> None:
        """Print what a step handed back."""
        shown = "  ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in numbers.items())
        self.console.print(f"  [green]✓[/green] {asset:<18} [dim]{shown}[/dim]", highlight=False, soft_wrap=True)


class _Waits:
    """Listener of a run's events: a line for what it waits for, again every few minutes (dagster 1.13: 300 s)."""

    def __init__(self, instance: dg.DagsterInstance, console: Console) -> None:
        self.instance = instance
        self.console = console

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Print which run holds the pool that a step is kept waiting by."""
        event = entry.dagster_event
        if event is None or not event.is_engine_event or "pool" not in event.engine_event_data.metadata:
            return
        pool = str(event.engine_event_data.metadata["pool"].value)
        by = holders(self.instance, pool) or "no slot of it is free"
        self.console.print(
            f"  … {event.step_key} waits for the pool {pool}: {by}", highlight=False, markup=False, soft_wrap=True
        )


def execute(
    job: str,
    services: Services,
    instance: dg.DagsterInstance,
    console: Console,
    partition: str | None = None,
    tags: Mapping[str, str] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    only: Sequence[str] | None = None,
) -> str | None:
    """Run `job` (of it `only` these assets) to its end; None when it succeeded, else why it did not, in one line.

    `config` is by asset name.
    """
    services.listener, run_id = Progress(console), str(uuid.uuid4())
    instance.add_event_listener(run_id, _Waits(instance, console))
    definition = build_defs(services).resolve_job_def(job)
    with console.status(f"{job} {partition or ''}".strip()), _server_failures_reported_once():
        result = definition.execute_in_process(
            run_config={**QUIET, "ops": {asset: {"config": values} for asset, values in (config or {}).items()}},
            instance=instance,
            run_id=run_id,
            partition_key=partition,
            asset_selection=None if only is None else [dg.AssetKey(name) for name in only],
            tags={**process_tag(), **(tags or {})},
            raise_on_error=False,
        )
    if result.success:
        return None
    return _failure(result)


@contextmanager
def _server_failures_reported_once() -> Iterator[None]:
    """Keep Dagster's own reports of a failing server (pages of SQL, one a retry) from standard error.

    The failure itself is raised and reported in one line. dagster 1.13: `_EventListenerLogHandler.emit` writes to stderr,
    `dagster_postgres.utils.retry_pg_connection_fn` to the root logger.
    """

    def other(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Retrying failed database connection")

    logging.getLogger().addFilter(other)
    try:
        with redirect_stderr(_WithoutServerFailures(sys.stderr)):
            yield
    finally:
        logging.getLogger().removeFilter(other)


class _WithoutServerFailures:
    """Standard error without what Dagster writes when an event cannot be stored."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if text.startswith("Exception while writing logger call to event log: ") and _SERVER_FAILURE.search(text):
            return len(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _failure(result: dg.ExecuteInProcessResult) -> str:
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.blocking:
            held = f"check {evaluation.check_name} of {evaluation.asset_key.to_user_string()} held the report back"
            return f"{held}: {' '.join((evaluation.description or '').split())}"
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            # Below Dagster's own wrapping lies what the asset raised; that one names the source, its cause does not
            while error is not None and error.cause is not None and (error.cls_name or "").startswith("Dagster"):
                error = error.cause
            message = event.step_failure_data.user_failure_data
            text = message.description if message and message.description else (error.message if error else "")
            return f"{event.step_key}: {' '.join(_OUR_ERROR.sub('', text).split())[:500]}"
    return "the run failed; see the Dagster UI"


def _plain(value: Any) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
