from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.files import Bodies, StorageError, sha256, write_atomic


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
