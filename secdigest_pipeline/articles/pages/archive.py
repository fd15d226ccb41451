"""The archive of pages: what each article URL answered, kept for good, and robots.txt files, kept for a day.

```
<root>/bodies/ab/abcdef....gz     every page body, once, by content
<root>/pages/ab/<article_id>.json the Page of that article, written after its body
<root>/robots/<hash>.json         robots.txt of one origin
```
Every file is written whole or not at all; a run killed between body and record fetches the page again.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from upath import UPath

from secdigest_pipeline.articles.records import Page
from secdigest_pipeline.base.files import Bodies, StorageError, sha256, write_atomic

log = logging.getLogger(__name__)

# RFC 9309 2.4: robots.txt is not used for more than 24 hours
ROBOTS_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Robots:
    """What an origin answered for its robots.txt."""

    fetched_at: datetime
    status: int | None
    text: str


class PageArchive:
    """The archive below `root`; a location that cannot be read or written raises StorageError.

    `on_damage` is called with one line for each stored body that was found damaged, and what was done about it.
    """

    def __init__(self, root: UPath, on_damage: Callable[[str], None] = log.warning) -> None:
        self.root = root
        self.on_damage = on_damage
        self._bodies = Bodies(root / "bodies")

    def stored(self, article_id: str) -> Page | None:
        """What was kept for this article; None when nothing was, or nothing that can be read."""
        record = _read(self._page_path(article_id))
        if record is None:
            return None
        try:
            moment = datetime.fromisoformat(record["fetched_at"]).astimezone(UTC)
            return Page(**{**{field.name: record[field.name] for field in fields(Page)}, "fetched_at": moment})
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, page: Page) -> None:
        """Keep what an article URL answered, in the place of what was kept before; its body is kept already."""
        _write(self._page_path(page.article_id), asdict(page))

    def body(self, digest: str) -> bytes:
        """The body a Page names; StorageError when it is missing or damaged."""
        return self._bodies.get(digest)

    def damage(self, page: Page) -> str:
        """What is wrong with the body a Page names, as this archive has it; empty when nothing is, or it names none."""
        try:
            self._bodies.get(page.body_sha256) if page.body_sha256 else b""
        except StorageError as error:
            return str(error)
        return ""

    def keep_body(self, body: bytes) -> str:
        """Keep a body for good; returns its SHA-256."""
        return self._bodies.put(body)

    def robots(self, origin: str, now: datetime) -> Robots | None:
        """The robots.txt of `origin` (scheme://host:port), unless it is older than ROBOTS_AGE at `now`."""
        record = _read(self._robots_path(origin))
        if record is None:
            return None
        try:
            robots = Robots(
                datetime.fromisoformat(record["fetched_at"]).astimezone(UTC), record["status"], str(record["text"])
            )
        except (KeyError, TypeError, ValueError):
            return None
        return robots if timedelta(0) <= now - robots.fetched_at < ROBOTS_AGE else None

    def keep_robots(self, origin: str, robots: Robots) -> None:
        """Keep what `origin` answered for its robots.txt."""
        _write(self._robots_path(origin), {"origin": origin, **asdict(robots)})

    def _page_path(self, article_id: str) -> UPath:
        return self.root / "pages" / article_id[:2] / f"{article_id}.json"

    def _robots_path(self, origin: str) -> UPath:
        return self.root / "robots" / f"{sha256(origin.encode())[:32]}.json"


def _read(path: UPath) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except ValueError:
        return None


def _write(path: UPath, record: Mapping[str, Any]) -> None:
    values = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in record.items()}
    write_atomic(path, json.dumps(values, ensure_ascii=True, sort_keys=True).encode())
