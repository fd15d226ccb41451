"""The page archive: every body once by content, and one record an article that says what its URL answered."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from upath import UPath

from secdigest_pipeline.articles.records import Page
from secdigest_pipeline.files import Bodies, StorageError, write_atomic


class PageArchive:
    """`<root>/bodies/...` (see files.Bodies), `<root>/pages/ab/<article_id>.json`, `<root>/robots/<host>.json`."""

    def __init__(self, root: UPath) -> None:
        self.root = root
        self.bodies = Bodies(root / "bodies")

    def page(self, article_id: str) -> Page | None:
        """What the article's URL answered when it was last asked; None when it never was."""
        stored = self._load(self._page_path(article_id))
        if stored is None:
            return None
        return Page(**{**stored, "fetched_at": datetime.fromisoformat(stored["fetched_at"])})

    def keep(self, page: Page) -> None:
        """Store the record of a page in place of an earlier one. Its body must be in `bodies` already."""
        self._store(self._page_path(page.article_id), asdict(page))

    def robots(self, host: str) -> dict[str, Any] | None:
        """The stored robots.txt answer of a host: `status`, `text`, `fetched_at`; None when it was never asked."""
        return self._load(self._robots_path(host))

    def keep_robots(self, host: str, status: int, text: str, fetched_at: datetime) -> None:
        """Store a host's robots.txt answer."""
        self._store(self._robots_path(host), {"status": status, "text": text, "fetched_at": fetched_at})

    def _page_path(self, article_id: str) -> UPath:
        return self.root / "pages" / article_id[:2] / f"{article_id}.json"

    def _robots_path(self, host: str) -> UPath:
        return self.root / "robots" / f"{host.replace(':', '_')}.json"

    def _load(self, path: UPath) -> dict[str, Any] | None:
        try:
            stored = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
        except ValueError:
            return None  # a damaged record is asked for again
        return stored if isinstance(stored, dict) else None

    def _store(self, path: UPath, values: dict[str, Any]) -> None:
        write_atomic(path, json.dumps(values, default=datetime.isoformat, indent=1).encode())
