"""Advice: what a recommendation tells the reader to give up or to pay, and the article nowhere names."""

from collections.abc import Callable

from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, mentions

# Deeds that cost the reader something and that have few other names; milder advice is put in too many words to be missed.
_COSTLY = frozenset("stop disable cancel pay delete restart end".split())


def foreign(said: Reading, article: Callable[[], Reading]) -> bool:
    """Whether the deed that a recommendation ends in costs its reader something and stands nowhere in its article."""
    deeds = [event for event in said.events if event.head]
    if not deeds or "not" in deeds[-1].marks or _COSTLY.isdisjoint(deeds[-1].concepts):
        return False
    return not any(True for _ in mentions(deeds[-1], [article()]))
