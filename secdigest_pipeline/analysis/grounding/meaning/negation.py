"""Negation: what a passage denies is asserted, or the reverse."""

import re
from collections.abc import Callable, Sequence

from secdigest_pipeline.analysis.grounding.meaning.events import Event, is_japanese
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, mentions, read

# Words that say no without being one: a clause that has any may be the source of a negative form.
_NEARLY_NOT = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nothing|nobody|cannot|without|unable|un[a-z]{4,}|fail\w*|refus\w+|den(?:y|ied|ies)|declin\w+|"
    r"only|instead|rather|before|lack\w*|stop\w*|remain\w*|yet|except|unless|little|few|avoid\w*|prevent\w*|block\w*|even if|end\w*|"
    r"non-\w+|clos\w+|removed?|reject\w*|until|still|missing|absen\w+|less than|too)\b|n't\b",
    re.IGNORECASE,
)
_NEARLY_NOT_JA = re.compile(
    "ない|なかった|なく|なし|ません|ず|ぬ|未|非|不[可要能在明足完許十]|無|否|だけ|のみ|限|とどま|以外|除[きいく]|拒|断|失敗|免|避|防|誤|まま|ゼロ|やめ|前[にの]"
)
# 悪用されると, 悪用された場合: a case that is thought of asserts nothing.
_SUPPOSED = re.compile("[ぁ-ん]{0,5}(?:ると|うと|れば|たら|場合|際)")
# 残り2,500人は受けていない, the other four did not: what a passage says of a part is denied of the rest.
_THE_REST = re.compile(r"残[りるっ]|それ以外|ほか[のは]|他の|以外の")
_CLAUSE = re.compile(r"[,;:.()]|\b(?:but|while|although|because|which|who|and)\b|[、。]")


def denied(said: Reading, told: Sequence[Reading], article: Callable[[], Reading]) -> bool:
    """Whether a statement asserts what its passages only deny, or denies what they only assert.

    A statement with as many negative forms as its passages denies another part of the same, and is not judged.
    """
    theirs = sum(reading.denials for reading in told)
    for event in said.events:
        if not event.head:
            continue
        seen = {"not" in marks for marks in mentions(event, told)}
        supposed = _SUPPOSED.match(said.text, event.end)
        if "not" not in event.marks and not supposed and said.denials < theirs and seen == {True}:
            return True
        if (
            "not" in event.marks
            and not _THE_REST.search(said.text)
            and said.denials > theirs
            and seen == {False}
            and not _may_be_denied(event, told, article)
        ):
            return True
    return False


def _may_be_denied(event: Event, told: Sequence[Reading], article: Callable[[], Reading]) -> bool:
    """Whether a clause that names an event hints at its denial, or the article denies it somewhere else."""
    for reading in told:
        for clause in _CLAUSE.split(reading.text):
            if any(True for _ in mentions(event, [read(clause)])) and (
                _NEARLY_NOT_JA if is_japanese(clause) else _NEARLY_NOT
            ).search(clause):
                return True
    return any("not" in marks for marks in mentions(event, [article()]))
