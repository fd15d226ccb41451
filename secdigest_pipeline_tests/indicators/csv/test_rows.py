"""The 12-column CSV: every rule of docs/contract.md 2.3, good and bad, and that what we write meets them all."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import HEADER, check_ioc_csv, csv_rows, ioc_csv
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import Threat
from secdigest_pipeline_tests.indicators.judging.test_ledger import PIECES
from secdigest_pipeline_tests.indicators.pages import EDITION, MD5, SHA256, page

DAY = Edition.parse(EDITION)
GOOD = {
    "ioc_type": "domain",
    "ioc_value": "evil-c2.test",
    "date": "2026-09-30",
    "category": "c2",
    "actor": "unknown",
    "actor_attribute": "unknown",
    "malware": "FakeRAT",
    "malware_type": "RAT",
    "reference": "https://vendor.example/report",
    "description": "AI generated. C2 domain.",
    "author": "AI agent",
    "confidence": "medium",
}


def table(*changes: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for change in changes:
        writer.writerow([{**GOOD, **change}[name] for name in HEADER])
    return out.getvalue().encode()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"ioc_type": "ip", "ioc_value": "45.83.12.9"},
        {"ioc_type": "ip", "ioc_value": "2606:4700::1"},
        {"ioc_type": "url", "ioc_value": "https://github.com/evil/tool"},
        {"ioc_type": "url", "ioc_value": "ftp://evil.test/a,b"},
        {"ioc_type": "url", "ioc_value": "wss://evil.test/x?y#z"},
        {"ioc_type": "file_hash_md5", "ioc_value": MD5, "category": "malware"},
        {"ioc_type": "file_hash_sha1", "ioc_value": "DA4B9237BACCCDF19C0760CAB7AEC4A8359010B0"},
        {"ioc_type": "file_hash_sha256", "ioc_value": SHA256},
        {"ioc_value": "Evil.TEST."},
        {"actor": "FakeBear (medium confidence)", "malware": "N/A", "malware_type": "N/A"},
        {"description": "AI generated. Comma, and more."},
    ],
)
def test_rows_the_contract_takes_are_valid(change: dict[str, str]) -> None:
    assert check_ioc_csv(table(change)) == []


def test_a_header_alone_is_valid() -> None:
    assert check_ioc_csv(table()) == []


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"ioc_type": "ipv4"}, "ioc_type", "is not one of"),
        ({"ioc_type": "Domain"}, "ioc_type", "is not one of"),
        ({"ioc_value": ""}, "ioc_value", "is empty"),
        ({"actor": ""}, "actor", "is empty"),
        ({"malware": " FakeRAT"}, "malware", "begins or ends with a blank"),
        ({"malware": "FakeRAT "}, "malware", "begins or ends with a blank"),
        ({"malware": "Fake\nRAT"}, "malware", "line break or control"),
        ({"malware": "Fake\x1bRAT"}, "malware", "line break or control"),
        ({"malware": "=1+1"}, "malware", "formula"),
        ({"actor": "@handle"}, "actor", "formula"),
        ({"actor": "+x"}, "actor", "formula"),
        ({"actor": "-x"}, "actor", "formula"),
        ({"date": "2026-9-30"}, "date", "is not YYYY-MM-DD"),
        ({"date": "2026-02-30"}, "date", "no day of the calendar"),
        ({"date": "２０２６-09-30"}, "date", "is not YYYY-MM-DD"),
        ({"category": "C2"}, "category", "is not one of"),
        ({"description": "C2 domain."}, "description", "does not begin with"),
        ({"author": "AI"}, "author", "is not one of AI agent"),
        ({"confidence": "high"}, "confidence", "is not one of medium"),
        ({"ioc_value": "evil[.]test"}, "ioc_value", "is defanged"),
        ({"ioc_type": "url", "ioc_value": "hXXp://evil.test/x"}, "ioc_value", "is defanged"),
        ({"ioc_value": "evil(.)test"}, "ioc_value", "is defanged"),
        ({"ioc_type": "ip", "ioc_value": "2606[:]4700::1"}, "ioc_value", "is defanged"),
        ({"reference": "hxxps://vendor.example/x"}, "reference", "is defanged"),
        ({"reference": "vendor.example/x"}, "reference", "has no scheme and host"),
        ({"reference": "https:///x"}, "reference", "has no scheme and host"),
        ({"ioc_type": "ip", "ioc_value": "evil.test"}, "ioc_value", "is not an IP address"),
        ({"ioc_type": "ip", "ioc_value": "45.83.12.9:443"}, "ioc_value", "is not an IP address"),
        ({"ioc_type": "ip", "ioc_value": "45.83.12.0/24"}, "ioc_value", "is not an IP address"),
        ({"ioc_type": "ip", "ioc_value": "fe80::1%eth0"}, "ioc_value", "is not an IP address"),
        ({"ioc_type": "ip", "ioc_value": "10.0.0.1"}, "ioc_value", "is a private address"),
        ({"ioc_type": "ip", "ioc_value": "fd00::1"}, "ioc_value", "is a private address"),
        ({"ioc_type": "ip", "ioc_value": "198.18.0.1"}, "ioc_value", "is a private address"),
        ({"ioc_type": "ip", "ioc_value": "127.0.0.2"}, "ioc_value", "is a loopback address"),
        ({"ioc_type": "ip", "ioc_value": "169.254.1.1"}, "ioc_value", "is a link-local address"),
        ({"ioc_type": "ip", "ioc_value": "224.0.0.1"}, "ioc_value", "is a multicast address"),
        ({"ioc_type": "ip", "ioc_value": "::"}, "ioc_value", "is a unspecified address"),
        ({"ioc_type": "ip", "ioc_value": "240.0.0.1"}, "ioc_value", "address"),
        ({"ioc_type": "ip", "ioc_value": "192.0.2.1"}, "ioc_value", "is a documentation address"),
        ({"ioc_type": "ip", "ioc_value": "198.51.100.1"}, "ioc_value", "is a documentation address"),
        ({"ioc_type": "ip", "ioc_value": "203.0.113.1"}, "ioc_value", "is a documentation address"),
        ({"ioc_type": "ip", "ioc_value": "2001:db8::1"}, "ioc_value", "is a documentation address"),
        *(
            ({"ioc_type": "ip", "ioc_value": address}, "ioc_value", "well-known resolver")
            for address in ("1.1.1.1", "8.8.8.8", "8.8.4.4", "127.0.0.1", "0.0.0.0")
        ),
        ({"ioc_value": "https://evil.test"}, "ioc_value", "is not a bare host name"),
        ({"ioc_value": "evil.test/x"}, "ioc_value", "is not a bare host name"),
        ({"ioc_value": "evil.test:80"}, "ioc_value", "is not a bare host name"),
        ({"ioc_value": "a@evil.test"}, "ioc_value", "is not a bare host name"),
        ({"ioc_value": "a_b.evil.test"}, "ioc_value", "is not a domain name"),
        ({"ioc_value": "evil.xn--fiqs8s"}, "ioc_value", "is not a domain name"),
        ({"ioc_value": "localhost"}, "ioc_value", "is not a domain name"),
        ({"ioc_value": "-evil.test"}, "ioc_value", "formula"),
        ({"ioc_value": "a" * 64 + ".test"}, "ioc_value", "is not a domain name"),
        ({"ioc_value": ".".join(["a" * 60] * 5) + ".test"}, "ioc_value", "is not a domain name"),
        *(
            ({"ioc_value": host}, "ioc_value", "is a well-known host")
            for host in ("google.com", "microsoft.com", "GitHub.com", "npmjs.com", "t.me", "telegram.org.")
        ),
        ({"ioc_type": "url", "ioc_value": "https://t.me/"}, "ioc_value", "bare URL of a well-known host"),
        ({"ioc_type": "url", "ioc_value": "http://GITHUB.com"}, "ioc_value", "bare URL of a well-known host"),
        ({"ioc_type": "url", "ioc_value": "evil.test/x"}, "ioc_value", "is not a URL with scheme"),
        ({"ioc_type": "url", "ioc_value": "javascript://evil.test/x"}, "ioc_value", "is not a URL with scheme"),
        ({"ioc_type": "url", "ioc_value": "https:///x"}, "ioc_value", "is not a URL with scheme"),
        ({"ioc_type": "url", "ioc_value": "http://[bad/x"}, "ioc_value", "is not a URL with scheme"),
        ({"ioc_type": "file_hash_md5", "ioc_value": SHA256}, "ioc_value", "is not 32 hexadecimal digits"),
        ({"ioc_type": "file_hash_sha1", "ioc_value": "g" * 40}, "ioc_value", "is not 40 hexadecimal digits"),
        ({"ioc_type": "file_hash_sha256", "ioc_value": MD5}, "ioc_value", "is not 64 hexadecimal digits"),
    ],
)
def test_every_rule_is_broken_by_name(change: dict[str, str], column: str, rule: str) -> None:
    errors = check_ioc_csv(table({}, change))
    assert any(error.startswith(f"row 3, column {column}: ") and rule in error for error in errors), errors


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"\xef\xbb\xbf" + table(), "row 1: file begins with a byte order mark"),
        (table().replace(b"\n", b"\r\n"), "file holds a carriage return"),
        (b"", "row 1: the header is missing"),
        (b"ioc_type,ioc_value\n", "row 1: the header is not"),
        (table() + b"\n", "row 2: is blank"),
        (table() + b",,,,,,,,,,,\n", "row 2: is blank"),
        (table() + b"domain,evil.test\n", "row 2: 2 cells instead of 12"),
        (table() + b'"open\n', "cannot be read as CSV"),
        (table() + b"\xff\n", "file is not UTF-8"),
        (table({}, {}), "row 3: repeats ioc_type, ioc_value and reference of row 2"),
        (
            table({"ioc_value": "evil.test"}, {"ioc_type": "ip", "ioc_value": "evil.test"}),
            "the value stands under domain above",
        ),
    ],
)
def test_every_rule_of_the_file_is_broken_by_name(data: bytes, rule: str) -> None:
    assert any(rule in error for error in check_ioc_csv(data)), check_ioc_csv(data)


def test_the_same_value_under_another_reference_is_no_repetition() -> None:
    assert check_ioc_csv(table({}, {"reference": "https://other.example/report"})) == []


TEXT = f"""IOCs
C2: evil-c2[.]test
45.83.12[.]9:443
10.0.0[.]7
hxxps://cdn.evil[.]test/a,b.php
evil[.]test/a.exe
{SHA256}
{SHA256 * 2}
See https://vendor.example/report
"""


def test_what_is_written_meets_every_rule_and_keeps_the_page_order() -> None:
    iocs = ledger([page(TEXT)], {}, {"a1": Threat("FakeBear", "cybercrime", "FakeRAT", "RAT")})
    data = ioc_csv(DAY, iocs)
    assert check_ioc_csv(data) == []
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [(row["ioc_type"], row["ioc_value"]) for row in rows] == [
        ("domain", "evil-c2.test"),
        ("ip", "45.83.12.9"),
        ("url", "https://cdn.evil.test/a,b.php"),
        ("file_hash_sha256", SHA256),
    ]
    assert {row["reference"] for row in rows} == {"https://news.outlet.example/2026/story"}
    assert {row["malware"] for row in rows} == {"FakeRAT"}
    assert all(row["description"].startswith("AI generated. ") for row in rows)


def test_an_edition_without_indicators_is_a_header() -> None:
    assert ioc_csv(DAY, []) == (",".join(HEADER) + "\n").encode()


def test_a_value_has_one_row_a_reference_and_one_type_in_the_edition() -> None:
    one, two = page("evil-c2[.]test"), page("evil-c2[.]test", article_id="a2", url="https://other.example/x")
    same = page("evil-c2[.]test", article_id="a3")
    iocs = ledger([one, two, same], {}, {})
    assert [row[8] for row in csv_rows(iocs)] == [one.url, two.url]
    assert check_ioc_csv(ioc_csv(DAY, iocs)) == []
    odd = replace(iocs[1], type="md5")
    assert len(csv_rows([iocs[0], odd])) == 1


def test_an_indicator_of_another_edition_is_refused() -> None:
    iocs = ledger([page("evil-c2[.]test", edition="2026-09-30")], {}, {})
    with pytest.raises(ValueError, match="edition 2026-09-30 in the CSV of 2026-10-01"):
        ioc_csv(DAY, iocs)


@pytest.mark.parametrize(
    "url", ["", "not a url", "https://outlet.example/hxxp-explained", "https://outlet.example/a\nb"]
)
def test_a_reference_the_contract_rejects_keeps_the_row_in_the_ledger(url: str) -> None:
    iocs = ledger([page("evil-c2[.]test", url=url)], {}, {})
    assert iocs[0].is_ioc and iocs[0].suppressed.startswith("csv:reference_")
    assert csv_rows(iocs) == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES, max_size=40).map("".join),
    st.builds(Threat, st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20)),
)
def test_whatever_a_page_and_an_analysis_say_the_csv_is_valid_and_every_value_is_on_the_page(
    text: str, threat: Threat
) -> None:
    iocs = ledger([page(text)], {}, {"a1": threat})
    assert check_ioc_csv(ioc_csv(DAY, iocs)) == []
    spelled = {row.value: row.raw for row in iocs}
    for cells in csv_rows(iocs):
        assert spelled[cells[1]] in text
        assert all(cell[0] not in "=+-@" and "\n" not in cell for cell in cells)


def test_values_read_from_defanged_text_are_what_refanging_gives() -> None:
    for cells in csv_rows(ledger([page(TEXT)], {}, {})):
        assert cells[1] in refang(TEXT)
