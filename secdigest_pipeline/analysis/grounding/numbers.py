"""Numbers as news writes them, in English and Japanese, read to one key: `1.2 million`, `120万` and `1,200,000` are the same.

A key is the number in plain digits, with `%`, a currency, a data size or a duration behind it when the text states one. Whether a
run of digits is a version, a date or an address was decided before (values.py).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

# Longer runs of digits are serial numbers: compared as they are, never calculated with.
MAX_DIGITS = 24

# What stands before 万, 億 and 兆 to make a scale of its own with it (千億), and those themselves, as powers of ten.
_BEFORE, _MYRIADS = {"十": 1, "百": 2, "千": 3}, {"万": 4, "億": 8, "兆": 12}
JAPANESE_SCALES = {
    **_BEFORE,
    **_MYRIADS,
    **{before + after: _BEFORE[before] + _MYRIADS[after] for before in _BEFORE for after in _MYRIADS},
}
# A scale of JAPANESE_SCALES with 万, 億 or 兆 in it, for patterns.
MYRIAD = "[十百千]?[万億兆]"
_SCALES = {
    "k": 3, "thousand": 3, "m": 6, "million": 6, "mn": 6, "mil": 6, "b": 9, "bn": 9, "billion": 9, "tn": 12, "trillion": 12,
    "hundred": 2, "lakh": 5, "crore": 7, **JAPANESE_SCALES,
}  # fmt: skip
_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{3})++|\d++)(?:\.\d++)?", re.ASCII)
# 1.4m of these are millions, not metres.
_COUNTED_BY_M = "customers|users|people|records|accounts|devices|files|patients|clients|members|subscribers|downloads|victims|routers"
_SCALE = re.compile(
    r"[\s-]?(?:thousand|million|billion|trillion|hundred|lakh|crore)(?![A-Za-z])"
    rf"|{MYRIAD}|[百千]|m(?= (?:[a-z-]+ )?(?:{_COUNTED_BY_M}))|(?:\s?(?:mn|bn|tn|[MB])|[Kk]|mil)(?![A-Za-z0-9])"
)
# "5m" is metres or minutes, "£5m" is millions.
_MONEY_SCALE = re.compile(r"\s?[mb](?![A-Za-z0-9])")
_TAIL = re.compile(rf"(?P<digits>\d{{1,4}}(?:,\d{{3}})*+(?:\.\d++)?)(?P<scale>{MYRIAD}|千)?", re.ASCII)
_TENTHS = re.compile(r"割(?!り|当|合|愛)(?:(?P<digit>\d)分)?", re.ASCII)

_FRACTION = re.compile(r"(?P<whole>\d{1,3})分の(?P<part>\d{1,3})", re.ASCII)

# Pattern of a unit behind a number, its sign in the key, and how many of the sign it is.
_UNITS: tuple[tuple[str, str, int], ...] = (
    (r"%|percent(?:age points?)?(?![A-Za-z])|per cent(?![A-Za-z])|パーセント|ポイント(?=[増減上下高低])", "%", 1),
    (r"(?:米|US)?ドル|(?:US |U\.S\. |American )?dollars?(?![A-Za-z])|USD(?![A-Za-z])", "$", 1),
    (r"ユーロ|euros?(?![A-Za-z])|EUR(?![A-Za-z])", "€", 1),
    (r"(?:英)?ポンド|pounds?(?![A-Za-z])|GBP(?![A-Za-z])", "£", 1),
    (r"円|yen(?![A-Za-z])|JPY(?![A-Za-z])", "¥", 1),
    (r"ウォン|won(?! ?[A-Za-z])|KRW(?![A-Za-z])", "₩", 1),
    (r"KB(?![A-Za-z])|kilobytes?(?![A-Za-z])|キロバイト", "KB", 1),
    (r"MB(?![A-Za-z])|megabytes?(?![A-Za-z])|メガバイト", "MB", 1),
    (r"GB(?![A-Za-z])|gigabytes?(?![A-Za-z])|gigs?(?![A-Za-z])|ギガバイト", "GB", 1),
    (r"TB(?![A-Za-z])|terabytes?(?![A-Za-z])|テラバイト", "TB", 1),
    (r"PB(?![A-Za-z])|petabytes?(?![A-Za-z])|ペタバイト", "PB", 1),
    (r"Kbps(?![A-Za-z])|kilobits? per second", "Kbps", 1),
    (r"Mbps(?![A-Za-z])|megabits? per second|メガビット", "Mbps", 1),
    (r"Gbps(?![A-Za-z])|gigabits? per second|ギガビット", "Gbps", 1),
    (r"Tbps(?![A-Za-z])|terabits? per second|テラビット", "Tbps", 1),
    (r"秒(?:間)?|seconds?(?![A-Za-z])|secs?(?![A-Za-z])", "s", 1),
    (r"分(?:間|以内|後|ごと)|minutes?(?![A-Za-z])|mins?(?![A-Za-z])", "s", 60),
    (r"時間|hours?(?![A-Za-z])|hrs?(?![A-Za-z])|h(?![A-Za-z])", "s", 3_600),
    (r"日(?:間|以内|後|ごと|連続|ぶり|(?=半))|days?(?![A-Za-z])", "s", 86_400),
    (r"週間|weeks?(?![A-Za-z])", "s", 604_800),
    (r"[かカヵヶケ箇]月|months?(?![A-Za-z])", "mo", 1),
    (r"年(?:間|(?=半))|years?(?![A-Za-z])|yrs?(?![A-Za-z])", "mo", 12),
)
_UNIT = re.compile("|".join(rf"[\s-]?(?P<u{at}>{pattern})" for at, (pattern, _, _) in enumerate(_UNITS)), re.IGNORECASE)
_SIGNS = "$€£¥₩"
_CODE = re.compile(r"(?<![A-Za-z])(?:USD|EUR|GBP|JPY|KRW)\s?$")
_ANY_CODE = re.compile(
    r"(?<![A-Za-z])(?:USD|EUR|GBP|JPY|KRW|CHF|SEK|NOK|DKK|AUD|CAD|NZD|INR|CNY|RMB|BRL|HKD|SGD|TWD|PLN|CZK|ZAR|MXN|THB|TRY)\s?$"
)
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩"}
_RANGE = re.compile(r"\s?(?:-|~|to|and|or|から|ないし|or as many as)\s?(?=[$€£¥]?\d)")
_WORD_RANGE = re.compile(r"\s?(?:-|to|and|or)\s?(?:perhaps |maybe |even )?(?=[A-Za-z])")
# 3時間半, three hours and a half; 半年 and 半分 are words of their own
_HALF = re.compile(r"半(?![年分数額日月ば])|(?: and a half| 1/2)\b")
_MINUTES = re.compile(
    r"(?P<minutes>[1-5]?\d)分(?!の|間隔)|(?:,? and | |, )(?P<more>[1-5]?\d) ?min(?:ute)?s?\b", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text: where it stands, its key, and the key without its unit."""

    start: int
    end: int
    key: str
    bare: str


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scaled(digits: str, scale: str | None) -> str:
    digits = digits.replace(",", "")
    if len(digits) > MAX_DIGITS:
        return digits
    if scale:
        return _plain(Decimal(digits).scaleb(_SCALES[scale]))
    whole, point, part = digits.partition(".")
    whole = whole.lstrip("0") or "0"
    # 3.10 is a version as often as a number: only a part of zeros is dropped.
    return f"{whole}.{part}" if point and part.strip("0") else whole


