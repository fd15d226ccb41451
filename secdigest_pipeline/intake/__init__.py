"""Intake: feeds polled into an archive, and the items of each edition read back from it.

`poll.poll` and `completeness.completeness` are imported from their modules, whose names they have.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

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

__getattr__ = lazy(
    __name__,
    {
        "archive": ("Archive",),
        "completeness": ("memo_line",),
        "feeds": (
            "Feed",
            "FeedListError",
            "load_feeds",
        ),
        "history.sources": ("fill",),
        "http": (
            "Answer",
            "Client",
            "FetchError",
            "Limits",
            "open_client",
        ),
        "lanes": ("HostLanes",),
        "membership": ("items_of",),
        "rebuild": ("rebuild_sightings",),
        "records": (
            "COMPLETENESS",
            "POLLS",
            "RAW_FEED_ITEMS",
            "Completeness",
            "FeedItem",
            "Poll",
        ),
        "urls": (
            "article_id",
            "canonical_url",
        ),
    },
)
