"""The figures of a few sentences as quantities that can be counted with: `48,000 routers`, `two thirds`, `412,000ポンド`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from secdigest_pipeline.analysis.grounding import numbers
from secdigest_pipeline.analysis.grounding.values import read

_KEY = re.compile(r"(?P<amount>\d{1,20}(?:\.\d{1,6})?)(?P<unit>[^\d.:/].*)?", re.ASCII | re.DOTALL)
_SHARE = re.compile(r"(?P<part>\d{1,3})/(?P<whole>[1-9]\d{0,2})", re.ASCII)
_WORD = re.compile(r"[A-Za-z]{3,}+")
_ORDINAL = re.compile(
    r"(?:[a-z]+th|first|second|third|once|single|sole|none|both|twice|dual|pair|double.*|triple.*|.*fold)$"
)
_RATIO = re.compile(
    r"\b(?P<part>[a-z]+|\d{1,2}) (?:in|of|out of)(?: every)? (?P<whole>[a-z]+|\d{1,3})\b", re.IGNORECASE | re.ASCII
)
_COUNTER = re.compile(
    r" ?(?:以上の|超の|余りの)?(?P<counter>人分|件|人|名|社|台|基|個|本|枚|回|種|つ|団体|施設|店|校|病院|機種|製品|検体"
    r"|[かカヵヶ箇](?:国|所)"
    r"|システム|工場|世帯|行|機関|拠点|項目|通|冊|棟|隻|機|点|組|割)"
)
_PLACE = re.compile(
    r"(?:\b(?:versions?|release|v|build|no\.?|port|cvss|score of|page|section|aged?)"
    r"|バージョン|第|番号|ポート|Ver\.?)\s?$",
    re.IGNORECASE,
)
_AGE = re.compile(r"\)|歳|才|[- ]years?[- ]old|番|号|世代|代|位|度|版|系|日|月|進")
_HALVES = re.compile(r"\b(?:half|halves)\b|半[数分額]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a text: offset and end there, how many of `unit` ("" for things), and the Japanese counter behind it."""

    start: int
    end: int
    amount: Decimal
    unit: str
    counter: str


def quantity(key: str) -> tuple[Decimal, str] | None:
    """Amount and unit of a number's key (numbers.py); None for a clock, a share or a vague number."""
    match = _KEY.fullmatch(key)
    return (Decimal(match["amount"]), match["unit"] or "") if match else None


def counter(text: str, end: int) -> str:
    """The counter behind a number, one name for those that count the same."""
    match = _COUNTER.match(text, end)
    if match is None:
        return ""
    return {"名": "人", "人分": "人", "種": "件", "つ": ""}.get(match["counter"], match["counter"].lstrip("かカヵヶ箇"))


def figures(text: str) -> list[Figure]:
    """The quantities of a folded text in order; no versions, years, ages and ordinals, and no shares."""
    found: dict[int, Figure] = {}
    for value in read(text):
        if value.kind == "number" and value.start not in found and _counts(text, value.start, value.end):
            _add(found, text, numbers.Number(value.start, value.end, value.key, value.bare))
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if span := numbers.span_of(text, match.start()):
            _add(found, text, span)
        elif word in numbers.SPELLED and not _ORDINAL.match(word):
            for number in numbers.spelled(text, match.start())[:1]:
                _add(found, text, number)
    ordered: list[Figure] = []
    for at in sorted(found):
        if not ordered or at >= ordered[-1].end:
            ordered.append(found[at])
    return ordered


def _counts(text: str, start: int, end: int) -> bool:
    if text[start:end].isdigit() and len(text[start:end]) == 4 and 1900 <= int(text[start:end]) <= 2099:
        return _COUNTER.match(text, end) is not None
    return not _PLACE.search(text[max(0, start - 12) : start]) and not _AGE.match(text, end)


def _add(found: dict[int, Figure], text: str, number: numbers.Number) -> None:
    if (read_as := quantity(number.key)) and number.start not in found:
        found[number.start] = Figure(number.start, number.end, *read_as, counter(text, number.end))


def shares(text: str) -> set[Fraction]:
    """The shares of a folded text between 0 and 1: `two thirds`, `35%`, `3割`, `two in five`, `half`."""
    found: set[Fraction] = set()
    keys = [value.key for value in read(text) if value.kind == "number"]
    for match in _WORD.finditer(text):
        if match.group().lower() in numbers.SPELLED:
            keys += [number.key for number in numbers.spelled(text, match.start())]
    for match in _RATIO.finditer(text):
        part, whole = (numbers.small(match[name]) for name in ("part", "whole"))
        if part and whole:
            found.add(Fraction(part, whole))
    if _HALVES.search(text):
        found.add(Fraction(1, 2))
    for key in keys:
        if share := _SHARE.fullmatch(key):
            found.add(Fraction(int(share["part"]), int(share["whole"])))
        elif (read_as := quantity(key)) and read_as[1] == "%":
            found.add(Fraction(read_as[0]) / 100)
    return {share for share in found if 0 < share < 1}
