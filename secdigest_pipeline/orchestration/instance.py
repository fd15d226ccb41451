"""The Dagster instance of this machine's commands: its home under the data directory, runs of killed processes ended."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from secdigest_pipeline.base.files import StorageError, sweep
from secdigest_pipeline.base.settings import Settings, packaged
from secdigest_pipeline.orchestration.database import database
from secdigest_pipeline.orchestration.pools import declare_pools
from secdigest_pipeline.orchestration.runs import end_left_behind

STATEMENT_MILLISECONDS = 60_000  # no statement of a run comes near it; a lock that is never given up ends as an error
HOME_VARIABLE = "DAGSTER_HOME"


@contextmanager
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance, with PostgreSQL running and DAGSTER_HOME set for the length of the block.

    Raises DatabaseError when PostgreSQL cannot be used and StorageError when the home cannot be written.
    """
    home = dagster_home(settings)
    threading.Thread(target=sweep, args=([settings.data, settings.out],), name="sweep").start()
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
