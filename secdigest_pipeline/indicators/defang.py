"""Defanging and refanging: what an author did to a value so that nobody clicks it, and the way back with offsets.

Knows spelling only (brackets, hxxp, full-width forms, invisible characters); what is a host or a URL is find.py's
business.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

# Invisible characters that pages put inside long words for line breaking or by copying: zero-width space/joiners,
# direction marks and isolates, word joiner, BOM, soft hyphen, variation selector 16.
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff"
_FULLWIDTH_WORD = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_FULLWIDTH_SIGN = "\uff0e\uff61\u2024\uff0d\uff3f\uff0f\uff1a\uff20"
# Full-width punctuation is Japanese prose unless a host or URL character follows: "ドメイン：悪" keeps its colon. Both
# patterns begin with one character set, which `re` looks for at memory speed, and sort out by look-behind what it
# was.
_WIDE = re.compile(
    rf"[{_INVISIBLE}{_FULLWIDTH_WORD}{_FULLWIDTH_SIGN}【〔［｛（]"
    rf"(?:(?<=[{_INVISIBLE}])[{_INVISIBLE}]*+"
    rf"|(?<=[{_FULLWIDTH_WORD}])[{_FULLWIDTH_WORD}]*+"
    rf"|(?<=[{_FULLWIDTH_SIGN}])(?=[A-Za-z0-9/\uff0f\uff1a{_FULLWIDTH_WORD}])"
    r"|(?<=[【〔［｛（])\s?[.．。・]\s?[】〕］｝）])"
)
_WIDE_DOTS = "\uff61\u2024"
_WIDE_BRACKETS = "【〔［｛（"
# Distance of a full-width form from its ASCII character.
_WIDTH = 0xFEE0
# What stands on both sides of a half bracket: ASCII or another alphabet, never CJK prose.
_LETTER = "[A-Za-z0-9\u00df-\u1fff]"
_OPEN = r"[\[({<]"
_CLOSE = r"[\])}>]"
# Runs are capped at 12 so that a page of brackets costs 12 steps a character, never the page's length squared.
_DOT = r"(?:\.|[dD][oO][tT])"
_FOLD = re.compile(
    r"[\[({<\]\\&](?:"
    # [.] (.) {.} <.> [dot] [[.]] with blanks inside, and [.[ with the wrong second bracket
    rf"(?P<dot>(?<={_OPEN})[\s\[({{<]{{0,12}}{_DOT}\s{{0,4}}(?:{_CLOSE}|\[)[\])}}>]{{0,12}})"
    # [.com] : the label inside the bracket
    rf"|(?P<label>(?<={_LETTER}\[)\.[A-Za-z]{{2,18}}\](?![A-Za-z0-9(]))"
    # half brackets: evil[.com   evil.]com
    rf"|(?P<open>(?<={_LETTER}\[)\.(?={_LETTER}))"
    rf"|(?P<close>(?<={_LETTER}\.\])\]{{0,11}}(?={_LETTER}))"
    # [:] [://] [:/]/ and [/]
    rf"|(?P<colon>(?<={_OPEN})\s?:(?:\s?/{{1,2}})?\s?{_CLOSE})"
    r"|(?P<slash>(?<=\[)/{1,2}\](?=[/A-Za-z0-9]))"
    # [@] [at] (at)
    rf"|(?P<at>(?<={_OPEN})\s{{0,2}}(?:@|[aA][tT])\s{{0,2}}{_CLOSE})"
    # Markdown's escaped dot, JSON's escaped slash, HTML's escaped ampersand
    r"|(?P<escape>(?<=[A-Za-z0-9]\\)(?=\.[A-Za-z0-9])|(?<=[A-Za-z0-9:/]\\)(?=/))"
    r"|(?P<entity>(?<=&)(?:amp;){1,12}))"
)
_SINGLE = {"at": "@", "entity": "&", "close": "", "escape": ""}
# The characters that can begin a fold; a text without any of them is its own plain form.
_FOLD_TRIGGER = re.compile(r"[\[({<\]\\&]")
# hxxp, h**p, h__p, hxtp, htxp and meow (the word some teams agreed on): what the field writes for http.
HTTP_SPELLINGS = r"h(?:ttx|tt|xxx|xx|tx|xt|\*\*|__)p|meow"
_SCHEME = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?P<http>{HTTP_SPELLINGS})|(?P<ftp>f(?:x|\*)p))(?P<s>s?)\s?(?=:/)", re.IGNORECASE
)
_URL_SCHEME = re.compile(r"https?(?=://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with its defanging undone, and the way back.

    `text` is the plain form. `starts` are the offsets in `text` at which a piece begins, `origins` the offsets in the
    original, `kept` whether a piece stands for the original character by character. `fangs` are the offsets in `text`
    at which a bracket was undone (invisible characters and full-width forms are not defanging). `before` is the pass
    that made the original, if there was one: brackets are undone in the text that invisible characters were taken out
    of.
    """

    text: str
    starts: list[int]
    origins: list[int]
    kept: list[bool]
    fangs: list[int]
    before: "Plain | None"

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of `text[start:end]` (a non-empty range)."""
        if not self.starts:
            return start, end
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        begin = self.origins[first] + (start - self.starts[first] if self.kept[first] else 0)
        finish = self.origins[last] + (end - self.starts[last]) if self.kept[last] else self.origins[last + 1]
        return self.before.origin(begin, finish) if self.before else (begin, finish)

    def is_fanged(self, start: int, end: int) -> bool:
        """Whether an author's bracket stood inside `text[start:end]`."""
        at = bisect_left(self.fangs, start)
        if at < len(self.fangs) and self.fangs[at] < end:
            return True
        if self.before is None or not self.before.fangs:
            return False
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return self.before.is_fanged(self.origins[first], self.origins[last] + end - self.starts[last])


