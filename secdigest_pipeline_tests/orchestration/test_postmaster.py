"""Whose server a process is, what its processes know, and who may reach its socket."""

import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from secdigest_pipeline.base.environment import for_child
from secdigest_pipeline_tests.machine import Machine

CANARY = "canary-5f0c-not-to-be-found"


def is_up(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_no_process_of_the_server_has_a_setting_or_a_secret_in_its_environment(either: Machine) -> None:
    either.env = {
        "ANTHROPIC_API_KEY": CANARY,
        "SECDIGEST_CONTACT": CANARY,
        "PGOPTIONS": f"-c application_name={CANARY}",
    }
    data = either.data("data")
    with either.held(data):
        servers = either.servers()
        assert len(servers) > 3
        for process in servers:
            assert set(process.environ()) <= {*for_child(LC_ALL="C", TZ="UTC"), *SET_BY_POSTGRES}
            assert CANARY.encode() not in Path(f"/proc/{process.pid}/environ").read_bytes()
        either.env = {}
        server = either.postmaster(data)
        assert server is not None
        told = either.ask(data, f"select encode(pg_read_binary_file('/proc/{server.pid}/environ'), 'escape')")[0]
    assert "LC_ALL=C" in told and CANARY not in told


SET_BY_POSTGRES = {"PG_GRANDPARENT_PID", "PGLOCALEDIR", "PGSYSCONFDIR", "PGDATA", "PWD", "OLDPWD", "SHLVL", "_"}


@pytest.mark.parametrize("whose", ["server", "program", "nobody"])
def test_a_stale_number_of_another_process_stops_nobody_and_hinders_no_start(either: Machine, whose: str) -> None:
    first, second = either.data("first"), either.data("second")
    either.ask(second, "create table kept as select 7 as answer")
    with either.held(first):
        server = either.postmaster(first)
        assert server is not None
        program = subprocess.Popen(["sleep", "600"], user=server.uids().real)
        number = {"server": str(server.pid), "program": str(program.pid), "nobody": ""}[whose]
        pgdata = either.pgdata(second)
        claim = (either.pgdata(first) / "postmaster.pid").read_text().replace(str(server.pid), number, 1)
        for path in (pgdata / "postmaster.pid", pgdata.parent / "socket" / ".s.PGSQL.5432.lock"):
            path.write_text(claim if number else "")
            os.chown(path, server.uids().real, server.gids().real)
            path.chmod(0o600)
        assert either.ask(second, "select answer from kept") == ["7"]
        assert either.postmaster(second) is None, "the server of the second was not stopped"
        assert is_up(server) and program.poll() is None
        program.kill()
        program.wait()
        assert either.ask(first, "select 1") == ["1"]


def test_a_command_that_may_not_look_at_other_users_processes_knows_its_server_all_the_same(
    roots_machine: Machine,
) -> None:
    data = roots_machine.data("data")
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv: root without CAP_SYS_PTRACE, as in a container")
    with roots_machine.held(data) as url:
        server = roots_machine.postmaster(data)
        roots_machine.before = ("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace")
        with roots_machine.held(data) as again:
            assert again == url
        assert roots_machine.postmaster(data) == server
        roots_machine.before = ()
    assert server is not None and not is_up(server)


def test_a_server_of_another_container_is_used_and_not_doubled(roots_machine: Machine) -> None:
    apart = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc")
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to make process namespaces")
    data = roots_machine.data("data")
    roots_machine.ask(data, "create table kept as select 7 as answer")
    with roots_machine.held(data):
        server = roots_machine.postmaster(data)
        roots_machine.before = apart
        answers, err = roots_machine.try_to_ask(data, "select answer from kept")
        assert answers == ["7"], err
        roots_machine.before = ()
        assert server is not None and roots_machine.postmaster(data) == server


def test_a_command_killed_while_it_makes_the_cluster_leaves_nothing_in_the_way(either: Machine) -> None:
    data = either.data("data")
    command = either.start(data, "select 1")
    while not (partial := list(either.folder.glob("*/**/pgdata.partial-*/PG_VERSION"))) and command.poll() is None:
        time.sleep(0.005)
    command.send_signal(signal.SIGKILL)
    command.communicate()
    assert partial
    assert either.ask(data, "select 1") == ["1"]
    # initdb outlives the command that started it
    while any(str(either.folder) in " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])):
        time.sleep(0.05)
    assert either.ask(data, "select 2") == ["2"]


@pytest.mark.parametrize("name", ["with blank", "with 'quote'", "with,comma", "データ", "x" * 100])
def test_any_name_of_a_data_directory_will_do(either: Machine, name: str) -> None:
    assert either.ask(either.data(name), "select 1") == ["1"]


def socket_folder(home: Path, user: int | None) -> Path:
    """Where the socket lies when the path of the cluster is too long for one."""
    identity = f"{user or 0}:{os.statvfs(home).f_fsid}:{home.stat().st_ino}"
    return Path(tempfile.gettempdir()) / f"secdigest-{sha256(identity.encode()).hexdigest()[:16]}"


@pytest.mark.parametrize("made", ["by another user", "open to others", "as a link", "as a file"])
def test_a_socket_folder_that_others_may_enter_is_refused_in_one_line(either: Machine, made: str) -> None:
    if os.geteuid():
        pytest.skip("needs root: makes a folder of another user")
    if either.user is None:  # root's clusters lie deep only when /var/lib/secdigest is a link to such a place
        either.folder = either.folder / ("x" * 60) / ("y" * 30)
        either.folder.mkdir(parents=True)
    data = either.data("x" * 100)
    with either.held(data) as url:
        folder = socket_folder(either.pgdata(data).parent, either.user)
        assert url.endswith(f"={folder}")
        ours = folder.stat()
        assert stat.S_IMODE(ours.st_mode) == 0o700
    assert not folder.exists(), "left behind for whoever gets the same numbers"
    elsewhere = either.folder / "elsewhere"
    elsewhere.mkdir()
    other = 12_345
    if made == "by another user":
        folder.mkdir(mode=0o700)
        os.chown(folder, other, other)
    elif made == "open to others":
        folder.mkdir()
        os.chown(folder, ours.st_uid, ours.st_gid)
        folder.chmod(0o770)
    elif made == "as a link":
        os.chown(elsewhere, ours.st_uid, ours.st_gid)
        folder.symlink_to(elsewhere)
    else:
        folder.touch(mode=0o700)
    before = folder.lstat()
    try:
        answers, refusal = either.start(data, "select 1").communicate(timeout=100)
        assert answers == ""
        assert re.fullmatch(rf"refused: .*{folder} is not a folder of ours .*\n", refusal), refusal
        assert (folder.lstat().st_uid, folder.lstat().st_mode) == (before.st_uid, before.st_mode)
        assert list(elsewhere.iterdir()) == []
    finally:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        else:
            folder.rmdir()


def test_a_server_whose_data_directory_was_moved_is_neither_lost_nor_taken(either: Machine) -> None:
    first, moved = either.data("x" * 100), either.data("y" * 100)
    with either.held(first):
        first.rename(moved)
        either.ask(first, "create table of_second as select 1")
        assert either.ask(moved, "select count(*) from pg_tables where tablename = 'of_second'") == ["0"]
    assert either.servers() == []
