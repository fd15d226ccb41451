"""What the ledger of calls says was spent, for the caps: every row is read once, and another process's as soon as it is there."""

import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from secdigest_pipeline.analysis.asking.failures import LOST
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Call

# A folder that was changed so shortly before it was listed may be changed again within the same tick of its clock.
_SETTLED_NS = 2_000_000_000
# Calls whose answer nobody waited for: their process was stopped or killed.
_OUR_OWN = ("cancelled", LOST)


@dataclass(frozen=True, slots=True)
class _Row:
    usd: float
    lost: str  # the article whose answer the endpoint lost; empty for any other call


_UNREADABLE = _Row(0.0, "")


class Ledger:
    """Sums over the rows of a ledger, for any number of threads."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._names: dict[str, set[str]] = {}  # names of rows by edition
        self._listed: dict[str, int] = {}
        self._asked: set[str] = set()  # editions and months that were read of an object store
        self._rows: dict[str, _Row] = {}
        self._lock = threading.RLock()

    def spent(self, edition: str, now: datetime) -> tuple[float, float]:
        """USD spent on an edition, and in the calendar month (UTC) of `now` on all. A row that can't be read is named."""
        month = f"{now.astimezone(UTC):%Y%m}"
        with self._lock:
            self._list(edition, now)
            of_edition = sum(self._row(edition, name).usd for name in self._names.get(edition, ()))
            of_month = sum(
                self._row(of, name).usd for of, names in self._names.items() for name in names if name.startswith(month)
            )
        return of_edition, of_month

    def lost(self, edition: str, article_id: str, now: datetime) -> int:
        """How many answers about an article were lost on the day (UTC) of `now`."""
        day = f"{now.astimezone(UTC):%Y%m%d}"
        with self._lock:
            self._list(edition, now)
            names = [name for name in self._names.get(edition, ()) if name.startswith(day)]
            return sum(self._row(edition, name).lost == article_id for name in names)

    def _list(self, edition: str, now: datetime) -> None:
        root = self._replies.root / "calls"
        if root.protocol not in ("", "file", "local"):
            # listing an object store before each call would take longer than the call: once, then what this process adds
            month = f"{now.astimezone(UTC):%Y-%m}"
            new = {edition, month} - self._asked
            rows = self._replies.calls(edition) if edition in new else []
            rows += self._replies.calls_of_month(month) if month in new else []
            for call in rows:
                self.add(call)
            self._asked |= new
            return
        if not Path(root.path).is_dir():
            return
        with os.scandir(root.path) as folders:
            for folder in folders:
                changed = folder.stat().st_mtime_ns
                if self._listed.get(folder.name) == changed or not folder.is_dir():
                    continue
                if time.time_ns() - changed > _SETTLED_NS:
                    self._listed[folder.name] = changed
                names = [name for name in _names(folder.path) if name.endswith(".json") and name[0] != "."]
                self._names.setdefault(folder.name, set()).update(names)

    def add(self, call: Call) -> None:
        """A row that this process wrote."""
        path = self._replies.call_path(call)
        with self._lock:
            self._names.setdefault(call.edition, set()).add(path.name)
            self._rows[f"{call.edition}/{path.name}"] = _row(call)

    def _row(self, edition: str, name: str) -> _Row:
        key = f"{edition}/{name}"
        if key not in self._rows:
            call = self._replies.call(self._replies.root / "calls" / edition / name)
            self._rows[key] = _row(call) if call else _UNREADABLE
        return self._rows[key]


def _names(folder: str) -> list[str]:
    with os.scandir(folder) as found:
        return [entry.name for entry in found]


def _row(call: Call) -> _Row:
    lost = call.estimated and not call.model and call.outcome not in _OUR_OWN
    return _Row(call.cost_usd, call.article_id if lost else "")
