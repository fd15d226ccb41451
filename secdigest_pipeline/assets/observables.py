"""The observables of the edition's texts, each text searched once for all that come after."""

from collections import Counter
from itertools import chain

import dagster as dg

from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.assets.metadata import described, materialized
from secdigest_pipeline.indicators.finding.observables import as_rows, found_in, own_texts, page_texts
from secdigest_pipeline.indicators.records import OBSERVABLES, PlacedObservable
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Tables


@dg.asset(
    group_name="indicators", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(OBSERVABLES)
)
def observables(
    context: dg.AssetExecutionContext,
    tables: dg.ResourceParam[Tables],
    cleaned_articles: list[Article],
    primary_pages: list[PrimaryPage],
) -> list[PlacedObservable]:
    """Every occurrence of an address, host, URL, hash or CVE id in the articles, their pages and their primary pages."""
    texts = chain(own_texts(cleaned_articles), page_texts(cleaned_articles, primary_pages))
    rows = as_rows(context.partition_key, found_in(texts))
    places = Counter(row.place for row in rows)
    return materialized(context, tables, OBSERVABLES, rows, {f"in_{place}": n for place, n in places.items()})
