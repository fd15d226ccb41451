"""Files on any UPath (local folder or object store): written whole or not at all, and content-addressed bodies."""

import gzip
import hashlib
import os
import re
import time
import uuid
import zlib
from collections.abc import Iterable
from contextlib import suppress

from upath import UPath

# The temporary files of write_atomic: uuid4, and nothing that only looks like it
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\.tmp", re.DOTALL)
# A write takes seconds, and each of them renews the file's time: one not written to for an hour has lost its writer.
ABANDONED_SECONDS = 3_600
# Names a sweep looks at: some seconds of a cold disk, and ten years of editions hold fewer
_SWEPT_NAMES = 1_000_000


class StorageError(RuntimeError):
    """A data location that cannot be read or written; the message names it."""


def write_atomic(path: UPath, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never half of it.

    Local files go to a temporary name beside the target and are renamed; object stores put whole objects anyway.
    Raises StorageError naming the path when the location is not writable.
    """
    try:
        if path.protocol in ("", "file", "local"):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.parent / f".{path.name}.{uuid.uuid4().hex}.tmp"
            try:
                with open(temporary.path, "wb") as handle:  # noqa: PTH123 - UPath.open offers no fileno on every backend
                    handle.write(data)
                    handle.flush()
                    os.fsync(handle.fileno())
                os.replace(temporary.path, path.path)  # noqa: PTH105 - as above
            finally:
                temporary.unlink(missing_ok=True)
        else:
            path.write_bytes(data)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror or error})") from error


def sweep(roots: Iterable[UPath]) -> int:
    """Remove what killed writers left below local `roots`: temporary files of `write_atomic` older than ABANDONED_SECONDS.

    Returns how many there were. Object stores have none. Looks at names alone, follows no link, and never raises: what
    cannot be listed or removed is left for the next time.
    """
    waiting = [root.path for root in roots if root.protocol in ("", "file", "local")]
    looked = removed = 0
    while waiting and looked < _SWEPT_NAMES:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                looked += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    removed += _removed_if_abandoned(entry)
    return removed


def _removed_if_abandoned(entry: "os.DirEntry[str]") -> bool:
    with suppress(OSError):
        if time.time() - entry.stat(follow_symlinks=False).st_mtime > ABANDONED_SECONDS:
            os.unlink(entry.path)  # noqa: PTH108 - scandir's own path
            return True
    return False


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


class Bodies:
    """Write-once store of raw bytes by content: `<root>/ab/abcdef....gz`."""

    def __init__(self, root: UPath) -> None:
        self.root = root

    def path(self, digest: str) -> UPath:
        """Where the body with this SHA-256 lies."""
        return self.root / digest[:2] / f"{digest}.gz"

    def put(self, body: bytes) -> str:
        """Store `body` unless it is there already, whole; returns its SHA-256."""
        digest = sha256(body)
        try:
            self.get(digest)
        except StorageError:
            # mtime=0: the same content is the same file, wherever and whenever it is written
            write_atomic(self.path(digest), gzip.compress(body, mtime=0))
        return digest

    def get(self, digest: str) -> bytes:
        """The body with this SHA-256; StorageError when it is missing or damaged."""
        path = self.path(digest)
        try:
            body = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            raise StorageError(f"{path}: stored body cannot be read ({error})") from error
        if sha256(body) != digest:
            raise StorageError(f"{path}: stored body does not match its name")
        return body
