"""The numbers and dates of one article with the places they stand at, for asking whether a statement's stand there too."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, islice

from secdigest_pipeline.analysis.grounding import kanji, numbers, vague
from secdigest_pipeline.analysis.grounding.dates import MONTHS, Date, english_dates, first_years
from secdigest_pipeline.analysis.grounding.values import ALNUM, JOINERS, RUN, Value, classify

_JOINER = re.escape(JOINERS)
# Runs that hold a digit. Starts only where no run goes on, so that a page of one character is read once.
_DIGIT_RUN = re.compile(
    rf"(?<![{ALNUM}_{_JOINER}])[{_JOINER}_]*+(?=[A-Za-z\u00c0-\u024f\u0370-\u052f_{_JOINER}]*+\d)(?P<run>{RUN.pattern})",
    re.ASCII,
)
# The page number at the end of a dotted line, which no run leads to.
_LED = re.compile(rf"[{_JOINER}]{{4}}(?=\d)(?P<run>{RUN.pattern})", re.ASCII)
_WORD = re.compile(r"[A-Za-z]{3,}+")
_NUMBER_WORDS = frozenset({*numbers.SPELLED, *MONTHS, *numbers.SPAN_WORDS})
_WORD_BEFORE = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]+|\d{1,2})[ -]$", re.ASCII)
_HALF_YEAR = re.compile("半年")
# One hour, day ... that no figure tells: "a year", "the past month", "per day".
_ONE = re.compile(
    r"\b(?:an?|past|last|next|per|each|every|within the)(?= (?:minute|hour|day|week|month|year)\b)|\b(?P<daily>daily)\b",
    re.IGNORECASE,
)
_SMALL = "[1-9]|one|two|three|four|five|six|seven|eight|nine"
_RATIO = re.compile(
    rf"(?P<part>{_SMALL}) (?:in|of|out of)(?: every)? (?P<whole>{_SMALL}|10|ten|100)(?= [a-z])", re.IGNORECASE
)
_GLUED = re.compile(r"(?P<first>\d{1,6}(?:\.\d{1,8})?)[A-Za-z]{2,12}|[A-Za-z]{3,12}(?P<last>\d{1,3})", re.ASCII)
_HOUR = re.compile("時(?![間点代期刻])")
_AFTERNOON = re.compile("(?:午後|夜|夕方)の?$")
_HEX = re.compile(r"0x(?P<hex>[0-9a-f]{1,12})", re.ASCII | re.IGNORECASE)
_SIZES = ((10, "KB"), (20, "MB"), (30, "GB"))
_COUNTED_SCALE = re.compile(rf"(?:\d|\b(?:{'|'.join(numbers.CARDINALS)}|one))[ -]$", re.IGNORECASE | re.ASCII)
# Numbers beyond these are a data dump; no statement is about them.
MAX_RUNS = 20_000
# What "about 1.23 million" may stand for: the number cut or rounded to two figures or more.
_MIN_FIGURES = 2


class NumberIndex:
    """Numbers and dates of a folded text. `numbers` maps a key (numbers.py, vague.py) to ascending offsets, `ids` an id."""

    def __init__(self, text: str) -> None:
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self._text = text
        self.ids: dict[str, list[int]] = defaultdict(list)
        self._dates: list[Date] = []
        # By month and day, 0 for one that is not asked for.
        self._by_part: dict[tuple[int, int], list[Date]] = defaultdict(list)
        self._counting: list[numbers.Number] = []
        self._rounded: dict[str, list[int]] | None = None
        done = 0
        for match in islice(_DIGIT_RUN.finditer(text), MAX_RUNS):
            begin = max(match.start("run"), done)
            # What a number took of the run as its unit is read: KB of "51 KB/50 MB".
            run = match["run"] if begin == match.start("run") else text[begin : match.end()].lstrip(JOINERS)
            if run:
                done = self._add_run(text, run, match.end() - len(run))
        for match in islice(_LED.finditer(text), MAX_RUNS):
            self._add_run(text, match["run"], match.start("run"))
        self._add_words(text)
        if not text.isascii():
            self._add(islice(kanji.numbers(text), MAX_RUNS))
            self._add(
                filter(
                    None, (numbers.span_of(text, half.start()) for half in islice(_HALF_YEAR.finditer(text), MAX_RUNS))
                )
            )
            for date in islice(chain(kanji.dates(text), first_years(text)), MAX_RUNS):
                self._add_date(date)
        for places in self.numbers.values():
            places.sort()
        self._counting.sort(key=lambda number: number.start)
        self._dates.sort(key=lambda date: date.start)

    def _add_words(self, text: str) -> None:
        """Numbers and dates that begin with a word: `three million`, `Nov. 20`."""
        for match in islice(_ONE.finditer(text), MAX_RUNS):
            self._add([numbers.one(text, match.start(), match.end())])
        counting = (match for match in _WORD.finditer(text) if match.group().lower() in _NUMBER_WORDS)
        for match in islice(counting, MAX_RUNS):
            word = match.group().lower()
            if word in MONTHS:
                for date in english_dates(text, match.start()):
                    self._add_date(date)
                continue
            if word in numbers.SPAN_WORDS:
                before = _WORD_BEFORE.search(text, max(0, match.start() - 12), match.start())
                self._add(filter(None, (numbers.span_of(text, before.start() if before else match.start()),)))
                continue
            if word in numbers.SCALES and _COUNTED_SCALE.search(text, max(0, match.start() - 12), match.start()):
                # the million of 3 million
                continue
            found = numbers.spelled(text, match.start())
            if found and (first := numbers.first_of_range(text, found[0])):
                found.append(first)
            self._add(found)
            self._add_ratio(text, match.start())
            if word in numbers.CARDINALS:
                self._counting += found[:1]

    def _add_ratio(self, text: str, begin: int) -> None:
        if match := _RATIO.match(text, begin):
            self._add(numbers.ratio(match["part"], match["whole"], begin, match.end()))

    def _add_date(self, date: Date) -> None:
        self._dates.append(date)
        for part in {(date.month or 0, date.day or 0), (date.month or 0, 0), (0, date.day or 0)}:
            self._by_part[part].append(date)
        if date.year:
            self.numbers[str(date.year)].append(date.start)

    def _add_run(self, text: str, run: str, begin: int) -> int:
        done = begin
        if len(run) == 1:
            self._add_ratio(text, begin)
        for value in classify(text, run, begin):
            done = max(done, value.end)
            for date in value.dates:
                self._add_date(date)
            if value.kind == "id":
                self.ids[value.key].append(value.start)
            elif value.kind in ("name", "version"):
                self._add(_glued(value))
            elif value.kind == "number":
                number = numbers.Number(value.start, value.end, value.key, value.bare or value.key)
                self._add([number])
                self._counting.append(number)
                first = numbers.first_of_range(text, number)
                if first:
                    self._add([first])
                if _HOUR.match(text, number.end) and number.bare.isdigit() and len(number.bare) < 3:
                    self._add(_hours(text, number))
        return done

    def _add(self, found: Iterable[numbers.Number]) -> None:
        for number in found:
            self.numbers[number.key].append(number.start)
            if number.bare != number.key:
                self.numbers[number.bare].append(number.start)

    def dated(self, asked: Date) -> list[int]:
        """Places of dates that say `asked`, and of the number where only a year or a day is asked.

        A date without year says any year that stands in the text.
        """
        if asked.month is None and asked.day is None:
            return self.numbers.get(str(asked.year), [])
        places = [
            date.start
            for date in self._by_part[asked.month or 0, asked.day or 0]
            if date.agrees(asked) and (asked.year is None or date.year is not None or str(asked.year) in self.numbers)
        ]
        return places if asked.month else places + self.numbers.get(str(asked.day), [])

    def dates_between(self, first: int, last: int) -> list[Date]:
        """Dates that begin in `text[first:last]`."""
        begin = bisect_left(self._dates, first, key=lambda date: date.start)
        return self._dates[begin : bisect_left(self._dates, last, key=lambda date: date.start)]

    def between(self, first: int, last: int) -> set[str]:
        """Numbers without unit that begin in `text[first:last]`, without words that seldom count: first, both, half."""
        begin = bisect_left(self._counting, first, key=lambda number: number.start)
        end = bisect_left(self._counting, last, key=lambda number: number.start)
        return {number.bare for number in self._counting[begin:end]}

    def of_size(self, key: str) -> list[int]:
        """Places of a vague number (`~100`, `1/2`): said so, or of any number that may be called so."""
        if key == "1/2":
            half = [number.start for number in vague.said(self._text) if number.key == key]
            return sorted(half + self.numbers.get(key, []) + self.numbers.get("50%", []))
        said = islice(chain(vague.said(self._text), vague.english(self._text)), MAX_RUNS)
        places = [number.start for number in said if number.key == key]
        for exact, found in self.numbers.items():
            if vague.size(exact) == key:
                places += found
        return sorted(places)

    def rounded(self, key: str) -> list[int]:
        """Places of numbers that, cut or rounded to two figures or more, are `key`."""
        if self._rounded is None:
            self._rounded = defaultdict(list)
            for exact, places in self.numbers.items():
                for form in _roundings(exact):
                    self._rounded[form] += places
            for places in self._rounded.values():
                places.sort()
        return self._rounded.get(key, [])


def _hours(text: str, number: numbers.Number) -> list[numbers.Number]:
    """The hour of a Japanese article as a clock, and as the day counts it: 16 and 16:00 for `午後4時`."""
    hour = int(number.bare)
    if hour < 12 and _AFTERNOON.search(text, max(0, number.start - 3), number.start):
        hour += 12
    return [numbers.Number(number.start, number.end, key, key) for key in (str(hour), f"{hour}:00")]


def _glued(name: Value) -> list[numbers.Number]:
    """The number in a token that letters are glued to: `32bit`, `Stage3`; `0x100000` with the size in bytes that it is."""
    if match := _HEX.fullmatch(name.text):
        amount = int(match["hex"], 16)
        keys = [str(amount)]
        keys += [f"{amount >> bits}{unit}" for bits, unit in _SIZES if amount and not amount % (1 << bits)]
    elif match := _GLUED.fullmatch(name.text):
        keys = [re.sub(r"^0+(?=\d)", "", match["first"] or match["last"])]
    else:
        return []
    return [numbers.Number(name.start, name.end, key, key) for key in keys]


def _roundings(key: str) -> set[str]:
    digits = re.match(r"\d+", key, re.ASCII)
    if digits is None or not _MIN_FIGURES < len(digits.group()) <= numbers.MAX_DIGITS:
        return set()
    whole, unit = digits.group(), key[digits.end() :]
    unit = unit.lstrip(".0123456789")
    forms = set()
    for figures in range(_MIN_FIGURES, len(whole)):
        step = 10 ** (len(whole) - figures)
        value = int(whole)
        forms |= {f"{value // step * step}{unit}", f"{(value + step // 2) // step * step}{unit}"}
    return forms
