"""The sentences of a statement's quotes: what stands in them, near them, and what follows from them."""

import re
from bisect import bisect_left
from functools import cached_property
from itertools import islice

from secdigest_pipeline.analysis.grounding import derived, lists, names, relative_dates
from secdigest_pipeline.analysis.grounding.derived import Passage
from secdigest_pipeline.analysis.grounding.source import MAX_QUOTE_PLACES, Place, Source, Window
from secdigest_pipeline.analysis.grounding.values import Value, read

# Characters before and behind the quotes' sentences in which the statement's numbers, dates and versions must stand: about
# a paragraph. Names, ids, hosts and hashes say by themselves what they mean and may stand anywhere in the article.
WINDOW = 600
_LABELLED = re.compile("段階|ステージ|フェーズ|章")
_WINDOWED = frozenset({"number", "date", "version"})
# A day of which only the day of its month is said takes the month from a date this far before it.
_CARRIED = 400


class Passages:
    """One to three quotes in their source; without any, the paragraphs of its lead, of which each derives by itself."""

    def __init__(self, source: Source, quotes: tuple[Place, ...]) -> None:
        self._source = source
        self._quotes = quotes

    @cached_property
    def sentences(self) -> list[Window]:
        """Spans in the folded text of the quotes' sentences."""
        return [self._source.sentences(*place[2:]) for place in self._quotes]

    @cached_property
    def _told(self) -> list[Passage]:
        if self._quotes:
            below = tuple(lists.bulleted(self._source.text, *place[2:]) for place in self._quotes)
            return [self._passage(self.sentences, below)]
        return [self._passage([window], (0,)) for window in self._source.lead()]

    def _passage(self, windows: list[Window], below: tuple[int, ...]) -> Passage:
        index, pieces, told = self._source.index, [], []
        length = 0
        for window in windows:
            piece = self._source.all[slice(*window)]
            told += [one.moved(length - window[0]) for one in index.dates_between(*window)]
            pieces.append(piece)
            length += len(piece) + 1
        first = windows[0][0]
        before = [one for one in index.dates_between(max(0, first - _CARRIED), first) if one.month]
        return Passage(
            "\n".join(pieces),
            tuple(told),
            before[-1] if before else None,
            self._source.published,
            below,
            self._source.all,
        )

    def hold(self, places: list[int]) -> bool:
        """Whether one of the places is inside a quote."""
        return any(within(places, *place[:2]) for place in self._quotes)

    def derive(self, value: Value, text: str) -> bool:
        """Whether a value of the folded statement `text` follows from what the quotes' sentences say."""
        return value.kind in ("number", "date") and any(derived.follows(value, text, told) for told in self._told)

    def leave_open(self, value: Value, values: list[Value], text: str) -> bool:
        """Whether a value that does not follow may yet be right: nothing in the sentences is like it and stands for it."""
        return (
            value.kind in ("number", "date")
            and not any(self.slipped(value, values, window) for window in self.sentences)
            and any(derived.might_follow(value, text, told) for told in self._told)
        )

    def is_elsewhere(self, text: str, value: Value, places: list[int], values: list[Value]) -> bool:
        """Whether a value that is not in a quote belongs to another matter, going by the sentences of the quotes."""
        if places[-1] >= self._source.title or any(within(places, *window) for window in self.sentences):
            return False
        near = any(within(places, first - WINDOW, last + WINDOW) for first, last in self.sentences)
        if value.kind in _WINDOWED and not near and not _is_label(text, value):
            # A whole date says by itself when: it may stand far away where the quotes tell no other day.
            whole = any(one.month and (one.day or one.year) for one in value.dates)
            return not whole or self._tell_another_day(value, values)
        if not any(self.slipped(value, values, window) for window in self.sentences):
            return False
        return value.kind != "date" or not self._told_there(text, value, places)

    def _tell_another_day(self, value: Value, values: list[Value]) -> bool:
        """Whether the sentences state a date that is neither in the statement nor a part of the asked one."""
        said = [one for other in values for one in other.dates]
        return any(
            not any(one.agrees(own) or relative_dates.says(own, one) for own in said)
            for window in self.sentences
            for one in self._source.index.dates_between(*window)
        )

    def _told_there(self, text: str, value: Value, places: list[int]) -> bool:
        """Whether a sentence with the date has what else the statement says: then it is no slip of the eye."""
        return any(
            names.share_words(text, self._source.sentence_at(at), value.text) for at in islice(places, MAX_QUOTE_PLACES)
        )

    def slipped(self, value: Value, values: list[Value], window: Window) -> bool:
        """Whether sentences hold, in place of `value`, one like it that the statement lacks.

        That is a number, version or date with one figure changed or another id: the value was taken from the wrong sentence.
        """
        index = self._source.index
        if value.kind == "date":
            said = [one for other in values for one in other.dates]
            return any(
                one.differs_in_one(asked)
                for one in index.dates_between(*window)
                if not any(one.agrees(own) for own in said)
                for asked in value.dates
            )
        said_keys = {other.key for other in values} | {other.bare for other in values}
        if value.kind == "number":
            return any(_one_figure_apart(number, value.bare) for number in index.between(*window) - said_keys)
        return any(
            other.kind == value.kind
            and other.key not in said_keys
            and (value.kind == "id" or _one_figure_apart(other.key, value.key))
            for other in read(self._source.all[slice(*window)])
        )


def _is_label(text: str, value: Value) -> bool:
    """第3段階: the name of a part, which says by itself what it means."""
    return text[max(0, value.start - 1) : value.start] == "第" and _LABELLED.match(text, value.end) is not None


def within(places: list[int], first: int, last: int) -> bool:
    """Whether one of the ascending places is from `first` to `last`."""
    at = bisect_left(places, first)
    return at < len(places) and places[at] <= last


def _one_figure_apart(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(different) == 1 and different[0][0].isdigit() and different[0][1].isdigit()
