"""Peak memory of a running process and of each of its children, read from the kernel while they live.

`ru_maxrss` would do for neither: a child started by vfork begins with the size of its parent (getrusage counts the
memory it had before exec).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_SECONDS = 0.5


@dataclass
class Peaks:
    """MiB: of the process itself, and of each child by process id."""

    own: float = 0.0
    children: dict[int, float] = field(default_factory=dict)

    @property
    def largest_child(self) -> float:
        """MiB; 0 when there was no child."""
        return max(self.children.values(), default=0.0)


@contextmanager
def watched(pid: int) -> Iterator[Peaks]:
    """Peaks of process `pid` and its descendants, kept up to date for the length of the block."""
    peaks, done = Peaks(), threading.Event()

    def look() -> None:
        while not done.wait(_SECONDS):
            try:
                peaks.own = max(peaks.own, high_water(pid))
                for child in psutil.Process(pid).children(recursive=True):
                    # The last value seen: between vfork and exec a child shows the memory of its parent
                    peaks.children[child.pid] = high_water(child.pid) or peaks.children.get(child.pid, 0.0)
            except (psutil.Error, OSError):
                continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def high_water(pid: int | str) -> float:
    """The most memory that process `pid` (or `self`) ever had, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
