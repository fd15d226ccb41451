"""Dates that a text names by another day: `last Friday`, `two weeks ago`, `9日`, `昨年11月`, `翌日`, `two days later`.

What they mean is found from the day of publication and from the dates beside them; nothing is guessed without either.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from secdigest_pipeline.analysis.grounding.dates import Date
from secdigest_pipeline.analysis.grounding.readings import short_years

_COUNTS = {
    word: count
    for count, words in enumerate("|a an one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve".split("|"))
    for word in words.split()
}
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_WEEKDAYS = {name: at for at, name in enumerate("mon tue wed thu fri sat sun".split())}
_JAPANESE_WEEKDAYS = {name: at for at, name in enumerate("月火水木金土日")}
_YEARS = {
    "一昨年": -2, "おととし": -2, "昨年": -1, "去年": -1, "前年": -1, "今年": 0, "ことし": 0, "本年": 0, "年内": 0, "年末": 0,
    "来年": 1,
}  # fmt: skip
_MONTHS = {"先々月": -2, "先月": -1, "前月": -1, "今月": 0, "本月": 0, "月内": 0, "月末": 0, "来月": 1, "再来月": 2}
_DAYS = {
    "一昨日": -2, "おととい": -2, "昨日": -1, "きのう": -1, "今日": 0, "きょう": 0, "本日": 0, "明日": 1, "あす": 1, "明後日": 2,
}  # fmt: skip
# Counted from a date beside it.
_NEXT_DAYS = {"前日": -1, "同日": 0, "翌々日": 2, "翌日": 1}
_ENGLISH_DAYS = {"yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "this morning": 0, "tomorrow": 1}
_ENGLISH_WAYS = {"last": -1, "past": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_JAPANESE = re.compile(
    rf"(?P<year>{_any(_YEARS)})度?(?:の|、)?(?:(?P<of>\d{{1,2}})月(?:(?P<day>\d{{1,2}})日)?)?"
    rf"|(?P<month>{_any(_MONTHS)})(?:の|、)?(?:(?P<day2>\d{{1,2}})日)?"
    rf"|(?P<near>{_any(_DAYS)})"
    rf"|(?P<beside>{_any(_NEXT_DAYS)})"
    r"|(?P<week>先週|今週|来週|前週)?の?(?P<weekday>[月火水木金土日])曜"
    r"|(?P<count>\d{1,3})(?P<unit>日|週間?|[かカヵヶケ箇]月|年)間?(?P<way>前|後)"
)
_ENGLISH = re.compile(
    rf"\b(?:(?P<near>{_any(_ENGLISH_DAYS)})"
    rf"|(?:(?P<which>last|this|next|past|previous|coming) )?(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)day"
    rf"|(?P<whose>{_any(_ENGLISH_WAYS)}) (?P<unit>month|year)"
    rf"|{_COUNT} (?P<units>day|week|month|year)s? (?P<way>ago|earlier|before|prior|later|after)"
    rf"|in {_COUNT.replace('count', 'count2')} (?P<units2>day|week|month|year)s?"
    r"|(?:the )?(?:next|following|same|previous) day|(?:the )?day (?:after|before)"
    r"|the (?P<day>\d{1,2})(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_WEEK = re.compile(r"\b(?P<whose>last|next|this) week\b", re.IGNORECASE)
_LASTING = re.compile(r"(?P<days>\d{1,3})日間", re.ASCII)
_NEXT_YEAR = re.compile(
    rf"翌年|前年|\b(?:the (?:following|next|previous) year|the year (?:after|before)|{_COUNT} years? (?:later|earlier|after|before))\b"
)
_NEXT_MONTH = re.compile("翌月|前月")
# 9日 in plain Japanese news is the 9th of this month or of the last one.
_BARE_DAY = re.compile(r"(?<![\d月])(?P<day>\d{1,2})日(?!間|以内|後|ごと|連続|ぶり|曜|[目前分]|\()", re.ASCII)
_BARE_MARKED = re.compile(r"(?<![\d月])(?P<day>\d{1,2})日(?=\([月火水木金土日])", re.ASCII)
# A day of no stated year is the last before publication, or the next one if that is not further than half a year.
_AHEAD = 183
_SAME_WEEK = 7
# Dates from which others are counted; sentences with more are a table.
_MAX_BESIDE = 30
_TO_COME = re.compile(
    r"\b(?:will|would|plans?|planned|planning|schedul\w+|expect\w*|due|next|upcoming|deadline)\b"
    r"|予定|計画|見通し|見込|目指|方針|までに|期限",
    re.IGNORECASE,
)


def says(found: Date, asked: Date) -> bool:
    """Whether a date states every part that `asked` has."""
    parts = ((asked.year, found.year), (asked.month, found.month), (asked.day, found.day))
    return all(part is None or part == own for part, own in parts)


def refers(text: str) -> bool:
    """Whether a folded text names any day by another."""
    return any(pattern.search(text) for pattern in (_JAPANESE, _ENGLISH, _BARE_DAY, _BARE_MARKED))


def resolved(text: str, told: list[Date], carried: Date | None, published: date | None) -> list[Date]:
    """What the dates of a folded text mean.

    `told` are the dates it states, with offsets into it, `carried` is the last one before it. Two readings of one are two dates.
    """
    found: list[Date] = []
    ahead = _TO_COME.search(text) is not None
    # the month of 昨年6月 has its year
    spans = [match.span() for match in _JAPANESE.finditer(text) if match["year"] and match["of"]]
    own = [one for one in told if not any(start <= one.start < end for start, end in spans)]
    for one in own:
        found += _completed(one, published, ahead)
    found += _bare_days(text, own, carried, published)
    if published:
        found += _japanese(text, published, ahead)
        found += _english(text, published, ahead)
    found += [_made(year) for year in short_years(text, (published.year if published else 2040) + 5)]
    beside = [*found, *(_completed(carried, published) if carried else ())]
    found += [moved for one in beside[:_MAX_BESIDE] if (day := _day(one)) for moved in _beside(text, day)]
    years = [one for one in told if one.year] or ([carried] if carried and carried.year else [])
    found += [moved for one in years[:_MAX_BESIDE] for moved in _beside_year(text, one)]
    return found + (list(_counted(text, published)) if published else [])


def _made(year: int | None, month: int | None = None, day: int | None = None) -> Date:
    return Date(0, 0, year, month, day)


def _of(day: date) -> Date:
    return _made(day.year, day.month, day.day)


def _day(one: Date) -> date | None:
    """The calendar day of a date that states one; a date without a year stands in 2001, for what is counted in days."""
    if not (one.month and one.day):
        return None
    try:
        return date(one.year or 2001, one.month, one.day)
    except ValueError:
        return None


def _completed(one: Date, published: date | None, ahead: bool = True) -> Iterator[Date]:
    """A date with the year it has by the day of publication, where it states none; one to come only where a text looks `ahead`."""
    if one.month is None:
        return
    if one.year or published is None:
        yield one
        return
    for year in (published.year - 1, published.year, published.year + 1):
        last = calendar.monthrange(year, one.month)[1]
        away = (date(year, one.month, min(one.day or last, last)) - published).days
        if -365 < away <= (_AHEAD if ahead else _SAME_WEEK):
            yield _made(year, one.month, one.day)


def _bare_days(text: str, told: list[Date], carried: Date | None, published: date | None) -> Iterator[Date]:
    for match in (*_BARE_DAY.finditer(text), *_BARE_MARKED.finditer(text)):
        day = int(match["day"])
        before = [one for one in told if one.month and one.start < match.start()] or ([carried] if carried else [])
        if before:
            yield from _completed(_made(before[-1].year, before[-1].month, day), published)
        yield from _near(day, published)


def _near(day: int, published: date | None) -> Iterator[Date]:
    """The `day` of the month of publication, or the last one before it."""
    if published and 1 <= day <= 31:
        year, month = published.year, published.month
        yield _made(year, month, day)
        if day > published.day:
            yield _made(year - (month == 1), (month - 2) % 12 + 1, day)


def _month(published: date, by: int) -> Date:
    months = published.year * 12 + published.month - 1 + by
    return _made(months // 12, months % 12 + 1)


def _shifted(day: date, count: int, unit: str) -> Iterator[Date]:
    """`day` moved by days or weeks; by months or years only the month or year is meant, and the same day of it."""
    try:
        if unit in ("day", "week"):
            yield _of(day + timedelta(days=count * (7 if unit == "week" else 1)))
        else:
            month = _month(day, count * (12 if unit == "year" else 1))
            yield _made(month.year, month.month, day.day) if unit == "month" else _made(month.year)
    except (OverflowError, ValueError):
        return


def _unit(written: str) -> str:
    if written.isascii():
        return written.lower()
    return {"日": "day", "週": "week", "年": "year"}.get(written[0], "month")


def _weekdays(published: date, weekday: int, week: int | None, ahead: bool) -> Iterator[Date]:
    """The weekday as a report of that day means it: the last one, today's or the next; `week` -1, 0, 1 where it is stated.

    The next one only in a text that looks `ahead`.
    """
    monday = published - timedelta(days=published.weekday())
    back = (published.weekday() - weekday) % 7
    if week is None:
        yield _of(published - timedelta(days=back))
        if back and ahead:
            yield _of(published + timedelta(days=7 - back))
        return
    if week < 0:
        yield _of(published - timedelta(days=back or 7))
    if week > 0:
        yield _of(published + timedelta(days=7 - back))
    yield _of(monday + timedelta(days=weekday + 7 * week))


def _japanese(text: str, published: date, ahead: bool) -> Iterator[Date]:
    for match in _JAPANESE.finditer(text):
        if year := match["year"]:
            month, day = (int(match[part]) if match[part] else None for part in ("of", "day"))
            yield _made(published.year + _YEARS[year], month, day)
        elif name := match["month"]:
            month_of = _month(published, _MONTHS[name])
            yield _made(month_of.year, month_of.month, int(match["day2"]) if match["day2"] else None)
        elif near := match["near"]:
            yield from _shifted(published, _DAYS[near], "day")
        elif name := match["weekday"]:
            week = {"先週": -1, "前週": -1, "今週": 0, "来週": 1}.get(match["week"] or "")
            yield from _weekdays(published, _JAPANESE_WEEKDAYS[name], week, ahead)


def _counted(text: str, published: date) -> Iterator[Date]:
    """Days that are named by how far they are from the day of publication: `two weeks ago`, `3日前`."""
    for match in _JAPANESE.finditer(text):
        if count := match["count"]:
            yield from _shifted(published, -int(count) if match["way"] == "前" else int(count), _unit(match["unit"]))
    for match in _ENGLISH.finditer(text):
        if match["way"] and match["way"].lower() in ("ago", "earlier"):
            yield from _shifted(published, -_number(match["count"]), _unit(match["units"]))
        elif match["count2"]:
            yield from _shifted(published, _number(match["count2"]), _unit(match["units2"]))


def _english(text: str, published: date, ahead: bool) -> Iterator[Date]:
    for match in _ENGLISH.finditer(text):
        if near := match["near"]:
            yield from _shifted(published, _ENGLISH_DAYS[near.lower()], "day")
        elif name := match["weekday"]:
            which = (match["which"] or "").lower()
            week = _WEEK.search(text)
            for whose in {which, week["whose"].lower() if week else which}:
                yield from _weekdays(published, _WEEKDAYS[name.lower()[:3]], _ENGLISH_WAYS.get(whose), ahead)
        elif unit := match["unit"]:
            by = _ENGLISH_WAYS[match["whose"].lower()]
            yield _month(published, by) if unit.lower() == "month" else _made(published.year + by)
        elif match["day"]:
            yield from _near(int(match["day"]), published)


def _beside_year(text: str, one: Date) -> Iterator[Date]:
    """Years and months that are named by their distance from a stated one: `翌年`, `a year later`."""
    for match in _NEXT_YEAR.finditer(text):
        years = _number(match["count"]) if match["count"] else 1
        back = match.group().startswith(("前", "the year b", "the previous")) or match.group().endswith(
            ("earlier", "before")
        )
        yield _made((one.year or 0) + (-years if back else years), one.month if match["count"] else None)
    if one.month and one.year:
        for name in _NEXT_MONTH.findall(text):
            yield _month(date(one.year, one.month, 1), -1 if name == "前月" else 1)


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _COUNTS[written.lower()]


def _beside(text: str, day: date) -> Iterator[Date]:
    """Days that are named by their distance from `day`, both ways: "X, one day after Y" counts back from X."""
    for match in _JAPANESE.finditer(text):
        if name := match["beside"]:
            yield from _shifted(day, _NEXT_DAYS[name], "day")
        elif count := match["count"]:
            yield from _shifted(day, -int(count) if match["way"] == "前" else int(count), _unit(match["unit"]))
    for match in _LASTING.finditer(text):
        # from the 30th for three days: to the 1st
        yield from _shifted(day, int(match["days"]) - 1, "day")
    for match in _ENGLISH.finditer(text):
        words = match.group().lower()
        if match["way"] and match["way"].lower() != "ago":
            signs = {"later": (1,), "after": (1, -1)}.get(match["way"].lower(), (-1,))
            for sign in signs:
                yield from _shifted(day, sign * _number(match["count"]), _unit(match["units"]))
        elif words.endswith((" day", "day after", "day before")) and not match["weekday"]:
            yield from _shifted(
                day, -1 if "previous" in words or "before" in words else 0 if "same" in words else 1, "day"
            )
            if words.endswith(("after", "before")):
                yield from _shifted(day, 1 if "before" in words else -1, "day")
