"""Intake: feeds polled into an archive, and the items of each edition read back from it.

The names below are loaded when they are asked for: worker processes import `intake.parse`, and the code location this
package, and neither should pay for pandas, Arrow or an HTTP client that it does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from secdigest_pipeline.intake.archive import Archive
    from secdigest_pipeline.intake.completeness import memo_line
    from secdigest_pipeline.intake.feeds import Feed, FeedListError, load_feeds
    from secdigest_pipeline.intake.history.sources import fill
    from secdigest_pipeline.intake.http import Answer, Client, FetchError, Limits, open_client
    from secdigest_pipeline.intake.lanes import HostLanes
    from secdigest_pipeline.intake.membership import items_of
    from secdigest_pipeline.intake.rebuild import rebuild_sightings
    from secdigest_pipeline.intake.records import COMPLETENESS, POLLS, RAW_FEED_ITEMS, Completeness, FeedItem, Poll
    from secdigest_pipeline.intake.urls import article_id, canonical_url

# `poll.poll` is imported from its module: as a name of the package it would hide that module.
# `completeness.completeness` is not among them for the same reason.
__all__ = [
    "COMPLETENESS",
    "POLLS",
    "RAW_FEED_ITEMS",
    "Answer",
    "Archive",
    "Client",
    "Completeness",
    "Feed",
    "FeedItem",
    "FeedListError",
    "FetchError",
    "HostLanes",
    "Limits",
    "Poll",
    "article_id",
    "canonical_url",
    "fill",
    "items_of",
    "load_feeds",
    "memo_line",
    "open_client",
    "rebuild_sightings",
]

_HOMES = {
    "archive": ("Archive",),
    "completeness": ("memo_line",),
    "feeds": ("Feed", "FeedListError", "load_feeds"),
    "history.sources": ("fill",),
    "http": ("Answer", "Client", "FetchError", "Limits", "open_client"),
    "lanes": ("HostLanes",),
    "membership": ("items_of",),
    "rebuild": ("rebuild_sightings",),
    "records": ("COMPLETENESS", "POLLS", "RAW_FEED_ITEMS", "Completeness", "FeedItem", "Poll"),
    "urls": ("article_id", "canonical_url"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
