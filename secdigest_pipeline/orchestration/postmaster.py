"""Starting and stopping one embedded PostgreSQL server, and telling whether a process is that server.

`postmaster.pid` is a claim, not a proof: after a crash the number in it is given to any other process, and a copied
data directory brings along that of the original. A process is trusted, or stopped, only when it works in our directory.
"""

import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

import psutil

from secdigest_pipeline.base.environment import for_child
from secdigest_pipeline.orchestration.failures import DatabaseError

SCHEME = "postgresql+psycopg2://"
# sun_path holds 107 characters on Linux; PostgreSQL adds "/.s.PGSQL.5432" to the directory
_LONGEST_SOCKET_FOLDER = 90
_PLAIN = re.compile(rb"[A-Za-z0-9_./\x80-\xff-]+")  # no quote, comma, blank: a shell, a list and a URL carry it
_SOCKET = ".s.PGSQL.5432"
_PARTIAL = "pgdata.partial-"
_READY_SECONDS = 60
_STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one embedded cluster lies, and as whom it runs (uid and gid are None when not started as root)."""

    home: Path
    sockets: Path  # folder of the Unix socket; the server listens nowhere else
    programs: Path
    uid: int | None
    gid: int | None

    @property
    def pgdata(self) -> Path:
        """The cluster's data directory."""
        return self.home / "pgdata"

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the server. It has no password: only the socket folder's owner gets in."""
        return f"{SCHEME}postgres@/postgres?host={self.sockets}"


def socket_folder(home: Path) -> Path:
    """Where the socket of the cluster in `home` lies: there, unless that path is too long or PostgreSQL could misread it.

    The name of the other place is made from the folder, not from its path: it stays when the folder is moved under a
    running server, and the next folder in the old place has another.
    """
    own = home / "socket"
    if len(os.fsencode(own)) <= _LONGEST_SOCKET_FOLDER and _PLAIN.fullmatch(os.fsencode(own)):
        return own
    identity = f"{os.geteuid()}:{os.statvfs(home).f_fsid}:{home.stat().st_ino}"
    return Path(tempfile.gettempdir()) / f"secdigest-{sha256(identity.encode()).hexdigest()[:16]}"


def _make_folders(cluster: Cluster) -> None:
    """Make the folders of the server, closed to all but its user; DatabaseError when one is not ours."""
    for folder in (cluster.pgdata, cluster.sockets):
        try:
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            found = folder.lstat()
        except OSError as error:
            raise DatabaseError(f"embedded PostgreSQL: {folder} cannot be made ({error.strerror})") from error
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), cluster.uid} or found.st_mode & 0o077:
            raise DatabaseError(
                f"embedded PostgreSQL: {folder} is not a folder of ours that is closed to others (somebody else made "
                f"it, or its mode is not 0700); remove it, or set SECDIGEST_PG_URL to use a server of your own"
            )
        _hand_over(folder, cluster)


def start(cluster: Cluster) -> psutil.Process | None:
    """Make the cluster unless it is there, and have its server answer; the caller holds the lock of the cluster.

    Returns the server, or None when it is that of another container: used here, and stopped there.
    """
    _make_folders(cluster)
    if not (cluster.pgdata / "PG_VERSION").exists():
        _make_cluster(cluster)
    if (server := _becomes_ready(cluster)) or _answers(cluster):
        return server
    for claim in (cluster.pgdata / "postmaster.pid", cluster.sockets / f"{_SOCKET}.lock"):
        # The server refuses to start when a process has this number, or when there is none in the file. The process is
        # not ours; whether one of ours is left without its postmaster the server finds out by its shared memory, which
        # knows the inode of its directory.
        pid = _claimed(claim)
        if pid is None or psutil.pid_exists(pid):
            claim.unlink(missing_ok=True)
    options = f"-h '' -k {shlex.quote(str(cluster.sockets))} -c unix_socket_permissions=0700 -c max_connections=200"
    log = cluster.pgdata / "log"
    _run(cluster, "pg_ctl", "-w", "-t", _READY_SECONDS, "-D", cluster.pgdata, "-l", log, "-o", options, "start")
    return postmaster(cluster)


def stop(cluster: Cluster, server: psutil.Process | None) -> None:
    """Stop the server of the cluster, if it is up; the caller holds the lock of the cluster."""
    _end(server)
    if cluster.sockets.parent != cluster.home:
        with suppress(OSError):  # a server that is still up, that of another container, has its socket in there
            cluster.sockets.rmdir()


