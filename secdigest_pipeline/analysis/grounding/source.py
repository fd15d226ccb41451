"""An article as the thing statements are held against, indexed once: where its quotes, its sentences and its values stand."""

import re
from datetime import date
from functools import cached_property
from itertools import pairwise

from secdigest_pipeline.analysis.grounding import names, readings, rounding
from secdigest_pipeline.analysis.grounding.folding import fold, weight
from secdigest_pipeline.analysis.grounding.index import NumberIndex
from secdigest_pipeline.analysis.grounding.sentences import sentences
from secdigest_pipeline.analysis.grounding.values import Value

# A quote of less than 8 letters or 4 ideographs stands in any text.
MIN_WEIGHT = 8
# A sentence is not followed further than this beyond the quote.
_SENTENCE = 300
# The prompt asks for 20 to 300 characters; a quote that is half the article shows nothing.
MAX_QUOTE = 1_500
# Quote places that are tried: a lead is often said again further down.
MAX_QUOTE_PLACES = 4
# Places looked at for one value; more are a text made to cost time.
MAX_PLACES = 200
# The paragraphs from which a line without a quote may derive a value: a title speaks of the lead.
_LEAD_PARAGRAPHS, _LEAD = 8, 3_000
_EDGES = " \"'.,;:\u3001\u3002\u300c\u300d"
# 7.6系, 18系: a branch, of which the article may only name releases.
_BRANCH = re.compile("系|シリーズ")

Window = tuple[int, int]
# Span in the folded text, and span in the text.
Place = tuple[int, int, int, int]


class Source:
    """Title, text and outlet of one article, folded. Offsets are of `all`, the folded text; those from `title` on are the title's.

    `published` is None too for a year no calendar counts from: that date is damaged.
    """

    def __init__(self, text: str, title: str, published: date | None, outlet: str) -> None:
        self.text = text
        self.published = published if published and 1900 < published.year < 2900 else None
        self._folded = fold(text)
        head = fold(f"{title} \n {outlet}" if outlet else title)
        # One string for both, so that one search serves both.
        self.title = len(self._folded.text) + 3
        self.all = f"{self._folded.text} \n {head.text}"
        self.low = f"{self._folded.low} \n {head.low}"

    @cached_property
    def words(self) -> names.Words:
        """Its names."""
        return names.Words(self.all, self.low)

    @cached_property
    def index(self) -> NumberIndex:
        """Its numbers and dates."""
        return NumberIndex(self.all)

    def quoted(self, quote: str) -> list[Place]:
        """The first places of a quote; none for one that is too short to be evidence."""
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

    def sentences(self, start: int, end: int) -> Window:
        """Span in the folded text of the sentences that `text[start:end]` touches, at most 300 characters more each side."""
        first = max(0, start - _SENTENCE)
        around = self.text[first : end + _SENTENCE]
        touched = [s for s in sentences(around) if s.end > start - first and s.start < end - first]
        begin = min(start, first + touched[0].start) if touched else start
        finish = max(end, first + touched[-1].end) if touched else end
        return self._folded.offset(begin), self._folded.offset(finish)

    def lead(self) -> list[Window]:
        """Spans in the folded text of the first paragraphs, and of the whole article where it is short."""
        cut = self.text[:_LEAD]
        edges = [0, *(match.end() for match in re.finditer(r"\n+", cut)), len(cut)]
        spans = [(a, b) for a, b in pairwise(edges) if a < b][:_LEAD_PARAGRAPHS]
        windows = [(self._folded.offset(a), self._folded.offset(b)) for a, b in spans]
        return [*windows, (self.title, min(len(self.all), self.title + _SENTENCE))]

    def sentence_at(self, at: int) -> str:
        """The folded sentence that holds the offset `at`; all of the title for one of its own."""
        if at >= len(self._folded.text):
            return self.all[self.title :]
        start, end = self._folded.origin(at, at + 1)
        return self.all[slice(*self.sentences(start, max(end, start + 1)))]

    def places(self, text: str, value: Value) -> list[int]:
        """Where a value of the folded statement `text` stands, ascending."""
        if value.kind == "date":
            return sorted({at for one in value.dates for at in self.index.dated(one)})
        if value.kind != "number":
            needle = value.key.removeprefix("v") if value.kind == "version" else value.key.rstrip("/")
            found = names.places(self.low, needle, value.kind, MAX_PLACES)
            if not found and value.kind == "version":
                found = self._releases(text, value, needle) or names.apart(self.low, needle)
            return found or (self.index.ids.get(value.key, []) if value.kind == "id" else found)
        if value.key.startswith("~") or value.key == "1/2":
            return self.index.of_size(value.key)
        places = self.index.numbers.get(value.key, [])
        if not places and not value.bare.isdigit():
            # 3.1 may be the version v3.1, 14:30 is compared as it stands.
            places = names.places(self.low, value.key, "version", MAX_PLACES)
        if not places and rounding.how(text, value.start, value.end) != "exact":
            places = self.index.rounded(value.key)
        return places or self._releases(text, value, value.bare) or self._read_otherwise(text, value)

    def _releases(self, text: str, value: Value, branch: str) -> list[int]:
        return names.releases(self.low, branch, MAX_PLACES) if _BRANCH.match(text, value.end) else []

    def _read_otherwise(self, text: str, value: Value) -> list[int]:
        for key in readings.keys(text, value):
            if places := self.index.numbers.get(key):
                return places
        return readings.idiom(text, value, self.low)
