"""Files that tell of work under way: each is locked by its process as long as that lives, and seen by every other.

A lock of flock(2) goes with its process however it ends, so a file that nobody has locked was left behind.
"""

import fcntl
import hashlib
import os
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from upath import UPath

from secdigest_pipeline.base.files import StorageError


@dataclass(frozen=True, slots=True)
class Claim:
    """One file that this process has locked."""

    path: Path
    descriptor: int

    def write(self, data: bytes, offset: int = 0) -> None:
        """Write `data` there and have it on disk; StorageError when that cannot be."""
        try:
            while data:
                written = os.pwrite(self.descriptor, data, offset)
                data, offset = data[written:], offset + written
            os.fsync(self.descriptor)
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be written ({error.strerror or error})") from error

    def read(self) -> bytes:
        """All of the file."""
        return os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0)

    def let_go(self) -> None:
        """Leave the file to whoever comes next."""
        os.close(self.descriptor)

    def remove(self) -> None:
        """The work is done."""
        with suppress(OSError):
            self.path.unlink()
        self.let_go()


class Claims:
    """The claims in one local folder. Methods block and raise StorageError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Nobody else, in this process or another, is between the same lines meanwhile."""
        descriptor = self._opened(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def try_lock(self, name: str) -> int | None:
        """A lock to be closed with os.close, None while somebody has it."""
        descriptor = self._opened(name)
        if _is_taken(descriptor):
            os.close(descriptor)
            return None
        return descriptor

    def create(self, kind: str, data: bytes) -> Claim:
        """A new claim `<id>.<kind>` that holds `data`, on disk. Only within `locked`: it is locked after it is made."""
        path = self.folder / f"{uuid.uuid4().hex}.{kind}"
        claim = Claim(path, self._opened(path.name, os.O_EXCL))
        try:
            fcntl.flock(claim.descriptor, fcntl.LOCK_EX)
            claim.write(data)
        except BaseException:
            claim.remove()
            raise
        return claim

    def alive(self, kind: str) -> list[Path]:
        """The claims that a process has locked, this one's too. Only within `locked`."""
        found = []
        for path in self._found(kind):
            match self._state(path):
                case Claim() as left:
                    left.let_go()
                case "alive":
                    found.append(path)
        return found

    def abandoned(self, kind: str) -> Iterator[Claim]:
        """The claims whose process is gone; they are the caller's now. Only within `locked`."""
        for path in self._found(kind):
            if isinstance(left := self._state(path), Claim):
                yield left

    def _found(self, kind: str) -> list[Path]:
        return sorted(self.folder.glob(f"*.{kind}"))

    def _state(self, path: Path) -> Claim | Literal["alive", "gone"]:
        """What became of a claim: the caller's own now where its process is gone, `gone` where its work was done meanwhile."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return "gone"
        except OSError as error:
            raise StorageError(f"{path}: cannot be opened ({error.strerror or error})") from error
        if _is_taken(descriptor):
            os.close(descriptor)
            return "alive"
        # it is unlinked before it is unlocked: who was first to have it open must not take it for left behind
        if os.fstat(descriptor).st_nlink == 0:
            os.close(descriptor)
            return "gone"
        return Claim(path, descriptor)

    def _opened(self, name: str, flags: int = 0) -> int:
        path = self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags, 0o644)
        except OSError as error:
            raise StorageError(f"{path}: cannot be made ({error.strerror or error})") from error


def beside(root: UPath) -> Path:
    """The folder for the claims on what lies at `root`: below a local one; for an object store one of this machine.

    There it is seen by this user's processes alone. StorageError when another user made it.
    """
    if root.protocol in ("", "file", "local"):
        return Path(root.path) / "asking"
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    ours = Path(tempfile.gettempdir()) / f"secdigest-{os.getuid()}"
    try:
        ours.mkdir(mode=0o700, exist_ok=True)
        found = ours.lstat()
    except OSError as error:
        raise StorageError(f"{ours}: cannot be made ({error.strerror or error})") from error
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise StorageError(f"{ours}: belongs to somebody else")
    return ours / name


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
