"""Bad feeds, bad pages and bad replies in one world and one edition: everything ends in a state, nothing is lost."""

import gzip
import hashlib
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy
from rich.console import Console
from upath import UPath

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.cli.summary import stored_rows
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline.instance import instance
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS, FeedItem, Poll
from secdigest_pipeline.report import check_published
from secdigest_pipeline.resources import Services
from secdigest_pipeline.sample import messages
from secdigest_pipeline.settings import Settings
from secdigest_pipeline_tests.end_to_end import bad_world
from secdigest_pipeline_tests.end_to_end.bad_world import EDITION, NOW, BadWeb

pytestmark = pytest.mark.slow


@dataclass
class Run:
    """One edition over the bad world, and what it left."""

    home: Path
    web: BadWeb
    api: messages.MessagesApi
    services: Services
    failure: str | None = None
    shown: str = ""
    numbers: dict[str, dict[str, float]] = field(default_factory=dict)

    def make(self) -> str | None:
        console = Console(file=io.StringIO(), width=300)
        with instance(self.services.settings) as opened:
            return execute("daily", self.services, opened, console, EDITION.key)

    @property
    def polls(self) -> dict[str, Poll]:
        return self.services.archive.last_polls()

    @property
    def items(self) -> dict[str, FeedItem]:
        return {item.title: item for item in stored_rows(self.services, RAW_FEED_ITEMS, EDITION)}

    @property
    def articles(self) -> dict[str, Article]:
        return {article.url: article for article in stored_rows(self.services, CLEANED_ARTICLES, EDITION)}

    @property
    def analyses(self) -> dict[str, Analysis]:
        urls = {article.article_id: article.url for article in self.articles.values()}
        return {urls[row.article_id]: row for row in stored_rows(self.services, ARTICLE_ANALYSES, EDITION)}

    @property
    def iocs(self) -> list[Ioc]:
        return stored_rows(self.services, IOCS, EDITION)

    @property
    def report(self) -> str:
        return (self.home / "out" / EDITION.news_path).read_text(encoding="utf-8")

    def published(self) -> dict[str, bytes]:
        out = self.home / "out"
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def story(name: str) -> str:
    return f"http://{name}.test/story"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Run]:
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"create database {name}"))
    home = tmp_path_factory.mktemp("bad")
    api = messages.MessagesApi(failures={story(name): steps for name, steps in bad_world.MODEL.items()})
    url, stop = messages.serve(api.app)
    with bad_world.bad_web() as web, pytest.MonkeyPatch.context() as patch:
        (home / "feeds.yaml").write_text(web.feed_list())
        patch.setenv("SECDIGEST_PG_URL", postgres.replace("/postgres?", f"/{name}?"))
        patch.setenv("ANTHROPIC_API_KEY", messages.KEY)
        patch.setenv("ANTHROPIC_BASE_URL", url)
        settings = Settings.from_env(
            {
                "SECDIGEST_DATA": str(home / "data"),
                "SECDIGEST_OUT": str(home / "out"),
                "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
                "SECDIGEST_CONNECT_TO": web.routes,
                "SECDIGEST_HOST_DELAY": "0",
                "SECDIGEST_ANALYST": "anthropic",
            }
        )
        made = Run(home, web, api, Services(settings, now=lambda: NOW))
        made.failure = made.make()
        yield made
    stop()


def test_dump(run: Run) -> None:
    print(run.failure)
    for name, poll in run.polls.items():
        print(name, poll.outcome, poll.status, poll.entries, poll.reason)
    for title, item in run.items.items():
        print(title, "|", item.membership, item.kept, item.reason, item.url, item.link)
    for url, a in run.articles.items():
        print(url, a.read_state, a.read_reason, len(a.text))
    for url, a in run.analyses.items():
        print(url, a.state, a.reason, a.model, len(a.summary))
    print(run.report)
    print(check_published(UPath(run.home / "out"), EDITION))
