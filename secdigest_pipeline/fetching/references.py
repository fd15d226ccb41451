"""Numeric character references that name no character, mended before a parser meets them.

`&#55357;&#56832;` is an emoji written as the two halves of its UTF-16 form, `&#1114112;` lies beyond Unicode. Neither is well-formed
(XML 1.0, 4.1), feedparser's second, forgiving parser raises on them, and Python reads no number of more than 4,300 digits.
"""

import re
from typing import Literal

_NUMBER = "&#(?:[0-9]+|[xX][0-9a-fA-F]+)"
# XML asks for the semicolon, HTML does without (HTML Standard, 13.2.5.80).
_RUNS = {"xml": re.compile(rf"(?:{_NUMBER};)+"), "html": re.compile(rf"(?:{_NUMBER};?)+")}
_ONE = re.compile(rf"(?P<whole>{_NUMBER};?)")
_BEYOND = 0x110000
_DIGITS = len(str(_BEYOND))  # more of them, without leading zeros, are beyond in base 16 as well
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")


def mended(text: str, markup: Literal["xml", "html"]) -> str:
    """`text` with halves of a pair made the character they stand for, and U+FFFD for each reference to none; the rest as it is."""
    return _RUNS[markup].sub(_run, text) if "&#" in text else text


def _run(run: re.Match[str]) -> str:
    codes = [(found["whole"], _code(found["whole"])) for found in _ONE.finditer(run.group())]
    if all(code < 0xD800 or 0xDFFF < code < _BEYOND for _, code in codes):
        return run.group()
    text = "".join(
        chr(code) if 0xD800 <= code <= 0xDFFF else "\ufffd" if code >= _BEYOND else whole for whole, code in codes
    )
    return _HALF.sub("\ufffd", _PAIR.sub(_joined, text))


def _joined(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _code(reference: str) -> int:
    number = reference.removeprefix("&#").removesuffix(";").lower()
    base = 16 if number.startswith("x") else 10
    digits = number.removeprefix("x").lstrip("0")
    return int(digits or "0", base) if len(digits) <= _DIGITS else _BEYOND
