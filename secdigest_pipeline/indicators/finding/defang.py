"""Defanging and refanging: what an author did to a value so that nobody clicks it, and the way back with offsets.

Knows spelling only (brackets, hxxp, full-width forms, invisible characters); what is a host or a URL is find.py's
business.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from secdigest_pipeline.base.characters import PERHAPS_UNSEEN, UNSEEN

_FULLWIDTH_WORD = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_FULLWIDTH_SIGN = "\uff0e\uff61\u2024\uff0d\uff3f\uff0f\uff1a\uff20"
# Full-width punctuation is Japanese prose unless a host or URL character follows: "ドメイン：悪" keeps its colon. Both
# patterns begin with one character set, which `re` looks for at memory speed, and sort out by look-behind what it
# was.
_WIDE = re.compile(
    rf"[{PERHAPS_UNSEEN}{_FULLWIDTH_WORD}{_FULLWIDTH_SIGN}【〔［｛（。]"
    rf"(?:(?<=[{UNSEEN}])[{UNSEEN}]*+"
    rf"|(?<=[{_FULLWIDTH_WORD}])[{_FULLWIDTH_WORD}]*+"
    rf"|(?<=[{_FULLWIDTH_SIGN}])(?=[A-Za-z0-9/\uff0f\uff1a{_FULLWIDTH_WORD}])"
    r"|(?<=[A-Za-z0-9]。)(?=[A-Za-z0-9])"
    r"|(?<=[【〔［｛（])\s?(?:[.．。・]|ドット|[dD][oO][tT]|(?P<at>[@＠]|アット(?:マーク)?|[aA][tT]))\s?[】〕］｝）])"
)
# `evil。example`: browsers read the ideographic full stop as a dot (UTS 46, 2.3), Japanese prose ends a sentence with it. So
# it is one in a run that stands alone in its line, cell or quotes, and behind a scheme.
_IDEOGRAPHIC_RUN = re.compile(
    r"[A-Za-z0-9](?<![A-Za-z0-9_.。-].)[A-Za-z0-9_.-]*+(?:。[A-Za-z0-9_.-]++)++(?=[ \t\u3000]{0,4}(?:\Z|[\r\n|,」』”\"'])|[/:])"
)
_ALONE_BEFORE = re.compile(r"(?:(?:\A|[\n|\t,「『“\"'])[ \u3000*•・●■◆▪–—-]{0,6}|://)\Z")
_WIDE_DOTS = "\uff61\u2024"
_WIDE_BRACKETS = "【〔［｛（"
# Distance of a full-width form from its ASCII character.
_WIDTH = 0xFEE0
# What stands on both sides of a half bracket: ASCII or another alphabet, never CJK prose.
_LETTER = "[A-Za-z0-9\u00df-\u1fff]"
_OPEN = r"[\[({<]"
_CLOSE = r"[\])}>]"
# Runs are capped at 12 so that a page of brackets costs 12 steps a character, never the page's length squared.
_DOT = r"(?:[.．。｡・]|[dD][oO][tT]|ドット)"
_FOLD = re.compile(
    r"[\[({<\]\\&](?:"
    # [.] (.) {.} <.> [dot] [[.]] with blanks inside, and [.[ with the wrong second bracket
    # (but not {{.}}, a template's placeholder)
    rf"(?P<dot>(?<={_OPEN})(?!(?<=\{{)\{{)[\s\[({{<]{{0,12}}{_DOT}\s{{0,4}}(?:{_CLOSE}|\[)[\])}}>]{{0,12}})"
    # [.com] : the label inside the bracket
    rf"|(?P<label>(?<={_LETTER}\[)\.[A-Za-z]{{2,18}}\](?![A-Za-z0-9(]))"
    # half brackets: evil[.com   evil.]com
    rf"|(?P<open>(?<={_LETTER}\[)\.(?={_LETTER}))"
    rf"|(?P<close>(?<={_LETTER}\.\])\]{{0,11}}(?={_LETTER}))"
    # [:] [://] [:/]/ and [/]
    rf"|(?P<colon>(?<={_OPEN})\s?:(?:\s?/{{1,2}})?\s?{_CLOSE})"
    r"|(?P<slash>(?<=\[)/{1,2}\](?=[/A-Za-z0-9]))"
    # [@] [at] (at)
    rf"|(?P<at>(?<={_OPEN})\s{{0,2}}(?:[@＠]|[aA][tT]|アット(?:マーク)?)\s{{0,2}}{_CLOSE})"
    # hxxp[s]:// and hxxp(s)://
    r"|(?P<secure>(?<=[pP][\[(])[sS][\])](?=[\[(]?:[\])]?/|[\[(]://))"
    # Markdown's escaped dot, JSON's escaped slash, HTML's escaped ampersand
    r"|(?P<escape>(?<=[A-Za-z0-9]\\)(?=\.[A-Za-z0-9])|(?<=[A-Za-z0-9:/]\\)(?=/))"
    r"|(?P<entity>(?<=&)(?:amp;){1,12}))"
)
_BLANKS = frozenset(" \t\xa0")
_SINGLE = {"entity": "&", "close": "", "escape": ""}
# hxxp, h**p, h__p, hxtp, htxp and meow (the word some teams agreed on): what the field writes for http.
HTTP_SPELLINGS = r"h(?:ttx|tt|xxx|xx|tx|xt|\*\*|__)p|meow"
_SCHEME = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?P<http>{HTTP_SPELLINGS})|(?P<ftp>f(?:x|\*)p))(?P<s>s?)\s?(?=:/)", re.IGNORECASE
)
_URL_SCHEME = re.compile(r"https?(?=://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with its defanging undone, and the way back.

    `text` is the plain form. Edit number i wrote `sizes[i]` characters at `starts[i]` of `text` for the characters from
    `origins[i]` to `ends[i]` of the original; between edits the two run side by side. `fangs` are the offsets in `text`
    at which a bracket was undone (invisible characters and full-width forms are not defanging). `before` is the pass that
    made the original, if there was one: brackets are undone in the text that invisible characters were taken out of.
    """

    text: str
    starts: list[int] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    fangs: list[int] = field(default_factory=list)
    before: "Plain | None" = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of `text[start:end]` (a non-empty range)."""
        begin, finish = self._span(start)[0], self._span(end - 1)[1]
        return self.before.origin(begin, finish) if self.before else (begin, finish)

    def is_fanged(self, start: int, end: int) -> bool:
        """Whether an author's bracket stood inside `text[start:end]`."""
        at = bisect_left(self.fangs, start)
        if at < len(self.fangs) and self.fangs[at] < end:
            return True
        if self.before is None or not self.before.fangs:
            return False
        return self.before.is_fanged(self._span(start)[0], self._span(end - 1)[1])

    def _span(self, at: int) -> tuple[int, int]:
        """Offsets, in the text this pass was given, of what the character `at` stands for."""
        edit = bisect_right(self.starts, at) - 1
        if edit < 0:
            return at, at + 1
        behind = at - self.starts[edit] - self.sizes[edit]
        if behind < 0:
            return self.origins[edit], self.ends[edit]
        return self.ends[edit] + behind, self.ends[edit] + behind + 1


