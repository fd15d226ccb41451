"""What the ledger holds besides the ten observables: each as what it is, and nothing that only looks like it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding.artifacts import artifacts

MD5 = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SHA256 = MD5 * 2


def values(text: str) -> list[tuple[str, str]]:
    return [(item.type, item.value) for item in artifacts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("block 45.83.12[.]0/24 and 2a0b:4d07::/32", [("cidr", "45.83.12.0/24"), ("cidr", "2a0b:4d07::/32")]),
        ("scans 222.186.55.1-222.186.155.255 at night", [("ip_range", "222.186.55.1-222.186.155.255")]),
        ("5[.]8[.]8[.]1～5[.]8[.]8[.]9から", [("ip_range", "5.8.8.1-5.8.8.9")]),
        (
            "phishes (T1566.001), T1041、T0859を",
            [("attack_id", "T1566.001"), ("attack_id", "T1041"), ("attack_id", "T0859")],
        ),
        (r"- C:\Users\Public\midori.dll", [("file_name", "midori.dll")]),
        (f"| invoice_7.js | {SHA256} |", [("file_name", "invoice_7.js")]),
        (
            "### Files\n- midori_update.exe\n- `a.b.dll`\n",
            [("file_name", "midori_update.exe"), ("file_name", "a.b.dll")],
        ),
        ("a ransom to 13dAW6JDGFtwFCWND9wRQya3NuTtyxeFig.", [("wallet", "13dAW6JDGFtwFCWND9wRQya3NuTtyxeFig")]),
        (
            "bc1q855xc6fks0zr7pgcpmd8cxh6agtgpkfgjyh7tcへ送金",
            [("wallet", "bc1q855xc6fks0zr7pgcpmd8cxh6agtgpkfgjyh7tc")],
        ),
        ("Ethereum wallet 0x" + "aB" * 20, [("wallet", "0x" + "aB" * 20)]),
        (
            r"writes HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell and more",
            [("registry_key", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell")],
        ),
        (r"HKEY_CURRENT_USER\\Software\\Midori に", [("registry_key", r"HKEY_CURRENT_USER\Software\Midori")]),
        ("creates the mutex named `Midori_7f` once", [("mutex", "Midori_7f")]),
        (r"ミューテックス名：Global\midori-1", [("mutex", r"Global\midori-1")]),
        (f"Imphash: {MD5.upper()}, JA3 {MD5}", [("imphash", MD5), ("ja3", MD5)]),
        (f"certificate thumbprint {MD5}89abcdef", [("thumbprint", f"{MD5}89abcdef")]),
        ("ssdeep 96:AbCdEfGhIjKl:MnOpQr4", [("ssdeep", "96:AbCdEfGhIjKl:MnOpQr4")]),
    ],
)
def test_each_is_read_as_what_it_is(text: str, expected: list[tuple[str, str]]) -> None:
    found = artifacts(text)
    assert [(item.type, item.value) for item in found] == expected
    assert all(text[item.start : item.end] == item.raw for item in found)


@pytest.mark.parametrize(
    "text",
    [
        "45.83.12.7/24 is an address with its mask, 10/24 a date, 1.2.3.0/33 nothing",
        "versions 9.1.18.0 - 9.1.18.8, 45.83.12.9-45.83.12.1",
        "- 45[.]83[.]12[.]1\n- 45[.]83[.]12[.]9\n",
        "https://attack.example/techniques/T1566/001, PT1566, T2000, T15661",
        "run setup.py and read notes.pdf first, see https://a.example/b.exe",
        # one letter off: the checksum does not hold
        "13dAW6JDGFtwFCWND9wRQya3NuTtyxeFih bc1q855xc6fks0zr7pgcpmd8cxh6agtgpkfgjyh7td",
        "the function 0x" + "ab" * 20,
        f"MD5 {MD5}, SHA-256 {SHA256}",
        "at 12:30:45 it starts 3:4:5",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert values(text) == []


@given(st.text(alphabet="T1.09/HKLM\\:-[]{}\"mutex '名\n", max_size=200))
def test_no_text_makes_it_raise_and_nothing_overlaps(text: str) -> None:
    found = artifacts(text)
    assert all(before.end <= item.start for before, item in pairwise(found))
