"""The run-failure sensor over real failed runs: one line a run, and nothing in it that must not be read."""

import json
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from upath import UPath

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.alerts import Alert, keep_alert, plain, run_failure_alert
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services

ALERT = Alert("2026-10-01T16:00:00+00:00", "run-1", "daily", "2026-10-02", "it failed", (("iocs", "why"),))


@dg.op
def breaks() -> None:
    try:
        raise OSError("postgresql://me:hunter2@db/x is gone\nwith key sk-ant-abcdef0123456789")
    except OSError as error:
        raise RuntimeError("outer") from error


@dg.op
def says() -> None:
    raise dg.Failure("2 violations of the report contract", allow_retries=False)


@dg.job
def failing() -> None:
    breaks()
    says()


def test_a_failed_run_becomes_one_line_however_often_the_sensor_meets_it(tmp_path: Path) -> None:
    services = Services(Settings.from_env({"SECDIGEST_DATA": str(tmp_path)}))
    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags={"dagster/partition": "2026-10-02"},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        (event,) = [event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"]
        for _ in range(2):
            context = dg.build_run_status_sensor_context(
                sensor_name="run_failure_alert",
                dagster_event=event,
                dagster_instance=instance,
                dagster_run=result.dagster_run,
                resources=resources(services),
            ).for_run_failure()
            run_failure_alert(context)
    (path,) = (tmp_path / "alerts").iterdir()
    (line,) = path.read_text().splitlines()
    row = json.loads(line)
    assert (row["run_id"], row["job"], row["edition"]) == (result.run_id, "failing", "2026-10-02")
    steps = dict(row["steps"])
    assert "***@db/x is gone with key ***" in steps["breaks"]
    assert steps["says"] == "2 violations of the report contract"
    assert "hunter2" not in line and "sk-ant" not in line
    assert "breaks" in row["message"]


def test_alerts_of_a_day_in_tokyo_share_a_file(tmp_path: Path) -> None:
    data = UPath(tmp_path)
    later = replace(ALERT, run_id="run-2", at="2026-10-02T14:59:00+00:00")
    tomorrow = replace(ALERT, run_id="run-3", at="2026-10-02T15:01:00+00:00")
    paths = [keep_alert(data, alert) for alert in (ALERT, later, later, tomorrow)]
    assert [path.name for path in paths] == ["2026-10-02.jsonl"] * 3 + ["2026-10-03.jsonl"]
    assert [json.loads(line)["run_id"] for line in paths[0].read_text().splitlines()] == ["run-1", "run-2"]
    assert JST.key == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a\x1b[31m\nb\u202e c", "a [31m b c"),
        ("https://u:p@h.test/x and http://h.test/@x", "https://***@h.test/x and http://h.test/@x"),
        ("key sk-ant-api03-AAAA_BBBB end", "key *** end"),
        ("Authorization: Bearer abc; x-api-key = 1, u://a:b@c@h", "Authorization: *** x-api-key = *** u://***@h"),
        ("x" * 9000, "x" * 500),
        ("", ""),
    ],
)
def test_a_message_is_one_short_line_without_credentials(message: str, shown: str) -> None:
    assert plain(message) == shown


def test_the_sensor_watches_by_default() -> None:
    assert run_failure_alert.default_status == dg.DefaultSensorStatus.RUNNING
