"""Other ways an article may write a number of a statement: `10時` as 10:00, `23年` as 2023, `1MB` as 1,024 KB, `16進数` as hex."""

import re
from collections.abc import Iterator
from decimal import Decimal

from secdigest_pipeline.analysis.grounding.figures import quantity
from secdigest_pipeline.analysis.grounding.numbers import Number, first_of_range
from secdigest_pipeline.analysis.grounding.values import Value

_HOUR = re.compile(r"時(?![間点代期刻])")
_AFTERNOON = re.compile(r"午後|夜|夕方|pm|p\.m\.", re.IGNORECASE)
# A year of two figures: no length of time, no age.
SHORT_YEAR = re.compile(
    r"(?<![\d第約.,])(?P<year>\d\d)年(?!間|前|後(?!半)|以[上内]|ぶり|連続|目|余|近|物|債|来|も|ほど|程度|超|弱|強|分|代|生|間|[かヶケ]月|\d*分の)",
    re.ASCII,
)
_BYTES = re.compile(" ?(?:バイト|bytes?)")
_BASES = {
    "16": r"\bhex|\b0x[0-9a-f]|16進|十六進",
    "2": r"\bbinary\b|\b0b[01]|2進|二進",
    "8": r"\boctal|8進",
    "10": r"\bdecimal|10進",
}
_AGES = {
    "20": "twenties",
    "30": "thirties",
    "40": "forties",
    "50": "fifties",
    "60": "sixties",
    "70": "seventies",
    "10": "teen",
}
_NAMED_HOURS = {"0": r"\bmidnight\b|零時", "24": r"\bmidnight\b", "12": r"\bnoon\b|\bmidday\b|正午"}
_AROUND_THE_CLOCK = re.compile(r"\b24/7\b|(?:a)?round[- ]the[- ]clock", re.IGNORECASE)
_SIZES = ("KB", "MB", "GB", "TB", "PB")


def keys(text: str, value: Value) -> Iterator[str]:
    """Other keys (numbers.py) of a number of the folded statement `text`."""
    if value.bare.isdigit() and _HOUR.match(text, value.end):
        hour = int(value.bare) if len(value.bare) < 3 else 99
        yield f"{hour}:00"
        if hour < 12 and _AFTERNOON.search(text, max(0, value.start - 4), value.start):
            yield f"{hour + 12}:00"
            yield str(hour + 12)
    if (year := SHORT_YEAR.match(text, value.start)) and value.bare == year["year"].lstrip("0"):
        yield f"20{year['year']}"
    first = first_of_range(text, Number(value.start, value.end, value.key, value.bare))
    if first:
        yield first.key
        yield first.bare
    yield from _resized(value.key)
    if value.bare.isdigit() and _BYTES.match(text, value.end):
        for at, unit in enumerate(_SIZES[:3], 1):
            yield from (f"{_plain(Decimal(value.bare) / by**at)}{unit}" for by in (1_000, 1_024))


def _resized(key: str) -> Iterator[str]:
    """A size of data in the units below and above its own, by 1,024 and by 1,000."""
    amount = quantity(key)
    if amount is None or amount[1] not in _SIZES:
        return
    at = _SIZES.index(amount[1])
    for by in (1_024, 1_000):
        for to, size in ((at - 1, amount[0] * by), (at + 1, amount[0] / by)):
            if 0 <= to < len(_SIZES):
                yield f"{_plain(size)}{_SIZES[to]}"
        yield _plain(amount[0] * by ** (at + 1))


def _plain(amount: Decimal) -> str:
    written = format(amount, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def idiom(text: str, value: Value, low: str) -> list[int]:
    """Where the article says in words what a statement says with a number that counts nothing: hexadecimal, round the clock."""
    if text.startswith("進", value.end) and value.key in _BASES:
        return [match.start() for match in re.finditer(_BASES[value.key], low)][:50]
    if value.bare in _AGES and text.startswith("代", value.end):
        return [match.start() for match in re.finditer(_AGES[value.bare], low)][:50]
    if value.bare in _NAMED_HOURS and _HOUR.match(text, value.end):
        return [match.start() for match in re.finditer(_NAMED_HOURS[value.bare], low)][:50]
    if value.bare in ("24", "365", "7") and ("24時間" in text or "24/7" in text):
        return [match.start() for match in _AROUND_THE_CLOCK.finditer(low)][:50]
    return []


def short_years(text: str, last: int) -> Iterator[int]:
    """The years that two figures of a folded text stand for: 2021 for `21年`, up to `last`."""
    for match in SHORT_YEAR.finditer(text):
        year = 2000 + int(match["year"])
        if year <= last:
            yield year
