"""Grounding: whether a statement's quotes stand in the article, and every value of the statement in or near them.

Code only, no model: what fails is not printed. A value that follows from values of the quotes is as good as one that stands
there (derived.py). What the words between the values say is judged by the rules of `meaning`.
"""

import re
from datetime import date

from secdigest_pipeline.analysis.grounding import japanese_names, names, ranges
from secdigest_pipeline.analysis.grounding.folding import fold
from secdigest_pipeline.analysis.grounding.meaning.changes import changed
from secdigest_pipeline.analysis.grounding.passages import WINDOW, Passages
from secdigest_pipeline.analysis.grounding.source import MAX_QUOTE_PLACES, Place, Source, Window
from secdigest_pipeline.analysis.grounding.values import Value, read
from secdigest_pipeline.analysis.records import Quote, Statement

# A statement rests on three passages at most; what is given beyond them is not looked at.
MAX_QUOTES = 3
# Five times the longest line of 12 months of reports (136 characters, docs/contract.md 1.4).
MAX_STATEMENT = 700
# 1人, 1社: in English often no number at all, "a man", "the firm".
_SINGLE = re.compile("1(?:つ|人|名|社|件|台|個|種類)")
_AN = re.compile(r"\ban? [a-z]", re.IGNORECASE)
# 1人あたり, 1件ごと: how something is counted, not how many there are.
_PER_ONE = re.compile("1(?:つ|日|人|件|台|社|回|週間?|[かヶカ]月|年|時間|分|秒)間?(?:あたり|当たり|につき|ごと|平均)")