def _scale_name(text: str) -> str:
    return text.strip(" -\n").lower()


def with_unit(text: str, start: int, end: int, bare: str) -> Number:
    """The number `bare`, written in `text[start:end]`, with the unit that stands behind it or the currency before it."""
    unit = _UNIT.match(text, end)
    if unit and unit.lastgroup and len(bare) <= MAX_DIGITS:
        _, sign, times = _UNITS[int(unit.lastgroup[1:])]
        amount, end = Decimal(bare) * times, unit.end()
        if sign in ("s", "mo"):
            amount, end = _time_more(text, end, amount, times)
        return Number(start, end, _plain(amount) + sign, bare)
    sign = text[start - 1 : start]
    if sign and sign in _SIGNS:
        return Number(start, end, bare + sign, bare)
    code = _CODE.search(text, max(0, start - 5), start)
    return Number(start, end, bare + _CODES[code.group().strip()] if code else bare, bare)


def _time_more(text: str, end: int, amount: Decimal, times: int) -> tuple[Decimal, int]:
    """A span of time with the half or the minutes that follow its unit: `3時間半`, `2時間30分`."""
    if half := _HALF.match(text, end):
        return amount + Decimal(times) / 2, half.end()
    if times == 3_600 and (rest := _MINUTES.match(text, end)):
        return amount + 60 * int(rest["minutes"] or rest["more"]), rest.end()
    return amount, end


