"""Grounding: whether a statement's quote stands in the article, and every value of the statement near it.

Code only, no model: what fails is not printed. What the words between the values say is judged by the rules of `meaning`.
"""

import re
from bisect import bisect_left
from functools import cached_property

from secdigest_pipeline.analysis.grounding import names, ranges
from secdigest_pipeline.analysis.grounding.folding import fold, weight
from secdigest_pipeline.analysis.grounding.index import NumberIndex
from secdigest_pipeline.analysis.grounding.meaning.changes import changed
from secdigest_pipeline.analysis.grounding.sentences import sentences
from secdigest_pipeline.analysis.grounding.values import Value, read
from secdigest_pipeline.analysis.records import Statement

# A quote of less than 8 letters or 4 ideographs stands in any text.
MIN_WEIGHT = 8
# Characters before and behind the quote's sentences in which the statement's numbers, dates and versions must stand: about
# a paragraph. Names, ids, hosts and hashes say by themselves what they mean and may stand anywhere in the article.
WINDOW = 600
_WINDOWED = frozenset({"number", "date", "version"})
# A sentence is not followed further than this beyond the quote.
_SENTENCE = 300
# The prompt asks for 20 to 300 characters; a quote that is half the article shows nothing.
MAX_QUOTE = 1_500
# Five times the longest line of 12 months of reports (136 characters, docs/contract.md 1.4).
MAX_STATEMENT = 700
# Places of a quote that are tried: a lead is often said again further down.
MAX_QUOTE_PLACES = 4
# Places looked at for one value; more are a text made to cost time.
MAX_PLACES = 200
_EDGES = " \"'.,;:\u3001\u3002\u300c\u300d"
_ABOUT = ("約", "およそ", "ほぼ", "推定", "最大", "少なくとも")
_ABOUT_BEHIND = re.compile("[^0-9、。]{0,2}?(?:超|以上|余り?|強|弱|近く|前後|を上回)")
# 7.6系, 18系: a branch, of which the article may only name releases.
_BRANCH = re.compile("系|シリーズ")
# 1人あたり, 1件ごと: how something is counted, not how many there are.
# 1人, 1社: in English often no number at all, "a man", "the firm".
_SINGLE = re.compile("1(?:つ|人|名|社|件|台|個|種類)")
_AN = re.compile(r"\ban? [a-z]", re.IGNORECASE)
_PER_ONE = re.compile("1(?:つ|日|人|件|台|社|回|週間?|[かヶカ]月|年|時間|分|秒)間?(?:あたり|当たり|につき|ごと|平均)")

Window = tuple[int, int]
# Span in the folded text, and span in the text.
Place = tuple[int, int, int, int]


