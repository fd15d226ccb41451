"""Invented ledger rows for the tests of history and exports."""

from typing import Any

from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline_tests import rows


def ioc(value: str = "c2.evil.test", type: str = "domain", edition: str = "2026-10-01", **changes: Any) -> Ioc:
    """A ledger row of one value; an attacker's unless changed."""
    row: dict[str, Any] = {
        "article_id": "a1",
        "raw": "c2[.]evil[.]test",
        "start": 10,
        "end": 26,
        "source_url": "https://vendor.example/report",
        "confidence": 0.97,
        "reasons": ("defanged",),
        "context_ja": "C2サーバー",
        "evidence": "The implant beacons to c2[.]evil[.]test every minute.",
        "description": "AI generated. C2 domain.",
    }
    return rows.ioc(type, value, edition=edition, **{**row, **changes})
