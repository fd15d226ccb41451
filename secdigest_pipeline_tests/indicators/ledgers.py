"""Invented ledger rows for the tests of history and exports."""

from dataclasses import replace
from typing import Any

from secdigest_pipeline.indicators.records import Ioc

_ROW = Ioc(
    edition="2026-10-01",
    article_id="a1",
    type="domain",
    value="c2.evil.test",
    port=None,
    raw="c2[.]evil[.]test",
    start=10,
    end=26,
    occurrences=1,
    defanged=True,
    source_url="https://vendor.example/report",
    role="attacker_infrastructure",
    is_ioc=True,
    confidence=0.97,
    reasons=("defanged",),
    suppressed="",
    known=False,
    context_ja="C2サーバー",
    evidence="The implant beacons to c2[.]evil[.]test every minute.",
    date="2026-09-30",
    category="c2",
    actor="unknown",
    actor_attribute="unknown",
    malware="unknown",
    malware_type="unknown",
    description="AI generated. C2 domain.",
)


def ioc(value: str = "c2.evil.test", type: str = "domain", edition: str = "2026-10-01", **changes: Any) -> Ioc:
    """A ledger row of one value; an attacker's unless changed."""
    return replace(_ROW, value=value, type=type, edition=edition, **changes)  # type: ignore[arg-type]
