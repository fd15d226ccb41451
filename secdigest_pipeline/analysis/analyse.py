"""Analyses of an edition's articles by one analyst, some at once, each article for itself."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.indicators.finding.find import Observable

log = logging.getLogger(__name__)


class Analyst(Protocol):
    """Whoever reads one article. Raises AnalystUnavailable or StorageError when no other article would fare better."""

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        """What is said of `article`, whose page holds `observables`."""
        ...


@runtime_checkable
class Preparing(Protocol):
    """An analyst that wants to know all articles before the first is read, to fetch what can be had for all at once."""

    async def prepare(self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]) -> None:
        """Raises AnalystUnavailable or StorageError as `analyse_one` does."""
        ...


async def analyse(
    articles: Sequence[Article],
    observables: Mapping[str, Sequence[Observable]],
    analyst: Analyst,
    *,
    at_once: int,
    progress: Callable[[Analysis], None] | None = None,
) -> list[Analysis]:
    """One analysis per article, in article order; `observables` by article_id, `progress` is told of each once ready.

    Whatever goes wrong with one article makes it `failed` with extractive text. AnalystUnavailable and StorageError end
    the run: no article is begun after them, those under way are finished so that no reply that was paid for is lost.
    """
    if isinstance(analyst, Preparing):
        await analyst.prepare(articles, observables)
    found: dict[int, Analysis] = {}
    fatal: list[AnalystUnavailable | StorageError] = []
    queue = iter(enumerate(articles))

    async def work() -> None:
        for at, article in queue:
            if fatal:
                return
            try:
                found[at] = await analyst.analyse_one(article, observables.get(article.article_id, ()))
            except (AnalystUnavailable, StorageError) as error:
                fatal.append(error)
                return
            except Exception as error:  # one article never costs the day, not even by our own mistake
                log.exception("article %s: the analyst broke down", article.article_id)
                found[at] = replace(extract(article), state="failed", reason=f"internal error ({type(error).__name__})")
            if progress is not None:
                progress(found[at])

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, min(at_once, len(articles)))):
            group.create_task(work())
    if fatal:
        raise fatal[0]
    return [found[at] for at in range(len(articles))]
