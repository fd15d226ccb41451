"""Spans of time that a passage lets one reckon: between two clocks, between two dates, from a date to the publication."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Protocol

from secdigest_pipeline.analysis.grounding.dates import Date
from secdigest_pipeline.analysis.grounding.figures import Figure
from secdigest_pipeline.analysis.grounding.rounding import How, stands_for
from secdigest_pipeline.analysis.grounding.values import read

_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)", re.ASCII)
_HOUR = r"(?P<noon>午前|午後)?(?P<hour>\d{1,2})時(?:(?P<minute>[0-5]?\d)分|(?P<half>半))?(?![間点代])"
_JAPANESE_CLOCK = re.compile(_HOUR, re.ASCII)
_DAY_AND_CLOCK = re.compile(rf"(?P<day>\d{{1,2}})日(?:\([月火水木金土日]\))?の?{_HOUR}", re.ASCII)
_DAY = 86_400
_MONTH = Decimal("30.44")
# 7月中旬 is the 15th, 上旬 the 5th, 下旬 the 25th, to be a week off at most.
_PARTS = {"上旬": 5, "初め": 3, "中旬": 15, "下旬": 25, "末": 28, "半ば": 15}
_PART = re.compile(rf"(?P<month>\d{{1,2}})月(?:の)?(?P<part>{'|'.join(_PARTS)})", re.ASCII)
# 2月から5月まで are four months when each is counted.
_THROUGH = re.compile(r"月から|\bfrom [A-Z][a-z]+ (?:to|until|through)\b")
_YEAR = re.compile(r"(?<![\d,.:/-])(?:19|20)\d\d(?![\d,:/-])", re.ASCII)
# More clocks than these are a log.
_MAX_CLOCKS = 8
_MAX_DAYS = 10


class Told(Protocol):
    """What spans are reckoned from (derived.Passage)."""

    @property
    def text(self) -> str: ...
    @property
    def dates(self) -> list[Date]: ...
    @property
    def figures(self) -> list[Figure]: ...
    @property
    def published(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds between two moments; by days only when no clock tells more, `rough` when one of them is a part of a month."""

    seconds: Decimal
    rough: bool = False

    def allows(self, amount: Decimal, unit: str, written: str, meant: How) -> bool:
        """Whether a statement may call it `amount` of `unit` (s, or mo for months), `written` as it is there."""
        if unit == "s":
            if self.seconds == amount:
                return True
            one = _unit_of(written)
            near = stands_for(amount / one, self.seconds / one, meant) if one else False
            halved = meant == "about" and abs(self.seconds - amount) * 20 <= amount and bool(amount % one)
            return near or halved or (self.rough and meant == "about" and abs(self.seconds - amount) <= _DAY * 5)
        months = self.seconds / _DAY / _MONTH
        if meant == "exact" and not self.rough:
            return abs(months - amount) <= Decimal("0.12") * max(Decimal(1), amount // 12)
        if meant == "over":
            return Decimal("-0.1") <= months - amount < 1
        if meant == "under":
            return Decimal("-0.1") <= amount - months < 1
        return abs(months - amount) <= max(Decimal("0.35"), amount / 24)


def _unit_of(written: str) -> int:
    for word, size in (("秒", 1), ("時", 3_600), ("分", 60), ("週", 604_800), ("日", _DAY)):
        if word in written:
            return size
    return 1


def spans_of_time(told: Told, *, until_now: bool) -> Iterator[Span]:
    """The spans of a passage, also up to its publication with `until_now`; clocks of two days when it states both days."""
    clocks = _clocks(told.text)
    days = _days(told)
    if len(clocks) <= _MAX_CLOCKS:
        for first, then in combinations(clocks, 2):
            minutes = then - first
            yield Span(Decimal(60 * abs(minutes)))
            if minutes < 0:
                yield Span(Decimal(60 * (minutes + 1_440)))
        dated = [(int(match["day"]), _minutes(match)) for match in _DAY_AND_CLOCK.finditer(told.text)]
        if len(dated) == 2 and dated[0][0] <= dated[1][0]:
            yield Span(Decimal(60 * abs((dated[1][0] - dated[0][0]) * 1_440 + dated[1][1] - dated[0][1])))
        if len(clocks) == 2 and len(days) == 2 and not any(rough for _, rough in days):
            between = abs((days[1][0] - days[0][0]).days) * 1_440
            yield Span(Decimal(60 * abs(between + clocks[1] - clocks[0])))
    if told.published and until_now:
        days = [*days, (told.published, False)]
    if len(days) <= _MAX_DAYS:
        for (one, rough), (other, also) in combinations(days, 2):
            yield Span(Decimal(abs((one - other).days) * _DAY), rough or also)
    yield from (Span(figure.amount) for figure in told.figures if figure.unit == "s")
    yield from (Span(figure.amount * _MONTH * _DAY, True) for figure in told.figures if figure.unit == "mo")
    yield from _years(told, until_now)


def _minutes(clock: re.Match[str]) -> int:
    """Minutes since midnight of a clock in Japanese."""
    afternoon = 12 if clock["noon"] == "午後" and int(clock["hour"]) < 12 else 0
    return 60 * (int(clock["hour"]) + afternoon) + (30 if clock["half"] else int(clock["minute"] or 0))


def _clocks(text: str) -> list[int]:
    found = {
        match.start("hour"): _minutes(match) for match in _JAPANESE_CLOCK.finditer(text) if int(match["hour"]) < 25
    }
    for value in read(text):
        match = _CLOCK.fullmatch(value.key) if value.kind == "number" and value.start not in found else None
        if match and int(match["hour"]) < 25:
            # of 2:30 p.m. the later reading
            found[value.start] = max(found.get(value.start, 0), int(match["hour"]) * 60 + int(match["minute"]))
    return [found[at] for at in sorted(found)]


def _days(told: Told) -> list[tuple[date, bool]]:
    found: dict[date, bool] = {}
    for one in told.dates:
        if one.month and one.day:
            _put(found, one.year, one.month, one.day, False)
    years = {one.year for one in told.dates if one.year} or {told.published.year if told.published else 2001}
    for match in _PART.finditer(told.text):
        for year in years:
            _put(found, year, int(match["month"]), _PARTS[match["part"]], True)
    return list(found.items())


def _put(found: dict[date, bool], year: int | None, month: int, day: int, rough: bool) -> None:
    try:
        found.setdefault(date(year or 2001, month, day), rough)
    except (ValueError, OverflowError):
        return


def _years(told: Told, until_now: bool) -> Iterator[Span]:
    """From one stated year or month to another, or to the publication."""
    known = [one for one in told.dates if one.year and not one.day]
    known += [Date(0, 0, int(match.group()), None, None) for match in _YEAR.finditer(told.text)][:_MAX_DAYS]
    if told.published and until_now:
        known.append(Date(0, 0, told.published.year, told.published.month, None))
    for one, other in combinations(known, 2):
        months = abs(((one.year or 0) - (other.year or 0)) * 12 + (one.month or 1) - (other.month or 1))
        if one.month and other.month:
            yield Span(months * _MONTH * _DAY)
            if _THROUGH.search(told.text):
                yield Span((months + 1) * _MONTH * _DAY)
        else:
            years = abs((one.year or 0) - (other.year or 0))
            yield Span(years * 12 * _MONTH * _DAY)
            if years > 1:
                # 2021 to 2025 are five years when each is counted
                yield Span((years + 1) * 12 * _MONTH * _DAY)
