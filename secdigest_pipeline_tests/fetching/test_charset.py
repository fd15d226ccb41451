"""Bytes to text: every charset of Japanese sites, honest or lying labels, broken bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.fetching.charset import charset, decode, feed_text

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


@pytest.mark.parametrize(
    "label", ["", "text/xml; charset=utf-8", "text/xml; charset=shift_jis", "text/xml; charset=euc-jp"]
)
@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_a_headline_of_kanji_alone_is_read_where_japanese_is_expected(encoding: str, label: str) -> None:
    body = "<rss><title>不正接続調査報告</title></rss>".encode(encoding)
    assert "不正接続調査報告" in decode(body, label, "ja")


def test_unlabelled_latin_is_western_and_other_scripts_are_guessed() -> None:
    portuguese = "Últimas Notícias: simulações de 2º turno, líder na pesquisa de intenção de voto. " * 9
    assert decode(portuguese.encode("cp1252")) == portuguese
    russian = "Последние новости: исследователи описали новую вредоносную программу, которая крадёт пароли. " * 9
    assert decode(russian.encode("cp1251")) == russian


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_markup_of_two_or_four_bytes_a_character_needs_no_mark(encoding: str) -> None:
    text = "<?xml version='1.0'?><rss><title>不正アクセス</title></rss>"
    assert decode(text.encode(encoding), "text/xml; charset=utf-8") == text


def test_a_feed_s_text_has_no_declaration_and_no_character_that_xml_forbids() -> None:
    body = '\ufeff<?xml version="1.0" encoding="Shift_JIS"?>\n<rss>a\x0bb\x00</rss>'.encode()
    assert feed_text(body, "", "") == "<rss>ab</rss>"
