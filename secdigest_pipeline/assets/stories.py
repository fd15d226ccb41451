"""Stories: which articles of the edition tell the same event, which of them leads, and what follows up earlier days."""

from typing import Any

import dagster as dg
import pandas as pd

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, STORIES
from secdigest_pipeline.assets.handback import described, hand_back
from secdigest_pipeline.io_managers import MissingPartition
from secdigest_pipeline.partitions import EDITIONS
from secdigest_pipeline.resources import Services

# Issue B, item 5: an event is one story within three days, so an edition looks at the two before it
EARLIER_EDITIONS = 2


@dg.asset(
    group_name="reading",
    kinds={"python", "parquet"},
    partitions_def=EDITIONS,
    metadata=described(STORIES),
    ins={
        "cleaned_articles": dg.AssetIn(
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-EARLIER_EDITIONS),
            metadata={"allow_missing_partitions": True},  # earlier editions that were never made say nothing
        )
    },
)
def stories(
    context: dg.AssetExecutionContext,
    services: dg.ResourceParam[Services],
    cleaned_articles: Any,  # DataFrames by edition; where an edition has none before it, its own alone
) -> pd.DataFrame:
    """One row an article that another one leads. One of its own edition: the report lists it there as 関連 instead of
    printing it. One of the two editions before, as far as they were made: it keeps its entry, which names that article.
    """
    from secdigest_pipeline.articles.stories import stories_of

    today = context.partition_key
    tables = {today: cleaned_articles} if isinstance(cleaned_articles, pd.DataFrame) else dict(cleaned_articles or {})
    if today not in tables:
        raise MissingPartition(f"cleaned_articles has no table of {today}: materialize it for this edition first")
    own = CLEANED_ARTICLES.rows(tables.pop(today))
    rows = stories_of(
        own,
        lead_feeds={feed.feed_id for feed in services.feeds if feed.lead},
        earlier=[article for edition in sorted(tables) for article in CLEANED_ARTICLES.rows(tables[edition])],
    )
    within = [row for row in rows if row.lead_edition == today]
    return hand_back(
        context,
        services,
        STORIES,
        rows,
        {
            "stories": len({row.lead_id for row in within}),
            "articles_led": len(within),
            "follow_ups": len(rows) - len(within),
            "earlier_editions": len(tables),
        },
    )
