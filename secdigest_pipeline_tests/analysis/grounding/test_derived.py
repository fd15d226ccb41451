"""Values that no quote states but that follow from those it does; and that hardly another value passes in their place."""

import random
import re
from collections.abc import Iterator

import pytest

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline_tests.analysis.grounding.derivations import DERIVED, OUTLET, PUBLISHED

# Sums, spans of time and days are what code reckons; other kinds only say a stated value in other words.
RECKONED = (
    "count",
    "sum",
    "multi-sum",
    "difference",
    "duration",
    "share",
    "ratio",
    "relative",
    "rounding",
    "range",
    "clock",
)
OTHERS = 20
BY_CHANCE = 0.05
_VALUE = re.compile(
    r"(?P<date>(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?)(?!間)|(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>万(?![\d,]))?"
)


def verdict(article: str, statement: str, quotes: tuple[str, ...]) -> str:
    grounder = Grounder(article, published=PUBLISHED, outlet=OUTLET)
    return grounder.ground(statement, *(quotes or (article,))).verdict


@pytest.mark.parametrize(("kind", "article", "statement", "quotes"), DERIVED)
def test_a_value_that_follows_from_the_quotes_is_supported(
    kind: str, article: str, statement: str, quotes: tuple[str, ...]
) -> None:
    assert verdict(article, statement, quotes) == "grounded", kind


def test_both_languages_have_every_kind() -> None:
    languages: dict[str, set[bool]] = {}
    for kind, article, *_ in DERIVED:
        languages.setdefault(kind, set()).add(bool(re.search("[ぁ-ん]", article)))
    assert {kind for kind, both in languages.items() if len(both) < 2} <= {"multi-sum"}


def others(rng: random.Random, match: re.Match[str]) -> Iterator[str]:
    """Values like the matched one and other than it, without end."""
    while True:
        if date := match["date"]:
            parts = re.findall(r"(\d+)([年月日])", date)
            at = rng.randrange(len(parts))
            value, unit = int(parts[at][0]), parts[at][1]
            new = (
                value + rng.choice((-3, -2, -1, 1, 2, 3))
                if unit == "年"
                else rng.randint(1, 12 if unit == "月" else 28)
            )
            if new != value:
                yield "".join(f"{new if place == at else number}{sign}" for place, (number, sign) in enumerate(parts))
            continue
        plain = match["number"].replace(",", "")
        scale = match["scale"] or ""
        if "." in plain:
            yield f"{float(plain) + rng.randint(1, 40) / 10:.1f}{scale}"
            continue
        step = 10 ** (len(plain) - len(plain.rstrip("0")))
        new = int(plain) + rng.choice((-1, 1)) * step * rng.randint(1, 30)
        if new > 1 and new != int(plain):
            yield f"{new:,}{scale}" if "," in match["number"] else f"{new}{scale}"


def test_hardly_another_value_passes_in_place_of_a_derived_one() -> None:
    rng = random.Random(20261129)
    passed: list[str] = []
    asked = 0
    for kind, article, statement, quotes in DERIVED:
        if kind not in RECKONED:
            continue
        grounder = Grounder(article, published=PUBLISHED, outlet=OUTLET)
        for match in _VALUE.finditer(statement):
            if match.group() in article:
                continue
            wrong = others(rng, match)
            for _ in range(OTHERS):
                value = next(wrong)
                asked += 1
                false = statement[: match.start()] + value + statement[match.end() :]
                if grounder.ground(false, *(quotes or (article,))).verdict == "grounded":
                    passed.append(f"{false} <- {article}")
    assert asked > 2_000
    assert len(passed) <= BY_CHANCE * asked, "\n".join(passed)


TEAM = "The team has 110 analysts and will hire 40 more next year. Its budget is 9 million euros."


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("人員は150人に増える。", "grounded"),
        ("人員は200人に増える。", "derived: 200"),
        ("人員は151人に増える。", "derived: 151"),
        # nothing in the statement speaks of a sum
        ("150人が働いている。", "unsupported: 150"),
        # one figure off the stated one is a slip, not a sum that code cannot do
        ("人員は120人に増える。", "unsupported: 120"),
        ("CVE-2026-91234が増える。", "unsupported: CVE-2026-91234"),
        ("予算は900万ドルに増える。", "unsupported: 900万ドル"),
    ],
)
def test_what_code_cannot_reckon_is_left_to_a_reader_and_a_slip_is_not(statement: str, found: str) -> None:
    assert verdict(TEAM, statement, ()) == found


def test_a_sum_is_made_of_one_unit_and_one_counter_only() -> None:
    text = "押収したのは時計6点、現金30万円、車2台である。"
    assert verdict(text, "計8点が押収された。", ()) != "grounded"
    assert verdict(text, "計300,006円が押収された。", ()) != "grounded"


def test_two_words_joined_are_no_list_of_two_things() -> None:
    assert verdict("The bags are made of cotton and linen.", "対象は2種である。", ()) == "unsupported: 2"
    assert verdict("The bags are made by Tanik and Sommer.", "対象は2社である。", ()) == "grounded"


def test_several_quotes_carry_a_statement_together_and_each_that_stands_there_is_kept() -> None:
    text = (
        "Orrin found 63 hacked gateways. " + "Nothing more is known about it today. " * 40 + "Halden lost 47 servers."
    )
    grounder = Grounder(text)
    said = grounder.ground(
        "Orrinは63台、Haldenは47台を確認した。", "Orrin found 63 hacked gateways", "Halden lost 47 servers."
    )
    assert said.verdict == "grounded"
    assert said.quote == "Orrin found 63 hacked gateways"
    assert [quote.text for quote in said.more_quotes or ()] == ["Halden lost 47 servers."]
    alone = grounder.ground(
        "Orrinは63台、Haldenは47台を確認した。", "no such words stand there", "Orrin found 63 hacked gateways"
    )
    assert (alone.quote, alone.more_quotes) == ("Orrin found 63 hacked gateways", None)
    assert alone.verdict == "unsupported: 47"
    assert (
        grounder.ground("Orrinは63台を確認した。", "no such words stand there", "nor do these words").verdict
        == "no_quote"
    )


def test_a_fourth_quote_is_not_looked_at() -> None:
    text = "One of the ports was hit. Two of the banks were hit. Six of the towns were hit. Ten of the ships were hit."
    quotes = [f"{sentence}." for sentence in text.split(".") if sentence]
    assert len(Grounder(text).ground("港が攻撃された。", *quotes).more_quotes or ()) == 2


@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("3件の脆弱性を修正", []),
        ("4件の脆弱性を修正", ["4"]),
        ("Orrinの63台に侵入", []),
        ("11月17日に修正版", []),
        ("11月16日に修正版", ["11月16日"]),
    ],
)
def test_a_title_is_held_against_the_whole_article(title: str, missing: list[str]) -> None:
    text = (
        "The vendor fixed CVE-2026-91001, CVE-2026-91002 and CVE-2026-91003 yesterday.\n\n"
        + "Nothing more is known about it today. " * 40
        + "\n\nOrrin found 63 hacked gateways."
    )
    assert Grounder(text, published=PUBLISHED).unsupported_values(title) == missing


def test_vague_billions_are_no_error() -> None:
    text = "The damage is put at tens of billions of yen by the group."
    assert verdict(text, "被害額は数百億円に上る。", ()) == "grounded"
    assert verdict(text, "被害額は千億円に上る。", ()) != "no_quote"
