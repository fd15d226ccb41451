"""What a clause says happens, and how: the one form in which a Japanese statement and an English passage can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Mark = Literal["not", "hedged", "claimed", "planned"]

_KANA = re.compile("[\u3041-\u30ff]")
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Event:
    """One mention of concepts of data/concepts.tsv: where it stands in its text, and what the words around it do to it.

    `concepts` are several where a word has several meanings. `head`: it is what its clause says, no noun of it.
    `done`: a Japanese ending tells it as over or under way.
    """

    concepts: tuple[str, ...]
    start: int
    end: int
    marks: frozenset[Mark]
    head: bool
    done: bool = False


def is_japanese(text: str) -> bool:
    """Whether a text is read with the Japanese rules: one kana is enough, no English text has any."""
    return _KANA.search(text) is not None


@cache
def _rows() -> list[list[str]]:
    lines = files(__package__).joinpath("data", "concepts.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _inflected(word: str) -> Iterator[str]:
    """The forms of a regular English verb or noun, and some that do not exist."""
    yield from (word, word + "s", word + "es", word + "ed", word + "d", word + "ing", word + "er", word + "ers")
    if word.endswith("e"):
        yield word[:-1] + "ing"
    if word.endswith("y"):
        yield from (word[:-1] + "ies", word[:-1] + "ied")
    if len(word) > 2 and word[-1] not in _VOWELS and word[-2] in _VOWELS:
        yield from (word + word[-1] + "ed", word + word[-1] + "ing")


@cache
def english_words() -> dict[str, tuple[str, ...]]:
    """Every English form in lower case with its concepts; a verb and its particle stand with one blank between."""
    found: dict[str, set[str]] = {}
    for concept, english, _ in _rows():
        for entry in english.split("|"):
            first, _, rest = entry.partition(" ")
            for form in _inflected(first):
                found.setdefault(f"{form} {rest}".strip(), set()).add(concept)
    return {form: tuple(sorted(concepts)) for form, concepts in found.items()}


@cache
def japanese_stems() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """A pattern of every Japanese stem, the longest first, and the concepts of each."""
    found: dict[str, set[str]] = {}
    for concept, _, japanese in _rows():
        for stem in japanese.split("|"):
            found.setdefault(stem, set()).add(concept)
    pattern = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    return re.compile(pattern), {stem: tuple(sorted(concepts)) for stem, concepts in found.items()}
