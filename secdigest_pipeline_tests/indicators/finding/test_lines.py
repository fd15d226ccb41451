"""The five-column line of the report."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.indicators.finding.lines import ioc_line
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline_tests.indicators.judging.test_ledger import PIECES
from secdigest_pipeline_tests.indicators.pages import SHA256, page, rows


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("C2: a.evil-c2[.]test", "a[.]evil-c2[.]test,FQDN名,知られていない,マルウェアの通信先として記載,NA(IP以外)"),
        (
            "Payload downloaded from hxxps://evil[.]test/a.php",
            "hxxps://evil[.]test/a[.]php,URL,知られていない,マルウェアの配布に使われた先として記載,NA(IP以外)",
        ),
        (
            "C2: 45.83.12[.]9:8443",
            "45[.]83[.]12[.]9,IPアドレス,知られていない,マルウェアの通信先として記載（ポート8443）,グローバル",
        ),
        ("IOCs\n10.1.2[.]3", "10[.]1[.]2[.]3,IPアドレス,知られていない,記事のIOC一覧に記載,プライベート"),
        ("IOCs\n2606:4700:1::7", "2606:4700:1::7,IPアドレス,よく知られている,記事のIOC一覧に記載,グローバル"),
        ("evil[.]test", "evil[.]test,FQDN名,知られていない,記事中で無害化表記,NA(IP以外)"),
        (
            "odd.trycloudflare[.]com",
            "odd[.]trycloudflare[.]com,FQDN名,よく知られている,悪用された正規サービスとして記載,NA(IP以外)",
        ),
        (
            "hxxp://evil[.]test/a,1,2",
            "hxxp://evil[.]test/a%2C1%2C2,URL,知られていない,記事中で無害化表記（URL中のカンマは%2Cで表記）,NA(IP以外)",
        ),
    ],
)
def test_an_indicator_is_written_as_the_contract_has_it(text: str, line: str) -> None:
    assert [found for row in rows(text).values() if (found := ioc_line(row))] == [line]


@pytest.mark.parametrize(
    "text",
    [f"IOCs\n{SHA256}", "IOCs\nCVE-2026-12345", "IOCs\nboss@evil[.]test", "IOCs\n192.0.2[.]7", "IOCs\ngithub[.]com"],
)
def test_what_the_report_does_not_list_has_no_line(text: str) -> None:
    assert [ioc_line(row) for row in rows(text).values()] == [None]


@pytest.mark.parametrize("value", ["45.83.12.999", "45.83.12", "", "::g"])
def test_a_row_whose_address_is_none_has_no_line(value: str) -> None:
    row = replace(rows("C2: 45.83.12[.]9")["45.83.12.9"], value=value)
    assert ioc_line(row) is None
    assert ioc_line(replace(row, type="ipv6")) is None


def test_a_comma_in_a_phrase_cannot_make_a_sixth_column() -> None:
    row = replace(rows("evil[.]test")["evil.test"], context_ja="1,024台")
    assert ioc_line(row) == "evil[.]test,FQDN名,知られていない,1、024台,NA(IP以外)"


def test_a_link_in_a_url_cannot_become_one_of_the_report() -> None:
    row = replace(rows("hxxp://evil[.]test/x")["http://evil.test/x"], value="http://evil.test/[a](b)\u202e")
    line = ioc_line(row)
    assert line is not None and "](" not in line and "\u202e" not in line


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_a_line_always_has_five_columns_and_its_value_stands_on_the_page(text: str) -> None:
    for row in ledger([page(text)], {}, {}):
        line = ioc_line(row)
        if line is None:
            continue
        cells = line.split(",")
        assert len(cells) == 5 and all(cells)
        assert line.isprintable()
        assert refang(cells[0]).replace("%2C", ",").replace("%28", "(") == row.value
        assert text[row.start : row.end] == row.raw
