"""The analyses asset in real materializations: what it tells of money, and when it asks by batch."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from secdigest_pipeline.analysis.grounding.grounder import ground
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.assets import analyses
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.indicators.finding.observables import as_rows, found_in, page_texts
from secdigest_pipeline.indicators.records import PlacedObservable
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline_tests import rows
from secdigest_pipeline_tests.analysis.conftest import REPLY, TEXT, numbered

EDITION = "2026-10-01"
ARTICLES = numbered(4)


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    server = MessagesApi(replies={article.url: REPLY for article in ARTICLES})
    url, stop = serve(server.app)
    places = {"SECDIGEST_DATA": str(tmp_path / "data"), "SECDIGEST_OUT": str(tmp_path / "out")}
    for name, value in {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY, **places}.items():
        monkeypatch.setenv(name, value)
    server.batches.polls_to_end = 1
    yield server
    stop()


def materialized(
    services: Services,
    edition: str = EDITION,
    config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Metadata of one materialization of `article_analyses` over ARTICLES."""

    @dg.asset(partitions_def=analyses.EDITIONS)
    def cleaned_articles() -> list[Article]:
        return [replace(article, edition=edition) for article in ARTICLES]

    @dg.asset(partitions_def=analyses.EDITIONS)
    def observables() -> list[PlacedObservable]:
        return as_rows(edition, found_in(page_texts(ARTICLES)))

    done = dg.materialize(
        [cleaned_articles, observables, analyses.article_analyses],
        partition_key=edition,
        resources={**resources(services), "io_manager": dg.InMemoryIOManager()},
        run_config={"ops": {"article_analyses": {"config": config or {}}}},
        tags=tags,
    )
    [event] = done.asset_materializations_for_node("article_analyses")
    return {name: entry.value for name, entry in event.metadata.items()}


def test_the_metadata_says_what_article_edition_and_month_cost(api: MessagesApi) -> None:
    services = Services()
    first = materialized(services)
    table = first["cost_by_article"]
    assert [column.name for column in table.schema.columns] == [
        "article_id", "model", "calls", "input_tokens", "output_tokens", "cost_usd",
    ]  # fmt: skip
    costly = [record.data for record in table.records]
    assert {row["article_id"] for row in costly} == {article.article_id for article in ARTICLES}
    assert {row["model"] for row in costly} == {"claude-haiku-5-5"} and all(
        row["input_tokens"] > 1_000 for row in costly
    )
    costs = [row["cost_usd"] for row in costly]
    assert costs == sorted(costs, reverse=True) and costs[-1] > 0
    assert sum(costs) == pytest.approx(first["cost_usd_edition"], abs=1e-5)
    assert first["cost_usd"] == first["cost_usd_edition"] == first["cost_usd_month"]

    again = materialized(services)
    assert (again["model_calls"], again["cost_usd"]) == (0, 0.0), "kept replies cost nothing"
    assert again["cost_usd_edition"] == first["cost_usd_edition"]
    assert [record.data for record in again["cost_by_article"].records] == costly

    other = materialized(services, "2026-10-02", {"refresh": [ARTICLES[0].article_id]})
    assert other["model_calls"] == 2 and 0 < other["cost_usd"] == other["cost_usd_edition"]
    assert other["cost_usd_month"] == pytest.approx(first["cost_usd_edition"] + other["cost_usd"], abs=2e-6)


def test_the_table_of_costs_is_bounded_and_keeps_the_dearest(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyses, "_COST_ROWS", 2)
    services = Services()
    shown = [record.data for record in materialized(services)["cost_by_article"].records]
    paid: Counter[str] = Counter()
    for call in services.model.replies.calls(EDITION):
        paid[call.article_id] += call.cost_usd  # type: ignore[assignment]
    dearest = sorted(paid.values(), reverse=True)[:2]
    assert [row["cost_usd"] for row in shown] == pytest.approx(dearest, abs=1e-6)
    assert [row["calls"] for row in shown] == [2, 2], "written and checked"