def _end(server: psutil.Process | None) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT):  # "fast" and "immediate" shutdown, in PostgreSQL's terms
        if server is None or not _is_up(server):
            return
        with suppress(psutil.NoSuchProcess):
            server.send_signal(how)
        deadline = time.monotonic() + _STOP_SECONDS
        while _is_up(server) and time.monotonic() < deadline:
            time.sleep(0.02)


def _is_up(server: psutil.Process) -> bool:
    try:
        return server.is_running() and server.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def postmaster(cluster: Cluster) -> psutil.Process | None:
    """The running server of this very cluster, or None."""
    pid = _claimed(cluster.pgdata / "postmaster.pid")
    if pid is None or pid < 1:
        return None
    try:
        process = psutil.Process(pid)
        ours = cluster.uid if cluster.uid is not None else os.geteuid()
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres" or process.uids().real != ours:
            return None
        return process if _works_in(process, cluster.pgdata) else None
    except (psutil.NoSuchProcess, FileNotFoundError):
        return None


def _works_in(process: psutil.Process, pgdata: Path) -> bool:
    try:
        return Path(process.cwd()).samefile(pgdata)
    except psutil.AccessDenied:  # root in a container may not look at another user's process; arguments are open to all
        arguments = process.cmdline()
        return "-D" in arguments[:-1] and arguments[arguments.index("-D") + 1] == str(pgdata)


def _claimed(claim: Path) -> int | None:
    """The process number in a lock file of PostgreSQL (negative: a server without postmaster); None when it has none."""
    found = re.fullmatch(r"-?\d{1,9}", "".join(_lines(claim)[:1]).strip())
    return int(found[0]) if found else None


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as handle:
            return handle.read(8192).splitlines()
    except OSError:
        return []


def _becomes_ready(cluster: Cluster) -> psutil.Process | None:
    """Wait for a server that another command has started or is stopping; None when there is none (any more)."""
    deadline = time.monotonic() + _READY_SECONDS
    while (server := postmaster(cluster)) is not None:
        state = _lines(cluster.pgdata / "postmaster.pid")[7:8]  # its last line, once the server has come so far
        if state and state[0].strip() == "ready":
            return server
        if time.monotonic() > deadline:
            raise DatabaseError(f"embedded PostgreSQL in {cluster.home}: not ready after {_READY_SECONDS} s")
        time.sleep(0.02)
    return None


def _answers(cluster: Cluster) -> bool:
    """Whether a server listens in our folder all the same: that of a container which shares the data directory.

    Its process has no number here. A second server on one cluster would destroy it.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(os.fsencode(cluster.sockets / _SOCKET))
        except OSError:
            return False
        return True


def _make_cluster(cluster: Cluster) -> None:
    """Beside its place and renamed, so that a command killed meanwhile leaves no half cluster there."""
    for left in cluster.home.glob(f"{_PARTIAL}*"):
        rmtree(
            left, ignore_errors=True
        )  # an initdb that outlived its command may still write there; the next one sweeps
    partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=cluster.home))
    _hand_over(partial, cluster)
    _run(cluster, "initdb", "--auth=trust", "--encoding=utf8", "--no-locale", "-U", "postgres", "-D", partial)
    partial.rename(cluster.pgdata)


def _hand_over(folder: Path, cluster: Cluster) -> None:
    if cluster.uid is not None and cluster.gid is not None:
        os.chown(folder, cluster.uid, cluster.gid, follow_symlinks=False)


def _run(cluster: Cluster, program: str, *arguments: object) -> None:
    done = _call(cluster, program, *arguments)
    if done.returncode:
        log = [line for line in _tail(cluster.pgdata / "log") if "FATAL" in line or "PANIC" in line]
        detail = (log if program == "pg_ctl" else []) or done.stderr.strip().splitlines()
        raise DatabaseError(f"embedded PostgreSQL in {cluster.home}: {program} failed: {' '.join(detail[-1:])}")


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as handle:
            handle.seek(max(0, log.stat().st_size - 8192))
            return handle.read().decode(errors="replace").splitlines()
    except OSError:
        return []


def _call(cluster: Cluster, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    # The server that pg_ctl leaves behind keeps the descriptors it was given: files, or the read would wait for ever
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [str(cluster.programs / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=cluster.home if os.access(cluster.home, os.X_OK) else "/",
            user=cluster.uid,
            group=cluster.gid,
            extra_groups=[] if cluster.uid is not None else None,
            env=for_child(LC_ALL="C", TZ="UTC"),
        )
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is None:
            process.kill()
            process.wait()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return subprocess.CompletedProcess(process.args, process.returncode, *texts)