def _edited(text: str, edits: Iterable[tuple[int, int, str, bool]], before: Plain | None) -> Plain:
    """`text` with each (begin, end, new, whether it undoes a bracket) done, in order."""
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    ends: list[int] = []
    sizes: list[int] = []
    fangs: list[int] = []
    done = shift = 0
    for begin, end, new, fang in edits:
        size = len(new)
        pieces += text[done:begin], new
        done = end
        # A form as long as what it stands for leaves the offsets alone.
        if size != end - begin:
            starts.append(begin + shift)
            origins.append(begin)
            ends.append(end)
            sizes.append(size)
        if fang:
            fangs.append(max(begin + shift + size - 1, 0))
        shift += size - (end - begin)
    if not pieces:
        return before or Plain(text)
    pieces.append(text[done:])
    return Plain("".join(pieces), starts, origins, ends, sizes, fangs, before)


def _ideographic_dots(text: str) -> frozenset[int]:
    """Where an ideographic full stop is the dot of a host."""
    return frozenset(
        at
        for run in _IDEOGRAPHIC_RUN.finditer(text)
        if _ALONE_BEFORE.search(text, max(0, run.start() - 8), run.start())
        for at in range(run.start(), run.end())
        if text[at] == "。"
    )


def _wide_edits(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Full-width forms to ASCII, invisible characters to nothing."""
    stops = _ideographic_dots(text) if "。" in text else frozenset[int]()
    for match in _WIDE.finditer(text):
        begin, end = match.span()
        piece = match.group()
        # before the letters: the bracket of ［.］ lies among them
        if piece[0] in _WIDE_BRACKETS:
            yield begin, end, "@" if match["at"] else ".", True
        elif piece[0] == "。":
            if begin in stops:
                yield begin, end, ".", False
        elif "\uff0d" <= piece[0] <= "\uff5a":
            yield begin, end, "".join(chr(ord(char) - _WIDTH) for char in piece), False
        elif piece[0] in _WIDE_DOTS:
            yield begin, end, ".", False
        else:
            yield begin, end, "", False


def _bracket_edits(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """The authors' brackets and the formats' escapes, undone."""
    done = 0
    for match in _FOLD.finditer(text):
        begin, end = match.span()
        kind = match.lastgroup
        if kind == "dot":
            if text[begin - 1 : begin] in _BLANKS or text[end : end + 1] in _BLANKS:
                begin, end = _with_blanks(text, begin, end, done)
            yield begin, end, ".", True
        elif kind == "at":
            # `ops [at] example`
            if text[begin - 1 : begin] in _BLANKS and text[end : end + 1] in _BLANKS:
                begin, end = _with_blanks(text, begin, end, done)
            yield begin, end, "@", True
        elif kind == "open":
            yield begin, end, ".", True
        elif kind == "label":
            yield begin, begin + 2, ".", True
            yield end - 1, end, "", False
        elif kind == "secure":
            yield begin, end, match.group()[1], True
        elif kind in ("colon", "slash"):
            yield begin, end, "".join(char for char in match.group() if char in ":/"), True
        else:
            yield begin, end, _SINGLE[kind or ""], kind == "close"
        done = end


def _with_blanks(text: str, begin: int, end: int, floor: int) -> tuple[int, int]:
    """`example [.] com`: up to two blanks each side of a bracketed dot belong to it when words stand on both sides."""
    left, right = begin, end
    while left > floor and begin - left < 2 and text[left - 1] in _BLANKS:
        left -= 1
    while right < len(text) and right - end < 2 and text[right] in _BLANKS:
        right += 1
    if left > floor and right < len(text) and text[left - 1].isalnum() and text[right].isalnum():
        return left, right
    return begin, end


def plain(text: str) -> Plain:
    """`text` with brackets, full-width forms and invisible characters undone. Linear in the text, never raises."""
    wide = None if text.isascii() else _edited(text, _wide_edits(text), None)
    inner = wide.text if wide else text
    return _edited(inner, _bracket_edits(inner), wide if wide and wide.starts else None)


def _live_scheme(match: re.Match[str]) -> str:
    return ("http" if match["http"] else "ftp") + match["s"].lower()


def live_schemes(text: str) -> str:
    """`text` with hxxp and the like as http."""
    return _SCHEME.sub(_live_scheme, text)


def refang(text: str) -> str:
    """`text` as it was before defanging: `hxxps[:]//a[.]example` gives `https://a.example`. Any str, never raises."""
    return live_schemes(plain(text).text)


def defang(value: str, type: str) -> str:
    """`value` (as find gives it) in the one spelling of docs/contract.md 1.5: every dot `[.]`, http(s) as `hxxp(s)`.

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
