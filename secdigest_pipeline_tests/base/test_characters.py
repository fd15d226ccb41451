"""Characters of outside text: what a reader cannot see is gone, what he sees is as published."""

from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.base.characters import cut, one_line, visible


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
