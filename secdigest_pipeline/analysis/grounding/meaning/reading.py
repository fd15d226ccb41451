"""A text as the rules see it: its language, its events, and which concepts stand where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from secdigest_pipeline.analysis.grounding.meaning import english, japanese
from secdigest_pipeline.analysis.grounding.meaning.events import Event, Mark, is_japanese


@dataclass(frozen=True)
class Reading:
    """One statement or passage, read once."""

    text: str

    @cached_property
    def japanese(self) -> bool:
        """Whether it is read with the Japanese rules."""
        return is_japanese(self.text)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Its events in the order of the text."""
        return tuple(japanese.events(self.text) if self.japanese else english.events(self.text))

    @cached_property
    def denials(self) -> int:
        """How many negative forms it has."""
        return japanese.denials(self.text) if self.japanese else english.denials(self.text)

    @cached_property
    def doubts(self) -> bool:
        """Whether anything in it is possible, believed or claimed only."""
        return japanese.doubts(self.text) if self.japanese else english.doubts(self.text)

    @cached_property
    def plans(self) -> bool:
        """Whether anything in it is planned or to come."""
        if self.japanese:
            return japanese.plans(self.text) or japanese.ends_in_will(self.text)
        return english.plans(self.text)


@lru_cache(maxsize=512)
def read(text: str) -> Reading:
    """The reading of a text, kept for the next statement with the same passage."""
    return Reading(text)


def mentions(event: Event, told: Iterable[Reading]) -> Iterator[frozenset[Mark]]:
    """The marks of every mention in `told` of what an event is."""
    for reading in told:
        for other in reading.events:
            if not set(event.concepts).isdisjoint(other.concepts):
                yield other.marks


# What people say, ask for or decide: the doubt and the plan in the same sentence are of what they speak about.
_SPEAKING = frozenset(
    "recommend ask warn report order explain promise decide agree inform criticise accuse acknowledge deny demand".split()
)


def claimed_done(said: Reading) -> Iterator[Event]:
    """The deeds that a statement tells as done and does not deny; what was only said is none."""
    return (
        event
        for event in said.events
        if event.head and event.done and "not" not in event.marks and _SPEAKING.isdisjoint(event.concepts)
    )
