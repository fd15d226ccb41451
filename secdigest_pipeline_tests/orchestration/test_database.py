import os
import signal
import stat
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy
from upath import UPath

from secdigest_pipeline.orchestration.database import URL_VARIABLE, check_url, cluster_of, database
from secdigest_pipeline.orchestration.failures import DatabaseError
from secdigest_pipeline_tests.machine import Machine


@pytest.fixture(autouse=True)
def no_given_server(machine: Machine) -> None:
    """No server is given, and root's clusters lie elsewhere than those of this machine."""


def scalar(url: str, statement: str) -> object:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return result.scalar() if result.returns_rows else None


def server_is_up(data: Path) -> bool:
    pid_file = cluster_of(UPath(data)).pgdata / "postmaster.pid"
    if not pid_file.exists():
        return False
    pid = int(pid_file.read_text().splitlines()[0])
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_the_embedded_server_keeps_its_data_and_is_stopped_by_the_last_to_leave(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with database(UPath(data)) as url:
        assert os.environ[URL_VARIABLE] == url
        scalar(url, "create table kept as select 42 as answer")
    assert URL_VARIABLE not in os.environ
    assert not server_is_up(data)
    with database(UPath(data)) as url:
        assert scalar(url, "select answer from kept") == 42


def test_a_second_process_shares_the_server_and_a_killed_one_leaves_nothing_behind(
    machine: Machine, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    holder = machine.start(data)
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    with database(UPath(data)) as shared:
        assert shared == url
    assert server_is_up(data), "the server was stopped under another process"
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert server_is_up(data), "expected the orphan that kill -9 leaves"
    with database(UPath(data)) as again:
        assert scalar(again, "select 1") == 1
    assert not server_is_up(data)


def test_a_killed_server_is_recovered_at_the_next_start(tmp_path: Path) -> None:
    data = UPath(tmp_path / "data")
    with database(data) as url:
        scalar(url, "create table kept as select 7 as answer")
        postmaster = int((cluster_of(data).pgdata / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        while psutil.pid_exists(postmaster) and psutil.Process(postmaster).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
    with database(data) as url:
        assert scalar(url, "select answer from kept") == 7


def test_no_directory_that_is_not_ours_changes_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    above = [home, tmp_path, *tmp_path.parents]
    before = [stat.S_IMODE(path.stat().st_mode) for path in above]
    with database(UPath(home / "project" / "data")) as url:
        assert scalar(url, "select 1") == 1
    assert [stat.S_IMODE(path.stat().st_mode) for path in above] == before
    assert stat.S_IMODE(cluster_of(UPath(home / "project" / "data")).pgdata.stat().st_mode) == 0o700


def test_a_deleted_data_directory_never_finds_its_old_database(tmp_path: Path) -> None:
    import shutil

    data = tmp_path / "data"
    with database(UPath(data)) as url:
        scalar(url, "create table old as select 1")
    shutil.rmtree(data)
    with database(UPath(data)) as url, pytest.raises(sqlalchemy.exc.ProgrammingError):
        scalar(url, "select * from old")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://u:hunter2@127.0.0.1/x", "must start with postgresql\\+psycopg2://"),
        ("postgresql+psycopg2://u:hunter2@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql+psycopg2://u:hunter2@127.0.0.1:notaport/x", "is not a database URL|cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_clear_error_without_the_password(url: str, message: str) -> None:
    with pytest.raises(DatabaseError, match=message) as caught:
        check_url(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatabaseError, match="file"), database(UPath(tmp_path / "file" / "data")):
        pass
