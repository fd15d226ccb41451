"""The report is a pure function of the tables it is made of: nothing that lies beside them has a word in it."""

import io
import shutil
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.definitions import build_defs
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample import messages, web
from secdigest_pipeline.sample.clock import WorldClock
from secdigest_pipeline.sample.world import EDITIONS, World

pytestmark = pytest.mark.slow
EDITION = EDITIONS[0]


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_report_made_alone_without_archive_replies_pages_and_feeds_is_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.load()
    api = messages.MessagesApi(replies=world.replies(), failures=world.failures())
    url, stop = messages.serve(api.app)
    with web.serve(world) as pages:
        for name, value in web.settings_for(pages.port, url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SECDIGEST_DATA", str(home / "data"))
        early = EDITION.cutoff.replace(hour=EDITION.cutoff.hour - 1)
        pages.at(early)
        services = Services(Settings.from_env(), WorldClock(early))
        with instance(services.settings) as opened:
            assert execute("daily", services, opened, Console(file=io.StringIO()), EDITION.key) is None
    stop()
    published = files(home / "out")
    report = published[Path(EDITION.news_path)].decode()
    for told in ("モデルの費用", "暫定版", "取得できなかったフィード", "フィードの収集状況"):
        assert told in report, told

    bare = home / "bare"
    shutil.copytree(home / "data" / "tables", bare / "data" / "tables", ignore=shutil.ignore_patterns("daily_report"))
    (bare / "feeds.yaml").write_text("feeds: []")
    places = {"DATA": bare / "data", "OUT": bare / "out", "FEEDS": bare / "feeds.yaml"}
    empty = Services(Settings.from_env({f"SECDIGEST_{name}": str(place) for name, place in places.items()}))
    result = (
        build_defs(empty)
        .resolve_implicit_global_asset_job_def()
        .execute_in_process(partition_key=EDITION.key, asset_selection=[dg.AssetKey("daily_report")])
    )
    made = files(bare / "out")
    assert made == {path: published[path] for path in made}
    assert len(made) == 3
    before = (home / "data" / "tables" / "daily_report" / f"{EDITION.key}.parquet").read_bytes()
    assert (bare / "data" / "tables" / "daily_report" / f"{EDITION.key}.parquet").read_bytes() == before
    assert len(result.asset_materializations_for_node("daily_report")) == 1
