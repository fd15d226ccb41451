"""The blocking checks, in a real Dagster run: a wrong statement or an IOC with a wrong offset holds the report back."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import dagster as dg
import pytest

from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Model, Services
from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.world import EDITIONS, World

pytestmark = pytest.mark.slow
EDITION = EDITIONS[0]


class Liar(Extractive):
    """An analyst that marks an invented number as grounded."""

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        analysis = await super().analyse_one(article, observables)
        if not analysis.summary:
            return analysis
        first = replace(analysis.summary[0], text="被害は4,711,811件に上る。", verdict="grounded")
        return replace(analysis, summary=(first, *analysis.summary[1:]))


class LyingModel(Model):
    @asynccontextmanager
    async def analyst(self, refresh: frozenset[str] = frozenset(), batch: bool = False) -> AsyncIterator[Liar]:
        yield Liar()


class LyingServices(Services):
    @cached_property
    def model(self) -> LyingModel:
        return LyingModel(self.settings)


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    with web.serve(World.load()) as pages:
        pages.at(EDITIONS[-1].cutoff)
        for name, value in web.settings_for(pages.port, "http://127.0.0.1:9").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SECDIGEST_ANALYST", "extractive")
        with instance(Settings.from_env()) as made:
            yield made


def test_an_ungrounded_statement_holds_the_report_back_and_the_run_says_why(
    opened: dg.DagsterInstance, home: Path
) -> None:
    from rich.console import Console

    console = Console(quiet=True)
    assert execute("poll", LyingServices(), opened, console) is None
    failure = execute("edition", LyingServices(), opened, console, EDITION.key)
    assert failure is not None
    assert "statements_are_grounded" in failure
    assert "article_analyses" in failure
    assert "4,711,811" in failure and "\n" not in failure
    assert not (home / "out" / EDITION.news_path).exists()
    assert opened.get_latest_materialization_event(dg.AssetKey("daily_report")) is None

    honest = execute("edition", Services(), opened, console, EDITION.key)
    assert honest is None
    assert "4,711,811" not in (home / "out" / EDITION.news_path).read_text()


def test_the_liar_lies() -> None:
    article = Article(
        "2026-10-01", "a", "i", "http://a.example/", "Title of it", "A", "a", "news", "en", "news", None, "read", "",
        "A vendor fixed a flaw in its gateway product yesterday. Attackers used it for weeks.", "0" * 64, "", (), "x",
    )  # fmt: skip
    assert asyncio.run(Liar().analyse_one(article, ())).summary[0].verdict == "grounded"
