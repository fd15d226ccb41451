"""Invented rows of one edition for the tests of every room, each field settable by name."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import UNKNOWN_THREAT, Ioc
from secdigest_pipeline.intake.records import FeedItem

EDITION = Edition(date(2026, 10, 1))
ID = "00000000000000a1"
URL = "https://news.example.com/2026/10/01/vpn-flaw/"
MOMENT = datetime(2026, 9, 30, 3, 0, tzinfo=UTC)


def item(**changes: Any) -> FeedItem:
    row = FeedItem(
        edition=EDITION.key,
        item_id="i1",
        article_id=ID,
        feed_id="news",
        feed_name="Example News",
        kind="news",
        lang="en",
        guid="g1",
        link=URL,
        url=URL,
        title="VPN flaw exploited",
        summary="",
        content="",
        categories=(),
        published_at=MOMENT,
        first_seen_at=MOMENT,
        body_sha256="0" * 64,
        membership="published",
        section="news",
        kept=True,
        reason="",
    )
    return replace(row, **changes)


def article(**changes: Any) -> Article:
    row = Article(
        edition=EDITION.key,
        article_id=ID,
        item_id="i1",
        url=URL,
        title="VPN flaw exploited",
        outlet="Example News",
        feed_id="news",
        kind="news",
        lang="en",
        section="news",
        published_at=MOMENT,
        read_state="read",
        read_reason="",
        text="text",
        text_sha256="0" * 64,
        page_text="text",
        links=(),
        extractor="trafilatura 2.3.1",
    )
    return replace(row, **changes)


def statement(text: str, verdict: str = "grounded", quote: str = "quote") -> Statement:
    return Statement(text, quote, 0, 1, verdict, check=None if verdict == "extractive" else "supported")


def analysis(**changes: Any) -> Analysis:
    row = Analysis(
        edition=EDITION.key,
        article_id=ID,
        state="analysed",
        reason="",
        analyst="anthropic",
        model="claude-haiku-5-5",
        prompt_version="1",
        reply_id="r1",
        title_ja="架空のVPN製品に認証回避の脆弱性",
        section="news",
        summary=(statement("架空社が警告した。"),),
        recommendations=(),
        notes=(),
        advice="",
        ioc_roles=(),
        threat=UNKNOWN_THREAT,
        dropped=(),
        check_state="checked",
        check_reason="",
    )
    return replace(row, **changes)


def ioc(type: str, value: str, **changes: Any) -> Ioc:
    row = Ioc(
        edition=EDITION.key,
        article_id=ID,
        type=type,  # type: ignore[arg-type]
        value=value,
        port=None,
        raw=value,
        start=0,
        end=1,
        occurrences=1,
        defanged=True,
        source_url=URL,
        role="attacker_infrastructure",
        is_ioc=True,
        confidence=0.9,
        reasons=(),
        suppressed="",
        known=False,
        context_ja="C2として記載",
        evidence="evidence",
        date="2026-09-30",
        category="c2",
        actor="unknown",
        actor_attribute="unknown",
        malware="unknown",
        malware_type="unknown",
        description="AI generated. C2.",
    )
    return replace(row, **changes)
