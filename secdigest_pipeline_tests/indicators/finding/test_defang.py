"""Undoing and doing defanging: the spellings of the field, the contract's one spelling, and the way back with offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding.defang import defang, plain, refang

SPELLINGS = [
    ("c2[.]example", "c2.example"),
    ("c2(.)example", "c2.example"),
    ("c2{.}example", "c2.example"),
    ("c2<.>example", "c2.example"),
    ("c2[dot]example", "c2.example"),
    ("c2(DOT)example", "c2.example"),
    ("c2[[.]]example", "c2.example"),
    ("c2[ . ]example", "c2.example"),
    ("c2 [.] example", "c2.example"),
    ("c2.]example", "c2.example"),
    ("c2[.[example", "c2.example"),
    ("c2[.example", "c2.example"),
    ("c2[.example]", "c2.example"),
    ("c2[.example]/a", "c2.example/a"),
    ("c2【.】example", "c2.example"),
    ("c2［.］example", "c2.example"),
    ("c2［．］example", "c2.example"),
    ("c2（。）example", "c2.example"),
    ("c2\\.example", "c2.example"),
    ("ops[at]c2[.]example", "ops@c2.example"),
    ("ops (at) c2[.]example", "ops@c2.example"),
    ("ops[@]c2[.]example", "ops@c2.example"),
    ("hxxp://c2[.]example", "http://c2.example"),
    ("hXXps://c2[.]example", "https://c2.example"),
    ("h**p://c2[.]example", "http://c2.example"),
    ("fxp://c2[.]example", "ftp://c2.example"),
    ("hxxps[://]c2[.]example/a", "https://c2.example/a"),
    ("hxxps[:]//c2[.]example", "https://c2.example"),
    ("hxxp[:/]/c2[.]example", "http://c2.example"),
    ("https:\\/\\/c2.example\\/a", "https://c2.example/a"),
    ("https://c2.example/?a=1&amp;b=2", "https://c2.example/?a=1&b=2"),
    ("2001[:]db8[:][:]1", "2001:db8::1"),
    ("ｈｔｔｐ：／／ｃ２．example", "http://c2.example"),
    ("c2\u200b.exam\u00adple", "c2.example"),
    ("\ufeffc2.example", "c2.example"),
]


@pytest.mark.parametrize(("written", "live"), SPELLINGS)
def test_every_spelling_of_the_field_is_undone(written: str, live: str) -> None:
    assert refang(written) == live


@pytest.mark.parametrize(
    "prose",
    [
        "一部の節（.data）が暗号化されていた。",
        "one section (.data) held code",
        "see [1]. Next sentence",
        "array[0].name = f(x)",
        "値は「あ」：悪性。",
        "the hxxp spelling itself",
        r"C:\Windows\system32",
        "a . b",
        "items[..] and (...)",
    ],
)
def test_prose_and_code_are_left_alone(prose: str) -> None:
    assert refang(prose) == prose


@pytest.mark.parametrize(
    ("value", "type", "defanged"),
    [
        ("203.0.113.7", "ipv4", "203[.]0[.]113[.]7"),
        ("a.b.c2.example", "domain", "a[.]b[.]c2[.]example"),
        ("ops@c2.example", "email", "ops@c2[.]example"),
        ("http://c2.example/a.exe", "url", "hxxp://c2[.]example/a[.]exe"),
        ("https://u.v@c2.example:8443/a.b?c=d.e#f", "url", "hxxps://u[.]v@c2[.]example:8443/a[.]b?c=d[.]e#f"),
        ("wss://c2.example/s", "url", "wss://c2[.]example/s"),
        ("ftp://203.0.113.7/x", "url", "ftp://203[.]0[.]113[.]7/x"),
        ("c2.example/a.exe", "url", "c2[.]example/a[.]exe"),
        ("http://[2001:db8::1]:80/a", "url", "hxxp://[2001:db8::1]:80/a"),
        ("2001:db8::1", "ipv6", "2001:db8::1"),
        ("CVE-2099-12345", "cve", "CVE-2099-12345"),
        ("d41d8cd98f00b204e9800998ecf8427e", "md5", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)
def test_defang_writes_the_one_spelling_of_the_contract(value: str, type: str, defanged: str) -> None:
    assert defang(value, type) == defanged
    assert refang(defanged) == value


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(lambda labels: ".".join([*labels, "example"]))
PATH = st.from_regex(r"(/[A-Za-z0-9._~%+-]{0,8}){0,4}(\?[a-z]{1,3}=[A-Za-z0-9.-]{0,6})?", fullmatch=True)
VALUES = st.one_of(
    st.tuples(HOST, st.just("domain")),
    st.tuples(st.ip_addresses(v=4).map(str), st.just("ipv4")),
    st.tuples(st.ip_addresses(v=6).map(str), st.just("ipv6")),
    st.tuples(st.builds("{}@{}".format, LABEL, HOST), st.just("email")),
    st.tuples(
        st.builds("{}{}{}".format, st.sampled_from(("http://", "https://", "ftp://", "wss://", "")), HOST, PATH),
        st.just("url"),
    ),
)


@given(VALUES)
def test_refang_is_the_inverse_of_defang(value: tuple[str, str]) -> None:
    assert refang(defang(*value)) == value[0]


@given(VALUES)
def test_a_defanged_value_has_no_live_dot_and_no_live_scheme(value: tuple[str, str]) -> None:
    written, type = value
    text = defang(written, type)
    if type != "ipv6":
        assert "." not in text.replace("[.]", "")
        assert not text.startswith("http")


PIECES = st.sampled_from(
    [
        "[.]",
        "[",
        "]",
        ".",
        "(",
        ")",
        "dot",
        "[at]",
        "@",
        ":",
        "/",
        "[:]",
        "a",
        "example",
        "悪",
        "\u200b",
        "．",
        "：",
        "１",
        "【.】",
        " ",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=20).map("".join))
def test_offsets_lead_back_to_the_original_in_order_and_within_it(text: str) -> None:
    folded = plain(text)
    last = 0
    for at in range(len(folded.text)):
        start, end = folded.origin(at, at + 1)
        assert last <= start < end <= len(text)
        last = start
        if folded.text[at] not in ".:/@&" and text[start] != folded.text[at]:
            assert ord(text[start]) - ord(folded.text[at]) == 0xFEE0


def test_offsets_are_those_of_the_untouched_text() -> None:
    text = "悪性：ba\u200bd[.]example を遮断"
    folded = plain(text)
    start = folded.text.index("bad.example")
    begin, end = folded.origin(start, start + len("bad.example"))
    assert text[begin:end] == "ba\u200bd[.]example"
    assert folded.is_fanged(start, start + len("bad.example"))
    assert not folded.is_fanged(0, start)


def test_invisible_characters_and_full_width_forms_are_not_defanging() -> None:
    folded = plain("ba\u200bd．example")
    assert folded.text == "bad.example"
    assert not folded.is_fanged(0, len(folded.text))
