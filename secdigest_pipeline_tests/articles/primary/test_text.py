"""Reading a source: what each format says, and what is no source."""

import json
from datetime import UTC, datetime

import pytest

from secdigest_pipeline.articles.primary.formats import CONTEXT
from secdigest_pipeline.articles.primary.text import MAX_TEXT, Unreadable, read_source
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
