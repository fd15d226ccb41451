"""Stories: which articles of the edition tell the same event, which of them leads, and what follows up earlier days."""

import dagster as dg

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, STORIES, Article, Story
from secdigest_pipeline.articles.stories.stories import stories_of
from secdigest_pipeline.assets.metadata import described, materialized
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Tables

# Issue B, item 5: an event is one story within three days, so an edition looks at the two before it
EARLIER_EDITIONS = 2


@dg.asset(group_name="reading", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(STORIES))
def stories(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    cleaned_articles: list[Article],
) -> list[Story]:
    """One row an article that another one leads. One of its own edition: the report lists it there as 関連 instead of
    printing it. One of the two editions before, as far as they were made: it keeps its entry, which names that article.
    """
    # Looked up, not depended on: with a dependency on other partitions, Dagster takes a backfill of selected assets apart
    # into many runs, and has `stories` of the two days after it made as well.
    edition = Edition.parse(context.partition_key)
    today = edition.key
    before = [edition.shifted(-days) for days in range(EARLIER_EDITIONS, 0, -1)]
    made = {day.key: kept for day in before if (kept := tables.stored(CLEANED_ARTICLES, day))}
    rows = stories_of(
        cleaned_articles,
        lead_feeds={feed.feed_id for feed in settings.feeds if feed.lead},
        earlier=[article for kept in made.values() for article in kept],
    )
    within = [row for row in rows if row.lead_edition == today]
    return materialized(
        context,
        tables,
        STORIES,
        rows,
        {
            "stories": len({row.lead_id for row in within}),
            "articles_led": len(within),
            "follow_ups": len(rows) - len(within),
            "earlier_editions": len(made),
        },
        {"looked_back_to": dg.MetadataValue.json(list(made))},
    )
