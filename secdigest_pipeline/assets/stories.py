"""Stories: which articles of the edition tell the same event, and which of them leads."""

import dagster as dg
import pandas as pd

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, STORIES
from secdigest_pipeline.articles.stories import stories_of
from secdigest_pipeline.assets.handback import described, hand_back
from secdigest_pipeline.partitions import EDITIONS
from secdigest_pipeline.resources import Services


@dg.asset(group_name="reading", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(STORIES))
def stories(
    context: dg.AssetExecutionContext, services: dg.ResourceParam[Services], cleaned_articles: pd.DataFrame
) -> pd.DataFrame:
    """One row an article that another one of the edition leads: the report lists it there as 関連 instead of printing it."""
    rows = stories_of(
        CLEANED_ARTICLES.rows(cleaned_articles), lead_feeds={feed.feed_id for feed in services.feeds if feed.lead}
    )
    leads = {row.lead_id for row in rows}
    return hand_back(context, services, STORIES, rows, {"stories": len(leads), "articles_led": len(rows)})
