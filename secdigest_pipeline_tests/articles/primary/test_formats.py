"""Files for machines as sources: what STIX and MISP give as indicators, and what they only mention."""

import json
from datetime import UTC, datetime

from secdigest_pipeline.articles.primary.formats import CONTEXT, INDICATORS
from secdigest_pipeline.articles.primary.text import read_source
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline_tests.articles.primaries import DIGEST

URL = "http://labs.test/data/amber"


def below(heading: str, text: str) -> str:
    """What stands below a heading of a file's text."""
    return text.partition(heading)[2].partition("\n#")[0]


def test_a_stix_bundle_gives_its_indicators_and_keeps_what_was_only_observed_apart() -> None:
    bundle = {
        "type": "bundle",
        "objects": [
            {"type": "report", "name": "Amber Vulture", "published": "2026-09-28T03:00:00Z"},
            {"type": "indicator", "name": "C2", "pattern": "[domain-name:value = 'c2.evil.test']"},
            {
                "type": "indicator",
                "pattern": f"[file:hashes.'SHA-256' = '{DIGEST}'] OR [ipv4-addr:value = '45.15.255.41']",
            },
            {"type": "indicator", "pattern": "[url:value LIKE 'http://%.evil.test/%']"},
            {"type": "indicator", "revoked": True, "pattern": "[domain-name:value = 'cleared.victim.test']"},
            {"type": "indicator", "indicator_types": ["benign"], "pattern": "[domain-name:value = 'vendor.test']"},
            {"type": "domain-name", "value": "seen.elsewhere.test"},
            {"type": "identity", "name": "Labs"},
            "nonsense",
        ],
    }
    found = read_source(json.dumps(bundle).encode(), "application/stix+json;version=2.1", URL)
    assert (found.format, found.title) == ("stix", "Amber Vulture")
    assert found.published == datetime(2026, 9, 28, 3, tzinfo=UTC)
    given = below(INDICATORS, found.page_text)
    assert {item.value for item in find(given)} == {"c2.evil.test", DIGEST, "45.15.255.41"}
    assert "cleared.victim.test" in below(CONTEXT, found.page_text)
    assert "%" not in found.page_text


def test_a_misp_event_gives_what_is_flagged_for_detection_as_indicators() -> None:
    event = {
        "Event": {
            "info": "OSINT: Amber Vulture",
            "date": "2026-09-27",
            "Attribute": [
                {"type": "domain|ip", "value": "c2.evil.test|45.15.255.41", "to_ids": True, "comment": "C2"},
                {"type": "link", "value": "http://labs.test/blog/amber", "to_ids": True},
                {"type": "text", "value": "not.an.address.test", "to_ids": True},
                {"type": "url", "value": "http://gone.evil.test/", "to_ids": True, "deleted": True},
            ],
            "Object": [{"Attribute": [{"type": "filename|sha256", "value": f"a.exe|{DIGEST}", "to_ids": "1"}]}],
        }
    }
    found = read_source(json.dumps({"response": [event]}).encode(), "application/json", URL)
    assert (found.format, found.title, found.published) == (
        "misp",
        "OSINT: Amber Vulture",
        datetime(2026, 9, 27, tzinfo=UTC),
    )
    given = below(INDICATORS, found.page_text)
    assert {item.value for item in find(given) if item.type != "cve"} == {"c2.evil.test", "45.15.255.41", DIGEST}
    assert "labs.test" in below(CONTEXT, found.page_text)
    assert "not.an.address" not in found.page_text
    assert "gone.evil" not in found.page_text
