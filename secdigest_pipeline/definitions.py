"""The one place where assets, checks, jobs, schedules and resources are put together."""

import dagster as dg

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES, PRIMARY_PAGES, STORIES
from secdigest_pipeline.assets import (
    analyses,
    articles,
    enrichment,
    exports,
    feed_health,
    intake,
    iocs,
    observables,
    primary,
    report,
    stories,
)
from secdigest_pipeline.indicators.exports.records import IOC_EXPORTS
from secdigest_pipeline.indicators.past.sightings import IOC_HISTORY
from secdigest_pipeline.indicators.records import IOCS, OBSERVABLES
from secdigest_pipeline.intake.health import FEED_HEALTH
from secdigest_pipeline.intake.records import FEED_COMPLETENESS, POLLS, RAW_FEED_ITEMS
from secdigest_pipeline.orchestration import alerts, automation
from secdigest_pipeline.orchestration.io_managers import ParquetIOManager
from secdigest_pipeline.orchestration.launcher import in_this_process
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.records import DAILY_REPORT
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS, ENRICHMENT_FILES

TABLES = {
    table.name: table
    for table in (
        POLLS,
        FEED_HEALTH,
        RAW_FEED_ITEMS,
        FEED_COMPLETENESS,
        ARTICLE_PAGES,
        CLEANED_ARTICLES,
        PRIMARY_PAGES,
        STORIES,
        OBSERVABLES,
        ARTICLE_ANALYSES,
        IOCS,
        IOC_HISTORY,
        IOC_EXPORTS,
        ENRICHMENT_FILES,
        CVE_FACTS,
        DAILY_REPORT,
    )
}
OWNER = "team:security-data"


def build_defs(services: Services | None = None) -> dg.Definitions:
    """The real graph; tests, the demo and the command line hand in their own services."""
    services = services or Services()
    modules = [
        intake,
        feed_health,
        articles,
        primary,
        stories,
        observables,
        analyses,
        iocs,
        enrichment,
        exports,
        report,
    ]
    return dg.Definitions(
        assets=[
            asset.map_asset_specs(lambda spec: spec.replace_attributes(owners=[OWNER]))
            if isinstance(asset, dg.AssetsDefinition)
            else asset
            for asset in dg.load_assets_from_modules(modules)
        ],
        asset_checks=dg.load_asset_checks_from_modules(modules),
        jobs=[automation.daily_job, automation.edition_job, automation.poll_job],
        schedules=[automation.daily_edition, automation.hourly_poll],
        sensors=[alerts.run_failure_alert],
        resources={**resources(services), "io_manager": ParquetIOManager(services.tables, TABLES)},
        executor=in_this_process,
    )


defs = build_defs()
