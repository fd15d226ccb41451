"""The checkable values of a text: numbers, dates, versions, ids, hashes, hosts, addresses, URLs and Latin-letter names.

One reader for statements and articles, so that both sides are cut the same way. Works on folded text (folding.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from secdigest_pipeline.analysis.grounding import kanji, numbers, vague
from secdigest_pipeline.analysis.grounding.dates import MONTH_STARTS, Date, english_dates, japanese_date, numeric_dates

Kind = Literal["number", "date", "version", "id", "hash", "address", "host", "url", "email", "name"]

# Latin with diacritics (without the signs × and ÷ among them), Greek, Cyrillic: scripts written in words.
ALNUM = "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u052f"
# A maximal run of letters and digits with the signs that join them inside a token; a comma only between digits of a thousand.
RUN = re.compile(
    rf"[{ALNUM}](?:[{ALNUM}_]|(?<=\d),(?=\d{{3}}(?!\d))|[-._'@:/\\+#&=?%~$]{{1,3}}(?=[{ALNUM}]))*+", re.ASCII
)
# The signs that join letters and digits inside a token.
JOINERS = "-._'@:/\\+#&=?%~$"
# Nothing a statement can hold is longer; longer runs are encoded files.
MAX_RUN = 2_000

_ID = re.compile(
    r"(?:CVE|CWE|CAPEC|GHSA|JVNDB|JVNVU|JVN|ZDI|KB|MS|VU|TA?)(?:[-#]?\d+(?:[-.]\d+)*|(?:-[0-9a-z]{4}){3})",
    re.IGNORECASE,
)
_CVE = re.compile(r"CVE-\d{4}-\d{4,7}(?![0-9A-Za-z])", re.IGNORECASE | re.ASCII)
# CVE-2026-1111/1112, CVE-2026-1111, -1112 and -1113, CVE-2026-20001と20004: the year is not said again.
_MORE_CVES = re.compile(
    r"(?:[/~]-?|,? ?(?:and |or |& ?|、|と|や|および|及び|ならびに|または)?-)(?P<led>\d{4,7})(?![\d.年%])"
    r"|(?:、|・|と|や|および|及び|ならびに|または|から|, ?(?:and )?| and )(?P<bare>\d{5,7})(?![\d.,年万億件台人社%])",
    re.IGNORECASE | re.ASCII,
)
_HASH = re.compile(r"[0-9a-f]+", re.IGNORECASE)
_HASH_LENGTHS = (32, 40, 56, 64, 96, 128)
_ADDRESS = re.compile(r"(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d{1,5})|/\d{1,2})?", re.ASCII)
_ADDRESS6 = re.compile(r"(?=.*:.*:)[0-9a-f]{0,4}(?::{1,2}[0-9a-f]{1,4}){2,7}", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:(?P<name>[A-Za-z]{2,}?)-?)?(?P<version>[vV]?\d+(?:\.\d+)+(?:[-._]?[A-Za-z][A-Za-z0-9]*+)*+)", re.ASCII
)
_HOST = re.compile(rf"(?:[{ALNUM}_-]++\.)+[A-Za-z][A-Za-z0-9-]++(?::\d+)?")
_NUMBER = re.compile(
    r"(?P<v>v)?\d[\d,]*+(?:\.\d++|\.x)?(?:st|nd|rd|th|s|x|k|m|b|bn|mn|tn|mil|am|pm|h|ms|km|kg|[kmgtp]b|[kmgt]bps|%)?",
    re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?P<pm>pm)?", re.IGNORECASE | re.ASCII)
_JAPANESE_TIME = re.compile(r"(?P<hour>\d{1,2})時(?:(?P<minute>\d{1,2})分|半(?!分))", re.ASCII)
_AFTERNOON = re.compile(r"\s?p\.?m\b", re.IGNORECASE)
_DOLLARS = re.compile(r"(?:US|CAD?|C|AUD?|A|HK|NZ|NT|SG?|R)\$(?=\d)", re.ASCII)
_QUARTER = re.compile(r"(?:Q|FY|H)'?(?P<number>\d{1,4})|(?P<number2>[1-4])Q", re.IGNORECASE | re.ASCII)
_COUNTED = re.compile(r"(?P<number>\d[\d,]*+(?:\.\d++)?)-(?P<rest>[A-Za-z].*)", re.ASCII | re.DOTALL)
_SPLIT = re.compile(r"[/~:+=]+|-(?=v?\d+\.\d)|(?<=\d)-(?=\$?\d)|(?<=[x%])-(?=\d)|(?<=\d)-(?=to-\d)", re.ASCII)

# Behind a plain number: what may make it an English date or an afternoon hour.
_GOES_ON = (" ", "-", ",")


@dataclass(frozen=True, slots=True)
class Value:
    """One checkable value: its kind, the text as it stands, its place in the folded text, and what it is compared by.

    `key` is the number's key (numbers.py), else the text in lower case; `bare` is a number without its unit; `dates` are the
    readings of a date, any of which will do.
    """

    kind: Kind
    text: str
    start: int
    end: int
    key: str
    bare: str = ""
    dates: tuple[Date, ...] = ()


def read(text: str) -> Iterator[Value]:
    """The values of a folded text, in order; a token over 2,000 characters is one name."""
    at = 0
    while match := RUN.search(text, at):
        at = match.end()
        for value in classify(text, match.group(), match.start()):
            yield value
            at = max(at, value.end)
    if text.isascii():
        return
    for number in (*kanji.numbers(text, strict=True), *vague.said(text)):
        yield Value("number", text[number.start : number.end], number.start, number.end, number.key, number.bare)
    for date in kanji.dates(text):
        yield _dated(text, date)


def classify(text: str, run: str, begin: int) -> Iterator[Value]:
    """The values of one run (as RUN finds it) of a folded text."""
    if len(run) > MAX_RUN:
        yield _literal("name", run, begin)
    elif "://" in run or run[:4].lower() == "www.":
        yield _literal("url", run, begin)
    elif "@" in run:
        yield _literal("email", run, begin)
    elif run[0].isdigit():
        yield from _digits_first(text, run, begin)
    else:
        yield from _letters_first(text, run, begin)


def _literal(kind: Kind, run: str, begin: int) -> Value:
    return Value(kind, run, begin, begin + len(run), run.lower())


def _dated(text: str, *readings: Date) -> Value:
    first = readings[0]
    written = text[first.start : first.end]
    return Value("date", written, first.start, first.end, written, "", readings)


def _count(text: str, begin: int) -> Iterator[Value]:
    if hour := _JAPANESE_TIME.match(text, begin):
        afternoon = 12 if text[begin - 2 : begin] == "午後" and int(hour["hour"]) < 12 else 0
        key = f"{int(hour['hour']) + afternoon}:{hour['minute'] or '30':0>2}"
        yield Value("number", hour.group(), begin, hour.end(), key, key)
        return
    number = numbers.fraction(text, begin) or numbers.read(text, begin)
    if number:
        yield Value("number", text[begin : number.end], begin, number.end, number.key, number.bare)


def _digits_first(text: str, run: str, begin: int) -> Iterator[Value]:
    if date := japanese_date(text, begin):
        yield _dated(text, date)
    elif run.isdigit() and len(run) < _HASH_LENGTHS[0] and not text.startswith(_GOES_ON, begin + len(run)):
        yield from _count(text, begin)
    elif readings := numeric_dates(run, begin):
        yield _dated(text, *readings)
    elif several := english_dates(text, begin):
        for date in several:
            yield _dated(text, date)
    elif _is_hash(run):
        yield _literal("hash", run, begin)
    elif address := _ADDRESS.fullmatch(run):
        yield _literal("address", address["address"], begin)
        if address["port"]:
            yield from _count(text, begin + address.start("port"))
    elif time := _TIME.fullmatch(run):
        yield from _clock(text, time, begin)
    elif number := _NUMBER.fullmatch(run):
        yield from _count(text, begin)
        hour = run[:2].strip("pmPM")
        if (
            hour.isdigit()
            and int(hour) < 12
            and (run.lower().endswith("pm") or _AFTERNOON.match(text, begin + len(run)))
        ):
            yield Value("number", run, begin, begin + number.end(), str(int(hour) + 12), str(int(hour) + 12))
    elif _VERSION.fullmatch(run):
        yield _literal("version", run, begin)
    elif _ADDRESS6.fullmatch(run):
        yield _literal("address", run, begin)
    else:
        yield from _mixed(text, run, begin)


def _clock(text: str, time: re.Match[str], begin: int) -> Iterator[Value]:
    """A time of day, with and without its seconds; in the afternoon of English also as Japanese writes it, from 12 on."""
    hour = int(time["hour"])
    for key in dict.fromkeys((f"{hour}{time.group()[len(time['hour']) :].lower()}", f"{hour}:{time['minute']}")):
        yield Value("number", time.group(), begin, begin + time.end(), key, key)
    if hour < 12 and (time["pm"] or _AFTERNOON.match(text, begin + time.end())):
        later = f"{hour + 12}:{time['minute']}"
        yield Value("number", time.group(), begin, begin + time.end(), later, later)


def _is_hash(run: str) -> bool:
    return len(run) in _HASH_LENGTHS and _HASH.fullmatch(run) is not None


def _letters_first(text: str, run: str, begin: int) -> Iterator[Value]:
    if dollars := _DOLLARS.match(run):
        # US$3.3 and C$5
        yield from classify(text, run[dollars.end() :], begin + dollars.end())
    elif run[:3].lower() in MONTH_STARTS and (several := english_dates(text, begin)):
        for date in several:
            yield _dated(text, date)
    elif run.isalpha():
        yield _literal("name", run, begin)
    elif _CVE.match(run):
        yield from _cves(text, run, begin)
    elif _ID.fullmatch(run):
        yield _literal("id", run, begin)
    elif _is_hash(run):
        yield _literal("hash", run, begin)
    elif quarter := _QUARTER.fullmatch(run):
        number = quarter["number"] or quarter["number2"]
        yield Value("number", run, begin, begin + len(run), number, number)
    elif (number := _NUMBER.fullmatch(run)) and number["v"]:
        yield from _count(text, begin + 1)
    elif version := _VERSION.fullmatch(run):
        if version["name"]:
            yield _literal("name", version["name"], begin)
        yield _literal("version", version["version"], begin + version.start("version"))
    elif _HOST.fullmatch(run):
        yield _literal("host", run, begin)
    elif _ADDRESS6.fullmatch(run):
        yield _literal("address", run, begin)
    else:
        yield from _mixed(text, run, begin)


def _cves(text: str, run: str, begin: int) -> Iterator[Value]:
    """The CVE id that `run` begins with, those that follow it without their year, and whatever the run holds behind them."""
    first = _CVE.match(run)
    assert first is not None
    yield _literal("id", first.group(), begin)
    year = first.group()[: len("CVE-2026-")].lower()
    at, end = begin + first.end(), begin + len(run)
    while more := _MORE_CVES.match(text, at):
        number = more["led"] or more["bare"]
        at = more.end()
        yield Value("id", number, at - len(number), at, year + number)
    rest = text[at:end].lstrip(JOINERS)
    if rest:
        yield from classify(text, rest, end - len(rest))


def _mixed(text: str, run: str, begin: int) -> Iterator[Value]:
    """Tokens joined by a slash, a range or a hyphen, each for itself: 3.2.1-3.2.9, 90-day, Windows/Linux."""
    counted = _COUNTED.fullmatch(run)
    if counted and not _SPLIT.search(run):
        end = begin
        for value in _count(text, begin):
            end = value.end
            yield value
        rest = begin + counted.start("rest")
        # The unit of 90-day is read with its number.
        if end <= rest:
            yield from classify(text, counted["rest"], rest)
        return
    edges = [0]
    for match in _SPLIT.finditer(run):
        edges += [match.start(), match.end()]
    edges.append(len(run))
    if len(edges) == 2:
        yield _literal("name", run, begin)
        return
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        # Ski-/Bergstiefel, r'/tmp
        piece = run[first:last].lstrip(JOINERS)
        if piece:
            yield from classify(text, piece.rstrip(JOINERS), begin + last - len(piece))
