import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.files import ABANDONED_SECONDS, Bodies, StorageError, sha256, sweep, write_atomic


@pytest.mark.parametrize("root", ["local", "memory"])
def test_a_body_is_kept_once_under_its_content(root: str, tmp_path: Path) -> None:
    bodies = Bodies(UPath(tmp_path) if root == "local" else UPath("memory://bodies-once"))
    digest = bodies.put(b"<rss/>")
    assert digest == sha256(b"<rss/>")
    stored = bodies.path(digest).read_bytes()
    assert bodies.put(b"<rss/>") == digest
    assert bodies.path(digest).read_bytes() == stored
    assert bodies.get(digest) == b"<rss/>"


def test_a_damaged_body_is_an_error_and_never_wrong_content(tmp_path: Path) -> None:
    bodies = Bodies(UPath(tmp_path))
    digest, other = bodies.put(b"one"), bodies.put(b"two")
    bodies.path(digest).write_bytes(bodies.path(other).read_bytes())
    with pytest.raises(StorageError, match="does not match its name"):
        bodies.get(digest)
    bodies.path(digest).write_bytes(b"\x1f\x8b broken")
    with pytest.raises(StorageError, match="cannot be read"):
        bodies.get(digest)
    whole = bytearray(bodies.path(bodies.put(bytes(range(256)) * 40)).read_bytes())
    whole[20:30] = b"\xff" * 10
    bodies.path(other).write_bytes(bytes(whole))
    with pytest.raises(StorageError, match=r"cannot be read|does not match"):
        bodies.get(other)
    with pytest.raises(StorageError, match="cannot be read"):
        bodies.get("0" * 64)


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" + data[1:]]
)
def test_a_damaged_body_that_is_had_anew_is_whole_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    bodies = Bodies(UPath(tmp_path))
    digest = bodies.put(b"one" * 100)
    bodies.path(digest).write_bytes(damage(bodies.path(digest).read_bytes()))
    assert bodies.put(b"one" * 100) == digest
    assert bodies.get(digest) == b"one" * 100


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = UPath(tmp_path) / "report.md"
    write_atomic(target, b"old")
    folder_in_the_way = UPath(tmp_path) / "report.csv"
    folder_in_the_way.mkdir()
    (folder_in_the_way / "x").write_bytes(b"")
    with pytest.raises(StorageError, match=r"report\.csv: cannot be written"):
        write_atomic(folder_in_the_way, b"new")
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.csv", "report.md"]


def test_a_location_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"file/below\.txt: cannot be written"):
        write_atomic(UPath(tmp_path) / "file" / "below.txt", b"")


def _killed_while_writing(folder: Path) -> Path:
    """The temporary file of a process that was killed with SIGKILL before its rename."""
    script = (
        "import os, signal, sys; from upath import UPath; from secdigest_pipeline.base import files; "
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL); files.write_atomic(UPath(sys.argv[1]), b'half')"
    )
    ended = subprocess.run([sys.executable, "-c", script, folder / "table.parquet"])
    assert ended.returncode == -signal.SIGKILL
    (left,) = folder.glob(".table.parquet.*")
    return left


def test_what_killed_writers_left_is_swept_once_it_is_old(tmp_path: Path) -> None:
    data, out = UPath(tmp_path / "data"), UPath(tmp_path / "out")
    old, young = _killed_while_writing(tmp_path / "data" / "a" / "b"), _killed_while_writing(tmp_path / "out")
    _aged(old, ABANDONED_SECONDS + 60)
    _aged(young, ABANDONED_SECONDS - 600)
    assert sweep([data, out, UPath(tmp_path / "nowhere"), UPath("memory://bucket/data")]) == 1
    assert (old.exists(), young.exists()) == (False, True)
    _aged(young, ABANDONED_SECONDS + 60)
    assert sweep([data, out]) == 1
    assert not young.exists()


@pytest.mark.parametrize(
    "name",
    [
        "table.parquet.0123456789ab4def8123456789abcdef.tmp",  # not hidden
        ".table.0123456789ab4def8123456789abcdef.tmp.swp",
        ".table.0123456789ab4def8123456789abcde.tmp",  # a digit short
        ".table.0123456789AB4DEF8123456789ABCDEF.tmp",
        ".table.0123456789ab5def8123456789abcdef.tmp",  # no uuid4
        ".0123456789ab4def8123456789abcdef.tmp",  # of no file
        ".table.tmp",
    ],
)
def test_a_file_of_somebody_else_is_not_swept_however_old_it_is(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    theirs.write_bytes(b"theirs")
    _aged(theirs, 10 * 365 * 86_400)
    assert sweep([UPath(tmp_path)]) == 0
    assert theirs.read_bytes() == b"theirs"


def test_a_sweep_follows_no_link_and_removes_no_folder(tmp_path: Path) -> None:
    name = ".table.0123456789ab4def8123456789abcdef.tmp"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / name).write_bytes(b"theirs")
    _aged(outside / name, 10 * 365 * 86_400)
    root = tmp_path / "data"
    (root / "x" / name).mkdir(parents=True)
    (root / "link").symlink_to(outside)
    (root / name).symlink_to(outside / name)
    assert sweep([UPath(root)]) == 0
    assert (outside / name).exists()
    assert (root / name).is_symlink()
    assert (root / "x" / name).is_dir()


def _aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))
