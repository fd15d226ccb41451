"""The archive of bulk files: every body once, every fetch as a record, and which body an edition goes by.

```
<root>/bodies/ab/abcdef....gz                    every body, once, by content
<root>/fetches/<YYYY-MM-DD>/<time>-<id>.json     one record a fetch (UTC day), written after its body
```
Files are written once and never changed; a run killed between body and record fetches again, and a record that cannot
be understood counts as never written: it must not cost the day.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, timedelta

from pydantic import TypeAdapter, ValidationError
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import Bodies, StorageError, write_atomic
from secdigest_pipeline.vulnerabilities.records import EnrichmentFetch, SourceName

# An older catalogue says too little of the day, a later one too much.
FRESH = timedelta(days=7)
LATE = timedelta(hours=24)

_RECORD = TypeAdapter(EnrichmentFetch)


class EnrichmentArchive:
    """The archive below `root`; a location that cannot be read or written raises StorageError."""

    def __init__(self, root: UPath) -> None:
        self.root = root
        self.bodies = Bodies(root / "bodies")

    def add(self, fetch: EnrichmentFetch) -> None:
        """Keep the record of one fetch."""
        moment = fetch.fetched_at.astimezone(UTC)
        name = f"{moment:%H%M%S%f}-{uuid.uuid4().hex[:8]}.json"
        write_atomic(self.root / "fetches" / f"{moment:%Y-%m-%d}" / name, _RECORD.dump_json(fetch))

    def last(self, source: SourceName) -> EnrichmentFetch | None:
        """The latest fetch of a source, whatever it came to."""
        for day in reversed(self._days()):
            found = [fetch for fetch in self._fetches(day) if fetch.source == source]
            if found:
                return max(found, key=lambda fetch: fetch.fetched_at)
        return None

    def of(self, source: SourceName, edition: Edition) -> EnrichmentFetch | None:
        """The fetch whose body an edition goes by; None when no body of its day is kept.

        The newest that was good at the edition's close, at most a week old; if there is none, the first that came within
        24 hours after (the first edition ever made, or one made late). The same at every re-run.
        """
        first, last = edition.closes - FRESH, edition.closes + LATE
        days = [day for day in self._days() if f"{first:%Y-%m-%d}" <= day <= f"{last:%Y-%m-%d}"]
        good = sorted(
            (
                fetch
                for day in days
                for fetch in self._fetches(day)
                if fetch.source == source and fetch.outcome != "error" and first <= fetch.fetched_at <= last
            ),
            key=lambda fetch: fetch.fetched_at,
        )
        before = [fetch for fetch in good if fetch.fetched_at <= edition.closes]
        return before[-1] if before else next(iter(good), None)

    def _days(self) -> list[str]:
        return sorted(path.name for path in _entries(self.root / "fetches"))

    def _fetches(self, day: str) -> Iterator[EnrichmentFetch]:
        for path in _entries(self.root / "fetches" / day):
            if path.name.startswith(".") or not path.name.endswith(".json"):
                continue
            try:
                yield _RECORD.validate_json(path.read_bytes())
            except ValidationError:
                continue
            except OSError as error:
                raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error


def _entries(folder: UPath) -> list[UPath]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []  # nothing was kept yet
    except OSError as error:
        raise StorageError(f"{folder}: cannot be listed ({error.strerror or error})") from error
