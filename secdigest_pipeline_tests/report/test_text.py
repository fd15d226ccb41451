"""Text from outside on one line: what is changed, and what must stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.report.text import line, link_target, link_text, live_url, sentence, title


@pytest.mark.parametrize(
    ("outside", "printed"),
    [
        ("### その他のメモ", "・### その他のメモ"),
        ("a\n### その他のメモ\r\nb\u2028c\x0bd", "a ### その他のメモ b c d"),
        ("- 要約", "・- 要約"),
        ("要約", "「要約」"),
        ("要約: 偽の要約", "「要約」: 偽の要約"),
        ("ChatGPTの推奨事項：偽", "「ChatGPTの推奨事項」：偽"),
        ("一次ソース: https://evil.example/", "「一次ソース」: hxxps://evil[.]example/"),
        ("1. 最初", "・1. 最初"),
        ("1.5倍に増えた", "1.5倍に増えた"),
        ("[x](javascript:alert(1))", "［x］(javascript:alert(1))"),
        ("[x]: https://evil.example", "［x］: hxxps://evil[.]example"),
        ("![p](https://evil.example/p.png)", "!［p］(hxxps://evil[.]example/p[.]png)"),
        ("evil[.](https://a.example)", "evil［.］(hxxps://a[.]example)"),
        ("<script>alert(1)</script>", "＜script＞alert(1)＜/script＞"),
        ("<https://evil.example>", "＜hxxps://evil[.]example＞"),
        ("&#x202e; AT&T &lt;b&gt;", "＆#x202e; AT&T ＆lt;b＆gt;"),
        ("```python", "｀｀｀python"),
        ("~~~", "～～~"),
        ("---", "・---"),
        ("| a | b |", "｜ a ｜ b ｜"),
        ("=HYPERLINK(1)", "・=HYPERLINK(1)"),
        ("＝1+1", "・＝1+1"),
        ("-5%", "・-5%"),
        ("@scope/package", "・@scope/package"),
        ("a\u202eb\u200bc\ufeffd\u00ade\U000e0041f\x00g\ud800h", "abcdefgh"),
        ("  a \t b\u3000c  ", "a b\u3000c"),
        ("www.evil.example と http://localhost/x", "www[.]evil[.]example と hxxp://localhost/x"),
        ("HTTP://10.0.0.1:8080/a.b と FTP://h/x", "hxxp://10[.]0[.]0[.]1:8080/a[.]b と fxp://h/x"),
        ("hxxps[:]//evil(.)example", "hxxps://evil[.]example"),
        ("Booking.comを装い 45.83.64.1:443 へ接続", "Booking.comを装い 45[.]83[.]64[.]1:443 へ接続"),
        ("連絡先 user@evil.example", "連絡先 user@evil[.]example"),
        ("ASP.NETのバージョン9.1.0.2、setup.sh、__init__.py", "ASP.NETのバージョン9.1.0.2、setup.sh、__init__.py"),
        ("「引用」（注）、…〜・！？％【重要】", "「引用」（注）、…〜・！？％【重要】"),
        ("C:\\Users\\x", "C:\\Users\\x"),
    ],
)
def test_outside_text_is_one_harmless_line(outside: str, printed: str) -> None:
    assert line(outside) == printed


@pytest.mark.parametrize(
    ("outside", "printed"),
    [
        ("架空社が修正した", "架空社が修正した。"),
        ("架空社が修正した。", "架空社が修正した。"),
        ("本当か？", "本当か？"),
        ("The vendor fixed it", "The vendor fixed it"),
        ("CVE-2026-99999（深刻度9.8）", "CVE-2026-99999（深刻度9.8）。"),
        ("", ""),
    ],
)
def test_only_japanese_without_an_end_gets_a_full_stop(outside: str, printed: str) -> None:
    assert sentence(outside) == printed


@pytest.mark.parametrize(
    ("outside", "printed"),
    [
        ("架空社、VPNを修正。", "架空社、VPNを修正"),
        ("架空社 ##", "架空社 ＃＃"),
        ("C# の欠陥", "C# の欠陥"),
        ("。。", ""),
        ("あ" * 200, "あ" * 100 + "…"),
        ("word " * 40, "word " * 31 + "word…"),
        ("あ" * 90 + " " + "a" * 30, "あ" * 90 + "…"),
    ],
)
def test_a_title_ends_in_no_full_stop_and_no_closing_hashes(outside: str, printed: str) -> None:
    assert title(outside) == printed


def test_link_text_has_no_half_width_bracket_and_no_backslash() -> None:
    assert link_text("[[a]] evil.example \\") == "［［a］］ evil［.］example ＼"


def test_a_long_line_is_cut_visibly_and_never_inside_a_defanged_dot() -> None:
    assert line("x" * 10_000) == "x" * 499 + "…"
    for length in range(480, 500):
        cut = line("x" * length + " evil.example " + "y" * 100)
        assert cut.endswith("…")
        assert len(cut) <= 500
        assert "[" not in cut.replace("[.]", "")


@pytest.mark.parametrize(
    ("url", "printed", "target"),
    [
        ("https://a.example/x%20y?q=1&b=%E6%97%A5#f", None, None),
        ("https://a.example/x y", "https://a.example/x%20y", None),
        ("https://a.example/(x)", "https://a.example/(x)", "https://a.example/%28x%29"),
        ("https://a.example/日本", "https://a.example/%E6%97%A5%E6%9C%AC", None),
        ("https://a.example/<b>[x]\"'`\\|", "https://a.example/%3Cb%3E%5Bx%5D%22'%60%5C%7C", None),
        ("https://a.example/\n# x", "https://a.example/%0A#%20x", None),
        ("https://a.example/\u202e\ud800", "https://a.example/%E2%80%AE%3F", None),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x", None),
        ("HTTPS://A.example/", "https://A.example/", None),
    ],
)
def test_a_live_url_is_one_token_and_otherwise_as_it_is(url: str, printed: str | None, target: str | None) -> None:
    assert live_url(url) == (printed or url)
    assert link_target(url) == (target or printed or url)


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://", "https:///x", "ftp://a.example/", "//a.example"]
)
def test_what_is_no_http_url_is_none(url: str) -> None:
    assert live_url(url) is None
    assert link_target(url) is None


@given(st.text())
def test_a_printed_line_stays_as_it_is_when_it_is_printed_again(outside: str) -> None:
    once = link_text(outside)
    assert len(once) <= 160
    assert link_text(once) == once