class Grounder:
    """One article, indexed once: ask it for quotes and values. All offsets given out are characters of `text`.

    The title counts as near every quote. `published` is the day the article's `yesterday` and `9日` are counted from, `outlet`
    whose text it is: that name is known in every statement. Building and asking are linear in text and statement; nothing
    raises for any str.
    """

    def __init__(self, text: str, title: str = "", *, published: date | None = None, outlet: str = "") -> None:
        self.text = text
        self._source = Source(text, title, published, outlet)

    def find_quote(self, quote: str) -> Window | None:
        """Span of `quote` in the text, both folded; None if it is too short to be evidence or does not stand there."""
        places = self._source.quoted(quote)
        return places[0][2:] if places else None

    def ground(self, statement: str, *quotes: str, field: str = "summary") -> Statement:
        """`statement` with its verdict: `grounded`, `no_quote`, `derived: ` or `unsupported: ` and the values that fail.

        Its values must stand in or near its one to three quotes taken together, or follow from them. `derived` are those that
        code can neither find nor reckon, but that somebody who reads the article may. A quote that does not stand there is left
        out; the first that does is the result's, the others are `more_quotes`, all in the article's own spelling. `field`: where
        in the entry it stands; the values of a title may stand anywhere in the article.
        """
        found = [places for quote in quotes[:MAX_QUOTES] if (places := self._source.quoted(quote))]
        if not found:
            return Statement(statement, "", None, None, "no_quote")
        judged = []
        for at in range(min(max(map(len, found)), MAX_QUOTE_PLACES)):
            chosen = tuple(dict.fromkeys(own[min(at, len(own) - 1)] for own in found))
            verdict = self._verdict(statement, chosen, field)
            judged.append((chosen, verdict))
            if verdict == "grounded":
                break
        # the first place at which it holds, else the first of all
        chosen, verdict = judged[-1] if verdict == "grounded" else judged[0]
        first, *others = (Quote(self.text[slice(*place[2:])], *place[2:]) for place in chosen)
        return Statement(statement, first.text, first.start, first.end, verdict, tuple(others) or None)

    def unsupported_values(self, statement: str) -> list[str]:
        """The values of `statement` that neither stand in the article nor follow from its lead; for lines without a quote."""
        failed, underived = self._failing(statement, ())
        return failed + underived

    def _changed(self, statement: str, places: tuple[Place, ...], field: str) -> list[str]:
        passages = [self._source.all[slice(*window)] for window in Passages(self._source, places).sentences]
        return changed(statement, passages, self._source.all, field)

    def _verdict(self, statement: str, places: tuple[Place, ...], field: str) -> str:
        # a headline sums up the article: its values may stand anywhere in it
        failed, underived = self._failing(statement, () if field == "title" else places)
        failed += self._changed(statement, places, field)
        if failed:
            return f"unsupported: {', '.join(failed)}"[:300]
        return f"derived: {', '.join(underived)}"[:300] if underived else "grounded"

    def _failing(self, statement: str, quotes: tuple[Place, ...]) -> tuple[list[str], list[str]]:
        """The values of a statement that fail, and apart from them those that fail because code cannot derive them."""
        if len(statement) > MAX_STATEMENT:
            return [f"more than {MAX_STATEMENT} characters"], []
        source, text = self._source, fold(statement).text
        values = list({(value.kind, value.key, value.text): value for value in read(text)}.values())
        said = list(names.listed(text))
        failed = [name for name in said if not source.words.knows_listed(name)]
        underived: list[str] = []
        for name in japanese_names.unknown(text, said, source.all, lambda: source.words.capitalised):
            # An article in Japanese would have it in the same script.
            (failed if source.words.is_japanese else underived).append(name)
        passages = Passages(source, quotes)
        for value in values:
            if value.kind == "name":
                if not source.words.knows(value.text) and not names.makes(text, value.end, value.text, source.words):
                    failed.append(value.text)
                continue
            places = source.places(text, value)
            if places and value.kind == "version" and self._is_turned(text, value, places):
                failed.append(f"{value.text} (which side of it)")
            elif (places and (not quotes or passages.hold(places))) or passages.derive(value, text):
                continue
            elif places:
                if passages.is_elsewhere(text, value, places, values):
                    failed.append(value.text)
            elif not _PER_ONE.match(text, value.start) and not self._is_single(text, value, values, passages):
                (underived if passages.leave_open(value, values, text) else failed).append(value.text)
        if quotes and not failed:
            said += [value.text for value in values if value.kind == "name"]
            failed += self._swapped(said, quotes)
        return list(dict.fromkeys(failed)), list(dict.fromkeys(underived))

    def _swapped(self, said: list[str], quotes: tuple[Place, ...]) -> list[str]:
        whole = self._source.all
        quoted = "\n".join(whole[slice(*place[:2])] for place in quotes)
        around = "\n".join(whole[max(0, place[0] - WINDOW) : place[1] + WINDOW] for place in quotes)
        return names.swapped(said, quoted, around + whole[self._source.title :])

    def _is_single(self, text: str, value: Value, values: list[Value], passages: Passages) -> bool:
        """Whether a 1 counts what the quotes' sentences name without a number: `1人` for "a man"."""
        if not _SINGLE.match(text, value.start):
            return False
        said = {other.bare for other in values}
        return any(
            _AN.search(self._source.all, *window) is not None and not self._source.index.between(*window) - said
            for window in passages.sentences
        )

    def _is_turned(self, text: str, version: Value, places: list[int]) -> bool:
        """Whether the statement means the other side of a version than every place of the article that means one."""
        length = len(version.key.removeprefix("v"))
        said = ranges.side(text, version.start, version.end)
        return ranges.turned(said, (ranges.side(self._source.all, at, at + length) for at in places))


def find_quote(quote: str, text: str) -> Window | None:
    """Span of `quote` in `text` (characters), both folded; None for a quote too short to be evidence or not there."""
    return Grounder(text).find_quote(quote)


def ground(statement: str, quote: str, text: str, title: str = "") -> Statement:
    """One statement judged against one article; several of one article are cheaper through a Grounder."""
    return Grounder(text, title).ground(statement, quote)


def unsupported_values(statement: str, text: str, title: str = "") -> list[str]:
    """The values of `statement` that stand nowhere in `text` or `title`, for lines that have no quote."""
    return Grounder(text, title).unsupported_values(statement)
