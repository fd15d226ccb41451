"""The IOC ledger: every observable of every article, kept as an IOC or suppressed with its reason."""

import dagster as dg
import pandas as pd

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.analysis.withheld import withheld
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, PRIMARY_PAGES
from secdigest_pipeline.assets.handback import checked, described, hand_back
from secdigest_pipeline.indicators.finding.placed import misplaced
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import Services


@dg.asset(group_name="indicators", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(IOCS))
def iocs(
    context: dg.AssetExecutionContext,
    services: dg.ResourceParam[Services],
    cleaned_articles: pd.DataFrame,
    primary_pages: pd.DataFrame,
    article_analyses: pd.DataFrame,
) -> pd.DataFrame:
    """Every observable with role, confidence, reasons and the place it stands at."""
    articles, primary = CLEANED_ARTICLES.rows(cleaned_articles), PRIMARY_PAGES.rows(primary_pages)
    analyses = ARTICLE_ANALYSES.rows(article_analyses)
    found = ledger(
        articles,
        roles={analysis.article_id: analysis.ioc_roles for analysis in analyses},
        threats={analysis.article_id: analysis.threat for analysis in analyses},
        local=services.local_list,
        primary=primary,
    )
    rows = withheld(found, articles, primary)
    kept = sum(row.is_ioc for row in rows)
    return hand_back(context, services, IOCS, rows, {"iocs": kept, "suppressed": len(rows) - kept})


@dg.asset_check(
    asset=iocs,
    additional_ins={"cleaned_articles": dg.AssetIn(), "primary_pages": dg.AssetIn()},
    blocking=True,
    partitions_def=EDITIONS,
)
def iocs_stand_in_their_page(
    iocs: pd.DataFrame, cleaned_articles: pd.DataFrame, primary_pages: pd.DataFrame
) -> dg.AssetCheckResult:
    """Holds the report back when an IOC is not where the ledger says it stands."""
    wrong = misplaced(IOCS.rows(iocs), CLEANED_ARTICLES.rows(cleaned_articles), PRIMARY_PAGES.rows(primary_pages))
    return checked(["misplaced"], [[fault] for fault in wrong])
