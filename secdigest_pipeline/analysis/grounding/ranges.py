"""Which side of a version is meant: `7.4.9より前` (before 7.4.9) is not `7.4.9以前` (7.4.9 and earlier).

The version stands in the article either way; a reader who is told the wrong side leaves a flawed release running.
"""

import re
from collections.abc import Iterable
from typing import Literal

Side = Literal["<", "<=", ">="]

_REACH = 40
# What stands before a version, at the end of the text up to it.
_LEFT: dict[Side, re.Pattern[str]] = {
    "<": re.compile(
        r"(?:\b(?:before|prior to|earlier than|older than|lower than|below|preceding|pre)|<)[\s-]?"
        r"(?:the |to )?(?:versions? |release |build |ver\. ?|v)?$",
        re.IGNORECASE,
    ),
    "<=": re.compile(
        r"(?:\d(?:\.\d+)+\s?[~-]\s?|\bthrough (?:version |v)?|\bup to,? and including,? (?:version |v)?|<=\s?)v?$",
        re.IGNORECASE,
    ),
    ">=": re.compile(r">=\s?v?$"),
}
# What stands behind it.
_RIGHT: dict[Side, re.Pattern[str]] = {
    "<": re.compile(r"(?:系|版)?(?:(?:より|よりも)(?:前|古い|以前)|未満)"),
    "<=": re.compile(
        r",? ?\(?(?:and|or|&)(?: all)? (?:earlier|prior(?! to)|older|below|lower|previous)\b"
        r"|(?:系|版)?(?:(?:およびそれ|及びそれ|とそれ)?以前|以下|まで)",
        re.IGNORECASE,
    ),
    ">=": re.compile(
        r",? ?\(?(?:and|or|&)(?: all)? (?:later|newer|above|higher|up|onwards?)\b"
        r"|(?:系|版)?(?:およびそれ|またはそれ)?以[降上]",
        re.IGNORECASE,
    ),
}


def side(text: str, start: int, end: int) -> Side | None:
    """The side of the version `text[start:end]` that a folded text means; None when it says none."""
    for found, pattern in _RIGHT.items():
        if pattern.match(text, end):
            return found
    before = text[max(0, start - _REACH) : start]
    return next((found for found, pattern in _LEFT.items() if pattern.search(before)), None)


def turned(said: Side | None, sources: Iterable[Side | None]) -> bool:
    """Whether a side is said that the article never means, while it means one that excludes it."""
    meant = set(sources) - {None}
    if said is None or not meant or said in meant:
        return False
    # From "7.4.9 and later are fixed" follows "before 7.4.9 are not", and the other way round.
    return {"<": "<=" in meant, "<=": True, ">=": meant == {"<="}}[said]
