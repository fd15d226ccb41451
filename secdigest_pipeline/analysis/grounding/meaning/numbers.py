"""Whose number it is: figures that have changed places between the names of one sentence."""

import re
from collections.abc import Iterator, Sequence

from secdigest_pipeline.analysis.grounding import values
from secdigest_pipeline.analysis.grounding.meaning.events import is_japanese

_CLAUSE = re.compile(r"(?<!\d)[,;](?!\d)|, (?=\D)|[、。;:()\n]|\.(?=\s|$)|\b(?:and|while|but|whereas)\b")
_NAME = re.compile(r"CVE-\d{4}-\d{4,7}|[A-Z][A-Za-z]*[A-Za-z0-9-]*")
# 東京では40件: the noun that its particle makes the place or the subject of the number behind it.
_NOUN = re.compile("([一-龯々ァ-ヶー]{2,8})(?:では|には|で|は|が)(?=[^、。]{0,12}$)")
_DIGIT = re.compile(r"\d")
_NO_NAMES = frozenset("The In Of At On A An It And By For Some About CVSS VPN GB TB MB KB All Both Only More".split())


# The kind of a value and the value: versions and counts do not change places.
Figure = tuple[str, str]


def _pairs(text: str, known: frozenset[str] = frozenset()) -> Iterator[tuple[str, Figure]]:
    """Name and number of every clause that holds one of each; of several names the one that is `known`."""
    for clause in _CLAUSE.split(text):
        if not _DIGIT.search(clause):
            continue
        figures = [value for value in values.read(clause) if value.kind in ("number", "version")]
        names = {name for name in _NAME.findall(clause) if name not in _NO_NAMES}
        names = names & known or names
        if len({value.key for value in figures}) != 1:
            continue
        if not names and is_japanese(text):
            noun = _NOUN.search(clause[: figures[0].start])
            names = {noun.group(1)} if noun else set()
        if len(names) == 1:
            yield names.pop(), (figures[0].kind, figures[0].key)


def of_another(statement: str, passages: Sequence[str]) -> bool:
    """Whether a statement gives a name the number that its passages give to another name, which has one of its own there."""
    stated = list(_pairs(statement))
    if not stated:
        return False
    known = frozenset(name for name, _ in stated)
    told: dict[str, set[Figure]] = {}
    owners: dict[Figure, set[str]] = {}
    for passage in passages:
        for name, figure in _pairs(passage, known):
            told.setdefault(name, set()).add(figure)
            owners.setdefault(figure, set()).add(name)
    return any(
        figure not in told.get(name, {figure})
        and any(kind == figure[0] for kind, _ in told[name])
        and any(_is_cve(owner) == _is_cve(name) for owner in owners.get(figure, ()))
        for name, figure in stated
    )


def _is_cve(name: str) -> bool:
    return name.startswith("CVE-")
