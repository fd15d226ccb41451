"""Event and taxonomy tags of a reply, believed as far as the article backs them (docs/contract.md 3.2 to 3.5).

The words of an event are those of the printed, checked lines. A kind of event or a dimension outside the taxonomy is left out,
never invented; what is doubtful is marked for review.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, cast

from secdigest_pipeline.analysis.believing import Belief
from secdigest_pipeline.analysis.records import Actor, AffectedProduct, Event, NamedMalware, Statement, Tag
from secdigest_pipeline.analysis.reply.checking import tag_name
from secdigest_pipeline.analysis.reply.claims import EventClaim, TagClaim
from secdigest_pipeline.analysis.reply.schema import CONFIDENCES, FOLLOWUPS, TAG_DIMENSIONS, closed
from secdigest_pipeline.analysis.reply.taxonomy import EVENT_TYPE, NOT_APPLICABLE, UNKNOWN, dimensions, slug

# docs/contract.md 3.2, 3.3: longest of three months, rounded up (summary p95 245, 21 tags, raw values of 14)
MAX_SUMMARY = 250
MAX_TAGS = 24
MAX_RAW = 60
MAX_NOTE = 120
MAX_SLUG = 60
# Letters by which a word is found in another form (exploited, exploits)
_STEM = 6
# docs/contract.md 9.5: other names that the source states go together, in the note
ALIASES = "Aliases: "

Confidence = Literal["high", "medium", "low"]


def event(claim: EventClaim | None, title: str, summary: Sequence[Statement], belief: Belief) -> Event | None:
    """The event of a reply in the words of the entry; None without one, without a printed line, with a kind the taxonomy has
    not, or with a quote that does not stand.

    It is marked for review when the model says so, or a printed line is unchecked.
    """
    if claim is None or not summary:
        return None
    kind = closed(claim.event_type, dimensions()[EVENT_TYPE].values, "")
    quoted = belief.place(claim.quote)
    if not kind or quoted is None:
        return None
    return Event(
        title=title,
        summary=_summary(summary),
        event_type=kind,
        confidence=_confidence(claim.confidence),
        needs_review=claim.needs_review or any(line.check != "supported" for line in summary),
        followup=cast(Literal["yes", "maybe", "no"], closed(claim.followup, FOLLOWUPS, "no")),
        quote=quoted.text,
        start=quoted.start,
        end=quoted.end,
        slug=_subject(claim.slug, belief),
    )


def _summary(lines: Sequence[Statement]) -> str:
    """The first three lines as far as they fit, at least the first."""
    text = lines[0].text
    for line in lines[1:3]:
        if len(text) + len(line.text) > MAX_SUMMARY:
            break
        text += line.text
    return text


def _subject(said: str, belief: Belief) -> str:
    """The words of a slug that the article has, joined; empty when fewer than two are left.

    An article in another language has its names and numbers, and no word of English: of such a one plain words count too.
    """
    text = belief.whole.casefold()
    is_latin = sum(char.isascii() for char in text) > 0.7 * len(text)
    words = [
        word
        for word in slug(said[:200]).split("_")
        if word and (word[:_STEM] in text or (not is_latin and word.isalpha()))
    ]
    joined = "_".join(words)[:MAX_SLUG].rstrip("_")
    return joined if len(words) > 1 else ""


def tags(
    claims: Sequence[TagClaim],
    actors: Sequence[Actor],
    malware: Sequence[NamedMalware],
    products: Sequence[AffectedProduct] | None,
    belief: Belief,
) -> tuple[Tag, ...]:
    """Tags that rest on a quote, one a (dimension, value), sorted as the contract's file is.

    Closed dimensions are claimed; actor, malware and product are the slugs of those that the article names.
    """
    found: dict[tuple[str, str], Tag] = {}
    for tag in (*_of_names(actors, malware, products or ()), *(_tag(claim, belief) for claim in claims)):
        if tag is not None and len(found) < MAX_TAGS:
            found.setdefault((tag.dimension, tag.normalized_value), tag)
    return tuple(found[key] for key in sorted(found))


def _of_names(
    actors: Sequence[Actor], malware: Sequence[NamedMalware], products: Sequence[AffectedProduct]
) -> Iterator[Tag]:
    for dimension, rows in (("actor", actors), ("malware", malware), ("product", products)):
        for row in rows:
            aliases = row.aliases if isinstance(row, Actor | NamedMalware) else ()
            confidence: Confidence = row.confidence if isinstance(row, Actor) else "high"
            value = slug(row.name)
            if value:
                note = f"{ALIASES}{', '.join(aliases)}"[:MAX_NOTE] if aliases else ""
                yield Tag(dimension, row.name[:MAX_RAW], value, confidence, note, row.quote, row.start, row.end)


def _tag(claim: TagClaim, belief: Belief) -> Tag | None:
    dimension = dimensions().get(closed(claim.dimension, TAG_DIMENSIONS, ""))
    verdict = belief.verdict(tag_name(claim.dimension, claim.value, claim.raw_value))
    if dimension is None or verdict.check not in ("supported", "unchecked"):
        return None
    value = closed(claim.value, dimension.values, "")
    says_nothing = value in (UNKNOWN, NOT_APPLICABLE)
    raw = belief.valued(claim.raw_value, MAX_RAW)
    quoted = belief.place(claim.quote)
    if not value or ((not raw or quoted is None) and not says_nothing):
        return None
    return Tag(
        dimension=dimension.name,
        raw_value=raw or ("不明" if value == UNKNOWN else "該当なし"),
        normalized_value=value,
        confidence=_confidence(claim.confidence),
        note=belief.valued(claim.note, MAX_NOTE),
        quote=quoted.text if quoted else "",
        start=quoted.start if quoted else None,
        end=quoted.end if quoted else None,
        check=verdict.check,
    )


def _confidence(said: str) -> Confidence:
    return cast(Confidence, closed(said, CONFIDENCES, "low"))