class Grounder:
    """One article, indexed once: ask it for quotes and values. All offsets given out are characters of `text`.

    The title counts as near every quote. Building and asking are linear in text and statement; nothing raises for any str.
    """

    def __init__(self, text: str, title: str = "") -> None:
        self.text = text
        self._folded = fold(text)
        head = fold(title)
        # One string for both, so that one search serves both: offsets from `_title` on are the title's.
        self._title = len(self._folded.text) + 3
        self._all = f"{self._folded.text} \n {head.text}"
        self._low = f"{self._folded.low} \n {head.low}"

    @cached_property
    def _words(self) -> names.Words:
        return names.Words(self._all, self._low)

    @cached_property
    def _index(self) -> NumberIndex:
        return NumberIndex(self._all)

    def find_quote(self, quote: str) -> Window | None:
        """Span of `quote` in the text, both folded; None if it is too short to be evidence or does not stand there."""
        places = self._quoted(quote)
        return places[0][2:] if places else None

    def ground(self, statement: str, quote: str) -> Statement:
        """`statement` with its verdict: `grounded`, `no_quote`, or `unsupported: ` and the values that fail.

        The quote of the result is the article's own spelling of it.
        """
        places = self._quoted(quote)
        if not places:
            return Statement(statement, "", None, None, "no_quote")
        judged = []
        for place in places:
            failed = self._failing(statement, place)
            failed += changed(statement, [self._all[slice(*self._sentences(*place[2:]))]], self._all)
            judged.append((place, failed))
            if not failed:
                break
        # the first place at which it holds, else the first of all
        place, failed = judged[0] if failed else judged[-1]
        verdict = f"unsupported: {', '.join(failed)}"[:300] if failed else "grounded"
        return Statement(statement, self.text[slice(*place[2:])], *place[2:], verdict)

    def unsupported_values(self, statement: str) -> list[str]:
        """The values of `statement` that stand nowhere in the article; empty when all do. For lines without a quote."""
        return self._failing(statement, None)

    def _quoted(self, quote: str) -> list[Place]:
        """The first places of a quote."""
        if len(quote) > MAX_QUOTE:
            return []
        wanted = fold(quote)
        words = wanted.text.strip()
        if weight(words) < MIN_WEIGHT:
            return []
        exact = quote.strip()
        low = wanted.low.strip()
        for needle, hay in ((words, self._folded.text), (low, self._folded.low), (low.strip(_EDGES), self._folded.low)):
            if weight(needle) < MIN_WEIGHT:
                continue
            found: list[Place] = []
            at = hay.find(needle)
            while at >= 0 and len(found) < MAX_QUOTE_PLACES:
                start, end = self._folded.origin(at, at + len(needle))
                # Folding drops what stands at the ends: invisible characters, a bracket of [.].
                end = start + len(exact) if self.text.startswith(exact, start) else end
                found.append((at, at + len(needle), start, end))
                at = hay.find(needle, at + len(needle))
            if found:
                return found
        # Cut inside a bracket or before a combining mark, a copy folds to something else.
        start = self.text.find(exact)
        if start < 0:
            return []
        return [(self._folded.offset(start), self._folded.offset(start + len(exact)), start, start + len(exact))]

    def _sentences(self, start: int, end: int) -> Window:
        """Span in the folded text of the sentences that `text[start:end]` touches, at most 300 characters more each side."""
        first = max(0, start - _SENTENCE)
        around = self.text[first : end + _SENTENCE]
        touched = [s for s in sentences(around) if s.end > start - first and s.start < end - first]
        begin = min(start, first + touched[0].start) if touched else start
        finish = max(end, first + touched[-1].end) if touched else end
        return self._folded.offset(begin), self._folded.offset(finish)

    def _failing(self, statement: str, place: Place | None) -> list[str]:
        if len(statement) > MAX_STATEMENT:
            return [f"more than {MAX_STATEMENT} characters"]
        text = fold(statement).text
        values = list({(value.kind, value.key, value.text): value for value in read(text)}.values())
        said = list(names.listed(text))
        failed = [name for name in said if not self._words.knows_listed(name)]
        away = []
        for value in values:
            if value.kind == "name":
                if not self._words.knows(value.text):
                    failed.append(value.text)
                continue
            places = self._places(text, value)
            if not places:
                if not _PER_ONE.match(text, value.start) and not self._is_single(text, value, values, place):
                    failed.append(value.text)
            elif value.kind == "version" and self._is_turned(text, value, places):
                failed.append(f"{value.text} (which side of it)")
            elif place and not _within(places, *place[:2]) and places[-1] < self._title:
                away.append((value, places))
        if place and away:
            quoted = self._sentences(*place[2:])
            failed += [value.text for value, places in away if self._is_elsewhere(value, places, values, quoted)]
        if place and not failed:
            said += [value.text for value in values if value.kind == "name"]
            around = self._all[max(0, place[0] - WINDOW) : place[1] + WINDOW] + self._all[self._title :]
            failed += names.swapped(said, self._all[slice(*place[:2])], around)
        return list(dict.fromkeys(failed))

    def _is_single(self, text: str, value: Value, values: list[Value], place: Place | None) -> bool:
        """Whether a 1 counts what the quote's sentences name without a number: `1人` for "a man"."""
        if not place or not _SINGLE.match(text, value.start):
            return False
        first, last = self._sentences(*place[2:])
        said = {other.bare for other in values}
        return _AN.search(self._all, first, last) is not None and not self._index.between(first, last) - said

    def _is_turned(self, text: str, version: Value, places: list[int]) -> bool:
        """Whether the statement means the other side of a version than every place of the article that means one."""
        length = len(version.key.removeprefix("v"))
        said = ranges.side(text, version.start, version.end)
        return ranges.turned(said, (ranges.side(self._all, at, at + length) for at in places))

    def _is_elsewhere(self, value: Value, places: list[int], values: list[Value], quoted: Window) -> bool:
        """Whether a value that is not in the quote belongs to another matter, going by the sentences of the quote."""
        if _within(places, *quoted):
            return False
        if value.kind in _WINDOWED and not _within(places, quoted[0] - WINDOW, quoted[1] + WINDOW):
            return True
        return self._slipped(value, values, quoted)

    def _places(self, text: str, value: Value) -> list[int]:
        """Where a value of the folded statement `text` stands in the article, ascending."""
        if value.kind == "date":
            return sorted({at for date in value.dates for at in self._index.dated(date)})
        if value.kind != "number":
            needle = value.key.removeprefix("v") if value.kind == "version" else value.key.rstrip("/")
            found = names.places(self._low, needle, value.kind, MAX_PLACES)
            if not found and value.kind == "version":
                found = self._releases(text, value, needle)
            return found or (self._index.ids.get(value.key, []) if value.kind == "id" else found)
        if value.key.startswith("~") or value.key == "1/2":
            return self._index.of_size(value.key)
        places = self._index.numbers.get(value.key, [])
        if not places and not value.bare.isdigit():
            # 3.1 may be the version v3.1, 14:30 is compared as it stands.
            places = names.places(self._low, value.key, "version", MAX_PLACES)
        if not places and (text[: value.start].endswith(_ABOUT) or _ABOUT_BEHIND.match(text, value.end)):
            places = self._index.rounded(value.key)
        return places or self._releases(text, value, value.bare)

    def _releases(self, text: str, value: Value, branch: str) -> list[int]:
        return names.releases(self._low, branch, MAX_PLACES) if _BRANCH.match(text, value.end) else []

    def _slipped(self, value: Value, values: list[Value], quote: Window) -> bool:
        """Whether the quote's sentences hold, in place of `value`, one like it that the statement lacks.

        That is a number, version or date with one figure changed or another id: the value was taken from the wrong sentence.
        """
        if value.kind == "date":
            said = [date for other in values for date in other.dates]
            return any(
                date.differs_in_one(asked)
                for date in self._index.dates_between(*quote)
                if not any(date.agrees(one) for one in said)
                for asked in value.dates
            )
        said_keys = {other.key for other in values} | {other.bare for other in values}
        if value.kind == "number":
            return any(_one_figure_apart(number, value.bare) for number in self._index.between(*quote) - said_keys)
        return any(
            other.kind == value.kind
            and other.key not in said_keys
            and (value.kind == "id" or _one_figure_apart(other.key, value.key))
            for other in read(self._all[slice(*quote)])
        )


def _within(places: list[int], first: int, last: int) -> bool:
    at = bisect_left(places, first)
    return at < len(places) and places[at] <= last


def _one_figure_apart(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(different) == 1 and different[0][0].isdigit() and different[0][1].isdigit()


def find_quote(quote: str, text: str) -> Window | None:
    """Span of `quote` in `text` (characters), both folded; None for a quote too short to be evidence or not there."""
    return Grounder(text).find_quote(quote)


def ground(statement: str, quote: str, text: str, title: str = "") -> Statement:
    """One statement judged against one article; several of one article are cheaper through a Grounder."""
    return Grounder(text, title).ground(statement, quote)


def unsupported_values(statement: str, text: str, title: str = "") -> list[str]:
    """The values of `statement` that stand nowhere in `text` or `title`, for lines that have no quote."""
    return Grounder(text, title).unsupported_values(statement)
