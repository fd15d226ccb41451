"""Stories over editions, in real Dagster runs of the one step: what the days before say, and days that were never made."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from upath import UPath

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article, Story
from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.definitions import build_defs
from secdigest_pipeline.orchestration.partitions import EDITIONS
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.articles.primaries import article

FIRST = "Amber Vulture breaks into Larkfield hospitals through Contoso gateway"
THEN = "Larkfield hospitals tell how Amber Vulture got through the Contoso gateway"


def told(edition: str, outlet: str, title: str) -> Article:
    moment = datetime.fromisoformat(edition).replace(tzinfo=UTC) - timedelta(hours=9)
    return article(
        "", url=f"http://{outlet}.test/{edition}", title=title, feed_id=outlet, edition=edition, published_at=moment
    )


def keep(root: Path, edition: str, *articles: Article) -> None:
    path = UPath(root / "tables" / "cleaned_articles" / f"{edition}.parquet")
    write_atomic(path, parquet_bytes(CLEANED_ARTICLES.arrow(articles)))


def run(root: Path, edition: str, raise_on_error: bool = True) -> tuple[Sequence[Story], dg.ExecuteInProcessResult]:
    job = build_defs(Services(Settings.from_env({"SECDIGEST_DATA": str(root)}))).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        partition_key=edition, asset_selection=[dg.AssetKey("stories")], raise_on_error=raise_on_error
    )
    return result.output_for_node("stories") if result.success else (), result


@pytest.mark.parametrize("before", ["2026-09-30", "2026-09-29"])
def test_an_article_that_follows_up_one_of_the_two_editions_before_names_it(tmp_path: Path, before: str) -> None:
    earlier = told(before, "wire", FIRST)
    keep(tmp_path, before, earlier)
    keep(tmp_path, "2026-10-01", told("2026-10-01", "tribune", THEN), told("2026-10-01", "post", "Garden show opens"))
    (row,), result = run(tmp_path, "2026-10-01")
    assert (row.edition, row.lead_edition, row.lead_url) == ("2026-10-01", before, earlier.url)
    (made,) = result.asset_materializations_for_node("stories")
    assert [made.metadata[name].value for name in ("follow_ups", "articles_led", "earlier_editions")] == [1, 0, 1]
    assert made.metadata["looked_back_to"].value == [before]


def test_older_editions_and_later_ones_say_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "2026-09-28", told("2026-09-28", "wire", FIRST))
    keep(tmp_path, "2026-10-02", told("2026-10-02", "post", FIRST))
    keep(tmp_path, "2026-10-01", told("2026-10-01", "tribune", THEN))
    assert run(tmp_path, "2026-10-01")[0] == []


def test_the_first_edition_of_all_has_none_before_it(tmp_path: Path) -> None:
    first = EDITIONS.get_first_partition_key()
    assert first is not None
    keep(tmp_path, first, told(first, "wire", FIRST), told(first, "tribune", THEN))
    rows, _ = run(tmp_path, first)
    assert [row.lead_edition for row in rows] == [first]
    second = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
    keep(tmp_path, second, told(second, "post", THEN))
    rows, _ = run(tmp_path, second)
    assert [row.lead_edition for row in rows] == [first]


@pytest.mark.parametrize("edition", ["2026-10-01", EDITIONS.get_first_partition_key()])
def test_an_edition_without_articles_of_its_own_is_an_error_that_says_what_to_make(
    tmp_path: Path, edition: str
) -> None:
    keep(tmp_path, "2026-09-30", told("2026-09-30", "wire", FIRST))
    _, result = run(tmp_path, edition, raise_on_error=False)
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "cleaned_articles has no table at" in str(failure.step_failure_data.error)
    assert f"{edition}.parquet: materialize it for this edition first" in str(failure.step_failure_data.error)
