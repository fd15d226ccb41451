"""The run-failure sensor: each failed run becomes one line in `<data>/alerts/<date>.jsonl` (date in Asia/Tokyo).

A file and not a webhook: a log shipper or a monitor that follows the folder needs no secret of ours.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import dagster as dg
from upath import UPath

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.base.files import StorageError, write_atomic
from secdigest_pipeline.base.redaction import redacted
from secdigest_pipeline.orchestration.services import Configured

MAX_MESSAGE = 500
MAX_STEPS = 10


@dataclass(frozen=True, slots=True)
class Alert:
    """One failed run: when it ended (ISO 8601, UTC), what it was, and each failed step with its innermost error."""

    at: str
    run_id: str
    job: str
    edition: str
    message: str
    steps: tuple[tuple[str, str], ...]


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes a line to <data>/alerts/<date>.jsonl for every run that failed.",
)
def run_failure_alert(context: dg.RunFailureSensorContext, settings: dg.ResourceParam[Configured]) -> None:
    """Note the failed run; a run is noted once, however often the sensor meets it."""
    run = context.dagster_run
    record = context.instance.get_run_record_by_id(run.run_id)
    ended = record.end_time if record else None
    keep_alert(
        settings.values.data,
        Alert(
            at=(datetime.fromtimestamp(ended, UTC) if ended else settings.now()).isoformat(timespec="seconds"),
            run_id=run.run_id,
            job=run.job_name,
            edition=run.tags.get("dagster/partition", ""),
            message=plain(context.failure_event.message or ""),
            steps=tuple(failed_steps(context.get_step_failure_events())),
        ),
    )


def failed_steps(events: Iterable[dg.DagsterEvent]) -> Iterable[tuple[str, str]]:
    """(step, innermost error in one line) of at most MAX_STEPS step failures."""
    for event in list(events)[:MAX_STEPS]:
        data = event.step_failure_data
        error = data.error
        while error is not None and error.cause is not None:
            error = error.cause
        description = data.user_failure_data.description if data.user_failure_data else None
        yield event.step_key or "", plain(description or (error.message if error else ""))


def keep_alert(data: UPath, alert: Alert) -> UPath:
    """Append `alert` to the file of its day unless its run stands there; returns the file. Raises StorageError."""
    path = data / "alerts" / f"{datetime.fromisoformat(alert.at).astimezone(JST):%Y-%m-%d}.jsonl"
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
    if alert.run_id.encode() not in before:
        write_atomic(path, before + json.dumps(asdict(alert), ensure_ascii=False).encode() + b"\n")
    return path


def plain(message: str) -> str:
    """`message` on one printable line of at most MAX_MESSAGE characters, without anything that looks like a credential."""
    message = redacted(message[: 20 * MAX_MESSAGE])
    return " ".join(printable(message).split())[:MAX_MESSAGE]
