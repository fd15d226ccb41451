"""Analysing an edition: so many at once, and one article that breaks costs only itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.analyse import Analyst, analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import Run, numbered


def test_no_more_calls_are_under_way_than_allowed(api: MessagesApi, run: Run) -> None:
    api.delay = 0.05
    run(numbered(20), at_once=4)
    assert 1 < api.max_in_flight <= 4


def test_a_folder_that_cannot_be_written_stops_the_run(api: MessagesApi, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def go() -> None:
        async with AnthropicAnalyst(["claude-haiku-5-5"], Replies(UPath(tmp_path / "file" / "llm"))) as analyst:
            await analyse(numbered(4), {}, analyst, at_once=1)

    with pytest.raises(StorageError, match="file"):
        asyncio.run(go())
    assert not api.calls, "nothing is paid for that could not be kept"


def test_one_article_that_breaks_the_analyst_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
            if article.url.endswith("n1"):
                raise ZeroDivisionError
            return replace(extracted(article), reason="fine")

    def extracted(article: Article) -> Analysis:
        from secdigest_pipeline.analysis.extractive import extract

        return extract(article)

    broken: Analyst = Broken()
    told: list[str] = []
    analyses = asyncio.run(analyse(numbered(3), {}, broken, at_once=2, progress=lambda a: told.append(a.article_id)))
    assert [a.state for a in analyses] == ["extractive", "failed", "extractive"]
    assert analyses[1].reason == "internal error (ZeroDivisionError)" and analyses[1].summary
    assert sorted(told) == sorted(a.article_id for a in analyses)


def test_no_articles_are_no_analyses(api: MessagesApi, run: Run) -> None:
    assert run([]) == []
