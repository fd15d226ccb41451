"""Whose number it is: figures that have changed places between the names of one sentence."""

import re
from collections.abc import Iterator, Sequence

_CLAUSE = re.compile(r"(?:(?<!\d)[,;](?!\d)|, (?=\D)|[、。;:()（）\n]|\.(?=\s|$)|\band\b|\bwhile\b|\bbut\b|\bwhereas\b)")
_NAME = re.compile(r"CVE-\d{4}-\d{4,7}|[A-Z][A-Za-z]*[A-Za-z0-9-]*")
_NUMBER = re.compile(r"(?<![A-Za-z0-9.,-])\d[\d,]*(?:\.\d+)?(?![A-Za-z\d-]*\d)(?!万|億)(?!年|月|日|時|分)")
_SMALL = frozenset(("The", "In", "Of", "At", "On", "A", "An", "It", "And", "By", "For", "Some", "About", "CVSS", "VPN", "GB", "TB", "MB"))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Name and number of every clause that holds one of each."""
    for clause in _CLAUSE.split(text):
        names = {name for name in _NAME.findall(clause) if name not in _SMALL}
        bare = _NAME.sub(" ", clause)
        numbers = {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(bare)}
        if len(names) == 1 and len(numbers) == 1:
            yield names.pop(), numbers.pop()


def of_another(statement: str, passages: Sequence[str]) -> bool:
    """Whether a statement gives a name the number that its passages give to another name, which has one of its own there."""
    told: dict[str, set[str]] = {}
    owner: dict[str, set[str]] = {}
    for passage in passages:
        for name, number in _pairs(passage):
            told.setdefault(name, set()).add(number)
            owner.setdefault(number, set()).add(name)
    return any(
        name in told and number in owner and number not in told[name] for name, number in _pairs(statement)
    )

