"""Whose process a run is: the gone are ended and their pool slots freed, the living and the unknown are left alone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.runs import PROCESS_TAG, end_left_behind, is_gone, left_behind, process_tag

STARTED = dg.DagsterRunStatus.STARTED
TAG_OF_ANOTHER = (
    "from secdigest_pipeline.orchestration.runs import *; print(process_tag()[PROCESS_TAG], flush=True); input()"
)


@dg.op
def nothing() -> None: ...


@dg.job
def some_job() -> None:
    nothing()


@pytest.fixture
def opened(home: Path) -> Iterator[dg.DagsterInstance]:
    with instance(Settings.from_env()) as dagster_instance:
        yield dagster_instance


@pytest.fixture
def other() -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    """Another process, and the tag with which it names itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", TAG_OF_ANOTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process, {PROCESS_TAG: process.stdout.readline().strip()}
    process.kill()
    process.communicate()


def test_a_process_is_gone_when_it_was_killed_even_before_its_parent_has_noticed(
    other: tuple["subprocess.Popen[str]", dict[str, str]],
) -> None:
    process, tags = other
    assert not is_gone(tags)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still in the table of processes
    assert is_gone(tags)
    process.wait()
    assert is_gone(tags)


def test_after_a_reboot_the_same_pid_is_another_process_and_so_is_one_that_began_at_another_time() -> None:
    host, boot, pid, began = process_tag()[PROCESS_TAG].rsplit(":", 3)
    assert host == socket.gethostname() and pid == str(os.getpid())
    assert not is_gone({PROCESS_TAG: f"{host}:{boot}:{pid}:{began}"})
    assert is_gone({PROCESS_TAG: f"{host}:00000000-0000-0000-0000-000000000000:{pid}:{began}"})
    assert is_gone({PROCESS_TAG: f"{host}:{boot}:{pid}:{int(began) - 1}"})


@pytest.mark.parametrize("tag", ["", "other-host:boot:1:1", f"{socket.gethostname()}:boot:x:1", "x", ":::"])
def test_of_another_host_and_of_a_tag_that_is_none_nothing_is_said(tag: str) -> None:
    assert not is_gone({PROCESS_TAG: tag} if tag else {})


def test_runs_of_processes_that_are_gone_are_ended_in_every_state_and_no_other_run_is(
    opened: dg.DagsterInstance, other: tuple["subprocess.Popen[str]", dict[str, str]]
) -> None:
    process, gone = other
    status = dg.DagsterRunStatus
    states = (status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING)
    dead = [opened.create_run_for_job(some_job, tags=gone, status=state) for state in states]
    others: tuple[dict[str, str], ...] = (process_tag(), {PROCESS_TAG: "other-host:boot:1:1"}, {})
    living = [opened.create_run_for_job(some_job, tags=tags, status=STARTED) for tags in others]
    assert left_behind(opened) == []
    process.kill()
    process.wait()
    assert {run.run_id for run in left_behind(opened)} == {run.run_id for run in dead}
    assert set(end_left_behind(opened)) == {run.run_id for run in dead}
    ended = [opened.get_run_by_id(run.run_id) for run in dead]
    assert [run.status for run in ended if run] == [*[status.FAILURE] * 3, status.CANCELED]
    assert {run.status for one in living if (run := opened.get_run_by_id(one.run_id))} == {STARTED}
    assert end_left_behind(opened) == []


def test_a_slot_of_a_run_that_was_ended_elsewhere_or_deleted_is_freed_and_one_of_a_living_run_is_not(
    opened: dg.DagsterInstance,
) -> None:
    storage = opened.event_log_storage
    storage.set_concurrency_slots("fetch", 3)
    ended, deleted, living = (opened.create_run_for_job(some_job, tags=process_tag(), status=STARTED) for _ in range(3))
    for run in (ended, deleted, living):
        assert storage.claim_concurrency_slot("fetch", run.run_id, "a_step").is_claimed
    opened.report_run_failed(ended)
    opened.run_storage.delete_run(deleted.run_id)
    assert len(storage.get_concurrency_info("fetch").claimed_slots) == 3
    assert end_left_behind(opened) == []
    assert [slot.run_id for slot in storage.get_concurrency_info("fetch").claimed_slots] == [living.run_id]
