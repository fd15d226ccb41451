from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.orchestration import automation
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.runs import PROCESS_TAG, process_tag


@pytest.fixture
def opened(home: Path):
    with instance(Settings.from_env()) as dagster_instance:
        yield dagster_instance


def made(opened: dg.DagsterInstance, edition: Edition) -> None:
    opened.report_runless_asset_event(dg.AssetMaterialization("daily_report", partition=edition.key))


def jst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def test_at_six_every_missing_edition_of_seven_days_is_asked_for_oldest_first(opened: dg.DagsterInstance) -> None:
    due = automation.due(opened, jst("2026-10-10T06:00"))
    assert [edition.key for edition in due] == [f"2026-10-{day:02d}" for day in range(4, 11)]


def test_before_six_the_edition_of_the_day_is_not_due_yet(opened: dg.DagsterInstance) -> None:
    assert automation.due(opened, jst("2026-10-10T05:59"))[-1].key == "2026-10-09"


def test_a_made_edition_is_not_asked_for_again_but_one_made_before_its_window_closed_is(
    opened: dg.DagsterInstance,
) -> None:
    today = Edition.of(datetime.now(UTC))  # its window is open now, so this materialization is a provisional one
    yesterday = today.shifted(-2)  # closed for more than a day
    for edition in (today, yesterday):
        made(opened, edition)
    due = automation.due(opened, today.closes + timedelta(minutes=15))
    assert today in due
    assert yesterday not in due
    assert today not in automation.due(opened, today.cutoff), "asked again before the grace was over"


def test_an_edition_with_a_run_under_way_is_left_alone(opened: dg.DagsterInstance) -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def some_job() -> None:
        nothing()

    run = opened.create_run_for_job(
        some_job, tags={"dagster/partition": "2026-10-08"}, status=dg.DagsterRunStatus.STARTED
    )
    keys = [edition.key for edition in automation.due(opened, jst("2026-10-10T06:00"))]
    assert "2026-10-08" not in keys
    opened.report_run_failed(run)
    assert "2026-10-08" in [edition.key for edition in automation.due(opened, jst("2026-10-10T06:00"))]


def test_a_tick_of_the_daily_schedule_gives_one_run_an_edition_and_a_key_of_its_own(
    opened: dg.DagsterInstance,
) -> None:
    from secdigest_pipeline.definitions import build_defs

    repository = build_defs().get_repository_def()
    with dg.build_schedule_context(
        instance=opened, scheduled_execution_time=jst("2026-10-10T06:00"), repository_def=repository
    ) as context:
        requests = list(automation.daily_edition(context))
    assert [request.partition_key for request in requests] == [f"2026-10-{day:02d}" for day in range(4, 11)]
    assert len({request.run_key for request in requests}) == 7
    assert requests[-1].run_key == "2026-10-10 2026-10-09T21:00Z"
    assert requests[-1].asset_selection is None, "the newest edition polls"
    assert all(dg.AssetKey("feed_snapshots") not in request.asset_selection for request in requests[:-1])


def test_the_schedules_run_in_tokyo_every_day_of_the_week() -> None:
    assert automation.daily_edition.execution_timezone == "Asia/Tokyo"
    assert automation.daily_edition.cron_schedule == ["0 6 * * *", "15 8 * * *"]
    assert automation.hourly_poll.cron_schedule == "30 * * * *"


def test_an_edition_whose_run_was_killed_is_asked_for_at_once(opened: dg.DagsterInstance) -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def some_job() -> None:
        nothing()

    host, _, pid, began = process_tag()[PROCESS_TAG].rsplit(":", 3)
    tags = {"dagster/partition": "2026-10-08", PROCESS_TAG: f"{host}:the-boot-before:{pid}:{began}"}
    opened.create_run_for_job(some_job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    assert "2026-10-08" in [edition.key for edition in automation.due(opened, jst("2026-10-10T06:00"))]
