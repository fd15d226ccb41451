"""Where on its page a value stands: section, table, list or code block, and the words beside it.

Reads the structure-preserving page text of the articles package, and any plain text with Markdown, AsciiDoc or no marks at all.
One pass over the lines; linear in the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.indicators.judging import headings, wording
from secdigest_pipeline.indicators.judging.headings import Announces

# Words that far from a value, on its own line, are about it.
NEAR = 160
# Letters between two values that are still one enumeration ("and", " | Domain | "), and how many values of one are looked over.
_CONNECTORS = 12
_ENUMERATED = 8
# Values of a page whose sentences are read: beyond ten thousand a page is a list, and its sentences would cost minutes.
_READ = 10_000
# Level of a heading that no mark shows: it ends at any other heading.
_UNMARKED = 7
# Lines without a value after which such a section is over, before its first value and after one.
_LEAD = 6
_SILENCE = 12
# A line of more bytes than this, without a value, is prose and ends a section that no heading mark opened. Bytes, because
# a Japanese sentence says as much in 80 characters as an English one in 240.
_PROSE = 240
_LABEL = 80

# Values in one line that make a row of them.
_ROW = 3
# Lines of nothing but values in a row that make a block: two may be a coincidence of page furniture.
_BLOCK = 3

_SENTENCE_END = re.compile(r"[.!?;]\s|[。！？]")
_LINE = re.compile(r"[^\n]+")
_MARKED = re.compile(r"\s{0,3}(?:(#{1,6})\s|(={1,6})\s|<h([1-6])\b)")
_BOLD = re.compile(r"\s*\*\*[^*]{1,100}\*\*:?\s*")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,}|-{4,}|\.{4,})\s*\w*\s*")
_BULLET = re.compile(r"[\s\-*+•・●■◆▪–—>|`\"'“”「『(\[]*(?:\d{1,3}[.)]\s+)?[`\"']?")
_FIELD_LABEL = re.compile(r"[\s\-*+•・●>|]*[\w &/().・ー-]{1,30}[:：=]\s*[`\"']?")
_WORDS = re.compile(r"[^\W\d_]")
_TABLE = re.compile(r"\s*\|.*\||[^|]*\|[^|]*\||.*\t|[^|\n]{1,80} \| ")
_RULE = re.compile(r"[\s|:+=-]*")


class Place(NamedTuple):
    """Surroundings of one value: equal for the values of one list, so that what they say is asked once.

    `listed`: alone on its line, in a table row, code block or list. `block`: one of three lines in a row that hold nothing but values.
    `row`: one of three values or more in a line that holds little else.
    `before` and `after` are its own sentence, at most NEAR characters of it.
    """

    section: Announces
    heading: str
    label: str
    listed: bool
    block: bool
    before: str
    after: str
    row: bool = False


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    section: Announces
    heading: str
    label: str
    listed: bool
    block: bool
    row: bool = False


class Layout:
    """The lines of a page that hold values, each with the section it stands in.

    `is_list`: at least half of the page's lines hold a value: the page is a list, not an article.
    """

    def __init__(self, text: str, values: Sequence[Observable]) -> None:
        self._text = text
        self._values = values
        self._lines = _lines(text, values)
        self.is_list = len(self._lines) >= _BLOCK and 2 * len(self._lines) >= _filled(text)
        self._starts = [line.start for line in self._lines]
        self._last_read = values[_READ].start if len(values) > _READ else len(text)

    def place(self, value: Observable) -> Place:
        """Where `value`, one of those the layout was made with, stands."""
        line = self._lines[max(bisect_right(self._starts, value.start) - 1, 0)]
        begin, end = value.start, value.end
        if begin <= self._last_read:
            begin, end = self._reach(value, line)
        return Place(
            line.section,
            line.heading,
            line.label,
            line.listed,
            line.block,
            _SENTENCE_END.split(self._text[begin : value.start])[-1] if begin < value.start else "",
            _SENTENCE_END.split(self._text[value.end : end], maxsplit=1)[0] if value.end < end else "",
            line.row,
        )

    def _reach(self, value: Observable, line: _Line) -> tuple[int, int]:
        """How far the words on the line of a value are about it: to the next value that has words of its own."""
        begin, end = max(line.start, value.start - NEAR), min(line.end, value.end + NEAR)
        at = bisect_left(self._values, value.start, key=_start)
        for before in reversed(self._values[max(0, at - _ENUMERATED) : at]):
            if before.end <= begin:
                break
            if len(_WORDS.findall(self._text, before.end, value.start)) > _CONNECTORS:
                begin = before.end
                break
        for behind in self._values[at + 1 : at + 1 + _ENUMERATED]:
            if behind.start >= end:
                break
            if len(_WORDS.findall(self._text, value.end, behind.start)) > _CONNECTORS:
                end = max(value.end, behind.start)
                break
        return begin, end


def _start(value: Observable) -> int:
    return value.start


class _Reader:
    """The headings in force while the lines go by."""

    def __init__(self) -> None:
        self.section: Announces = ""
        self.level = 0
        self.heading = ""
        self.label = ""
        self.valued = False
        self.since = 0
        self.pending = ""
        self.in_code = False
        self.table_head = False

    def heads(self, announced: Announces, level: int, line: str) -> None:
        """A heading of `level` (1 to 6, 7: unmarked) begins."""
        if announced:
            self.section, self.level = announced, level
        elif level <= self.level:
            self.section, self.level = "", 0
        self.heading = headings.undressed(line)[:120]
        self.label = self.pending = ""
        self.valued = False
        self.since = 0

    def goes_by(self, line: str) -> None:
        """A line without a value goes by."""
        if not line.strip():
            return
        self.since += 1
        # Page furniture and tables of contents say "Indicators of Compromise" and "Domains" too, but no value follows.
        if self.level == _UNMARKED and self.since > (_SILENCE if self.valued else _LEAD):
            self.section, self.level, self.label = "", 0, ""
        if self.since > 2:
            self.pending = ""
        if not _is_table(line):
            self.table_head = False
            self.passes(line)
        elif not _RULE.fullmatch(line):
            cells = re.split(r"[|\t]", line[:600])
            self.table_head = headings.heads_indicators(cells)
            self.label = " ".join(" ".join(cells).split())[:_LABEL]

    def holds(self, line: str) -> tuple[Announces, bool]:
        """(section, whether it is a table row or code) of a line that holds a value."""
        if self.pending:
            self.heads("indicators", _UNMARKED, self.pending)
        self.valued = True
        self.since = 0
        table = _is_table(line)
        self.table_head = self.table_head and table
        # A table of indicators is one wherever it stands but under references.
        section: Announces = "indicators" if self.table_head and self.section != "references" else self.section
        return section, table or self.in_code

    def passes(self, line: str) -> None:
        """A line of text, perhaps a heading or label, goes by."""
        if len(line) <= _LABEL and _FENCE.fullmatch(line):
            self.in_code = not self.in_code
            return
        marked = _MARKED.match(line)
        if marked and not self.in_code:
            level = len(marked[1] or marked[2] or "") or int(marked[3] or 0)
            announced = headings.announces(line, marked=True)
            # A page's title covers everything below it: it must say that the page is a list, not just mention one.
            if level == 1 and announced == "indicators" and not headings.titles_indicators(line):
                announced = ""
            self.heads(announced, level, line)
            return
        announced = headings.announces(line, marked=False) if len(line) <= _LABEL + 20 else ""
        if announced == "indicators" and self.section == "indicators":
            self.label = headings.undressed(line)[:_LABEL]
        elif announced == "indicators" and not headings.names_indicators(line):
            self.pending, self.since = line, 0
        elif announced:
            self.heads(announced, _UNMARKED, line)
        elif len(line.encode("utf-8", "replace")) > _PROSE:
            # Prose also ends a code block: what opened it was a ruled line.
            self.label, self.in_code = "", False
            if self.level == _UNMARKED and (self.valued or self.since > 2):
                self.section, self.level = "", 0
        elif _BOLD.fullmatch(line) or line.rstrip()[-1:] in ":：":
            # Something new begins: references that no heading mark opened are over, a list of indicators goes on.
            if self.level == _UNMARKED and self.section != "indicators":
                self.section, self.level = "", 0
            self.label = headings.undressed(line)[:_LABEL]
        elif len(line) <= _LABEL and (self.section == "indicators" or (len(line) <= 40 and wording.PAYMENT(line))):
            self.label = headings.undressed(line)[:_LABEL]


def _filled(text: str) -> int:
    """Lines of a text that are not blank."""
    return sum(1 for match in _LINE.finditer(text) if not match.group().isspace())


def _is_table(line: str) -> bool:
    head = line[:400]
    return ("|" in head or "\t" in head) and _TABLE.match(head) is not None


def _lines(text: str, values: Sequence[Observable]) -> list[_Line]:
    """The lines of `text` that hold values. What comes behind the last of them is not read: nothing asks for its section."""
    reader = _Reader()
    lines: list[_Line] = []
    shapes: list[tuple[int, bool, bool]] = []
    at = 0
    for number, match in enumerate(_LINE.finditer(text)):
        if at == len(values):
            break
        start, end = match.span()
        first = at
        while at < len(values) and values[at].start < end:
            at += 1
        line = match.group()
        if at == first:
            reader.goes_by(line)
            continue
        here = values[first:at]
        opens, alone = _shape(line, start, here)
        shapes.append((number, opens, alone))
        if _MARKED.match(line) and len(line) <= 200:
            reader.passes(_blanked(line, start, here))
        section, listed = reader.holds(line)
        listed = listed or alone
        lines.append(
            _Line(start, end, section, reader.heading, reader.label, listed, False, len(here) >= _ROW and alone)
        )
        own = _own_label(line, start, here)
        if own or not listed:
            # A label speaks of the list below it; a sentence has its own words.
            lines[-1].label = own
    _group(lines, shapes)
    return lines or [_Line(0, len(text), "", "", "", False, False)]


def _group(lines: list[_Line], shapes: list[tuple[int, bool, bool]]) -> None:
    """Marks lines that a value opens beside another such line as listed, and three or more in a row that stand alone as a block."""
    run = 0
    for at, (number, opens, alone) in enumerate(shapes):
        before = at > 0 and shapes[at - 1][0] == number - 1
        if opens and before and shapes[at - 1][1]:
            lines[at].listed = lines[at - 1].listed = True
        run = (run + 1 if before else 1) if alone else 0
        if run >= _BLOCK:
            for line in lines[at - (_BLOCK - 1 if run == _BLOCK else 0) : at + 1]:
                line.block = True


def _blanked(line: str, offset: int, values: Sequence[Observable]) -> str:
    pieces: list[str] = []
    done = 0
    for value in values:
        begin, finish = value.start - offset, value.end - offset
        if begin >= done:
            pieces.append(line[done:begin])
        done = max(done, finish)
    pieces.append(line[done:])
    return " ".join(pieces)


def _shape(line: str, offset: int, values: Sequence[Observable]) -> tuple[bool, bool]:
    """(a value opens the line, values are nearly all the line holds)."""
    lead = line[: max(0, values[0].start - offset)]
    opens = bool(_BULLET.fullmatch(lead) or (len(lead) <= 60 and _FIELD_LABEL.fullmatch(lead)))
    words = len(_WORDS.findall(_blanked(line, offset, values))) if len(line) < 20_000 else 10 * len(values)
    alone = words <= 24 if opens else words <= 6 * len(values)
    return opens, alone


def _own_label(line: str, offset: int, values: Sequence[Observable]) -> str:
    lead = line[: max(0, values[0].start - offset)]
    return headings.undressed(lead) if 2 < len(lead) <= 60 and lead.rstrip(" `\"'")[-1:] in (":", "：") else ""
