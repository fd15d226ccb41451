"""The protocols by which a feed's past can be asked for: the one place that knows which there are.

The feed list checks `history:` against them, below the room that asks; so an entry names its function as packages name
their entry points, `module:function`, and `sources.fill` loads it. How to add one: docs/how-to/add-a-history-source.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

WAYBACK = "https://web.archive.org"


@dataclass(frozen=True, slots=True)
class HistoryProtocol:
    """One way to ask for the past of a feed.

    `walk` is `module:function` of an `async (Asker) -> None` (intake/history/asking.py), which returns when everything of
    the edition's window was shown and raises SourceError otherwise. `start` gives the address a source begins at from
    that of the feed, None where feeds.yaml has to name it. `coverage` is what the table of completeness calls an edition
    that this source made whole: by the site itself (archive), or by captures that others took of it (wayback).
    """

    name: str
    what: str
    start: Callable[[str], str | None]
    walk: str
    coverage: Literal["archive", "wayback"] = "archive"


def _site_of_feed(url: str) -> str | None:
    """The site whose main WordPress feed `url` is; None when it is that of a category or no WordPress feed at all."""
    parts = url.split("/")
    return "/".join(parts[:3]) + "/" if [part for part in parts[3:] if part] == ["feed"] else None


def _the_feed(url: str) -> str:
    return url


_ROOM = "secdigest_pipeline.intake.history"
PROTOCOLS: Mapping[str, HistoryProtocol] = {
    protocol.name: protocol
    for protocol in (
        HistoryProtocol(
            "wordpress",
            "WordPress date archives below the site's root: /{yyyy}/{mm}/{dd}/feed/",
            _site_of_feed,
            f"{_ROOM}.wordpress:walk",
        ),
        HistoryProtocol("paged", "older pages of the feed by ?paged=N", _the_feed, f"{_ROOM}.chain:paged"),
        HistoryProtocol(
            "blogger",
            "Blogger's feed between published-min and published-max",
            lambda url: url if "/feeds/posts/" in url else None,
            f"{_ROOM}.blogger:walk",
        ),
        HistoryProtocol(
            "rfc5005", "the feed's links to older documents (RFC 5005)", _the_feed, f"{_ROOM}.chain:rfc5005"
        ),
        HistoryProtocol("sitemap", "a sitemap, or an index of sitemaps", lambda _: None, f"{_ROOM}.sitemap:walk"),
        HistoryProtocol(
            "wayback",
            f"captures of the feed in the Wayback Machine ({WAYBACK})",
            lambda _: WAYBACK,
            f"{_ROOM}.wayback:walk",
            coverage="wayback",
        ),
    )
}
