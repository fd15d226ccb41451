"""Numbers and dates written in ideographs: `百三十万人`, `十二社`, `二〇二六年十一月二十日`. No idioms (一部, 第三者, 万一)."""

import re
from collections.abc import Iterator

from secdigest_pipeline.analysis.grounding.dates import Date
from secdigest_pipeline.analysis.grounding.numbers import Number, with_unit

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1_000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
# Runs are capped so that a page of one ideograph is read once.
_RUN = re.compile(r"(?<![0-9.,数何幾〇零一二三四五六七八九十百千万億兆])[〇零一二三四五六七八九十百千万億兆]{1,24}+")
_COUNTER = re.compile(r"[つ件人社個名台回度種かカヵヶ国年月日週時秒割段要倍番次校県市店本枚点円]|ドル|パーセント")
# What a statement counts with; with the others it may be an idiom: 一度, 二次, 十分.
_STRICT = re.compile(r"[件人社名台個円校店](?![称格物材権生])|[かカヵヶ]国|[かカヵヶ]所|ドル|パーセント|割(?![りあ])")
_DATE = re.compile(
    r"(?<![〇零一二三四五六七八九十])(?:(?P<year>[〇零一二三四五六七八九]{4})年)?"
    r"(?P<month>十[一二]?|[一二三四五六七八九])月(?:(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日(?!間))?"
)


def value(numeral: str) -> int | None:
    """What a run of ideographs counts; None when it is no number: `万`, `二三`, `十十`."""
    if all(char in _DIGITS for char in numeral):
        # 二三 is "two or three"; 二〇二六 is written digit by digit
        digits = "".join(str(_DIGITS[char]) for char in numeral)
        return int(digits) if len(numeral) in (1, 4) or _DIGITS.keys() & {"〇", "零"} & set(numeral) else None
    total = part = digit = 0
    last = 10**16
    small = 10**4
    for char in numeral:
        if char in _DIGITS:
            if digit or not _DIGITS[char]:
                return None
            digit = _DIGITS[char]
        elif char in _SMALL:
            if _SMALL[char] >= small:
                return None
            small = _SMALL[char]
            part, digit = part + (digit or 1) * small, 0
        else:
            part += digit
            if not part or _LARGE[char] >= last:
                return None
            last = _LARGE[char]
            total, part, digit, small = total + part * last, 0, 0, 10**4
    return total + part + digit


def numbers(text: str, *, strict: bool = False) -> Iterator[Number]:
    """The numbers in ideographs that count something in a folded text; `strict`: those that can be nothing else, from 2 on."""
    for match in _RUN.finditer(text):
        counted = (_STRICT if strict else _COUNTER).match(text, match.end())
        found = value(match.group()) if counted else None
        if found is not None and (not strict or (found > 1 and text[match.start() - 1 : match.start()] != "第")):
            yield with_unit(text, match.start(), match.end(), str(found))


def dates(text: str) -> Iterator[Date]:
    """The dates in ideographs of a folded text: with a month, and a day or a year."""
    for match in _DATE.finditer(text) if "月" in text else ():
        year, month, day = (value(match[part]) if match[part] else None for part in ("year", "month", "day"))
        if (year or day) and month and month <= 12 and (day or 1) <= 31:
            yield Date(match.start(), match.end(), year, month, day)
