"""The enrichment assets, materialized by Dagster against the sample world's bulk files."""

from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.assets import enrichment as module
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.indicators.finding.observables import as_rows, found_in
from secdigest_pipeline.indicators.records import PlacedObservable
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, KEV_URL
from secdigest_pipeline.sample.world import EDITIONS as SAMPLES

DAY = SAMPLES[1]


@dg.asset(partitions_def=EDITIONS)
def observables() -> list[PlacedObservable]:
    page, url = "The flaw CVE-2026-90231 opens 45.83.12.9 to all.", "http://a.example/1"
    return as_rows(DAY.key, found_in([(("a1", "page", url), page), (("a1", "article", url), page)]))


@pytest.mark.parametrize("kev_url", [KEV_URL, "http://nowhere.example/kev.json", ""])
def test_an_edition_gets_its_facts_whatever_a_source_answers(tmp_path: Path, kev_url: str) -> None:
    with web.serve() as pages, dg.DagsterInstance.ephemeral() as instance:
        pages.at(DAY.cutoff)
        env = web.settings_for(pages.port, "http://127.0.0.1:1") | {
            "SECDIGEST_DATA": str(tmp_path),
            "SECDIGEST_KEV_URL": kev_url,
            "SECDIGEST_EPSS_URL": EPSS_URL,
        }
        memory = dg.InMemoryIOManager()
        given = {**resources(Services(Settings.from_env(env), lambda: DAY.cutoff)), "io_manager": memory}
        fetched = dg.materialize(
            [module.enrichment_files, module.enrichment_files_answered], resources=given, instance=instance
        )
        assert fetched.success
        (check,) = fetched.get_asset_check_evaluations()
        assert check.passed == (kev_url in (KEV_URL, "")) and not check.blocking
        made = dg.materialize(
            [observables, module.cve_facts], resources=given, instance=instance, partition_key=DAY.key
        )
        assert made.success
        (row,) = made.output_for_node("cve_facts")
    assert (row.article_ids, row.own_article_ids) == (("a1",), ("a1",))
    assert (row.cve, row.epss, row.epss_score) == ("CVE-2026-90231", "scored", 0.00817)
    assert row.kev == ("listed" if kev_url == KEV_URL else "unavailable")
    assert bool(row.missing) == (kev_url != KEV_URL)
