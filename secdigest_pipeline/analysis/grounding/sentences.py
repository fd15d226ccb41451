"""Sentences of English and Japanese text as spans, for text that was cut out of a page.

A line break ends a sentence unless the text is hard-wrapped. No linguist: an unknown abbreviation splits early.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATION = re.compile(
    r"mr|mrs|ms|dr|prof|st|jr|sr|inc|corp|ltd|co|llc|vs|etc|e\.g|i\.e|cf|approx|nos?|fig|al|dept|est|gov|gen|sen|rep|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|u\.s|u\.k|e\.u|a\.m|p\.m|ver|vol|v"
)
# starts at the first mark of a run only, so a page of marks is read once
_LATIN_END = re.compile(r"(?<![.!?])[.!?]++[\"'”’)\]]*(?=\s|$)")
_LAST_WORD = re.compile(r"[\w.]+$")
_BULLET = re.compile(r"\s*(?:[-*+•・‣▪●■□◆]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"\s*#{1,6}\s")
_OPENING = "「『（【〈《"
_CLOSING = "」』）】〉》"
_ENDS = "。｡！？"
_MARK = re.compile(f"[{_OPENING}{_CLOSING}{_ENDS}]")
_WRAP_FROM = 50


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[start:end]`, the number of the paragraph it stands in, and whether that is a heading or a list item."""

    start: int
    end: int
    paragraph: int
    heading: bool
    item: bool


def sentences(text: str) -> list[Sentence]:
    """Every sentence of `text` in order, without surrounding white space and bullets; nothing else is left out."""
    found = []
    for number, (start, end) in enumerate(_paragraphs(text)):
        bullet = _BULLET.match(text, start, end)
        heading = _HEADING.match(text, start, end) is not None
        begin = bullet.end() if bullet else start
        for a, b in _split(text, begin, end):
            found.append(Sentence(a, b, number, heading, bullet is not None))
    return found


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\n+", text):
        if _is_wrap(text, start, match):
            continue
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _is_wrap(text: str, start: int, gap: re.Match[str]) -> bool:
    """A single break after a long line without an end, before a lower-case letter: a wrapped line, no paragraph."""
    before = text.rfind("\n", start, gap.start()) + 1
    after = text[gap.end() : gap.end() + 1]
    return (
        gap.group() == "\n"
        and gap.start() - max(before, start) >= _WRAP_FROM
        and "a" <= after <= "z"
        and text[gap.start() - 1] not in ".!?。:："
    )


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for cut in _cuts(text, start, end):
        yield from _trimmed(text, begin, cut)
        begin = cut
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    a, b = start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
    if a < b:
        yield a, b


def _cuts(text: str, start: int, end: int) -> list[int]:
    latin = [m.end() for m in _LATIN_END.finditer(text, start, end) if _ends_latin(text, start, end, m)]
    return sorted({*latin, *_japanese_cuts(text, start, end)})


def _ends_latin(text: str, start: int, end: int, mark: re.Match[str]) -> bool:
    rest = text[mark.end() : min(end, mark.end() + 3)].lstrip()
    if rest and (rest[0].islower() or rest[0] in ",;)"):
        return False
    if mark.group()[0] != ".":
        return True
    word = _LAST_WORD.search(text, max(start, mark.start() - 20), mark.start())
    name = word.group().casefold() if word else ""
    # "J. Smith", "e.g. Windows", "No. 5"
    return not (len(name) == 1 and name.isalpha() and word is not None and word.group().isupper() and rest) and (
        not _ABBREVIATION.fullmatch(name) or not rest
    )


def _japanese_cuts(text: str, start: int, end: int) -> list[int]:
    cuts = []
    depth = opened = stop = 0
    for mark in _MARK.finditer(text, start, end):
        at, char = mark.start(), mark.group()
        if at < stop:
            continue
        if char in _OPENING:
            depth += 1
            opened = at
        elif char in _CLOSING:
            depth = max(depth - 1, 0)
        # an opening bracket that is never closed must not swallow the rest of the page
        elif depth == 0 or at - opened > 300:
            stop = at + 1
            while stop < end and text[stop] in _ENDS + _CLOSING:
                stop += 1
            cuts.append(stop)
            depth = 0
    return cuts
