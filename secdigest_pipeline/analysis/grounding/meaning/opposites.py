"""Deeds turned into their opposite without a word of negation: disable it for enable it, open for block."""

from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning.reading import Reading

_PAIRS = (
    ("enable", "disable"),
    ("open", "block"),
    ("open", "close"),
    ("connect", "disconnect"),
    ("keep", "delete"),
    ("store", "delete"),
    ("allow", "block"),
    ("allow", "ban"),
    ("accept", "reject"),
    ("acknowledge", "deny"),
    ("raise", "reduce"),
    ("expand", "reduce"),
    ("install", "delete"),
    ("agree", "reject"),
    ("approve", "reject"),
    ("succeed", "fail"),
    ("buy", "sell"),
)
_OPPOSITE: dict[str, set[str]] = {}
for _one, _other in _PAIRS:
    _OPPOSITE.setdefault(_one, set()).add(_other)
    _OPPOSITE.setdefault(_other, set()).add(_one)


def turned(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether a statement's deed is the opposite of one in its passages, none of which name the deed itself."""
    there: set[str] = set()
    plain: set[str] = set()
    for reading in told:
        for event in reading.events:
            there.update(event.concepts)
            # "connections", "installation": a noun is no deed
            if "not" not in event.marks and not reading.text[event.start : event.end].endswith(("ion", "ions")):
                plain.update(event.concepts)
    return any(
        event.head
        and "not" not in event.marks
        and there.isdisjoint(event.concepts)
        and any(_OPPOSITE.get(concept, set()) & plain for concept in event.concepts)
        for event in said.events
    )
