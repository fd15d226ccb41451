"""Who did it, and to whom: a statement in which two parties of a passage have changed places."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning import parties
from secdigest_pipeline.analysis.grounding.meaning.events import Event
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading

# Names of the one who acts and of the one it is done to.
Pair = tuple[frozenset[str], frozenset[str]]

_BREAK = re.compile(r"[;:.!?\n]|,? (?:but|while|although|because|after|before|when|which|and then)\b|, and\b|,")
# The first verb of a clause: what stands before it is who acts, what stands behind an earlier one is not.
_VERB = re.compile(
    r"\b(?:has|have|had|is|are|was|were|will|would|can|could|may|might|did|does|do|[a-z]{2,}ed|says?|told|found|made|took|gave)\b"
)
_PASSIVE = re.compile(r"\b(?:was|were|been|is|are|be|being|got|gets)(?: \w+ly)? $", re.IGNORECASE)
_BY = re.compile(r"^\W*(?:\w+ ){0,4}?by ((?:the |a )?[A-Z][^,;.]*)")
_PASSIVE_JA = re.compile("(?:さ|か|ら|た|ま|わ)?れ")
_SUBJECT = re.compile("([^、。がは]{1,30}?)(?:は|が)、?")
_TOPIC = re.compile("([^、。はが]{1,40}?)(?:は|が)")
# と警告した, と発表した: whoever says it is named at the front, before what is said.
_QUOTED = re.compile("と$")
_OBJECT = re.compile("([A-Za-z0-9一-龯々ァ-ヶー ]{1,30}?)(?:社)?(?:に|を|へ|から|によって|により)")


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
    """The same around a Japanese verb: が or は in its own part of the sentence, else the topic, against に, を, から, により."""
    sentence = text.rfind("。", 0, event.start) + 1
    left = text[sentence : event.start]
    part = left.rfind("、") + 1
    subject = None
    if not _QUOTED.search(left):
        own = list(_SUBJECT.finditer(left, part))
        subject = own[-1] if own else None
    subject = subject or _TOPIC.match(left)
    if subject is None:
        return frozenset(), frozenset()
    doer = parties.actors(subject.group(1))
    rest = left[max(subject.end(), part) :]
    other = frozenset().union(*(parties.actors(found) for found in _OBJECT.findall(rest)), frozenset())
    passive = _PASSIVE_JA.match(text, event.end) is not None
    return (other, doer) if passive else (doer, other)


def _pair(reading: Reading, event: Event) -> Pair:
    return _japanese(reading.text, event) if reading.japanese else _english(reading.text, event)


def exchanged(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether a statement's doer of a deed is another than its passages', both of whom stand in both texts."""
    english = not all(reading.japanese for reading in told)
    there = frozenset().union(*(parties.actors(reading.text) for reading in told))
    if not parties.actors(said.text) or not there:
        return False
    for event in said.events:
        pairs = [
            _pair(reading, other)
            for reading in told
            for other in reading.events
            if not set(event.concepts).isdisjoint(other.concepts)
        ]
        if not event.head or not pairs:
            continue
        doer, other = _japanese(said.text, event)
        if english:
            # a Japanese word for "police" says nothing about the names of an English passage
            doer = frozenset(filter(str.isascii, doer))
        doers = frozenset().union(*(pair[0] for pair in pairs))
        others = frozenset().union(*(pair[1] for pair in pairs))
        if doer & others and other & doers and not doer & doers and not other & others:
            return True
        known = all(pair[0] for pair in pairs)
        if doer and known and not parties.alike(doer, doers) and doers & other:
            return True
    return False
