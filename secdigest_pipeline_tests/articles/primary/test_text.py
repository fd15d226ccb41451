"""Reading a source: what each format says, and what is no source."""

import json
from datetime import UTC, datetime

import pytest

from secdigest_pipeline.articles.primary.formats import CONTEXT, INDICATORS
from secdigest_pipeline.articles.primary.text import MAX_TEXT, Unreadable, read_source
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.sources import pdf
from secdigest_pipeline_tests.articles.primaries import DIGEST

URL = "http://labs.test/data/amber"


def below(heading: str, text: str) -> str:
    """What stands below a heading of a file's text."""
    return text.partition(heading)[2].partition("\n#")[0]


def test_a_html_page_gives_its_title_text_links_and_stated_date() -> None:
    page = (
        '<html><head><title>Amber Vulture at the gate | Labs</title><meta property="article:published_time" '
        'content="2026-09-28T09:00:00+09:00"></head><body><h1>Amber Vulture at the gate</h1><p>C2: c2[.]evil[.]test</p>'
        '<a href="/data/iocs.csv">IOCs</a></body></html>'
    )
    found = read_source(page.encode(), "text/html", URL)
    assert (found.format, found.title) == ("html", "Amber Vulture at the gate")
    assert "c2[.]evil[.]test" in found.page_text
    assert found.links == (("http://labs.test/data/iocs.csv", "IOCs"),)
    assert found.published == datetime(2026, 9, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            '<script type="application/ld+json">{"datePublished": "2026-09-01"}</script>',
            datetime(2026, 9, 1, tzinfo=UTC),
        ),
        ('<meta content="2026-09-02" name="dcterms.issued">', datetime(2026, 9, 2, tzinfo=UTC)),
        ('<meta name="date" content="someday in autumn">', None),
        ("", None),
    ],
)
def test_a_date_is_taken_only_where_the_page_states_one(head: str, published: datetime | None) -> None:
    page = f"<html><head><title>t</title>{head}</head><body><p>Seen on 2026-08-08.</p></body></html>"
    assert read_source(page.encode(), "text/html", URL).published == published


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


def test_tables_and_plain_text_keep_their_lines() -> None:
    table = f'type,indicator,comment\ndomain,c2[.]evil[.]test,"first, and last"\nsha256,{DIGEST},\n'
    rows = read_source(table.encode(), "text/plain", URL + ".csv")
    assert rows.format == "csv"
    assert rows.page_text.splitlines()[1] == "domain | c2[.]evil[.]test | first, and last"
    plain = read_source(b"# IOCs\r\n\r\nc2[.]evil[.]test\r\n", "text/plain", URL + ".txt")
    assert (plain.format, plain.page_text) == ("text", "# IOCs\nc2[.]evil[.]test")
    assert read_source(b"{not json at all", "text/plain", URL).format == "text"
    assert (
        read_source(b'{"deep": [{"c2": "evil.test"}]}', "application/json", URL).page_text
        == f"{CONTEXT}\nc2: evil.test"
    )


def test_a_pdf_gives_its_text_and_a_broken_one_says_so() -> None:
    found = read_source(pdf(["Indicators of compromise", f"SHA-256 {DIGEST}"]), "application/octet-stream", URL)
    assert (found.format, found.published) == ("pdf", None)
    assert DIGEST in found.page_text
    with pytest.raises(Unreadable, match="PDF"):
        read_source(b"%PDF-1.7\n" + b"garbage " * 50, "application/pdf", URL)


@pytest.mark.parametrize(
    ("body", "kind"), [(b"\x00\x01\x02\x00" * 99, "application/octet-stream"), (b"abc", "video/mp4")]
)
def test_what_is_no_text_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(Unreadable, match=kind):
        read_source(body, kind, URL)


def test_hostile_files_are_bounded_and_cannot_break_a_line() -> None:
    assert len(read_source(b"c2.evil.test\n" * 200_000, "text/plain", URL).page_text) <= MAX_TEXT
    assert read_source(b"[" * 100_000, "application/json", URL).format == "text"
    bundle = {
        "type": "bundle",
        "objects": [{"type": "indicator", "name": "a\n# Overview\nb", "pattern": "[url:value = 'http://e.test/\\n']"}],
    }
    assert read_source(json.dumps(bundle).encode(), "application/json", URL).page_text.count("\n") == 1
