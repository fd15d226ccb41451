"""Whether a quote is found where it stands, in whatever spelling, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.analysis.grounding.folding import fold, weight
from secdigest_pipeline.analysis.grounding.grounder import Grounder, find_quote, ground, unsupported_values
from secdigest_pipeline.analysis.grounding.source import MAX_QUOTE, MIN_WEIGHT

TEXT = (
    "Orrin Networks “fixed” the flaw\non Tuesday – version 9.4.2 is out.\n\n"
    "Traffic goes to hxxps[:]//relay[.]lantern[.]example/v2 and 198.51.100[.]7 .\n"
    "オリン社は、ﾊﾞｰｼﾞｮﾝ９．４．２を\n公開した。管理画面は「外部」から見えていた。"
)

FOUND = [
    ("the flaw on Tuesday", "the flaw\non Tuesday"),
    ('Orrin Networks "fixed" the flaw', "Orrin Networks “fixed” the flaw"),
    ("on Tuesday - version 9.4.2", "on Tuesday – version 9.4.2"),
    ("on Tuesday — version 9.4.2", "on Tuesday – version 9.4.2"),
    ("ORRIN NETWORKS", "Orrin Networks"),
    ("https://relay.lantern.example/v2", "hxxps[:]//relay[.]lantern[.]example/v2"),
    ("hxxps://relay[.]lantern[.]example/v2 and", "hxxps[:]//relay[.]lantern[.]example/v2 and"),
    ("and 198.51.100.7", "and 198.51.100[.]7"),
    ("バージョン9.4.2を公開した。", "ﾊﾞｰｼﾞｮﾝ９．４．２を\n公開した。"),
    ("管理画面は『外部』から", "管理画面は「外部」から"),
    ("管理\u200b画面は「外部」", "管理画面は「外部」"),
    ("  version 9.4.2 is out.  ", "version 9.4.2 is out."),
    ("…version 9.4.2 is out…", "version 9.4.2 is out"),
]


@pytest.mark.parametrize(("quote", "there"), FOUND)
def test_a_quote_is_found_in_the_article_s_own_spelling(quote: str, there: str) -> None:
    place = find_quote(quote, TEXT)
    assert place is not None
    assert TEXT[slice(*place)] == there


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "   ",
        "Tuesday",
        "公開",
        "見え。",
        "the flaw ... version 9.4.2 is out",
        "the flaw … version 9.4.2 is out",
        "the flaw on Wednesday",
        "fixed the hole on Tuesday",
        "version 9.4.3 is out",
        "管理画面は内部から",
        "\u200b" * 30,
        "\0" * 30,
    ],
)
def test_what_is_too_short_cut_together_or_not_there_is_no_quote(quote: str) -> None:
    assert find_quote(quote, TEXT) is None


def test_four_ideographs_say_as_much_as_eight_letters() -> None:
    assert find_quote("管理画面", TEXT) is not None
    assert find_quote("管理画", TEXT) is None
    assert find_quote("Tuesday", TEXT) is None


def test_a_quote_that_is_half_the_article_shows_nothing() -> None:
    text = "Orrin fixed the flaw. " * 200
    assert find_quote(text[: MAX_QUOTE + 1], text) is None
    assert find_quote(text[:MAX_QUOTE], text) == (0, MAX_QUOTE)
    assert find_quote(text[:300], text) == (0, 300)


def test_the_statement_carries_span_and_spelling_of_the_article() -> None:
    statement = ground("9.4.2が公開された。", "version 9.4.2 is OUT", TEXT)
    assert (statement.verdict, statement.quote) == ("grounded", "version 9.4.2 is out")
    assert TEXT[statement.start : statement.end] == statement.quote


def test_a_quote_of_another_article_is_none() -> None:
    statement = ground("修正された。", "Halden Foods told regulators on Friday", TEXT)
    assert (statement.verdict, statement.quote, statement.start, statement.end) == ("no_quote", "", None, None)


def test_a_copy_cut_inside_a_bracket_is_still_found() -> None:
    start = TEXT.index("]lantern")
    assert find_quote(TEXT[start : start + 30], TEXT) == (start, start + 30)


HOSTILE = [
    "a" * 1_000_000,
    " " * 1_000_000,
    "\0" * 100_000,
    "\ud800" * 100_000,
    "[.]" * 100_000,
    "。" * 100_000,
    "が\u3099" * 50_000,
    "ab" * 250_000 + "c",
    " ".join(map(str, range(100_000))),
    "11月20日 " * 20_000,
    "1," * 100_000,
    "x9-" * 100_000,
    "three hundred " * 20_000,
    "not exploited " * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_article_is_read_to_its_end(text: str) -> None:
    grounder = Grounder(text, text[:2_000])
    statement = "Orrinは11月20日に約12万台、3件のCVE-2026-90117を9.4.2で修正し、悪用は確認されていない。"
    assert grounder.ground(statement, text[:1_000]).verdict != "grounded"
    assert grounder.unsupported_values(statement + text[:200])


@pytest.mark.parametrize(
    "statement", ["", "\ud800", "\0\0", "9" * 600, "1." * 300, "万" * 500, "-" * 600, "分の1" * 100, "年月日" * 200]
)
def test_a_hostile_statement_is_judged(statement: str) -> None:
    assert isinstance(unsupported_values(statement, TEXT), list)
    assert ground(statement, "version 9.4.2 is out", TEXT).verdict


def test_a_statement_longer_than_a_report_line_is_unsupported() -> None:
    assert unsupported_values("あ" * 701, TEXT) == ["more than 700 characters"]
    assert unsupported_values("あ" * 700, TEXT) == []


def test_of_a_quote_that_stands_twice_the_place_that_bears_the_statement_counts() -> None:
    text = f"Acme fixed the flaw in 1.2.3.\n{'Nothing more is known of it. ' * 40}\nAcme fixed the flaw in 4.5.6."
    second = ground("Acmeは4.5.6で修正した。", "Acme fixed the flaw in", text)
    assert (second.verdict, second.start) == ("grounded", text.rindex("Acme fixed"))
    assert ground("Acmeは1.2.3で修正した。", "Acme fixed the flaw in", text).start == 0
    neither = ground("Acmeは7.8.9で修正した。", "Acme fixed the flaw in", text)
    assert (neither.verdict, neither.start) == ("unsupported: 7.8.9", 0)


@pytest.mark.parametrize(
    "quote",
    ["ends here. Another begins again", "it ends here ... It begins again there", "ends here.</p><p>It begins again"],
)
def test_a_quote_of_two_places_joined_is_none(quote: str) -> None:
    assert find_quote(quote, "it ends here.\n\nA third stands between.\n\nIt begins again there") is None


texts = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("ab1 .[](){}-–\n\u3000\u200b“”…ｶﾞが\u3099。、ハ９hxtp:/＊①ﬁ")),
    max_size=200,
)


@given(texts, st.integers(0, 200), st.integers(20, 200))
def test_a_verbatim_slice_is_found_where_folding_gives_the_same(text: str, start: int, length: int) -> None:
    quote = text[start : start + length]
    if len(quote) < 20 or weight(fold(quote.strip()).text.strip()) < MIN_WEIGHT:
        return
    place = find_quote(quote, text)
    assert place is not None
    assert 0 <= place[0] < place[1] <= len(text)
    assert fold(text[slice(*place)]).low.strip() == fold(quote).low.strip()


@given(texts, texts, texts)
def test_nothing_raises_for_any_text(text: str, statement: str, quote: str) -> None:
    result = ground(statement, quote, text, quote)
    assert result.verdict == "grounded" or result.verdict == "no_quote" or result.verdict.startswith("unsupported: ")
    assert (result.start is None) == (result.verdict == "no_quote")
