"""Publication times as feeds really write them: ISO 8601, RFC 822 with odd zones, US and Japanese date strings.

feedparser 6.0.14 leaves `Jul 23, 2025 00:00:00-0500` unread (every entry of one large vendor's feed)
and takes a time without a zone for UTC, which moves a Japanese item by nine hours.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from secdigest_pipeline.base.editions import JST

_LONGEST = 100
_EARLIEST_YEAR = 1990  # earlier ones are placeholders (1970-01-01, 0001-01-01), not dates of articles
_LATEST_YEAR = 2200

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ERAS = {"令和": 2018, "平成": 1988}
# Hours east of UTC. Ambiguous names mean what they mean in English-language news (CST: Chicago, IST: India).
# fmt: off
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "hst": -10,
    "et": -5, "ct": -6, "mt": -7, "pt": -8, "ast": -4, "adt": -3, "brt": -3,
    "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "ist": 5.5, "ict": 7,
    "hkt": 8, "sgt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}
# fmt: on

_WEEKDAY_NOTE = re.compile(r"[(（]?[日月火水木金土]曜日?[)）]?|[(（][日月火水木金土][)）]")
_JAPANESE = re.compile(r"(?:(令和|平成)\s*(\d{1,2}|元)|(\d{4}))\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_JAPANESE_TIME = re.compile(r"\s*(午前|午後)?\s*(\d{1,2})\s*時\s*(?:(\d{1,2})\s*分)?\s*(?:(\d{1,2})\s*秒)?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_DAY_FIRST = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_ASCTIME = re.compile(
    r"[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+(?:([A-Za-z]{1,5}|[+-]\d{4})\s+)?(\d{4})"
)
_TIME = re.compile(r"[\sT,:-]*(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?(?![\d:])")
_OFFSET = re.compile(r"(?:GMT|UTC?|Z)?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)", re.IGNORECASE)
_EPOCH = re.compile(r"\d{10}|\d{13}")


def parse_date(text: str, lang: str) -> datetime | None:
    """The moment `text` names, UTC; None when it names none between 1990 and 2200.

    A time without a zone is Asia/Tokyo in a Japanese feed (`lang` "ja") and UTC in any other.
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    try:
        moment = _read(text, JST if lang == "ja" else UTC)
        if moment is None or not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
            return None
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read(text: str, naive: tzinfo) -> datetime | None:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if match := _JAPANESE.search(text):
        era, era_year, year, month, day = match.groups()
        if era:
            year = str(_ERAS[era] + (1 if era_year == "元" else int(era_year)))
        return _japanese(int(year), int(month), int(day), _WEEKDAY_NOTE.sub("", text[match.end() :]), naive)
    if match := _YEAR_FIRST.match(text):
        rest = _WEEKDAY_NOTE.sub("", text[match.end() :])
        return _moment(int(match[1]), int(match[3]), int(match[4]), rest, naive)
    if match := _COMPACT.match(text):
        hour, minute, second = (int(part or 0) for part in match.groups()[3:])
        clock = f"{hour}:{minute:02}:{second:02}" if match[4] else ""
        return _moment(int(match[1]), int(match[2]), int(match[3]), clock + text[match.end() :], naive)
    if match := _ASCTIME.match(text):
        month_name, day, clock, zone, year = match.groups()
        return _moment(int(year), _month(month_name), int(day), f"{clock} {zone or ''}", naive)
    if match := _DAY_FIRST.match(text):
        year_number = int(match[3])
        if len(match[3]) == 2:
            year_number += 2000 if year_number < 70 else 1900
        return _moment(year_number, _month(match[2]), int(match[1]), text[match.end() :], naive)
    if match := _MONTH_FIRST.match(text):
        return _moment(int(match[3]), _month(match[1]), int(match[2]), text[match.end() :], naive)
    return None


def _month(name: str) -> int:
    return _MONTH_NAMES.index(name[:3].lower()) + 1


def _japanese(year: int, month: int, day: int, rest: str, naive: tzinfo) -> datetime | None:
    match = _JAPANESE_TIME.match(rest)
    if match is None:
        half = re.match(r"\s*(午前|午後)\s*(?=\d)", rest)
        if half is None:
            return _moment(year, month, day, rest, naive)
        return _moment(year, month, day, rest[half.end() :] + (" pm" if half[1] == "午後" else ""), naive)
    half_name, hour, minute, second = match.groups()
    clock = int(hour) % 12 + 12 if half_name == "午後" else int(hour)
    return _moment(
        year, month, day, f" {clock}:{int(minute or 0):02}:{int(second or 0):02} {rest[match.end() :]}", naive
    )


def _moment(year: int, month: int, day: int, rest: str, naive: tzinfo) -> datetime:
    start = datetime(year, month, day, tzinfo=naive)
    match = _TIME.match(rest)
    if match is None:
        return start
    hour, minute, second = int(match[1]), int(match[2]), min(int(match[3] or 0), 59)
    if match[4]:
        hour = hour % 12 + (12 if match[4][0] in "Pp" else 0)
    if hour > 24 or minute > 59:
        raise ValueError(rest)
    zone = _zone(rest[match.end() :].strip()) or naive
    return start.replace(tzinfo=zone) + timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(text: str) -> tzinfo | None:
    if match := _OFFSET.match(text):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-offset if match[1] == "-" else offset)
    word = re.match(r"\(?([A-Za-z][A-Za-z_]*(?:/[A-Za-z_]+)*)", text)
    if word is None:
        return None
    hours = _ZONES.get(word[1].lower())
    if hours is not None:
        return timezone(timedelta(hours=hours))
    if "/" in word[1]:
        try:
            return ZoneInfo(word[1])
        except (ZoneInfoNotFoundError, OSError):
            return None
    return None
