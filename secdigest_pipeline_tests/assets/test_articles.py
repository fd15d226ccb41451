"""Pages and articles, one step with two tables: both at once, and the articles again alone from what is kept."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from upath import UPath

from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES
from secdigest_pipeline.base.arrow import parquet_bytes
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.definitions import build_defs
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.articles.rows import html as whole_page
from secdigest_pipeline_tests.articles.rows import item
from secdigest_pipeline_tests.end_to_end.bad_world import BadWeb, bad_web, html

pytestmark = pytest.mark.slow
BOTH = ("article_pages", "cleaned_articles")


@pytest.fixture
def web() -> Iterator[BadWeb]:
    with bad_web({"wire": html(whole_page()), "post": html(whole_page("<p>More of it.</p>"))}) as running:
        yield running


class Desk:
    """A data directory that holds the items of one edition, and runs of the step in it."""

    def __init__(self, root: Path, routes: str) -> None:
        env = {"DATA": str(root), "CONNECT_TO": routes, "HOST_DELAY": "0"}
        self.services = Services(Settings.from_env({f"SECDIGEST_{name}": value for name, value in env.items()}))
        self.items = [
            item("/a"),
            item("/b", host="post.test"),
            item("/c", host="nowhere.test", summary="Closed. " * 20),
        ]
        self.edition = Edition.parse(self.items[0].edition)
        rows = RAW_FEED_ITEMS.arrow(self.items)
        write_atomic(self.path("raw_feed_items"), parquet_bytes(rows))

    def path(self, table: str) -> UPath:
        return self.services.tables / table / f"{self.edition.key}.parquet"

    def run(self, *names: str, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
        return (
            build_defs(self.services)
            .resolve_implicit_global_asset_job_def()
            .execute_in_process(
                partition_key=self.edition.key,
                asset_selection=[dg.AssetKey(name) for name in names],
                raise_on_error=raise_on_error,
            )
        )


def test_both_tables_come_from_one_step_and_each_tells_its_numbers(tmp_path: Path, web: BadWeb) -> None:
    desk = Desk(tmp_path, web.routes)
    result = desk.run(*BOTH)
    pages, articles = result.asset_materializations_for_node("read_articles")
    assert (pages.asset_key.path, articles.asset_key.path) == (["article_pages"], ["cleaned_articles"])
    assert {name: pages.metadata[name].value for name in ("dagster/row_count", "downloads", "pages_read")} == {
        "dagster/row_count": 3, "downloads": 3, "pages_read": 2
    }  # fmt: skip
    assert (articles.metadata["articles_read"].value, articles.metadata["articles_feed_only"].value) == (2, 1)
    assert [row.url for row in desk.services.stored(CLEANED_ARTICLES, desk.edition)] == [one.url for one in desk.items]


def test_articles_made_again_alone_are_the_same_and_nobody_is_asked(tmp_path: Path, web: BadWeb) -> None:
    desk = Desk(tmp_path, web.routes)
    desk.run(*BOTH)
    before, pages, asked = desk.path(BOTH[1]).read_bytes(), desk.path(BOTH[0]).read_bytes(), dict(web.counts)
    web.answers.clear()
    desk.path(BOTH[1]).unlink()
    result = desk.run("cleaned_articles")
    assert [made.asset_key.path[-1] for made in result.asset_materializations_for_node("read_articles")] == [BOTH[1]]
    assert desk.path(BOTH[1]).read_bytes() == before
    assert (desk.path(BOTH[0]).read_bytes(), dict(web.counts)) == (pages, asked)


def test_pages_can_be_made_alone_and_articles_without_pages_say_what_to_make(tmp_path: Path, web: BadWeb) -> None:
    desk = Desk(tmp_path, web.routes)
    failed = desk.run("cleaned_articles", raise_on_error=False)
    (failure,) = [event for event in failed.all_events if event.is_step_failure]
    told = str(failure.step_failure_data.error)
    assert f"article_pages has no table at {desk.path('article_pages')}: materialize it for this edition first" in told
    desk.run("article_pages")
    assert not desk.path("cleaned_articles").exists()
    assert len(desk.services.stored(ARTICLE_PAGES, desk.edition)) == 3
    desk.run("cleaned_articles")
    assert len(desk.services.stored(CLEANED_ARTICLES, desk.edition)) == 3


def test_the_graph_shows_that_articles_are_made_of_items_and_pages() -> None:
    graph = build_defs(Services(Settings.from_env({}))).resolve_asset_graph()
    parents = graph.get(dg.AssetKey("cleaned_articles")).parent_keys
    assert {key.path[-1] for key in parents} == {"raw_feed_items", "article_pages"}
    for name in BOTH:
        node = graph.get(dg.AssetKey(name))
        assert (node.group_name, node.pools, node.kinds) == ("reading", {"fetch"}, {"python", "parquet"})
        assert node.description and node.owners == ["team:security-data"]
        columns = node.metadata["dagster/column_schema"].columns
        assert all(column.description for column in columns)
