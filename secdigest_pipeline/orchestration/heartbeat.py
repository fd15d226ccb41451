"""The heartbeat file: which report was published last, so that a missing one is noticed even when no daemon runs.

`<data>/heartbeat.json` is for a monitor outside (`newest.edition`, `newest.published_at`, `newest.path`) and for
`secdigest doctor`. A backfill of old editions beats too, but only the newest edition says whether the days go on.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from upath import UPath

from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.base.files import StorageError, write_atomic

FILE = "heartbeat.json"
# A report is due every 24 hours; after the two hours of grace its successor should be there.
OVERDUE = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Published:
    """One published report: edition, when it was published (ISO 8601, UTC), where it lies."""

    edition: str
    published_at: str
    path: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The report of the newest edition ever published, and the report published last."""

    newest: Published
    last: Published


def write_heartbeat(data: UPath, edition: Edition, path: UPath, now: datetime) -> Heartbeat:
    """Note that the report of `edition` was published at `path`; returns what the file says now. Raises StorageError."""
    published = Published(edition.key, now.astimezone(UTC).isoformat(timespec="seconds"), str(path))
    before = heartbeat(data)
    older = before is not None and before.newest.edition > edition.key
    after = Heartbeat(newest=before.newest if older and before else published, last=published)
    write_atomic(data / FILE, json.dumps(asdict(after), ensure_ascii=False, indent=1).encode() + b"\n")
    return after


def heartbeat(data: UPath) -> Heartbeat | None:
    """What the file says; None when there is none or it cannot be understood (the next report writes it anew)."""
    try:
        record = json.loads((data / FILE).read_bytes())
        found = Heartbeat(newest=Published(**record["newest"]), last=Published(**record["last"]))
        Edition.parse(found.newest.edition)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{data / FILE}: cannot be read ({error.strerror or error})") from error
    except (ValueError, KeyError, TypeError):
        return None
    return found


def overdue(found: Heartbeat | None, now: datetime) -> str:
    """Why the newest report is too old at `now`, in one line; empty when it is not.

    Age counts from the edition's cut-off, not from when it was made: making yesterday's report again makes no new one.
    """
    if found is None:
        return "no report was published yet"
    edition = Edition.parse(found.newest.edition)
    age = now - edition.cutoff
    if age <= OVERDUE:
        return ""
    due, hours = edition.shifted(1), age // timedelta(hours=1)
    old = f"{hours} hours" if hours < 72 else f"{hours // 24} days"
    return (
        f"the newest report is of edition {edition.key}, {old} old; "
        f"{due.key} was due at {due.cutoff.astimezone(JST):%Y-%m-%d %H:%M} JST"
    )
