"""The IOC ledger asset, materialized by Dagster with a list of the newsroom's own."""

from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.assets.observables import observables
from secdigest_pipeline.base.settings import Settings, SettingsError
from secdigest_pipeline.definitions import iocs as module
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.indicators.pages import EDITION, page

TEXT = "Indicators of compromise\nhxxp://img.our-cdn[.]test/x\nc2[.]evil[.]test\n\nA word on partner.test."


@dg.asset(partitions_def=EDITIONS)
def cleaned_articles() -> list[Article]:
    return [page(TEXT)]


@dg.asset(partitions_def=EDITIONS)
def primary_pages() -> list[PrimaryPage]:
    return []


@dg.asset(partitions_def=EDITIONS)
def article_analyses() -> list[Analysis]:
    return []


def ledger_with(tmp_path: Path, lines: str | None) -> dict[str, Ioc]:
    """The asset's rows by value, made by a real run; `lines` are those of the list, None: none is set."""
    env = {"SECDIGEST_DATA": str(tmp_path / "data"), "SECDIGEST_OUT": str(tmp_path / "out")}
    if lines is not None:
        (tmp_path / "own.csv").write_text(f"verdict,value,reason,owner\n{lines}")
        env["SECDIGEST_IOC_LIST"] = str(tmp_path / "own.csv")
    with dg.DagsterInstance.ephemeral() as instance:
        made = dg.materialize(
            [
                cleaned_articles,
                primary_pages,
                observables,
                article_analyses,
                module.iocs,
                module.iocs_stand_in_their_page,
            ],
            resources={**resources(Services(Settings.from_env(env))), "io_manager": dg.InMemoryIOManager()},
            instance=instance,
            partition_key=EDITION,
        )
        return {row.value: row for row in made.output_for_node("iocs")}


def test_a_listed_value_stays_in_the_ledger_with_list_reason_and_owner(tmp_path: Path) -> None:
    before = ledger_with(tmp_path, None)
    after = ledger_with(tmp_path, "allow,our-cdn[.]test,our own CDN,SOC Tanaka\ndeny,partner.test,case 12,SOC Sato\n")
    allowed, denied = "http://img.our-cdn.test/x", "partner.test"
    assert (before[allowed].is_ioc, before[denied].is_ioc) == (True, False)
    assert (after[allowed].is_ioc, after[denied].is_ioc) == (False, True)
    assert after[allowed].suppressed == "local_allow:own.csv: our own CDN (SOC Tanaka)"
    assert "local_deny:own.csv: case 12 (SOC Sato)" in after[denied].reasons
    assert after["c2.evil.test"] == before["c2.evil.test"]
    assert after.keys() == before.keys()


def test_a_list_that_cannot_be_used_stops_the_step_with_file_line_and_rule(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"SECDIGEST_IOC_LIST: .*own\.csv line 2: four cells"):
        ledger_with(tmp_path, "deny,partner.test,no owner\n")
