"""How the feeds did: which of them gave nothing for an edition although they were asked."""

from collections import defaultdict
from collections.abc import Sequence

from secdigest_pipeline.editions import Edition
from secdigest_pipeline.intake.archive import Archive
from secdigest_pipeline.intake.feeds import Feed


def failed_feeds(edition: Edition, feeds: Sequence[Feed], archive: Archive) -> list[str]:
    """Names of the enabled feeds that were polled for the edition (window and grace) and never gave a readable body."""
    outcomes: dict[str, set[str]] = defaultdict(set)
    for poll in archive.polls(edition.start, edition.closes):
        outcomes[poll.feed_id].add(poll.outcome)
    return [feed.name for feed in feeds if feed.enabled and outcomes[feed.feed_id] == {"error"}]
