"""The taxonomy of events (docs/contract.md 3.4), read from data/taxonomy_*.csv: closed values, and slugs of names."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EVENT_TYPE = "event_type"
UNKNOWN, NOT_APPLICABLE = "unknown", "not_applicable"
_SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_MAX_SLUG = 80


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension: its closed values, or (`is_dynamic`) slugs of the source's names; the two ways to say nothing."""

    name: str
    is_dynamic: bool
    values: tuple[str, ...]


@cache
def dimensions() -> Mapping[str, Dimension]:
    """The active dimensions by name, in their order; values in theirs, `unknown` and `not_applicable` where allowed."""
    values = [row for row in _rows("taxonomy_values.csv") if row["active"] == "true"]
    return {
        row["dimension"]: Dimension(
            row["dimension"],
            row["value_mode"] == "dynamic",
            tuple(value["normalized_value"] for value in values if value["dimension"] == row["dimension"]),
        )
        for row in _rows("taxonomy_dimensions.csv")
        if row["active"] == "true"
    }


def slug(name: str) -> str:
    """A name as a dynamic value, `^[a-z0-9]+(?:_[a-z0-9]+)*$`; empty when it has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    # a name in another script must not shrink to the few Latin letters in it
    if any(char.isalpha() and not char.isascii() and not unicodedata.combining(char) for char in plain):
        return ""
    words = re.findall("[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    found = "_".join(words)[:_MAX_SLUG].rstrip("_")
    return found if _SLUG.fullmatch(found) else ""


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