def fraction(text: str, start: int) -> Number | None:
    """`3分の2` at `start` of a folded text, as 2/3."""
    match = _FRACTION.match(text, start)
    if match is None:
        return None
    key = f"{match['part']}/{match['whole']}"
    return Number(start, match.end(), key, key)


def read(text: str, start: int) -> Number | None:
    """The number whose first digit stands at `start` of a folded text, with scale and unit; None if no digit stands there."""
    match = _DIGITS.match(text, start)
    if match is None:
        return None
    end = match.end()
    found = _SCALE.match(text, end)
    if not found and ((start and text[start - 1] in _SIGNS) or _ANY_CODE.search(text, max(0, start - 5), start)):
        found = _MONEY_SCALE.match(text, end)
    scale = _scale_name(found.group()) if found else None
    if found:
        end = found.end()
    bare = _scaled(match.group(), scale)
    # 1億2,300万 and 3万5千: the lower part follows at once.
    while scale in ("兆", "億", "万", "千") and len(bare) <= MAX_DIGITS:
        tail = _TAIL.match(text, end)
        if tail is None:
            break
        scale, end = tail["scale"], tail.end()
        bare = _plain(Decimal(bare) + Decimal(_scaled(tail["digits"], scale)))
    tenths = _TENTHS.match(text, end)
    if tenths and bare.isdigit() and len(bare) <= 2:
        percent = f"{bare}{tenths['digit'] or 0}"
        return Number(start, tenths.end(), percent + "%", percent)
    return with_unit(text, start, end, bare)


def one(text: str, start: int, end: int) -> Number:
    """The one of `a year`, whose word is `text[start:end]`."""
    return with_unit(text, start, end, "1")


def first_of_range(text: str, number: Number) -> Number | None:
    """The first of `10-20 million`, `24 to 48 hours`, `two to three billion` with scale and unit of the second.

    None when it has its own or is in no range.
    """
    if number.key != number.bare or len(number.bare) > 6 or not number.bare[:1].isdigit():
        return None
    if gap := _RANGE.match(text, number.end):
        second = _DIGITS.match(text, gap.end() + (text[gap.end()] in _SIGNS))
        end = second.end() if second else 0
    elif gap := _WORD_RANGE.match(text, number.end):
        spelt = _SPELLED.match(text, gap.end())
        end = (spelt.start("scale") - 1 if spelt["scale"] else spelt.end()) if spelt and spelt["first"] else 0
    else:
        return None
    if not end:
        return None
    whole = read(number.bare + text[end : end + 24], 0)
    return whole and Number(number.start, number.end, whole.key, whole.bare)


