"""The feed health asset and its warnings, materialized by Dagster over a real archive."""

from datetime import timedelta
from pathlib import Path

import dagster as dg

from secdigest_pipeline.assets import feed_health as module
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.intake.health import FeedHealth
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row, sighting
from secdigest_pipeline_tests.intake.worlds import jst

NOW = jst("2026-10-02 08:00")
HOUR = timedelta(hours=1)
CHECKS = ["feeds_do_not_keep_failing", "feeds_are_not_silent", "feeds_are_not_emptied", "feeds_have_not_moved"]


def services_in(folder: Path, *ids: str) -> Services:
    listed = "".join(
        f"  - {{id: {i}, name: Invented {i}, url: 'http://{i}.test/feed', site: 'http://{i}.test/', lang: en, kind: news}}\n"
        for i in ids
    )
    (folder / "feeds.yaml").write_text("feeds:\n" + listed)
    env = {"SECDIGEST_DATA": str(folder / "data"), "SECDIGEST_FEEDS": str(folder / "feeds.yaml")}
    return Services(Settings.from_env(env), lambda: NOW)


def test_each_trouble_is_a_warning_that_names_the_feed_and_never_an_error(tmp_path: Path) -> None:
    services = services_in(tmp_path, "well", "fails", "quiet", "empty", "moved")
    for number in range(15):
        moment = NOW - (60 + 24 * number) * HOUR
        services.archive.add_poll([poll_row(moment, "quiet")], [sighting(moment, number, "quiet", published_at=None)])
    services.archive.add_poll(
        [
            poll_row(NOW - HOUR, "well"),
            poll_row(NOW - HOUR, "fails", outcome="error", failures=3, reason="HTTP 500"),
            poll_row(NOW - HOUR, "quiet"),
            poll_row(NOW - HOUR, "empty", entries=0),
            poll_row(NOW - HOUR, "moved", moved_to="http://new.test/feed"),
        ],
        [sighting(NOW - HOUR, 1, "empty")],
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [module.feed_health, module.feeds_are_well],
            resources={**resources(services), "io_manager": dg.InMemoryIOManager()},
            instance=instance,
        )
        assert result.success
        rows: list[FeedHealth] = result.output_for_node("feed_health")
    assert [row.feed_id for row in rows] == ["well", "fails", "quiet", "empty", "moved"]
    found = {check.check_name: check for check in result.get_asset_check_evaluations()}
    tables = {name: [dict(record.data) for record in found[name].metadata["what"].records] for name in CHECKS}  # type: ignore[union-attr]
    assert tables == {
        "feeds_do_not_keep_failing": [{"feed": "fails", "trouble": "3 failures: HTTP 500"}],
        "feeds_are_not_silent": [{"feed": "quiet", "trouble": "59 h without news, usually at most 24 h"}],
        "feeds_are_not_emptied": [{"feed": "empty", "trouble": "no entries"}],
        "feeds_have_not_moved": [{"feed": "moved", "trouble": "http://new.test/feed"}],
    }
    assert found["feeds_are_not_emptied"].description == "empty: no entries"
    assert {check.metadata["found"].value for check in found.values()} == {1}
    assert {check.severity for check in found.values()} == {dg.AssetCheckSeverity.WARN}
    assert not any(check.passed or check.blocking for check in found.values())


def test_the_checks_of_the_module_are_found_by_definitions() -> None:
    names = {key.name for checks in dg.load_asset_checks_from_modules([module]) for key in checks.check_keys}
    assert names == set(CHECKS)