@pytest.mark.parametrize(
    ("setting", "config", "tags", "batches"),
    [
        ("no", {}, {"dagster/backfill": "b1"}, 0),
        ("no", {"batch": True}, {}, 2),
        ("yes", {}, {}, 0),
        ("yes", {}, {"dagster/backfill": "b1"}, 2),
        ("yes", {}, {"secdigest/backfill": "b1"}, 2),
    ],
)
def test_a_batch_is_asked_for_by_a_backfill_under_the_setting_or_by_run_config(
    api: MessagesApi, setting: str, config: dict[str, Any], tags: dict[str, str], batches: int
) -> None:
    services = Services(Settings.from_env().model_copy(update={"batch": setting == "yes"}))
    made = materialized(services, config=config, tags=tags)
    assert len(api.batches.submitted) == batches
    assert sum(api.calls.values()) == (0 if batches else 2 * len(ARTICLES)), "one batch for each call: write, check"
    assert made["model_calls"] == 2 * len(ARTICLES) and made["analyses_analysed"] == len(ARTICLES)
    assert made["cost_usd"] == made["cost_usd_edition"] > 0


def checked(services: Services) -> tuple[Mapping[str, Any], dg.AssetCheckEvaluation]:
    """Metadata of the step over ARTICLES, and what the check on its shares says of it."""

    @dg.asset(partitions_def=analyses.EDITIONS)
    def cleaned_articles() -> list[Article]:
        return ARTICLES

    @dg.asset(partitions_def=analyses.EDITIONS)
    def observables() -> list[PlacedObservable]:
        return as_rows(EDITION, found_in(page_texts(ARTICLES)))

    done = dg.materialize(
        [cleaned_articles, observables, analyses.article_analyses, analyses.statements_are_checked],
        partition_key=EDITION,
        resources={**resources(services), "io_manager": dg.InMemoryIOManager()},
    )
    [event] = done.asset_materializations_for_node("article_analyses")
    [evaluation] = done.get_asset_check_evaluations()
    return {name: entry.value for name, entry in event.metadata.items()}, evaluation


def test_a_day_that_was_checked_has_no_share_of_unchecked_statements(api: MessagesApi) -> None:
    made, check = checked(Services())
    assert (made["share_unchecked"], made["share_dropped"], check.passed) == (0.0, 0.0, True)


def test_a_day_that_nobody_checked_is_made_with_a_warning(api: MessagesApi) -> None:
    api.failures = {"*#check": ("refusal",)}
    made, check = checked(Services())
    assert made["share_unchecked"] == 1.0 and made["analyses_analysed"] == len(ARTICLES)
    assert not check.passed and check.severity is dg.AssetCheckSeverity.WARN
    assert check.description == "100% of 36 statements are printed unchecked, more than 10%"


def test_a_day_of_which_much_fell_is_made_with_a_warning(api: MessagesApi) -> None:
    api.checker = lambda _, said: ("overstated" if said["field"] == "summary" else "supported", TEXT.splitlines()[0])
    made, check = checked(Services())
    assert made["share_dropped"] == pytest.approx(5 / 9, abs=1e-4) and made["share_unchecked"] == 0.0
    assert not check.passed and check.description is not None and check.description.endswith("dropped, more than 30%")


def test_without_the_check_the_step_makes_one_call_an_article_and_warns_nobody(api: MessagesApi) -> None:
    made, check = checked(Services(Settings.from_env().model_copy(update={"check": False})))
    assert made["model_calls"] == len(ARTICLES) and made["share_unchecked"] == 1.0
    assert check.passed, "nobody is warned of what was switched off"


def test_a_refused_statement_holds_the_report_back() -> None:
    row = rows.analysis(article_id=ARTICLES[0].article_id, title_ja=ARTICLES[0].title)
    good = ground("OrrinはTunnelGateの脆弱性が悪用されていると警告した。", TEXT.splitlines()[0], TEXT)
    for check, passed in (("supported", True), ("unchecked", True), ("overstated", False)):
        said = replace(row, summary=(replace(good, check=check),))
        result = analyses.statements_are_grounded([said], ARTICLES)
        assert isinstance(result, dg.AssetCheckResult) and result.passed is passed
