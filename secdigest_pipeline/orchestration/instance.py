"""The Dagster instance of this machine's commands: its home under the data directory, runs of killed processes ended."""

from __future__ import annotations

import hashlib
import os
<<<<<<< HEAD
import threading
=======
import socket
>>>>>>> e47e78c (Own modules are imported at the top; the collector is tuned by process_setup, and the warnings filter stands with the assets)
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

<<<<<<< HEAD
from secdigest_pipeline.base.files import StorageError, sweep
=======
import dagster as dg
import psutil

from secdigest_pipeline.base.files import StorageError
>>>>>>> e47e78c (Own modules are imported at the top; the collector is tuned by process_setup, and the warnings filter stands with the assets)
from secdigest_pipeline.base.settings import Settings, packaged
from secdigest_pipeline.orchestration.database import database
from secdigest_pipeline.orchestration.pools import declare_pools
from secdigest_pipeline.orchestration.runs import end_left_behind

<<<<<<< HEAD
if TYPE_CHECKING:
    import dagster as dg

=======
POOLS = frozenset({"fetch", "llm", "exports"})
PROCESS_TAG = "secdigest/process"
>>>>>>> e47e78c (Own modules are imported at the top; the collector is tuned by process_setup, and the warnings filter stands with the assets)
STATEMENT_MILLISECONDS = 60_000  # no statement of a run comes near it; a lock that is never given up ends as an error
HOME_VARIABLE = "DAGSTER_HOME"


@contextmanager
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance, with PostgreSQL running and DAGSTER_HOME set for the length of the block.

    Raises DatabaseError when PostgreSQL cannot be used and StorageError when the home cannot be written.
    """
    home = dagster_home(settings)
<<<<<<< HEAD
    # Seconds of importing beside seconds of waiting for the server: whoever opens an instance runs a job of the graph
    threading.Thread(target=_load_graph, name="load-graph").start()
    threading.Thread(target=sweep, args=([settings.data, settings.out],), name="sweep").start()
=======
>>>>>>> e47e78c (Own modules are imported at the top; the collector is tuned by process_setup, and the warnings filter stands with the assets)
    with database(settings.data):
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = str(home)
        try:
            with dg.DagsterInstance.get() as opened:
                # A run stores some 250 events; without this each of them opens two connections (dagster-postgres: NullPool)
                opened.optimize_for_webserver(STATEMENT_MILLISECONDS, pool_recycle=3600, max_overflow=20)
                end_left_behind(opened)
                declare_pools(opened)
                yield opened
        finally:
            if before is None:
                os.environ.pop(HOME_VARIABLE, None)
            else:
                os.environ[HOME_VARIABLE] = before


def dagster_home(settings: Settings) -> Path:
    """DAGSTER_HOME if it is set, else `<data>/dagster` (for an object store: below ~/.secdigest) with dagster.yaml."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        return Path(given)
    if settings.data.protocol in ("", "file", "local"):
        home = Path(settings.data.path) / "dagster"
    else:
        home = Path.home() / ".secdigest" / hashlib.sha256(str(settings.data).encode()).hexdigest()[:16] / "dagster"
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "dagster.yaml").write_bytes(packaged("dagster.yaml").read_bytes())
    except OSError as error:
        raise StorageError(f"{home}: cannot be written ({error.strerror or error}); set SECDIGEST_DATA") from error
    return home
<<<<<<< HEAD
=======


def declare_pools(opened: dg.DagsterInstance) -> None:
    """Give each pool of the assets its default limit before a run asks for it; limits set in the UI stay.

    Dagster does so at the first claim, and of two runs that claim a new pool in the same moment one dies on PostgreSQL
    (dagster 1.13: `initialize_concurrency_limit_to_default` goes on in the transaction its failed INSERT has ended).
    """
    from sqlalchemy.exc import DBAPIError

    storage = opened.event_log_storage
    for pool in sorted(POOLS - _pools(opened)):
        try:
            storage.initialize_concurrency_limit_to_default(pool)
        except DBAPIError:  # another command declared it in this moment
            if pool not in _pools(opened):
                raise


def _pools(opened: dg.DagsterInstance) -> set[str]:
    return {limit.name for limit in opened.event_log_storage.get_pool_limits()}


def process_tag() -> dict[str, str]:
    """Run tag that names this process, so that a later command can tell a killed run from a running one."""
    me = psutil.Process()
    return {PROCESS_TAG: f"{socket.gethostname()}:{me.pid}:{int(me.create_time())}"}


def end_orphans(opened: dg.DagsterInstance) -> list[str]:
    """Mark runs of killed commands of this machine as failed and free their pool slots; returns their run ids.

    Without this the next run would wait for ever for a slot that nobody gives back (reference dagster.md 2b).
    """
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    ended = []
    for run in opened.get_runs(dg.RunsFilter(statuses=unfinished)):
        owner = run.tags.get(PROCESS_TAG, "")
        if owner and not _alive(owner):
            opened.report_run_failed(run, "The command that made this run was killed; run it again.")
            opened.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended.append(run.run_id)
    return ended


def _alive(owner: str) -> bool:
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        return int(psutil.Process(int(pid)).create_time()) == int(started)
    except psutil.NoSuchProcess:
        return False
>>>>>>> e47e78c (Own modules are imported at the top; the collector is tuned by process_setup, and the warnings filter stands with the assets)