class _Writer:
    """A plain text being built piece by piece."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.done = 0
        self.length = 0
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.kept: list[bool] = []
        self.fangs: list[int] = []

    def keep(self, end: int) -> None:
        """The original up to `end`, as it is."""
        if end > self.done:
            self._piece(self.text[self.done : end], self.done, True)
            self.done = end

    def replace(self, end: int, new: str, kept: bool = False) -> None:
        """`new` for the original up to `end`; `kept` if character stands for character."""
        if new:
            self._piece(new, self.done, kept)
        self.done = end

    def fang(self) -> None:
        """A bracket was undone at the last character written."""
        self.fangs.append(max(self.length - 1, 0))

    def plain(self, before: "Plain | None") -> "Plain":
        if not self.done:
            return before or Plain(self.text, [], [], [], [], None)
        # The last piece is there even when empty: it says where the original of the piece before it ends.
        self._piece(self.text[self.done :], self.done, True)
        return Plain("".join(self.pieces), self.starts, self.origins, self.kept, self.fangs, before)

    def _piece(self, new: str, origin: int, kept: bool) -> None:
        self.pieces.append(new)
        self.starts.append(self.length)
        self.origins.append(origin)
        self.kept.append(kept)
        self.length += len(new)


def _without_wide(text: str) -> Plain:
    """The text with full-width forms as ASCII and without invisible characters."""
    out = _Writer(text)
    for match in _WIDE.finditer(text):
        piece = match.group()
        out.keep(match.start())
        if "\uff0d" <= piece[0] <= "\uff5a":
            out.replace(match.end(), "".join(chr(ord(char) - _WIDTH) for char in piece), kept=True)
        elif piece[0] in _WIDE_DOTS:
            out.replace(match.end(), ".", kept=True)
        elif piece[0] in _WIDE_BRACKETS:
            out.replace(match.end(), ".")
            out.fang()
        else:
            out.replace(match.end(), "")
    return out.plain(None)


def _without_brackets(text: str, before: Plain | None) -> Plain:
    """The text with the authors' brackets and the formats' escapes undone."""
    out = _Writer(text)
    for match in _FOLD.finditer(text):
        kind = match.lastgroup
        begin, end = match.span()
        if kind == "dot":
            begin, end = _with_blanks(text, begin, end, out.done)
        out.keep(begin)
        if kind in ("dot", "open"):
            out.replace(end, ".")
        elif kind == "label":
            out.replace(begin + 2, ".")
            out.fang()
            out.keep(end - 1)
            out.replace(end, "")
            continue
        elif kind in ("colon", "slash"):
            out.replace(end, "".join(char for char in match.group() if char in ":/"))
        else:
            out.replace(end, _SINGLE[kind or ""])
        if kind not in ("escape", "entity"):
            out.fang()
    return out.plain(before)


def _with_blanks(text: str, begin: int, end: int, floor: int) -> tuple[int, int]:
    """`example [.] com`: up to two blanks each side of a bracketed dot belong to it when words stand on both sides."""
    left, right = begin, end
    while left > floor and begin - left < 2 and text[left - 1] in " \t\xa0":
        left -= 1
    while right < len(text) and right - end < 2 and text[right] in " \t\xa0":
        right += 1
    if left > floor and right < len(text) and text[left - 1].isalnum() and text[right].isalnum():
        return left, right
    return begin, end


def plain(text: str) -> Plain:
    """`text` with brackets, full-width forms and invisible characters undone. Linear in the text, never raises."""
    first = None if text.isascii() else _without_wide(text)
    if first is not None and not first.starts:
        first = None
    inner = first.text if first else text
    if not _FOLD_TRIGGER.search(inner):
        return first or Plain(text, [], [], [], [], None)
    return _without_brackets(inner, first)


def _live_scheme(match: re.Match[str]) -> str:
    return ("http" if match["http"] else "ftp") + match["s"].lower()


def live_schemes(text: str) -> str:
    """`text` with hxxp and the like as http."""
    return _SCHEME.sub(_live_scheme, text)


def refang(text: str) -> str:
    """`text` as it was before defanging: `hxxps[:]//a[.]example` gives `https://a.example`. Any str, never raises."""
    return live_schemes(plain(text).text)


def defang(value: str, type: str) -> str:
    """`value` (as find gives it) in the one spelling of report-contract 1.5: every dot `[.]`, http(s) as `hxxp(s)`.

    ipv4, domain, email and url are defanged; ipv6 stays raw (the contract allows it, and `[:]` is not "nothing else");
    hashes and CVE ids have nothing to click. Schemes other than http(s) stay, so a wss URL keeps `wss://`. refang() is
    the inverse.
    """
    if type not in ("ipv4", "domain", "email", "url"):
        return value
    dotted = value.replace(".", "[.]")
    if type != "url":
        return dotted
    match = _URL_SCHEME.match(dotted)
    return "hxxp" + dotted[4:] if match else dotted
