"""Who did it, and to whom: a statement in which two parties of a passage have changed places."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning import parties
from secdigest_pipeline.analysis.grounding.meaning.events import Event, is_japanese

# Names of the one who acts and of the one it is done to.
Pair = tuple[frozenset[str], frozenset[str]]

_BREAK = re.compile(r"[;:.!?\n]|,? (?:but|while|although|because|after|before|when|which|and then)\b|, and\b|,")
# The first verb of a clause: what stands before it is who acts, what stands behind an earlier one is not.
_VERB = re.compile(r"\b(?:has|have|had|is|are|was|were|will|would|can|could|may|might|did|does|do|[a-z]{2,}ed|says?|told|found|made|took|gave)\b")
_PASSIVE = re.compile(r"\b(?:was|were|been|is|are|be|being|got|gets)(?: \w+ly)? $", re.IGNORECASE)
_BY = re.compile(r"^\W*(?:\w+ ){0,4}?by ((?:the |a )?[A-Z][^,;.]*)")
_PASSIVE_JA = re.compile("(?:さ|か|ら|た|ま|わ)?れ")
_SUBJECT = re.compile("([^、。がは]{2,30}?)(?:は|が)、?")
_OBJECT = re.compile("([A-Za-z0-9一-龯々ァ-ヶー ]{2,30}?)(?:社)?(?:に|を|へ|から|によって|により)")


def _english(text: str, event: Event) -> Pair:
    """Who acts and who is acted on in the clause around an English verb."""
    left = _BREAK.split(text[: event.start])[-1] if event.start else ""
    right = _BREAK.split(text[event.end :])[0]
    verb = _VERB.search(left)
    subject, rest = parties.latin(left[: verb.start()] if verb else left), parties.latin(right)
    if _PASSIVE.search(text[: event.start]):
        by = _BY.match(right)
        return (parties.latin(by.group(1)) if by else frozenset(), subject)
    return subject, rest


def _japanese(text: str, event: Event) -> Pair:
    """The same around a Japanese verb: は or が marks the one, に, を, から or により the other."""
    sentence = max(text.rfind("。", 0, event.start) + 1, 0)
    left = text[sentence : event.start]
    subjects = _SUBJECT.findall(left)
    tail = left
    if subjects:
        at = left.rfind(subjects[-1])
        tail = left[at + len(subjects[-1]) + 1 :]
    objects = frozenset().union(*(parties.actors(found) for found in _OBJECT.findall(tail)), frozenset())
    subject = parties.actors(subjects[-1]) if subjects else frozenset()
    passive = _PASSIVE_JA.match(text, event.end) is not None
    return (objects, subject) if passive else (subject, objects)


def _pair(text: str, event: Event) -> Pair:
    return _japanese(text, event) if is_japanese(text) else _english(text, event)


def exchanged(statement: str, said: Sequence[Event], passages: Sequence[tuple[str, Sequence[Event]]]) -> bool:
    """Whether a statement's doer of a deed is another than its passages', both of whom stand in both texts."""
    told: dict[str, list[Pair]] = {}
    for text, events in passages:
        for event in events:
            for concept in event.concepts:
                told.setdefault(concept, []).append(_pair(text, event))
    there = frozenset().union(*(parties.actors(text) for text, _ in passages))
    here = parties.actors(statement)
    english = not all(is_japanese(text) for text, _ in passages)
    for event in said:
        pairs = [pair for concept in event.concepts for pair in told.get(concept, ())]
        if not event.head or not pairs:
            continue
        doer, other = _japanese(statement, event)
        if english:
            doer = frozenset(filter(str.isascii, doer))
        doers = frozenset().union(*(pair[0] for pair in pairs))
        others = frozenset().union(*(pair[1] for pair in pairs))
        if doer & others and other & doers and not doer & doers and not other & others:
            return True
        known = all(pair[0] for pair in pairs)
        if doer and known and not parties.alike(doer, doers) and (doers & other or (doer & there and doers & here)):
            return True
    return False
