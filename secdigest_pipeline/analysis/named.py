"""What a reply names as data (attackers, malware, products, techniques, victims), believed as far as the article says it."""

import re
from collections.abc import Sequence
from typing import Literal, TypeVar, cast

from secdigest_pipeline.analysis.believing import Belief
from secdigest_pipeline.analysis.records import Actor, AffectedProduct, NamedMalware, Quote, Victim
from secdigest_pipeline.analysis.reply.checking import product_name
from secdigest_pipeline.analysis.reply.claims import (
    ActorClaim,
    BasisClaim,
    MalwareClaim,
    ProductClaim,
    TechniqueClaim,
    VictimClaim,
)
from secdigest_pipeline.analysis.reply.schema import ACTOR_ATTRIBUTES, CONFIDENCES, MALWARE_TYPES, closed
from secdigest_pipeline.analysis.threat import says_attribute, says_type

Names = TypeVar("Names", ActorClaim, MalwareClaim)

MAX_NAMED = 12
MAX_TECHNIQUES = 60
_MAX_ALIASES = 8
_MAX_TEXT = 120
_TECHNIQUE = re.compile(r"TA?\d{4}(?:\.\d{3})?", re.ASCII)


def actors(claims: Sequence[ActorClaim], belief: Belief) -> tuple[Actor, ...]:
    """The attackers whose very name the article uses and whose quote stands in it, each once."""
    found = []
    for claim, quote in _believed(claims, belief):
        attribute = closed(claim.attribute, ACTOR_ATTRIBUTES, "unknown")
        found.append(
            Actor(
                name=claim.name,
                aliases=_aliases(claim.aliases, claim.name, belief),
                attribute=attribute if says_attribute(attribute, belief.whole) else "unknown",
                confidence=cast(Literal["high", "medium", "low"], closed(claim.confidence, CONFIDENCES, "low")),
                quote=quote.text,
                start=quote.start,
                end=quote.end,
            )
        )
    return tuple(found)


def malware(claims: Sequence[MalwareClaim], belief: Belief) -> tuple[NamedMalware, ...]:
    """The malware whose very name the article uses and whose quote stands in it, each once."""
    found = []
    for claim, quote in _believed(claims, belief):
        kind = closed(claim.type, MALWARE_TYPES, "unknown")
        found.append(
            NamedMalware(
                name=claim.name,
                aliases=_aliases(claim.aliases, claim.name, belief),
                type=kind if says_type(kind, belief.whole) else "unknown",
                quote=quote.text,
                start=quote.start,
                end=quote.end,
            )
        )
    return tuple(found)


def _believed(claims: Sequence[Names], belief: Belief) -> list[tuple[Names, Quote]]:
    """The first claim of each name that the article uses, with its quote as it stands there."""
    found: dict[str, tuple[Names, Quote]] = {}
    for claim in claims[:MAX_NAMED]:
        quote = belief.place(claim.quote)
        if quote is not None and belief.names(claim.name):
            found.setdefault(claim.name.casefold(), (claim, quote))
    return list(found.values())


def products(claims: Sequence[ProductClaim], belief: Belief) -> tuple[AffectedProduct, ...]:
    """The affected products whose name and quote stand in the article and that no checker refused.

    A text of one that holds a value the article lacks is empty.
    """
    found: dict[str, AffectedProduct] = {}
    for claim in claims[:MAX_NAMED]:
        quote = belief.place(claim.quote)
        name = belief.valued(claim.name, _MAX_TEXT)
        check = belief.unrefused(product_name(claim.name, claim.affected, claim.fixed, claim.condition))
        if quote is None or not name or check is None:
            continue
        found.setdefault(
            name,
            AffectedProduct(
                name=name,
                affected=belief.valued(claim.affected, _MAX_TEXT),
                fixed=belief.valued(claim.fixed, _MAX_TEXT),
                condition=belief.valued(claim.condition, _MAX_TEXT),
                check=check,
                quote=quote.text,
                start=quote.start,
                end=quote.end,
            ),
        )
    return tuple(found.values())


def techniques(claims: Sequence[TechniqueClaim], belief: Belief) -> tuple[str, ...]:
    """The ATT&CK ids that stand in the article, sorted."""
    asked = {claim.id.upper() for claim in claims[:MAX_TECHNIQUES] if _TECHNIQUE.fullmatch(claim.id.upper())}
    said = set(_TECHNIQUE.findall(belief.whole.upper()))
    return tuple(sorted(asked & said))


def victims(claims: Sequence[VictimClaim], belief: Belief) -> tuple[Victim, ...]:
    """Sectors and countries of those who were hit, each with a quote that stands in the article."""
    found: dict[tuple[str, str], Victim] = {}
    for claim in claims[:MAX_NAMED]:
        quote = belief.place(claim.quote)
        sector, country = belief.valued(claim.sector, _MAX_TEXT), belief.valued(claim.country, _MAX_TEXT)
        if quote is not None and (sector or country):
            found.setdefault((sector, country), Victim(sector, country, quote.text, quote.start, quote.end))
    return tuple(found.values())


def basis(claim: BasisClaim, belief: Belief, allowed: tuple[str, ...]) -> str:
    """Who says that the main claim is so; `unknown` without a quote that stands in the article."""
    return closed(claim.basis, allowed, "unknown") if belief.place(claim.quote) else "unknown"


def _aliases(names: Sequence[str], name: str, belief: Belief) -> tuple[str, ...]:
    said = [alias for alias in names[:_MAX_ALIASES] if alias != name and belief.names(alias)]
    return tuple(dict.fromkeys(said))
