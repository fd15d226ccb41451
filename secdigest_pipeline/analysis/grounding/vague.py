"""Numbers that only say how many figures there are: `数百台` for `hundreds of`, `半数` for `half`.

A key is `~100` for hundreds, `~1000` for thousands, and the fraction `1/2`.
"""

import re
from collections.abc import Iterator

from secdigest_pipeline.analysis.grounding.numbers import JAPANESE_SCALES, MYRIAD, Number

# 件数百 is the end of another word.
_JAPANESE = re.compile(rf"(?<![件人個回台社総複多少点関指因係度口枚])数(?P<scale>{MYRIAD}|[十百千])")
# 過半数 and 半数以上 are not half.
_HALF = re.compile(r"(?<!過)半[数分](?!以上|を?超|を?上回|近く|未満|以下|を?下回|強|弱|前後)")
_WORDS = {
    "dozen": 10, "score": 10, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
# Digits of the largest number there is a vague word for: 数千兆.
_LONGEST = 16
_WORD = "|".join(_WORDS)
_ENGLISH = re.compile(
    rf"\b(?:(?P<of>tens|dozens|scores|hundreds) of )?(?P<many>thousands|millions|billions|trillions|hundreds|dozens|scores)\b"
    rf"|\b(?:several|a few|a couple(?: of)?|many) (?P<few>{_WORD})s?\b",
    re.IGNORECASE,
)
_TIMES = {"tens": 10, "dozens": 10, "scores": 10, "hundreds": 100}


def said(text: str) -> Iterator[Number]:
    """The vague numbers of a folded text in Japanese."""
    for match in _JAPANESE.finditer(text):
        key = f"~{10 ** JAPANESE_SCALES[match['scale']]}"
        yield Number(match.start(), match.end(), key, key)
    for match in _HALF.finditer(text):
        yield Number(match.start(), match.end(), "1/2", "1/2")


def english(text: str) -> Iterator[Number]:
    """The vague numbers of a folded text in English; half is a spelled number (numbers.py)."""
    for match in _ENGLISH.finditer(text):
        if match["few"]:
            size = _WORDS[match["few"].lower()]
        else:
            size = _WORDS[match["many"].lower().removesuffix("s")] * _TIMES.get((match["of"] or "").lower(), 1)
        yield Number(match.start(), match.end(), f"~{size}", f"~{size}")


def size(key: str) -> str | None:
    """The vague key of a plain number: `~100` for 200 to 999; None for one like 150, that nobody calls hundreds."""
    if not key.isdigit() or len(key) > _LONGEST or not "2" <= key[0] <= "9" or len(key) < 2:
        return None
    return f"~{10 ** (len(key) - 1)}"
