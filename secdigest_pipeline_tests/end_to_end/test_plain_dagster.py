"""Plain `dagster` commands on a PostgreSQL of one's own: a fresh database, and what a power cut leaves behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from secdigest_pipeline.base.settings import packaged
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
MODULE = ("-m", "secdigest_pipeline.definitions")
Start = Callable[[], psutil.Process]


def dagster(sample: Sample, *arguments: str) -> None:
    program = Path(sys.executable).parent / "dagster"
    command = [str(program), *arguments]
    done = subprocess.run(command, env=sample.env, cwd=sample.home, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def rows(sample: Sample, query: str) -> list[tuple[str, ...]]:
    engine = sqlalchemy.create_engine(sample.env["SECDIGEST_PG_URL"], poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sqlalchemy.text(query))]


def statuses(sample: Sample) -> list[str]:
    return [status for (status,) in rows(sample, "select status from runs order by id")]


def holders(sample: Sample) -> list[tuple[str, ...]]:
    return rows(sample, "select concurrency_key, run_id from concurrency_slots where run_id is not null")


def wait(condition: Callable[[], bool], sample: Sample) -> None:
    deadline = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < deadline, (sample.home / "daemon.log").read_text()[-5_000:]
        time.sleep(0.5)


def power_cut(daemon: psutil.Process) -> None:
    """Every process of it dies in the same moment, none can say a word."""
    family = [daemon, *daemon.children(recursive=True)]
    for process in family:
        process.suspend()
    for process in {*family, *daemon.children(recursive=True)}:
        process.kill()
    psutil.wait_procs(family, timeout=30)


@pytest.fixture
def start(sample: Sample) -> Iterator[Start]:
    """`start()`: Dagster's daemon over the sample world, as `dagster-daemon run` starts it."""
    (sample.home / "dagster.yaml").write_bytes(packaged("dagster.yaml").read_bytes())
    sample.env["DAGSTER_HOME"] = str(sample.home)
    sample.web.delays()
    program = str(Path(sys.executable).parent / "dagster-daemon")
    started: list[subprocess.Popen[bytes]] = []

    def daemon() -> psutil.Process:
        with (sample.home / "daemon.log").open("a") as log:
            command = [program, "run", *MODULE]
            started.append(subprocess.Popen(command, env=sample.env, cwd=sample.home, stdout=log, stderr=log))
        return psutil.Process(started[-1].pid)

    yield daemon
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)


def killed_in_the_middle(sample: Sample, start: Start) -> None:
    """One run that was fetching when the power went."""
    sample.web.delays(feed=300)
    daemon = start()
    dagster(sample, "job", "launch", *MODULE, "-j", "poll")
    wait(lambda: bool(holders(sample)), sample)
    power_cut(daemon)
    sample.web.delays()
    assert (statuses(sample), len(holders(sample))) == (["STARTED"], 1)


def test_three_runs_of_a_backfill_on_a_fresh_database_all_succeed(sample: Sample, start: Start) -> None:
    dagster(
        sample, "instance", "info"
    )  # dagster-postgres: of two processes that make the tables in one moment one may die
    start()
    keys = ",".join(edition.key for edition in EDITIONS)
    dagster(sample, "job", "backfill", *MODULE, "-j", "edition", "--partitions", keys, "--noprompt")
    wait(lambda: set(statuses(sample)) <= {"SUCCESS", "FAILURE"} and len(statuses(sample)) == 3, sample)
    assert statuses(sample) == ["SUCCESS"] * 3


def test_a_run_that_a_power_cut_left_is_named_by_doctor_and_ended_by_the_next_command(
    sample: Sample, start: Start
) -> None:
    killed_in_the_middle(sample, start)
    doctor = sample.secdigest("doctor")
    (run_id,) = rows(sample, "select run_id from runs")[0]
    assert doctor.returncode == 1
    assert f"left by a process that is gone: poll (run {run_id[:8]})" in doctor.stdout
    assert (statuses(sample), len(holders(sample))) == (["STARTED"], 1), "doctor changes nothing"

    again = sample.secdigest("poll")
    assert again.returncode == 0, again.stderr
    assert "waits" not in again.stdout
    assert (statuses(sample), holders(sample)) == (["FAILURE", "SUCCESS"], [])
    doctor = sample.secdigest("doctor")
    assert doctor.returncode == 0, doctor.stdout


def test_a_run_that_a_power_cut_left_is_ended_by_the_next_daemon_and_its_pool_is_free(
    sample: Sample, start: Start
) -> None:
    killed_in_the_middle(sample, start)
    start()
    dagster(sample, "job", "launch", *MODULE, "-j", "poll")
    wait(lambda: "STARTED" not in statuses(sample) and statuses(sample)[-1] in ("SUCCESS", "FAILURE"), sample)
    assert statuses(sample) == ["FAILURE", "SUCCESS"]


def test_a_run_worker_that_is_killed_under_a_living_daemon_is_ended_and_its_pool_is_free(
    sample: Sample, start: Start
) -> None:
    sample.web.delays(feed=300)
    start()
    dagster(sample, "job", "launch", *MODULE, "-j", "poll")
    wait(lambda: bool(holders(sample)), sample)
    ((tag,),) = rows(sample, "select value from run_tags where key = 'secdigest/process'")
    os.kill(int(tag.split(":")[2]), signal.SIGKILL)
    wait(lambda: statuses(sample) == ["FAILURE"] and holders(sample) == [], sample)
