"""Whose number it is: figures that have changed places between the names of one sentence."""

import re
from collections.abc import Iterator, Sequence

from secdigest_pipeline.analysis.grounding import values
from secdigest_pipeline.analysis.grounding.meaning.events import is_japanese

_CLAUSE = re.compile(r"(?<!\d)[,;](?!\d)|, (?=\D)|[、。;:()\n]|\.(?=\s|$)|\b(?:and|while|but|whereas)\b")
_NAME = re.compile(r"CVE-\d{4}-\d{4,7}|[A-Z][A-Za-z]*[A-Za-z0-9-]*")
# 東京では40件: the noun that its particle makes the place or the subject of the number behind it.
_NOUN = re.compile("([一-龯々ァ-ヶー]{2,8})(?:では|には|で|は|が)(?=[^、。]{0,12}$)")
_NO_NAMES = frozenset("The In Of At On A An It And By For Some About CVSS VPN GB TB MB KB All Both Only More".split())


def _pairs(text: str, known: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Name and number of every clause that holds one of each; of several names the one that is `known`."""
    for clause in _CLAUSE.split(text):
        numbers = [
            value for value in values.read(clause) if value.kind == "number" or value.text.replace(".", "").isdigit()
        ]
        names = {name for name in _NAME.findall(clause) if name not in _NO_NAMES}
        names = names & known or names
        if len({value.key for value in numbers}) != 1:
            continue
        if not names and is_japanese(text):
            noun = _NOUN.search(clause[: numbers[0].start])
            names = {noun.group(1)} if noun else set()
        if len(names) == 1:
            yield names.pop(), numbers[0].key


def of_another(statement: str, passages: Sequence[str]) -> bool:
    """Whether a statement gives a name the number that its passages give to another name, which has one of its own there."""
    stated = list(_pairs(statement))
    if not stated:
        return False
    names = frozenset(name for name, _ in stated)
    told: dict[str, set[str]] = {}
    for passage in passages:
        for name, number in _pairs(passage, names):
            told.setdefault(name, set()).add(number)
    known = set().union(*told.values())
    return any(name in told and number in known and number not in told[name] for name, number in stated)
