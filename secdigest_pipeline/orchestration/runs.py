"""Whose process a run is: each run says so in a tag, and a run whose process is gone is ended and its slots freed."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import psutil

if TYPE_CHECKING:  # its package brings SQLAlchemy and Alembic to every process that loads the graph
    from dagster._core.storage.runs import RunStorage

PROCESS_TAG = "secdigest/process"
_BOOT = Path("/proc/sys/kernel/random/boot_id")  # Linux; elsewhere pid and start time must do
_GONE = "The process of this run is gone (killed, or the machine went down); run it again."


def process_tag() -> dict[str, str]:
    """Run tag that names this process for as long as the machine remembers it: host, boot, pid, and when it began."""
    return {PROCESS_TAG: f"{socket.gethostname()}:{_boot()}:{os.getpid()}:{_began(os.getpid())}"}


def is_gone(tags: Mapping[str, str]) -> bool:
    """Whether the process that the tags of a run name is certainly no more; of another host's nothing is known."""
    host, *where = tags.get(PROCESS_TAG, "").rsplit(":", 3)
    if host != socket.gethostname() or len(where) != 3 or not where[1].isdecimal():
        return False
    boot, pid, began = where
    if boot != _boot():  # a pid means nothing after a reboot
        return True
    if not psutil.pid_exists(int(pid)):
        return True
    try:
        return _began(int(pid)) != began
    except (OSError, psutil.Error):  # another user's, hidden from us, or gone in this moment: told the next time
        return False


def left_behind(storage: dg.DagsterInstance | RunStorage) -> list[dg.DagsterRun]:
    """Unfinished runs whose process is gone. Nothing is changed."""
    status = dg.DagsterRunStatus
    unfinished = [status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    return [run for run in storage.get_runs(dg.RunsFilter(statuses=unfinished)) if is_gone(run.tags)]


def end_left_behind(instance: dg.DagsterInstance) -> list[str]:
    """End the runs whose process is gone and free every pool slot that no unfinished run holds; returns their run ids.

    Without this the next run would wait for a slot that nobody gives back (docs/decisions/in-process-executor.md).
    """
    ended = left_behind(instance)
    for run in ended:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, _GONE)
        else:
            instance.report_run_failed(run, _GONE)
    # Of runs that were ended elsewhere too (in the UI, by the daemon, by a command that died in this loop)
    storage = instance.event_log_storage
    for run_id in storage.get_concurrency_run_ids():
        holder = instance.get_run_by_id(run_id)
        if holder is None or holder.is_finished:
            storage.free_concurrency_slots_for_run(run_id)
    return [run.run_id for run in ended]


def named(run: dg.DagsterRun) -> str:
    """A run for the reader: its job, its edition, and the start of its id, as the UI shows it."""
    what = f"{run.job_name} {run.tags.get('dagster/partition', '')}".strip()
    return f"{what} (run {run.run_id[:8]})"


def _boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


def _began(pid: int) -> str:
    """When a process began, to be compared only; empty for one that has ended and was not waited for.

    On Linux in ticks since the boot: epoch seconds move when the clock is set, and a living run would be taken for dead.
    """
    if not _BOOT.exists():
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(int(process.create_time()))
    # proc(5): the name in parentheses may hold anything; after it state is the first field, starttime the twentieth
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
