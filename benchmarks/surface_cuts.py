"""Cuts that read nothing: the length of a statement, and how many of its character pairs stand in the article.

They are no rules and never will be: what they reach on a corpus says how much of it can be had without reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from secdigest_pipeline.articles.records import Article


@dataclass(frozen=True)
class Cut:
    """A number that is measured of a statement."""

    name: str
    measure: Callable[[str, Article], float]


def overlap(statement: str, article: Article) -> float:
    """Share of the statement's character pairs that stand in title or text."""
    text = f"{article.title}\n{article.text}"
    pairs = [statement[at : at + 2] for at in range(len(statement) - 1)]
    return sum(pair in text for pair in pairs) / max(1, len(pairs))


CUTS = (Cut("length", lambda statement, _: float(len(statement))), Cut("character pairs", overlap))


def cut_at(measured: Sequence[tuple[bool, float]], max_lost: float) -> Callable[[float], bool]:
    """The cut, from below or from above, of the best balanced accuracy that loses at most the share `max_lost` of the true ones."""
    true = [value for label, value in measured if label]
    false = [value for label, value in measured if not label]
    best, most = _at_least(1, float("-inf")), 0.0
    for sign in (1, -1):
        for limit in sorted({sign * value for _, value in measured}):
            passes = _at_least(sign, limit)
            lost = sum(not passes(value) for value in true) / max(1, len(true))
            gained = sum(not passes(value) for value in false) / max(1, len(false)) - lost
            if lost <= max_lost and gained > most:
                best, most = passes, gained
    return best


def _at_least(sign: int, limit: float) -> Callable[[float], bool]:
    return lambda value: sign * value >= limit
