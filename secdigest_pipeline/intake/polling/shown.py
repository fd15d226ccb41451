"""What a parsed body shows that was not shown before, as rows. Apart from the parser, whose workers load no tables."""

from datetime import datetime

from secdigest_pipeline.fetching.urls import article_id
from secdigest_pipeline.intake.polling.parse import ParsedFeed
from secdigest_pipeline.intake.records import SeenVia, Sighting


def sightings_of(
    parsed: ParsedFeed, shown_before: frozenset[str], feed_id: str, seen_at: datetime, seen_via: SeenVia, digest: str
) -> tuple[Sighting, ...]:
    """The items of a body that are not in `shown_before`, as sightings."""
    return tuple(
        Sighting(
            item_id=item.item_id,
            article_id=article_id(item.url) if item.url else None,
            feed_id=feed_id,
            seen_at=seen_at,
            seen_via=seen_via,
            published_at=item.published_at,
            guid=item.guid,
            link=item.link,
            url=item.url,
            title=item.title,
            summary=item.summary,
            content=item.content,
            categories=item.categories,
            body_sha256=digest,
        )
        for item in parsed.items
        if item.item_id not in shown_before
    )
