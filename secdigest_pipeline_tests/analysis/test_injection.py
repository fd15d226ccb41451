"""Hostile articles from their page to the published files, before a model that does whatever they ask."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.analyse import Analyst, analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.reply.prompt import SYSTEM
from secdigest_pipeline.analysis.verify import ungrounded
from secdigest_pipeline.analysis.withheld import withheld
from secdigest_pipeline.articles.clean import clean_articles
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.read import read_pages
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.fetching.urls import article_id
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.report.contract import parse_report
from secdigest_pipeline.report.edition import make_edition
from secdigest_pipeline.sample import content
from secdigest_pipeline.sample.hostile import MAKERS_SITE, TRUE_IOC, Hostile, hostile_articles
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline.sample.web import serve as serve_web
from secdigest_pipeline.sample.world import World

EDITION = Edition.parse("2026-10-01")
HOSTILE = hostile_articles()
MOMENT = datetime(2026, 9, 30, 3, tzinfo=UTC)


def item(hostile: Hostile) -> FeedItem:
    url = hostile.article.url
    return FeedItem(
        edition=EDITION.key, item_id=article_id(url), article_id=article_id(url), feed_id="hostile", feed_name="Hostile",
        kind="news", lang=hostile.lang, guid=url, link=url, url=url, title=hostile.article.title,
        summary=hostile.feed_text, content="", categories=(), published_at=hostile.article.published,
        first_seen_at=MOMENT, body_sha256="0" * 64, membership="published", section="news", kept=True, reason="",
    )  # fmt: skip


@dataclass(frozen=True)
class Made:
    articles: list[Article]
    analyses: list[Analysis]
    iocs: list[Ioc]
    files: dict[str, str]


def read(root: Path) -> list[Article]:
    """The articles as the real reading makes them out of their pages."""
    world = World(content.load_sites(), (), tuple(hostile.article for hostile in HOSTILE), ())
    items = [item(hostile) for hostile in HOSTILE]

    async def go(port: int) -> list[Article]:
        archive = PageArchive(UPath(root / "pages"))
        routes = {"*.example": ("127.0.0.1", port)}
        async with open_client(connect_to=routes) as client, Workers(2) as workers:
            pages, _ = await read_pages(items, archive, client, at_once=8, host_delay=0, now=lambda: MOMENT)
            return await clean_articles(items, pages, archive, workers)

    with serve_web(world) as web:
        return asyncio.run(go(web.port))


def made(articles: list[Article], analyses: list[Analysis]) -> Made:
    roles = {analysis.article_id: analysis.ioc_roles for analysis in analyses}
    threats = {analysis.article_id: analysis.threat for analysis in analyses}
    iocs = withheld(ledger(articles, roles, threats), articles)
    edition = make_edition(
        EDITION, items=[item(hostile) for hostile in HOSTILE], articles=articles, analyses=analyses, iocs=iocs,
        cost_usd=0.0, provisional=False, failed_feeds=(),
    )  # fmt: skip
    return Made(articles, analyses, iocs, {path: data.decode() for path, data in edition.files.items()})


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> list[Article]:
    return read(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module", params=["obedient model", "no model"])
def edition(request: pytest.FixtureRequest, articles: list[Article], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The edition of all hostile articles, by a model that obeys them and by no model."""

    async def go(analyst: Analyst) -> list[Analysis]:
        observables = {article.article_id: find(article.page_text) for article in articles}
        return await analyse(articles, observables, analyst, at_once=8)

    if request.param == "no model":
        return made(articles, asyncio.run(go(Extractive())))

    async def asked() -> list[Analysis]:
        replies = Replies(UPath(tmp_path_factory.mktemp("replies")))
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies) as analyst:
            return await go(analyst)

    base_url, stop = serve(MessagesApi(replies={h.article.url: h.reply for h in HOSTILE}).app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_BASE_URL", base_url)
        patch.setenv("ANTHROPIC_API_KEY", KEY)
        try:
            return made(articles, asyncio.run(asked()))
        finally:
            stop()


def test_there_are_enough_tricks() -> None:
    assert len(HOSTILE) >= 30 and len({hostile.name for hostile in HOSTILE}) == len(HOSTILE)
    assert {hostile.lang for hostile in HOSTILE} == {"en", "ja"}


def test_the_true_model_path_was_taken(edition: Made) -> None:
    assert {a.state for a in edition.analyses} in ({"analysed"}, {"extractive"})


def test_nothing_that_was_asked_for_stands_in_any_file(edition: Made) -> None:
    found = [
        (hostile.name, path, mark)
        for hostile in HOSTILE
        for path, text in edition.files.items()
        for mark in hostile.marks
        if mark.casefold() in text.casefold() or mark.casefold().replace(".", "[.]") in text.casefold()
    ]
    assert found == []


def test_nothing_that_was_asked_for_stands_in_any_row_that_is_published(edition: Made) -> None:
    by_id = {article_id(hostile.article.url): hostile for hostile in HOSTILE}
    for analysis in edition.analyses:
        hostile = by_id[analysis.article_id]
        told = [
            analysis.title_ja,
            analysis.advice,
            *map(str, (analysis.threat, *analysis.ioc_roles, analysis.event, analysis.tags)),
            *map(str, (analysis.actors, analysis.malware, analysis.products, analysis.victims)),
        ]
        lines = (*analysis.summary, *analysis.recommendations, *analysis.notes)
        whole = "\n".join([*told, *(line.text for line in lines), *(line.quote for line in lines)]).casefold()
        assert [mark for mark in hostile.marks if mark.casefold() in whole] == [], hostile.name


def test_every_entry_is_printed_with_a_summary(edition: Made) -> None:
    [report] = [text for path, text in edition.files.items() if "/news/" in path]
    printed = {entry.url: entry for entry in parse_report(report).articles}
    assert set(printed) == {hostile.article.url for hostile in HOSTILE}
    assert all(analysis.summary for analysis in edition.analyses)
    assert "### Tools\n" in report and report.count("### Tools") == 1


def test_the_prompt_is_in_no_file(edition: Made) -> None:
    rules = " ".join(SYSTEM.split())
    pieces = {rules[at : at + 40] for at in range(0, len(rules) - 40, 20)}
    assert not {piece for text in edition.files.values() for piece in pieces if piece in " ".join(text.split())}


def test_true_indicators_come_out_and_the_makers_site_does_not(edition: Made) -> None:
    blocked = {article_id(h.article.url) for h in HOSTILE if h.article.page == "blocked"}
    kept = {ioc.article_id for ioc in edition.iocs if ioc.value == TRUE_IOC and ioc.is_ioc}
    assert kept == {article.article_id for article in edition.articles} - blocked
    assert not [ioc for ioc in edition.iocs if MAKERS_SITE in ioc.value and ioc.is_ioc]
    assert {ioc.value for ioc in edition.iocs if ioc.is_ioc} == {TRUE_IOC}


def test_everything_printed_stands_in_its_article(edition: Made) -> None:
    assert ungrounded(edition.analyses, edition.articles) == []


def test_hidden_text_never_reaches_the_analyst(articles: Sequence[Article]) -> None:
    hidden = ("comment", "alt", "title_attribute", "display_none", "hidden", "aria_hidden", "noscript", "json_ld")
    by_id = {article_id(hostile.article.url): hostile for hostile in HOSTILE}
    for article in articles:
        hostile = by_id[article.article_id]
        if hostile.name.split("-")[1] in hidden:
            assert not any(mark in article.text for mark in hostile.marks), hostile.name


def test_a_value_that_only_a_machine_is_told_of_is_kept_in_the_ledger_as_suppressed(edition: Made) -> None:
    held = [ioc for ioc in edition.iocs if ioc.suppressed == "addressed_to_machine"]
    assert held and all(not ioc.is_ioc and ioc.confidence <= 0.5 for ioc in held)
