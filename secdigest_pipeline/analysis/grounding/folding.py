"""One spelling of a text for comparing quotes: NFKC, refanged, quotes, dashes and blanks folded, with the way back to offsets.

Keeps case and token boundaries; what a number or a name is, is values.py's business.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from secdigest_pipeline.base.characters import INVISIBLE
from secdigest_pipeline.indicators.finding.defang import Plain, plain

# Kana, CJK ideographs and their punctuation: scripts written without blanks, so a line break inside a sentence is no blank.
_CJK = "\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Characters that stay as they are. Half-width and full-width forms, ligatures and everything rare go through NFKC.
_KEPT = "\x21-\x5f\x61-\x7e\u3001\u3002\u300c\u300d\u3041-\u3096\u30a1-\u30fa\u30fb\u30fc\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
_BLANKS = r"(?P<blank>[^\S ]\s*+| \s++"
_DASHES = r")|(?P<dashes>-{2,}+)|(?P<slashes>\\{2,}+)"
_ASCII = re.compile(_BLANKS + _DASHES + r"|(?P<letter>[\x00-\x1f`\x7f])")
_ANY = re.compile(
    rf"{_BLANKS}| (?=[{_CJK}])|(?<=[{_CJK}]) {_DASHES}"
    # A letter with combining marks is one character to NFKC; 8 marks are more than any language stacks.
    rf"|(?P<letter>[^\s{_MARKS}](?=[{_MARKS}])[{_MARKS}]{{1,8}}+|[^\s{_KEPT}])"
)
_MARK = re.compile(f"[{_MARKS}]")
_UNMARKED = re.compile(rf"{_BLANKS}| (?=[{_CJK}])|(?<=[{_CJK}]) {_DASHES}|(?P<letter>[^\s{_KEPT}])")
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
# hxxp, hXXp, h**p: same length as http, so offsets stay.
_HTTP = re.compile(r"(?<![A-Za-z0-9])h(?:xx|\*\*|__|tx|xt)p(?=s?:/)", re.IGNORECASE)

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\ufe58\ufe63\uff0d\u2500\u2501"
_ALIKE = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`\uff40\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e\u301f\uff02", '"'),
    **dict.fromkeys("\u301c\uff5e\u223c", "~"),
    # Signs and footnote numbers that NFKC would glue to the word as letters and digits.
    **dict.fromkeys("\u2122\u2120\u00ae\u00a9\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079", ""),
    "\u300e": "\u300c",
    "\u300f": "\u300d",
    # The only letter whose lower case is longer than itself; lower() must keep offsets.
    "\u0130": "I",
    # A pattern that ignores case takes it for an i, which lower() does not.
    "\u0131": "i",
}


@lru_cache(maxsize=4096)
def _one(letter: str) -> str:
    known = _ALIKE.get(letter)
    if known is not None:
        return known
    if INVISIBLE.match(letter):
        return ""
    folded = unicodedata.normalize("NFKC", letter)
    return "".join(_ALIKE.get(char, char) for char in folded)


@dataclass(frozen=True)
class Folded:
    """A folded text. `starts` and `origins` are the offsets at which a piece begins here and in the refanged text."""

    text: str
    starts: list[int]
    origins: list[int]
    kept: list[bool]
    plain: Plain

    @cached_property
    def low(self) -> str:
        """`text` in lower case, offset by offset the same."""
        return self.text.lower().replace("\u03c2", "\u03c3")

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the non-empty `text[start:end]`."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        begin = self.origins[first] + (start - self.starts[first] if self.kept[first] else 0)
        finish = self.origins[last] + (end - self.starts[last]) if self.kept[last] else self.origins[last + 1]
        return self.plain.origin(begin, finish)

    def offset(self, origin: int) -> int:
        """Offset in `text` of the character that stands at or behind `origin` in the original."""
        return bisect_left(range(len(self.text)), origin, key=lambda at: self.origin(at, at + 1)[0])


def fold(text: str) -> Folded:
    """`text` in the one spelling quotes are compared in. Linear in the text, never raises.

    A run of blanks is one blank, and none beside kana or ideographs. Zero-width characters are gone.
    """
    bare = plain(text)
    source = _HTTP.sub("http", bare.text)
    pattern = _ASCII if source.isascii() else _ANY if _MARK.search(source) else _UNMARKED
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    kept: list[bool] = []
    done = length = 0
    for match in pattern.finditer(source):
        begin, end = match.span()
        kind = match.lastgroup
        if kind == "letter":
            new = _one(match.group())
        elif kind == "dashes":
            new = "-"
        elif kind == "slashes":
            # a path as it is written in code: HKCU\\\\Software
            new = "\\"
        else:
            new = " " if _parts_words(source, begin, end) else ""
        if begin > done:
            pieces.append(source[done:begin])
            starts.append(length)
            origins.append(done)
            kept.append(True)
            length += begin - done
        if new:
            pieces.append(new)
            starts.append(length)
            origins.append(begin)
            kept.append(False)
            length += len(new)
        elif kept and not kept[-1]:
            # Dropped characters behind a replaced one would be taken into its span.
            starts.append(length)
            origins.append(begin)
            kept.append(False)
        done = end
    pieces.append(source[done:])
    starts.append(length)
    origins.append(done)
    kept.append(True)
    return Folded("".join(pieces), starts, origins, kept, bare)


def _parts_words(source: str, begin: int, end: int) -> bool:
    return not (
        (begin > 0 and _CJK_CHARACTER.match(source, begin - 1))
        or (end < len(source) and _CJK_CHARACTER.match(source, end))
    )


def weight(folded: str) -> int:
    """Length of a folded quote in half-width columns: a kana or ideograph says as much as two letters."""
    return len(folded) + len(_CJK_CHARACTER.findall(folded))
