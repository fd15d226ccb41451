"""Two data directories, real servers: neither takes, shares or harms the database of the other."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.own_cluster import removed_cluster
from secdigest_pipeline.orchestration.marks import without_directory
from secdigest_pipeline_tests.machine import OTHER_USER, Machine

WRITTEN = "create table {} as select 1"
TABLES = "select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'public'"


def clusters(machine: Machine) -> set[str]:
    return {path.parent.name for path in machine.clusters.glob("*/pgdata")}


@pytest.mark.parametrize("how", ["-r", "-a"])
def test_a_copy_of_a_data_directory_has_a_database_of_its_own(either: Machine, how: str) -> None:
    original, copy = either.data("original"), either.data("copy")
    either.ask(original, WRITTEN.format("before"))
    subprocess.run(["cp", how, original, copy], check=True, user=either.user, group=either.user)
    either.ask(copy, WRITTEN.format("of_copy"))
    either.ask(original, WRITTEN.format("of_original"))
    assert either.ask(original, TABLES) == ["before,of_original"]
    # As a user the cluster lies in the data directory and is copied with it
    assert either.ask(copy, TABLES)[0].removeprefix("before,") == "of_copy"


def test_a_copy_made_beside_the_running_server_neither_uses_nor_stops_it(either: Machine) -> None:
    original, copy = either.data("original"), either.data("copy")
    with either.held(original):
        subprocess.run(["cp", "-r", original, copy], check=True, user=either.user, group=either.user)
        server = either.postmaster(original)
        assert server is not None
        either.ask(copy, WRITTEN.format("of_copy"))
        assert either.postmaster(copy) is None
        assert either.postmaster(original) == server and server.is_running()
        assert either.ask(original, TABLES) == ["None"]


def test_a_moved_data_directory_keeps_its_database_whoever_comes_first(either: Machine) -> None:
    first, moved, second = either.data("first"), either.data("moved"), either.data("second")
    either.ask(first, WRITTEN.format("of_first"))
    first.rename(moved)
    assert either.ask(second, TABLES) == ["None"]
    assert either.ask(first, TABLES) == ["None"]
    assert either.ask(moved, TABLES) == ["of_first"]
    assert either.ask(second, WRITTEN.format("of_second"), TABLES)[-1] == "of_second"


def test_a_copy_put_in_the_place_of_the_original_takes_nothing_from_it(roots_machine: Machine) -> None:
    data, aside = roots_machine.data("data"), roots_machine.data("aside")
    roots_machine.ask(data, WRITTEN.format("of_original"))
    data.rename(aside)
    subprocess.run(["cp", "-r", aside, data], check=True)
    answers, warning = roots_machine.try_to_ask(data, TABLES)
    assert answers == ["None"], warning
    assert warning.count("\n") == 1 and f"{data}: the database" in warning and "of its own" in warning
    assert roots_machine.ask(aside, TABLES) == ["of_original"]


def test_a_backup_put_back_finds_its_database(roots_machine: Machine) -> None:
    data, backup = roots_machine.data("data"), roots_machine.data("backup")
    roots_machine.ask(data, WRITTEN.format("kept"))
    subprocess.run(["cp", "-a", data, backup], check=True)
    shutil.rmtree(data)
    subprocess.run(["cp", "-a", backup, data], check=True)
    assert roots_machine.ask(data, TABLES) == ["kept"]
    assert roots_machine.ask(backup, TABLES) == ["None"]


def test_an_unmounted_data_directory_keeps_its_database_until_it_is_mounted_again(roots_machine: Machine) -> None:
    disk, place, elsewhere = (roots_machine.data(name) for name in ("disk", "place", "elsewhere"))
    for folder in (disk, place, elsewhere):
        folder.mkdir()
    if subprocess.run(["mount", "--bind", disk, place], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    try:
        roots_machine.ask(place, WRITTEN.format("of_disk"))
    finally:
        subprocess.run(["umount", place], check=True)
    assert roots_machine.ask(roots_machine.data("second"), TABLES) == ["None"]
    assert roots_machine.ask(place, TABLES) == ["None"], "what lies below the mount point is another directory"
    for target in (elsewhere, place):
        subprocess.run(["mount", "--bind", disk, target], check=True)
        try:
            assert roots_machine.ask(target, TABLES) == ["of_disk"]
        finally:
            subprocess.run(["umount", target], check=True)


def test_a_deleted_data_directory_loses_nothing_and_is_named(roots_machine: Machine) -> None:
    first, second = roots_machine.data("first"), roots_machine.data("second")
    roots_machine.ask(first, WRITTEN.format("of_first"))
    cluster = roots_machine.pgdata(first).parent
    shutil.rmtree(first)
    roots_machine.ask(second, TABLES)
    assert roots_machine.ask(first, TABLES) == ["None"]
    assert (cluster / "pgdata" / "PG_VERSION").exists()
    shutil.rmtree(second)
    named = dict(without_directory(roots_machine.clusters))
    assert list(named.values()) == [str(second)]


def test_a_bench_leaves_no_cluster_and_removes_none_but_its_own(roots_machine: Machine) -> None:
    others, own = roots_machine.data("others"), roots_machine.data("own")
    roots_machine.ask(others, WRITTEN.format("of_others"))
    before = clusters(roots_machine)
    with removed_cluster(own):
        roots_machine.ask(own, WRITTEN.format("of_own"))
        assert len(clusters(roots_machine)) == len(before) + 1
    assert clusters(roots_machine) == before
    with pytest.raises(ValueError, match="is there already"), removed_cluster(others):
        pass
    assert roots_machine.ask(others, TABLES) == ["of_others"]


def test_first_commands_at_once_make_one_cluster(either: Machine) -> None:
    data = either.data("data")
    commands = [either.start(data, WRITTEN.format(f"t{number}")) for number in range(5)]
    for command in commands:
        assert command.communicate(timeout=100)[0] == "done\n"
    assert either.ask(data, TABLES) == ["t0,t1,t2,t3,t4"]
    if either.user is None and os.geteuid() == 0:
        assert clusters(either) == {(data / ".postgres").read_text().strip()}


def test_data_directories_with_empty_marks_share_nothing(roots_machine: Machine) -> None:
    first, second = roots_machine.data("first"), roots_machine.data("second")
    for data in (first, second):
        data.mkdir()
        (data / ".postgres").touch()
        roots_machine.ask(data, WRITTEN.format(f"of_{data.name}"))
    assert roots_machine.ask(first, TABLES) == ["of_first"]
    assert roots_machine.ask(second, TABLES) == ["of_second"]


def test_damaged_files_of_one_cluster_break_no_other(roots_machine: Machine) -> None:
    first, second = roots_machine.data("first"), roots_machine.data("second")
    for data in (first, second):
        roots_machine.ask(data, WRITTEN.format(f"of_{data.name}"))
    owner = roots_machine.pgdata(first).parent / "owner.json"
    empty = roots_machine.clusters / ("0" * 16)
    empty.mkdir()
    for name in ("owner.json", "data-directory"):
        (empty / name).touch()
    for damage in (b"", b"\xff\x00\n", b"[" * 60_000, b'{"path": 1}', b'{"path": "\\u0000", "filesystem": 1}'):
        owner.write_bytes(damage)
        assert roots_machine.ask(second, TABLES) == ["of_second"]
        assert roots_machine.ask(first, TABLES) == ["of_first"]


@pytest.mark.parametrize("kind", ["path", "above", "bytes", "long", "link", "pipe"])
def test_a_mark_that_names_no_cluster_is_replaced_and_nothing_outside_is_touched(
    roots_machine: Machine, kind: str
) -> None:
    first, second = roots_machine.data("first"), roots_machine.data("second")
    roots_machine.ask(second, WRITTEN.format("of_second"))
    victim = roots_machine.folder / "victim"
    victim.mkdir(mode=0o711)
    before = victim.stat()
    first.mkdir()
    mark = first / ".postgres"
    if kind == "link":
        mark.symlink_to(second / ".postgres")
    elif kind == "pipe":
        os.mkfifo(mark)
    else:
        contents = {"path": str(victim).encode(), "above": b"../victim", "bytes": b"\xff\0\x80", "long": b"a" * 10**6}
        mark.write_bytes(contents[kind])
    assert roots_machine.ask(first, WRITTEN.format("of_first"), TABLES)[-1] == "of_first"
    after = victim.stat()
    assert (after.st_uid, after.st_mode, list(victim.iterdir())) == (before.st_uid, before.st_mode, [])
    assert roots_machine.ask(second, TABLES) == ["of_second"]
    assert roots_machine.ask(first, TABLES) == ["of_first"]


def test_a_mark_written_by_somebody_else_opens_no_other_database(roots_machine: Machine) -> None:
    first, second = roots_machine.data("first"), roots_machine.data("second")
    roots_machine.ask(first, WRITTEN.format("of_first"))
    second.mkdir()
    (second / ".postgres").write_bytes((first / ".postgres").read_bytes())
    assert roots_machine.ask(second, TABLES) == ["None"]
    assert roots_machine.ask(first, TABLES) == ["of_first"]


def test_a_cluster_of_an_earlier_version_is_kept_and_its_copy_gets_its_own(roots_machine: Machine) -> None:
    data, copy = roots_machine.data("データ"), roots_machine.data("copy")
    roots_machine.ask(data, WRITTEN.format("kept"))
    home = roots_machine.pgdata(data).parent
    (home / "owner.json").unlink()  # which those versions did not write; a pointer to the mark they did
    (home / "data-directory").write_text(str(data / ".postgres"), encoding="utf-8")
    shutil.copytree(data, copy)
    assert roots_machine.ask(copy, TABLES) == ["None"]
    assert roots_machine.ask(data, TABLES) == ["kept"]
    assert not (home / "data-directory").exists()
    assert roots_machine.pgdata(data).parent == home


def test_a_data_directory_from_another_machine_gets_a_new_cluster_under_its_name(roots_machine: Machine) -> None:
    data = roots_machine.data("data")
    data.mkdir()
    (data / ".postgres").write_text("0123456789abcdef\n")
    assert roots_machine.ask(data, TABLES) == ["None"]
    assert clusters(roots_machine) == {"0123456789abcdef"}


def test_a_folder_of_clusters_that_others_may_write_to_is_refused(roots_machine: Machine) -> None:
    os.chown(roots_machine.clusters, OTHER_USER, OTHER_USER)
    answers, refusal = roots_machine.try_to_ask(roots_machine.data("data"), TABLES)
    assert answers == []
    assert refusal.startswith("refused: ") and str(roots_machine.clusters) in refusal and refusal.count("\n") == 1
    assert clusters(roots_machine) == set()


def test_a_folder_in_the_place_of_a_mark_is_named(roots_machine: Machine) -> None:
    data = roots_machine.data("data")
    (data / ".postgres").mkdir(parents=True)
    _, refusal = roots_machine.try_to_ask(data, TABLES)
    assert str(Path(data, ".postgres")) in refusal.splitlines()[-1]
