"""Which embedded cluster a data directory has when clusters lie elsewhere (as root, under one folder of all clusters).

The data directory holds a mark, `.postgres`: the name of its cluster, 16 hexadecimal digits and a line end. A mark goes
along with every copy, so it proves nothing by itself; the folder of the cluster says in `owner.json` which directory it
was made for. A directory owns the cluster its mark names

- when it is that directory (filesystem and inode): in its place, moved within its filesystem, or mounted elsewhere;
- when it lies in that place with that mark (time of writing): unmounted and mounted again, or put back from a backup.

Every other directory gets a cluster of its own. No cluster is ever removed: a directory that cannot be found may lie on
a disk that is not mounted now, and nothing here can tell that from a deleted one.
"""

import json
import logging
import os
import re
import stat
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from upath import UPath

from secdigest_pipeline.base.files import write_atomic

MARK = ".postgres"
OWNER = "owner.json"
FORMER_OWNER = "data-directory"  # until 0.1: path of the mark, in the locale's encoding
_NAME = re.compile(rb"([0-9a-f]{16})\n?")
_LONGEST_FILE = 64 * 1024  # a path has at most 4096 bytes, each at most six characters of JSON


@dataclass(frozen=True, slots=True)
class Owner:
    """A data directory as it was when its cluster was last used."""

    path: str  # resolved; bytes that are not UTF-8 as surrogates, whatever the locale
    filesystem: int  # f_fsid of statvfs: made from the filesystem's UUID on ext4 and btrfs, so it outlives a reboot
    inode: int
    marked_ns: int  # modification time of the mark

    @classmethod
    def of(cls, data: Path) -> "Owner":
        """`data` (resolved, with a mark) as it is now."""
        return cls(
            _text(os.fsencode(data)), os.statvfs(data).f_fsid, data.stat().st_ino, (data / MARK).lstat().st_mtime_ns
        )

    def is_directory(self, other: "Owner") -> bool:
        """Whether both are one directory, wherever it lies."""
        return (self.filesystem, self.inode) == (other.filesystem, other.inode)

    def is_place(self, other: "Owner") -> bool:
        """Whether both lie in one place and hold one mark."""
        return (self.path, self.marked_ns) == (other.path, other.marked_ns)


def name_of_cluster(data: Path, homes: Path) -> str:
    """Name of the cluster of `data` (resolved), and its folder below `homes` made.

    The caller holds the lock of `homes`. Raises OSError or StorageError when something cannot be read or written.
    """
    mark = data / MARK
    marked = _read(mark)
    named = _NAME.fullmatch(marked)
    if named is not None and _owns(data, homes / (name := named[1].decode())):
        open_folder(homes / name)
    else:
        if named is not None:
            logging.getLogger(__name__).warning(
                "%s: the database %s belongs to another data directory, of which this is a copy (or it was moved "
                "between disks); this one gets a database of its own",
                data,
                homes / name,
            )
        elif marked:
            logging.getLogger(__name__).warning("%s: holds no name of a cluster; replaced", mark)
        name = uuid.uuid4().hex[:16]
        open_folder(homes / name)
        write_atomic(UPath(mark), name.encode() + b"\n")
    owner = Owner.of(data)
    if _owner(homes / name) != owner:
        write_atomic(UPath(homes / name / OWNER), json.dumps(asdict(owner)).encode() + b"\n")
    (homes / name / FORMER_OWNER).unlink(missing_ok=True)
    return name


def without_directory(homes: Path) -> Iterator[tuple[Path, str]]:
    """Clusters whose data directory is not where it was last: (folder of the cluster, path of the directory).

    Deleted, moved and not used since, or not mounted now: only a human can say.
    """
    for home in sorted(homes.glob("*")):
        owner = _owner(home)
        if owner is not None and not (Path(os.fsdecode(_bytes(owner.path))) / MARK).exists():
            yield home, owner.path


def _owns(data: Path, home: Path) -> bool:
    if not home.exists():  # the directory came from another machine, its cluster did not
        return True
    owner, now = _owner(home), Owner.of(data)
    if owner is None:
        return _owned_formerly(data, home)
    if owner.path != now.path and owner.is_directory(now):
        return not _is_clone(data, owner)
    return owner.is_directory(now) or owner.is_place(now)


def _is_clone(data: Path, owner: Owner) -> bool:
    """Whether the owner still lies in its place and is not `data`: disks copied block by block share every number."""
    place = Path(os.fsdecode(_bytes(owner.path)))
    try:
        return owner.is_directory(Owner.of(place)) and not place.samefile(data)
    except OSError:
        return False


def _owned_formerly(data: Path, home: Path) -> bool:
    """By the older pointer; without a usable one nobody has a better claim than the first that bears the name."""
    pointer = Path(os.fsdecode(_read(home / FORMER_OWNER).replace(b"\0", b"")))
    if not pointer.is_absolute() or pointer.name != MARK:
        return True
    return pointer.parent.resolve() == data


def _owner(home: Path) -> Owner | None:
    try:
        found = json.loads(_read(home / OWNER))
        owner = Owner(**found)
    except (ValueError, TypeError, RecursionError, OSError):
        return None
    numbers = (owner.filesystem, owner.inode, owner.marked_ns)
    usable = isinstance(owner.path, str) and "\0" not in owner.path and all(type(number) is int for number in numbers)
    return owner if usable else None


def open_folder(home: Path) -> None:
    """The folder of a cluster, which the server's user must be able to enter whatever the umask is."""
    home.mkdir(parents=True, exist_ok=True)
    if stat.S_IMODE(home.stat().st_mode) != 0o755:
        home.chmod(0o755)


def _read(path: Path) -> bytes:
    """What a small file holds; nothing when it is missing or no file (a link, a pipe) or too long to be ours."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    except OSError:
        if path.is_symlink():
            return b""
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b""
        content = os.read(handle, _LONGEST_FILE + 1)
        return content if len(content) <= _LONGEST_FILE else b""
    finally:
        os.close(handle)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
