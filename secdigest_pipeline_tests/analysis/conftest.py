"""Articles and the loopback Messages API for the tests of the analysis package."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline_tests import rows

TEXT = """\
Orrin Networks warned on Wednesday that attackers are exploiting CVE-2026-90117 in its TunnelGate VPN gateway.
The flaw lets an unauthenticated attacker obtain administrator rights on the appliance.
All TunnelGate releases before 9.4.2 are affected, and version 9.4.2 was published on Tuesday.
Researchers at Northquay Labs found 63 compromised gateways in 11 countries.
The backdoor GlassLantern talks to relay[.]tunnel-metrics[.]example, a command and control server.
Orrin urges customers to install version 9.4.2 immediately.
Northquay has not attributed the campaign to a known group.
"""

REPLY: dict[str, Any] = {
    "title_quote": "attackers are exploiting CVE-2026-90117 in its TunnelGate VPN gateway",
    "title": "Orrin、TunnelGateの脆弱性CVE-2026-90117が悪用されていると警告",
    "summary": [
        {
            "quote": "attackers are exploiting CVE-2026-90117 in its TunnelGate VPN gateway",
            "text": "OrrinはTunnelGateの脆弱性CVE-2026-90117が悪用されていると警告した。",
        },
        {
            "quote": "lets an unauthenticated attacker obtain administrator rights",
            "text": "認証されていない攻撃者が管理者権限を取得できる。",
        },
        {
            "quote": "All TunnelGate releases before 9.4.2 are affected",
            "text": "TunnelGateの9.4.2より前の全リリースが影響を受ける。",
        },
        {
            "quote": "Researchers at Northquay Labs found 63 compromised gateways in 11 countries.",
            "text": "Northquay Labsは11か国で63台の侵害されたゲートウェイを確認した。",
        },
        {
            "quote": "Northquay has not attributed the campaign to a known group.",
            "text": "Northquayは攻撃を既知のグループに帰属させていない。",
        },
    ],
    "recommendations": [
        {"quote": "Orrin urges customers to install version 9.4.2 immediately.", "text": "9.4.2へ直ちに更新する。"}
    ],
    "notes": [{"quote": "attackers are exploiting CVE-2026-90117", "text": "脆弱性は既に攻撃で悪用されている。"}],
    "iocs": [
        {
            "value": "relay.tunnel-metrics.example",
            "quote": "The backdoor GlassLantern talks to relay[.]tunnel-metrics[.]example",
            "role": "attacker_infrastructure",
            "context": "GlassLanternのC2サーバー",
        }
    ],
    "threat_quote": "The backdoor GlassLantern talks to",
    "actor": "unknown",
    "actor_attribute": "unknown",
    "malware": "GlassLantern",
    "malware_type": "backdoor",
    "section": "news",
    "advice": "TunnelGateを9.4.2へ更新し、管理者権限の不審な利用がないか確認してください。",
}

# Retries of the SDK take at least half a second each unless the server names a shorter wait.
FAST = "ra=0.01"
Run = Callable[..., list[Analysis]]


def make_article(
    name: str = "a", text: str = TEXT, title: str = "Orrin TunnelGate flaw exploited", **other: Any
) -> Article:
    """An article of edition 2026-10-01 at https://news.example/<name>."""
    fields: dict[str, Any] = {
        "article_id": hashlib.sha256(name.encode()).hexdigest()[:16],
        "item_id": f"item-{name}",
        "url": f"https://news.example/{name}",
        "title": title,
        "outlet": "News Example",
        "published_at": datetime(2026, 9, 30, 12, tzinfo=UTC),
        "text": text,
        "text_sha256": hashlib.sha256(f"{title}\n{text}".encode("utf-8", "surrogatepass")).hexdigest(),
        "page_text": text,
        "extractor": "test",
    }
    return rows.article(**{**fields, **other})


def numbered(count: int) -> list[Article]:
    """Articles that differ in text, so that each has a reply of its own."""
    return [make_article(f"n{at}", text=f"{TEXT}Reader {at} sent a letter about it.\n") for at in range(count)]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """A Messages API server that the SDK finds through its environment variables."""
    server = MessagesApi()
    base_url, stop = serve(server.app)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    yield server
    stop()


@pytest.fixture
def replies(tmp_path: Path) -> Replies:
    return Replies(UPath(tmp_path / "llm"))


@pytest.fixture
def run(replies: Replies) -> Run:
    """Analyse articles through the real SDK, as the asset does; one call an article unless `check` is given."""

    def run_now(
        articles: Sequence[Article],
        *,
        models: Sequence[str] = ("claude-haiku-5-5", "claude-haiku-4-5"),
        at_once: int = 8,
        progress: Callable[[Analysis], None] | None = None,
        **options: Any,
    ) -> list[Analysis]:
        async def go() -> list[Analysis]:
            observables = {article.article_id: find(article.page_text) for article in articles}
            async with AnthropicAnalyst(models, replies, **{"check": False, **options}) as analyst:
                return await analyse(articles, observables, analyst, at_once=at_once, progress=progress)

        return asyncio.run(go())

    return run_now
