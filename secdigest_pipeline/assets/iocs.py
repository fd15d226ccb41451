"""The IOC ledger: every observable of every article, kept as an IOC or suppressed with its reason."""

import dagster as dg

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.withheld import withheld
from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.assets.metadata import checked, described, materialized
from secdigest_pipeline.indicators.finding.observables import from_rows, wrong_offsets
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IOCS, Ioc, PlacedObservable
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Configured, Tables


@dg.asset(group_name="indicators", kinds={"python", "parquet"}, partitions_def=EDITIONS, metadata=described(IOCS))
def iocs(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Configured],
    tables: dg.ResourceParam[Tables],
    cleaned_articles: list[Article],
    primary_pages: list[PrimaryPage],
    observables: list[PlacedObservable],
    article_analyses: list[Analysis],
) -> list[Ioc]:
    """Every observable with role, confidence, reasons and the place it stands at."""
    found = from_rows(observables)
    judged = ledger(
        cleaned_articles,
        roles={analysis.article_id: analysis.ioc_roles for analysis in article_analyses},
        threats={analysis.article_id: analysis.threat for analysis in article_analyses},
        local=settings.local_list,
        primary=primary_pages,
        found=found,
    )
    rows = withheld(judged, cleaned_articles, primary_pages, found)
    kept = sum(row.is_ioc for row in rows)
    return materialized(context, tables, IOCS, rows, {"iocs": kept, "suppressed": len(rows) - kept})


@dg.asset_check(
    asset=iocs,
    additional_ins={"cleaned_articles": dg.AssetIn(), "primary_pages": dg.AssetIn()},
    blocking=True,
    partitions_def=EDITIONS,
)
def iocs_stand_in_their_page(
    iocs: list[Ioc], cleaned_articles: list[Article], primary_pages: list[PrimaryPage]
) -> dg.AssetCheckResult:
    """Holds the report back when an IOC is not where the ledger says it stands."""
    wrong = wrong_offsets(iocs, cleaned_articles, primary_pages)
    return checked(["wrong offset"], [[fault] for fault in wrong])
