"""Labels with Japanese letters: whole, or nothing at all."""

import pytest

from secdigest_pipeline.indicators.finding.find import find


def _name(text: str) -> str:
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in text.split(".")
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("偽サイト「緑川信金-card[.]example」に誘導する。", "緑川信金-card.example"),
        ("- みどり緑川pay[.]example\n", "みどり緑川pay.example"),
        ("| 緑川card[.]example | 偽サイト |", "緑川card.example"),
        ("ドメイン：緑川card[.]example、緑川[.]example", "緑川card.example"),
        ("偽サイト「みどりねっと[.]example」", "みどりねっと.example"),
        ("・ミドリ-ログイン[.]example", "ミドリ-ログイン.example"),
        ("midori-shop[.]みんな", "midori-shop.みんな"),
        ("通信先はmidori-shop[.]コムである", "midori-shop.コム"),
    ],
)
def test_a_label_set_apart_is_taken_whole(text: str, name: str) -> None:
    assert _name(name) in [item.value for item in find(text) if item.type == "domain"]
    assert "card.example" not in [item.value for item in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "攻撃者はcard[.]exampleを使う",
        "C2サーバーcard[.]exampleへ接続",
        "- 通信先card[.]example",
        "7月以降card[.]exampleが",
        "新しいC2基盤card[.]exampleを",
    ],
)
def test_a_sentence_that_touches_a_host_is_no_part_of_it(text: str) -> None:
    assert [item.value for item in find(text)] == ["card.example"]


@pytest.mark.parametrize(
    "text", ["、緑川card[.]exampleに誘導", "被害者を緑川-card[.]exampleに誘導", "緑川card.example へ"]
)
def test_where_the_text_does_not_tell_there_is_no_host(text: str) -> None:
    assert find(text) == []