_SMALL = {
    word: value
    for value, words in enumerate(
        (
            "zero none", "one first once single sole", "two second twice both pair couple dual double doubled twin twofold",
            "three third triple tripled thrice threefold",
            "four fourth quadruple quadrupled fourfold", "five fifth quintupled fivefold", "six sixth", "seven seventh", "eight eighth",
            "nine ninth", "ten tenth tenfold", "eleven eleventh", "twelve twelfth dozen", "thirteen thirteenth", "fourteen fourteenth",
            "fifteen fifteenth", "sixteen sixteenth", "seventeen seventeenth", "eighteen eighteenth", "nineteen nineteenth",
            "twenty twentieth",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
# Words that make a number of the one before them larger.
SCALES = ("hundred", "thousand", "million", "billion", "trillion")
# Words a spelled number can begin with, in lower case.
SPELLED = frozenset({*_SMALL, *_TENS, *_PARTS, *SCALES})
# Those that are there to count: "one of them" is not.
CARDINALS = frozenset(
    {*_TENS, "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
)
_AND_A_HALF = re.compile(r"[ -]and[ -]a[ -]half(?= (?:million|billion|minutes?|hours?|days?|weeks?|months?|years?)\b)")
_SPELLED = re.compile(
    rf"(?P<first>{'|'.join(sorted(SPELLED - set(SCALES), key=len, reverse=True))})\b"
    rf"(?:[\s-](?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})\b)?"
    rf"(?:[\s-](?P<second>one|two|three|four|five|six|seven|eight|nine|dozen)\b)?(?: a\b)?"
    rf"(?:[\s-](?P<scale>{'|'.join(SCALES)})\b)?"
    rf"|(?P<bare>{'|'.join(SCALES)})\b",
    re.IGNORECASE,
)


# Spans of time that are one word, in months and in seconds.
_SPANS = {
    "decade": (120, "mo"),
    "century": (1_200, "mo"),
    "fortnight": (1_209_600, "s"),
    "quarterly": (3, "mo"),
    "半年": (6, "mo"),
}
_SPAN = re.compile(
    rf"(?:(?P<count>[a-z]+|\d{{1,2}})[ -])?(?P<span>{'|'.join(_SPANS)})s?(?![a-z])", re.IGNORECASE | re.ASCII
)
SPAN_WORDS = frozenset({*_SPANS, *(f"{word}s" for word in _SPANS)})


def span_of(text: str, start: int) -> Number | None:
    """The span of time whose name begins at `start`, as often as the word before it says: `two decades`, `半年`."""
    match = _SPAN.match(text, start)
    if match is None:
        return None
    many = small(match["count"]) if match["count"] else None
    amount, unit = _SPANS[match["span"].lower()]
    amount *= many or 1
    years = amount // 12 if unit == "mo" and amount >= 12 else amount
    return Number(start, match.end(), f"{amount}{unit}", str(years))


def small(word: str) -> int | None:
    """The number of digits or of one small word; None for another word."""
    return int(word) if word.isdigit() else _SMALL.get(word.lower())


def ratio(part: str, whole: str, start: int, end: int) -> list[Number]:
    """The share of `one in four`: 1/4 and 25%; nothing for one that is none: `five of three`."""
    many, of = (int(word) if word.isdigit() else _SMALL[word.lower()] for word in (part, whole))
    keys = (f"{many}/{of}", f"{_plain(Decimal(100 * many) / of)}%") if 0 < many < of else ()
    return [Number(start, end, key, key) for key in keys]


def spelled(text: str, start: int) -> list[Number]:
    """The numbers that words at `start` spell: `two`, `twenty-five`, `three million`, `dozen`, `two thirds` (2 and 2/3)."""
    match = _SPELLED.match(text, start)
    if match is None:
        return []
    if match["bare"]:
        return [with_unit(text, start, match.end(), _plain(Decimal(1).scaleb(_SCALES[match["bare"].lower()])))]
    first, second, part = match["first"].lower(), match["second"], match["part"]
    if part and first not in ("one", "two", "three", "four"):
        # the third quarter
        part = None
    found: list[Number] = []
    if (first in _PARTS and not match["scale"]) or part:
        of = _PARTS[part.lower()] if part else _PARTS[first]
        many = _SMALL.get(first, 1) if part else 1
        found += [
            Number(start, match.end(), key, key) for key in (f"{many}/{of}", f"{_plain(Decimal(100 * many) / of)}%")
        ]
    if first not in _SMALL and first not in _TENS and not match["scale"]:
        return found
    value = Decimal(_TENS.get(first, _SMALL.get(first, 0)))
    if second:
        value = value * 12 if second.lower() == "dozen" else value + _SMALL[second.lower()] if first in _TENS else value
    if half := _AND_A_HALF.match(text, match.end()):
        value += Decimal("0.5")
        return [with_unit(text, start, half.end(), _plain(value))]
    if match["scale"]:
        value = (Decimal("0.5") if first == "half" else value).scaleb(_SCALES[match["scale"].lower()])
    found.insert(0, with_unit(text, start, match.end(), _plain(value)))
    if second and first not in _TENS:
        found += spelled(text, match.start("second"))
    return found
