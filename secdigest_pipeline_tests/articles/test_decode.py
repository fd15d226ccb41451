"""HTML bytes to text: every charset of Japanese sites, honest or lying labels, broken bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.articles.characters import cut, one_line, visible
from secdigest_pipeline.articles.decode import charset, decode

JAPANESE = "<html><head>{meta}<title>不正アクセスに関するお知らせ</title></head><body><p>" + (
    "弊社が運営するサーバーが外部から攻撃を受け、お客様の個人情報が流出した可能性があることを確認しました。"
)
LABELS = [
    "",
    "text/html; charset=utf-8",
    "text/html; charset=ISO-8859-1",
    "text/html;charset=Shift_JIS",
    "text/html; charset=EUC-JP",
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("encoding", ["shift_jis", "cp932", "euc_jp", "iso2022_jp", "utf-8", "utf-8-sig", "utf-16"])
def test_japanese_comes_back_whole_whatever_the_label_says(encoding: str, label: str) -> None:
    for meta in (
        "",
        '<meta charset="shift_jis">',
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
    ):
        text = JAPANESE.format(meta=meta)
        assert decode(text.encode(encoding), label) == text


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("Ein Gerät wurde über das Büro geöffnet", "iso-8859-1", "text/html; charset=iso-8859-1"),
        ("Ein Gerät wurde über das Büro geöffnet", "cp1252", ""),
        ("“Quotes” – and dashes…", "cp1252", "text/html; charset=iso-8859-1"),
        ("Привет мир, это новость о безопасности", "cp1251", "text/html; charset=windows-1251"),
        ("Zażółć gęślą jaźń", "iso8859-2", "text/html; charset=iso-8859-2"),
        ("中文内容测试页面安全新闻", "gbk", "text/html; charset=gb2312"),
        ("보안 뉴스 기사입니다", "cp949", "text/html; charset=euc-kr"),
        ("plain words", "ascii", "text/html; charset=nonsense-8"),
    ],
)
def test_other_charsets_are_read_as_browsers_read_their_labels(text: str, encoding: str, label: str) -> None:
    assert decode(text.encode(encoding), label) == text


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    body = ("日本語の記事です。" * 50).encode() + b"\xff\xfe" + b"<p>end"
    assert charset(body, "text/html; charset=utf-8") == "utf-8"
    assert "日本語" in decode(body)


@given(
    st.binary(max_size=400),
    st.sampled_from([*LABELS, "text/html; charset=base64", "text/html; charset=punycode", "charset=utf-7"]),
)
def test_any_bytes_decode_to_something(body: bytes, label: str) -> None:
    assert isinstance(decode(body, label), str)


@given(st.text(max_size=200))
def test_visible_text_has_no_invisible_characters_and_stays_as_it_is_when_done_again(text: str) -> None:
    seen = visible(text)
    assert visible(seen) == seen
    assert not [
        c for c in seen if (c < " " and c != "\n") or "\ud800" <= c <= "\udfff" or c in "\u200b\u202e\ufeff\xad"
    ]


def test_compatibility_forms_stay_as_published() -> None:
    assert visible("ﬁle Ⅳ ① ｶﾀｶﾅ Ａ１") == "ﬁle Ⅳ ① ｶﾀｶﾅ Ａ１"
    assert visible("e\u0301") == "é"


def test_tag_characters_and_lone_surrogates_do_not_survive() -> None:
    assert visible("a\U000e0049\U000e0067b\ud83dc") == "ab\ufffdc"


def test_cutting_ends_at_a_line_where_one_is_near() -> None:
    assert cut("a" * 95 + "\n" + "b" * 50, 100) == "a" * 95
    assert cut("a" * 200, 100) == "a" * 100
    assert one_line(" a \n\u00a0 b ") == "a b"
