"""Invented articles for the ledger's tests."""

from dataclasses import replace
from datetime import UTC, datetime

from secdigest_pipeline.articles.records import Article, Link
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import Ioc, IocRole, Threat
from secdigest_pipeline.indicators.warninglists import NO_LOCAL, LocalList
from secdigest_pipeline_tests.rows import article

EDITION = "2026-10-01"
SHA256 = "16f6d2b87d6a387e7d384687654402196185dc9e6017bf24937e9374c7b2773e"
MD5 = "0cc175b9c0f1b6a831c399e269772661"

_BLANK = article(
    article_id="a1",
    url="https://news.outlet.example/2026/story",
    title="",
    outlet="Outlet",
    feed_id="outlet",
    published_at=datetime(2026, 9, 29, 20, tzinfo=UTC),
    text="",
    page_text="",
)


def page(text: str, *links: str, **changes: object) -> Article:
    """An article whose page says `text` and links to `links`."""
    return replace(_BLANK, page_text=text, links=tuple(Link(url, "") for url in links), **changes)  # type: ignore[arg-type]


def rows(
    text: str, *links: str, roles: tuple[IocRole, ...] = (), threat: Threat | None = None, local: LocalList = NO_LOCAL
) -> dict[str, Ioc]:
    """The ledger of one such article, by value."""
    threats = {"a1": threat} if threat else {}
    return {row.value: row for row in ledger([page(text, *links)], {"a1": roles}, threats, local=local)}


def names(row: Ioc) -> set[str]:
    """Names of a row's reasons without their details."""
    return {reason.partition(":")[0] for reason in row.reasons}
