"""Statements of two languages held against their passages: what is changed is seen, and what is said is let through."""

from collections import Counter
from pathlib import Path

import pytest

from secdigest_pipeline.analysis.grounding.folding import fold
from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.grounding.meaning.changes import MAX_PASSAGE, changed

Case = tuple[str, str, str, str]
# A name that only this sentence knows is one of the article all the same.
ELSEWHERE = "Marwick, Corvex, 県警 and others were named elsewhere."
KINDS = {
    "negation", "exploitation", "certainty", "overgeneral", "tense", "order", "condition", "advice", "speaker", "roles",
    "subject", "cause",
}  # fmt: skip


def cases() -> list[Case]:
    lines = Path(__file__).with_name("cases.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(kind, field, statement, passage) for kind, field, statement, passage in rows]


def seen(case: Case) -> list[str]:
    _, field, statement, passage = case
    return changed(statement, [passage], fold(f"{passage} {ELSEWHERE}").text, field)


@pytest.mark.parametrize(
    "case", [case for case in cases() if case[0] in KINDS], ids=lambda case: f"{case[0]}: {case[2]}"
)
def test_a_statement_that_changes_its_passage_is_seen(case: Case) -> None:
    assert seen(case) != []


@pytest.mark.parametrize(
    "case", [case for case in cases() if case[0].startswith("honest")], ids=lambda case: f"{case[0]}: {case[2]}"
)
def test_a_statement_that_says_what_its_passage_says_is_let_through(case: Case) -> None:
    assert seen(case) == []


def test_the_cases_cover_every_kind_in_both_languages() -> None:
    counted = Counter(kind for kind, *_ in cases() if not kind.startswith("honest"))
    assert KINDS.issubset(counted)
    honest = [case for case in cases() if case[0].startswith("honest")]
    assert len(honest) >= 60 and counted.total() >= 60
    assert sum(passage.isascii() for *_, passage in cases()) >= 60
    assert sum(not passage.isascii() for *_, passage in cases()) >= 30


@pytest.mark.parametrize(
    ("statement", "passage", "name"),
    [
        ("口座番号が流出した。", "No account numbers were leaked.", "negation"),
        ("データが流出した。", "Data may have been leaked.", "certainty"),
        ("全ての支店が停止した。", "Three of nine branches were shut down.", "all of them"),
        ("設定にかかわらず攻撃は成立する。", "The attack works only if logging is off.", "condition"),
        ("Calverは既に移転した。", "Calver will move next year.", "not yet happened"),
        ("リモート管理を有効にする。", "Disable remote management.", "the opposite"),
        ("障害の原因は攻撃だった。", "The cause of the outage is unknown.", "cause"),
        ("データを暗号化し、その後で盗んだ。", "They stole the data and then encrypted it.", "order"),
        ("Marwickは軽微だと述べた。", "It is small, said a spokesman for Calver.", "who said it"),
        ("CalverはWexlerを提訴した。", "Wexler sued Calver.", "who did it"),
        ("Calverは95件、Wexlerは40件だった。", "Calver had 40 and Wexler 95.", "whose number"),
        ("この脆弱性は悪用されている。", "The flaw has not been exploited.", "exploitation state"),
    ],
)
def test_what_is_changed_is_named(statement: str, passage: str, name: str) -> None:
    assert name in changed(statement, [passage], f"{passage} {ELSEWHERE}")


@pytest.mark.parametrize("passages", [[], [""], ["。"], ["\x00" * 50], ["、" * MAX_PASSAGE], ["no not never " * 400]])
@pytest.mark.parametrize(
    "statement", ["", "。", "全て", "未", "データは流出していない。", "\ud800", "は" * 700, "a\n" * 300]
)
def test_no_text_makes_it_raise(statement: str, passages: list[str]) -> None:
    assert isinstance(changed(statement, passages, "".join(passages)), list)


def test_a_statement_that_is_not_japanese_is_judged_for_exploitation_only() -> None:
    passage = "Some of the flaws may have been exploited, but there is no evidence of it."
    assert changed("All of the flaws were fixed.", [passage], passage) == []


def test_the_second_passage_can_be_the_source() -> None:
    first, second = "The data may have been copied.", "On Friday Calver confirmed that the data was copied."
    assert changed("データは複製された。", [first], first) == ["certainty"]
    assert changed("データは複製された。", [first, second], f"{first} {second}") == []


def test_only_a_recommendation_gives_advice_of_its_own() -> None:
    passage = "The loader reads passwords from the browser."
    assert changed("ブラウザーの使用を停止する。", [passage], passage, "recommendation") == ["advice"]
    assert changed("ブラウザーの使用を停止する。", [passage], passage, "summary") == []
    told = f"{passage} Stop using the browser until it is fixed."
    assert changed("ブラウザーの使用を停止する。", [passage], told, "recommendation") == []


def test_a_denial_elsewhere_in_the_article_is_a_source() -> None:
    passage = "The intruders copied the backups."
    assert changed("バックアップは複製されていない。", [passage], passage) == ["negation"]
    assert changed("バックアップは複製されていない。", [passage], f"{passage} Others were not copied.") == []


def test_a_statement_is_held_against_the_sentences_of_its_quote() -> None:
    text = "Calver said on Monday that no customer data was stolen from its servers. A patch is out."
    grounded = Grounder(text).ground("顧客データが盗まれた。", "customer data was stolen from its servers")
    assert grounded.verdict == "unsupported: negation"
