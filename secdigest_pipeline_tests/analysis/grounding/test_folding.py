"""Folding: every character of the folded text knows its way back, and a spelling leads to the same words."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.analysis.grounding.folding import fold
from secdigest_pipeline.analysis.grounding.grounder import (
    find_quote,
    ground,
)

SPELLINGS = [
    ("The oﬃce of the chief", "the office of the chief"),
    ("A vul\u00adnera\u00adbility in it", "a vulnerability in it"),
    ("Acme\u00a0Server\u20099.4 has a flaw", "Acme Server 9.4 has a flaw"),
    ("発表した㈱オリオンの製品", "(株)オリオンの製品"),
    ("約10㌔㌘の荷物が届いた", "10キログラムの荷物が届いた"),
    ("手順は①最初の操作を行う", "1最初の操作を行う"),
    ("か\u3099き、す\u3099べての名前を", "がき、ずべての名前を"),
    ("Patch now... or else be hit", "Patch now… or else be"),
    ("attackers used a zero\u2011day flaw", "used a zero-day flaw"),
    ("it ends here.\n\nIt begins again there", "ends here. It begins again"),
]


@pytest.mark.parametrize(("text", "quote"), SPELLINGS)
def test_offsets_point_to_the_articles_own_spelling(text: str, quote: str) -> None:
    text = f"First ﬁ㈱ paragraph \u200b … of it.\n{text}\nLast."
    place = find_quote(quote, text)
    assert place is not None
    assert fold(text[slice(*place)]).low == fold(quote).low
    assert text[slice(*place)] in text.split("\n", 1)[1]


EDGES = " \"'.,;:\u3001\u3002\u300c\u300d"


texts = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("ab1 .[](){}-–\n\u3000\u200b“”…ｶﾞが\u3099。、ハ９hxtp:/＊①ﬁ")),
    max_size=200,
)


RESPELT: list[Callable[[str], str]] = [
    lambda quote: unicodedata.normalize("NFKC", quote),
    lambda quote: unicodedata.normalize("NFD", quote),
    str.upper,
    str.lower,
    lambda quote: quote.replace(" ", "\n "),
    lambda quote: "\u200b".join(quote),
    lambda quote: "\u00ad".join(quote),
    lambda quote: quote.replace('"', "\u201d").replace("'", "\u2019").replace("-", "\u2013"),
    lambda quote: quote.translate({code: code + 0xFEE0 for code in range(ord("0"), ord("z") + 1)}),
]


WORDS = "the flaw's “fix” — 9.4.2 ﬁrst が か\u3099 ㈱ ｶﾞｽ １２ évil[.]example … a-b 管理画面 \u200b soft\u00adly ＡＢ evil［.］example"


words = st.lists(st.sampled_from(WORDS.split(" ")), min_size=8, max_size=30).map(" ".join)


@given(words, st.integers(0, 60), st.integers(24, 80), st.sampled_from(RESPELT))
def test_a_respelt_quote_leads_to_the_same_words(
    text: str, start: int, length: int, respell: Callable[[str], str]
) -> None:
    quote = respell(text[start : start + length])
    place = find_quote(quote, text)
    if place is None:
        # what folding cannot know to be the same is no quote; it must never be another place
        return
    assert fold(text[slice(*place)]).low.strip(EDGES) == fold(quote).low.strip(EDGES)
    statement = ground("", quote, text)
    assert (statement.quote, statement.start, statement.end) == (text[slice(*place)], *place)


@given(texts)
def test_folding_knows_the_way_back_of_every_character(text: str) -> None:
    folded = fold(text)
    spans = [folded.origin(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert len(folded.low) == len(folded.text)
