"""What a model is told: the static rules (rules.txt), and one turn holding one article as data.

Rules come from docs/contract.md 1.4-1.8 and 2.2. The article stands JSON-encoded in a tag with a random nonce, so no
text of it can close the tag; what is obeyed all the same is stopped by code behind the model (assemble.py).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secdigest_pipeline.analysis.reply.excerpt import excerpt
from secdigest_pipeline.analysis.reply.schema import SCHEMA, SCHEMA_VERSION, TAG_DIMENSIONS
from secdigest_pipeline.analysis.reply.taxonomy import dimensions
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.characters import plain_line, visible
from secdigest_pipeline.indicators.finding.find import Observable

# Enough for the longest appendix anybody would explain one by one; the rest is judged by rule.
MAX_CANDIDATES = 80
_TURN_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Prompt:
    """What every call of one kind is told: its rules and the schema of its reply, with a version made of both."""

    rules: str
    schema: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """12 hexadecimal digits that change with the rules, the schema and the form of the turn."""
        parts = [self.rules, self.schema, SCHEMA_VERSION, _TURN_FORMAT]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:12]

    @property
    def version(self) -> str:
        """As rows name it: rules and schema."""
        return f"{self.hash}-{SCHEMA_VERSION}"


def rules(name: str) -> str:
    """The rules in a text file beside this module."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


_VALUES = "".join(f"- {name}: {', '.join(dimensions()[name].values)}\n" for name in TAG_DIMENSIONS)
WRITE = Prompt(rules("rules.txt") + _VALUES, SCHEMA)
SYSTEM = WRITE.rules
PROMPT_VERSION = WRITE.hash
VERSION = WRITE.version

# A run of the rules this long in a reply is the prompt itself, not a finding.
_LEAK = 40
_RULES = plain_line(SYSTEM)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value of the numbered list (`id` from 1) that a reply may speak of."""

    id: int
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The user turn of one article and what of its text it leaves out, characters."""

    text: str
    left_out: int


def candidates(article: Article, observables: Sequence[Observable]) -> tuple[Candidate, ...]:
    """The values a model is asked about: distinct, those of the article's own text first, CVE ids left out.

    At most `MAX_CANDIDATES`. CVE ids are no indicators (docs/contract.md 2.3), they have no role to explain.
    """
    distinct = {(o.type, o.value): o for o in reversed(observables) if o.type != "cve"}
    ordered = sorted(distinct.values(), key=lambda o: (o.raw not in article.text, o.start, o.end, o.type, o.value))
    return tuple(Candidate(at, o.type, o.value) for at, o in enumerate(ordered[:MAX_CANDIDATES], start=1))


def user_turn(article: Article, listed: Sequence[Candidate], nonce: str) -> Turn:
    """The turn that holds one article with its numbered candidates."""
    return turn(
        article, {"candidates": [{"id": c.id, "type": c.type, "value": c.value[:2_000]} for c in listed]}, nonce
    )


def turn(article: Article, beside: Mapping[str, object], nonce: str) -> Turn:
    """A turn: one JSON object of article and what stands `beside` it, `<`, `>` and `&` escaped, inside a tag with `nonce`."""
    shown = excerpt(article.text)
    data = {
        "url": article.url[:2_000],
        "title": plain_line(article.title)[:500],
        "outlet": plain_line(article.outlet)[:200],
        "published": article.published_at.isoformat() if article.published_at else "",
        "text": visible(shown.text),
        **beside,
    }
    encoded = json.dumps(data, ensure_ascii=False)
    for char in "<>&":
        encoded = encoded.replace(char, f"\\u{ord(char):04x}")
    return Turn(f'<article nonce="{nonce}">{encoded}</article>', shown.left_out)


def leaks_prompt(text: str, nonce: str) -> bool:
    """Whether a reply's line holds the nonce or a long run of the rules: the mark of an instruction that was obeyed."""
    return nonce in text or any(text[at : at + _LEAK] in _RULES for at in range(len(text) - _LEAK + 1))
