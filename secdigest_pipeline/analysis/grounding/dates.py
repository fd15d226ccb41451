"""Calendar dates as news writes them, in English and Japanese, in every order. A weekday or `yesterday` is no date here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

# Months by name and usual abbreviation, in lower case.
MONTHS = {
    name: at // 2 % 12 + 1
    for at, name in enumerate(
        "january jan february feb march mar april apr may may june jun july jul august aug september sep october oct "
        "november nov december dec".split()
    )
} | {"sept": 9}
# The first three letters of every month's name, in lower case.
MONTH_STARTS = frozenset(name[:3] for name in MONTHS)
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}
_FIRST_YEAR = re.compile(f"(?P<era>{'|'.join(_ERA)})元年")
_JAPANESE = re.compile(
    r"(?P<year>\d{1,4})年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日(?!間))?)?(?![0-9度])"
    r"|(?P<month2>\d{1,2})月(?:(?P<day2>\d{1,2})(?:日(?!間)|(?=\s?[~-]\s?\d{1,2}日)))?"
    r"|(?P<day3>\d{1,2})日(?!間|以内|後|ごと|連続|ぶり|[目前半])",
    re.ASCII,
)
# Before two figures: they are the end of something else.
_PART = ("約", "第", ".", ",")
_NUMERIC = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?:(?P=s)(?P<d>\d{1,2}))?(?:T\d[\d:.]*Z?)?"
    r"|(?P<a>\d{1,2})(?P<t>[/.-])(?P<b>\d{1,2})(?P=t)(?P<y2>(?:19|20)\d\d)"
    r"|(?P<a2>\d{1,2})/(?P<b2>\d{1,2})",
    re.ASCII,
)
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.%]\d|\s?(?:%|percent|million|billion|thousand))"
_DAY_FIRST = re.compile(
    _DAY.format("day")
    + r"(?:\s?(?:-|to|and|&|,)\s?"
    + _DAY.format("day2")
    + r")?(?:\s+of)?[\s-]+"
    + _MONTH
    + r"(?:,?[\s-]+(?P<year>(?:19|20)\d\d)\b)?",
    re.IGNORECASE | re.ASCII,
)
_MONTH_FIRST = re.compile(
    _MONTH
    + r"(?:[\s-]+(?:the )?(?P<year0>(?:19|20)\d\d)\b|[\s-]+(?:the )?"
    + _DAY.format("day")
    + r"(?:\s?(?:-|to|and|&|,|through)\s?"
    + _DAY.format("day2")
    + r")?(?:,?[\s-]+(?P<year>(?:19|20)\d\d)\b)?)?",
    re.IGNORECASE | re.ASCII,
)
# "may", "march" and "mar" are words too: alone they are months only in capitals behind one of these.
_MONTH_CUE = re.compile(
    rf"\b(?:{'|'.join(name for name in MONTHS if len(name) > 4)}), $"
    r"|(?:\b(?:in|of|since|by|until|till|late|early|mid|last|this|next|from|during|through|to|and|on)|-)[\s-]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as the text gives it; `start` and `end` are offsets."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None

    def agrees(self, asked: "Date") -> bool:
        """Whether this date of a text says `asked`: each part asked for is the same, the year where this one has one."""
        return (
            asked.month in (None, self.month)
            and asked.day in (None, self.day)
            and (asked.year is None or asked.year == self.year or (self.year is None and asked.month is not None))
        )

    def moved(self, by: int) -> "Date":
        """The same at an offset that is `by` further on."""
        return replace(self, start=self.start + by, end=self.end + by)

    def differs_in_one(self, other: "Date") -> bool:
        """Whether exactly one of the parts that both give is not the same."""
        parts = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return sum(a is not None and b is not None and a != b for a, b in parts) == 1


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _sane(dates: list[Date]) -> list[Date]:
    return [d for d in dates if (d.month is None or 1 <= d.month <= 12) and (d.day is None or 1 <= d.day <= 31)]


def japanese_date(text: str, start: int) -> Date | None:
    """The date in Japanese form that begins with the digit at `start`: `2026年11月23日`, `11月23日`, `2026年`, `23日`."""
    match = _JAPANESE.match(text, start)
    if match is None:
        return None
    year = _number(match["year"])
    era = _ERA.get(text[start - 2 : start]) if start >= 2 else None
    if year is not None:
        if era:
            year += era
        elif year < 100 and len(match["year"]) == 2 and match["month"] and text[start - 1 : start] not in _PART:
            # 24年12月
            year += 2000
        elif year < 1900:
            return None
    date = Date(
        start,
        match.end(),
        year,
        _number(match["month"] or match["month2"]),
        _number(match["day"] or match["day2"] or match["day3"]),
    )
    return date if _sane([date]) else None


def first_years(text: str) -> Iterator[Date]:
    """The first years of an era, which have no figure: 2019 for `令和元年`."""
    for match in _FIRST_YEAR.finditer(text):
        yield Date(match.start(), match.end(), _ERA[match["era"]] + 1, None, None)


def numeric_dates(run: str, start: int) -> list[Date]:
    """Every reading of a run of digits and separators as a date: `2026-11-23`, `2026/11`, `11/23/2026`, `23.11.2026`, `11/23`."""
    match = _NUMERIC.fullmatch(run)
    if match is None:
        return []
    end = start + len(run)
    if match["y"]:
        return _sane([Date(start, end, int(match["y"]), int(match["m"]), _number(match["d"]))])
    # Japanese and US order first, then the rest of the world's.
    first, second = int(match["a"] or match["a2"]), int(match["b"] or match["b2"])
    year = _number(match["y2"])
    return _sane([Date(start, end, year, first, second), Date(start, end, year, second, first)])


def english_dates(text: str, start: int) -> list[Date]:
    """The dates in English form that begin at `start`: `November 23, 2026`, `23rd of Nov 2026`, `Nov. 20-23`, `May 2026`."""
    match = _DAY_FIRST.match(text, start) if text[start].isdigit() else _MONTH_FIRST.match(text, start)
    if match is None:
        return []
    name = match["month"]
    groups = match.groupdict()
    year = _number(groups.get("year0") or groups["year"])
    month = MONTHS[name.lower()]
    days = [_number(groups["day"])]
    if groups["day2"]:
        days.append(_number(groups["day2"]))
    dates = _sane([Date(start, match.end(), year, month, day) for day in days])
    if dates and (year is not None or groups["day"]):
        return dates
    # "in June. 63 gateways": the number of the next sentence is no day
    is_name = name[0].isupper() and (
        name.lower() not in ("may", "march", "mar") or _MONTH_CUE.search(text[max(0, start - 12) : start])
    )
    return [Date(start, match.end("month"), year, month, None)] if is_name else []
