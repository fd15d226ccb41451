"""Characters of outside text: what a reader cannot see is gone, what he sees is as published."""

from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.base.characters import cut, one_line, plain_line, printable, shortened, visible


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


def test_the_ideographic_space_stays_in_a_printed_line_and_is_a_blank_in_a_compared_one() -> None:
    text = "\u3000見出し\u3000 本文\u00a0\x85です\u3000"
    assert one_line(text) == "見出し\u3000 本文 です"
    assert plain_line(text) == "見出し 本文 です"


def test_what_only_something_invisible_kept_apart_is_one_blank() -> None:
    assert one_line("a \u200b\u00a0 b") == plain_line("a \uf0c1 b") == "a b"


def test_a_shortened_text_shows_its_cut_between_words_and_outside_a_defanged_dot() -> None:
    assert shortened("short", 5) == "short"
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two three", 12, 6) == "one two…"
    assert shortened("relay[.]example", 7) == shortened("relay[.]example", 8) == "relay…"


def test_a_character_that_is_acted_on_is_replaced_one_by_one() -> None:
    assert printable("a\x1b[0m\u202eb\r\n") == "a [0m b  "
    assert printable("a\u200b日本\ud800", "?") == "a?日本?"
