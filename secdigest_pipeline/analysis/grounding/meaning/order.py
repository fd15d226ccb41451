"""Order in time: what a statement says came first, and what its passages say did."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning.events import Event, is_japanese
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading

_BEFORE_JA = re.compile("[るうすくむつの]前(?:に|、)|に先立")
_AFTER_JA = re.compile(
    "(?:た|の|その|以|直)後|てから|でから|次に|続いて|(?<!を)最後に|まず|最初に|初めに|先に|それから|翌"
)
# 失効させたのは、公開した後だった: what is told first came second.
_CLEFT_JA = re.compile("のは、?(?=[^。]*後(?:だ|で|に[なあ]|。|$))")
_AFTER = re.compile(r"\b(?:after|following|once|since)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|prior to|until|ahead of)\b(?! (?:version |release )?[v\d])", re.IGNORECASE)
_STOP = re.compile(r"[,;]|\.(?=\s|$)")
_PART = re.compile(r"[、,;]|\b(?:and|then|before|after|once|until|later)\b|前に|後|てから")
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]{2,}")
_NOUN_JA = re.compile("[A-Z][A-Za-z0-9]{2,}|[一-龯々]{2,}|[ァ-ヶー]{3,}")
_SEQUENCE = re.compile(
    r"\b(?:first|then|afterwards?|later|next|finally|subsequently|lastly|only afterwards|second|third)\b", re.IGNORECASE
)


def _sorted_english(text: str, events: Sequence[Event]) -> list[Event] | None:
    after, before = _AFTER.search(text), _BEFORE.search(text)
    if after and before:
        return None
    cut = after or before
    if cut is None:
        return list(events) if _SEQUENCE.search(text) else None
    first, second = [e for e in events if e.start < cut.start()], [e for e in events if e.start >= cut.end()]
    if not text[: cut.start()].strip(' "'):
        # "After B, A" and "Before B, A": the clause at the front ends with its comma
        comma = text.find(",", cut.end())
        if comma < 0:
            return None
        first, second = [e for e in second if e.start > comma], [e for e in second if e.start < comma]
    elif second:
        stop = _STOP.search(text, cut.end())
        second = [e for e in second if stop is None or e.start < stop.start()]
    return [*second, *first] if after else [*first, *second]


def _sorted_japanese(text: str, events: Sequence[Event]) -> list[Event] | None:
    before = _BEFORE_JA.search(text)
    if before and not _AFTER_JA.search(text):
        return [*(e for e in events if e.start >= before.end()), *(e for e in events if e.start < before.start())]
    if cleft := _CLEFT_JA.search(text):
        return [*(e for e in events if e.start >= cleft.end()), *(e for e in events if e.start < cleft.start())]
    return list(events) if _AFTER_JA.search(text) and not before else None


def _anchors(text: str) -> list[Event]:
    """Names and, in Japanese, nouns: what a deed is done to tells it apart as well as its verb."""
    pattern = _NOUN_JA if is_japanese(text) else _NAME
    return [
        Event((match.group().lower(),), match.start(), match.end(), frozenset(), True)
        for match in pattern.finditer(text)
    ]


def _parted(text: str, one: Event, other: Event) -> bool:
    """Whether two mentions stand in different parts of a sentence; a deed and what it is done to do not."""
    return _PART.search(text, min(one.end, other.end), max(one.start, other.start)) is not None


def _pairs(text: str, events: Sequence[Event]) -> set[tuple[str, str]]:
    """Pairs of concepts, the earlier first, each named once in a sentence that speaks of order."""
    # the party that a sentence is about stands first whatever happened first
    begin = text.find("は") if is_japanese(text) else min((event.start for event in events), default=0)
    # what did not happen has no place in an order
    denied = {event.start for event in events if "not" in event.marks}
    events = [event for event in events if event.start not in denied]
    events = [*events, *(a for a in _anchors(text) if a.start > begin and a.start not in denied)]
    events.sort(key=lambda event: event.start)
    in_time = _sorted_japanese(text, events) if is_japanese(text) else _sorted_english(text, events)
    if in_time is None:
        return set()
    return {
        (a, b)
        for n, one in enumerate(in_time)
        for other in in_time[n + 1 :]
        for a in one.concepts
        for b in other.concepts
        if set(one.concepts).isdisjoint(other.concepts) and _parted(text, one, other)
    }


def reversed_in_time(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether what came first in a statement comes last in a passage; both must speak of order."""
    stated = _pairs(said.text, said.events)
    if not stated:
        return False
    there: set[tuple[str, str]] = set()
    for reading in told:
        there |= _pairs(reading.text, reading.events)
    turned = any((b, a) in there and (a, b) not in there for a, b in stated)
    return turned and not any((a, b) in there and (b, a) not in there for a, b in stated)
