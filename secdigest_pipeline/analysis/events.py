"""Event and taxonomy tags of a reply, believed as far as the article backs them (docs/contract.md 3.2 to 3.5).

A kind of event or a dimension outside the taxonomy is left out, never invented; what is doubtful is marked for review.
"""

from collections.abc import Callable, Sequence
from typing import Literal, cast

from secdigest_pipeline.analysis.records import Event, Statement, Tag
from secdigest_pipeline.analysis.reply.schema import CONFIDENCES, FOLLOWUPS, EventClaim, TagClaim, closed
from secdigest_pipeline.analysis.reply.taxonomy import EVENT_TYPE, NOT_APPLICABLE, UNKNOWN, dimensions, slug

# docs/contract.md 3.2, 3.3: longest of three months, rounded up (title 61, summary p95 245, 21 tags, raw values of 14)
MAX_TITLE = 80
MAX_SUMMARY = 300
MAX_TAGS = 24
MAX_RAW = 60
MAX_NOTE = 120

Confidence = Literal["high", "medium", "low"]
# (text, longest, quote or None) -> the statement when the article backs it; without a quote its values alone are checked
Judge = Callable[[str, int, str | None], Statement | None]
Place = Callable[[str], Statement | None]


def event(
    claim: EventClaim | None, title: str, summary: Sequence[Statement], judge: Judge, place: Place
) -> Event | None:
    """The event of a reply; None without one, with a kind the taxonomy has not, or with a quote that does not stand.

    A title or summary that fails is replaced by the entry's own headline or first lines, and marks the event for review.
    """
    if claim is None:
        return None
    kind = closed(claim.event_type, dimensions()[EVENT_TYPE].values, "")
    quoted = place(claim.quote)
    if not kind or quoted is None:
        return None
    headline = judge(claim.title, MAX_TITLE, claim.quote)
    told = judge(claim.summary, MAX_SUMMARY, claim.quote)
    own = "".join(line.text for line in summary[:2])
    if told is None and not own:
        return None
    return Event(
        title=headline.text if headline else title,
        summary=told.text if told else own,
        event_type=kind,
        confidence=_confidence(claim.confidence),
        needs_review=claim.needs_review or headline is None or told is None,
        followup=cast(Literal["yes", "maybe", "no"], closed(claim.followup, FOLLOWUPS, "no")),
        quote=quoted.quote,
        start=quoted.start,
        end=quoted.end,
    )


def tags(claims: Sequence[TagClaim], judge: Judge, place: Place, names: Callable[[str], bool]) -> tuple[Tag, ...]:
    """The tags of a reply that rest on a quote, one a (dimension, value), sorted as the contract's file is.

    `names` says whether the article uses a name: a dynamic value is the slug of one that it does.
    """
    found: dict[tuple[str, str], Tag] = {}
    for claim in claims:
        tag = _tag(claim, judge, place, names)
        if tag is not None and len(found) < MAX_TAGS:
            found.setdefault((tag.dimension, tag.normalized_value), tag)
    return tuple(found[key] for key in sorted(found))


def _tag(claim: TagClaim, judge: Judge, place: Place, names: Callable[[str], bool]) -> Tag | None:
    dimension = dimensions().get(closed(claim.dimension, tuple(dimensions()), ""))
    if dimension is None or dimension.name == EVENT_TYPE:
        return None
    value = closed(claim.value, dimension.values, "")
    says_nothing = value in (UNKNOWN, NOT_APPLICABLE)
    if dimension.is_dynamic and not says_nothing:
        value = slug(claim.raw_value) if names(claim.raw_value) else ""
    raw = judge(claim.raw_value, MAX_RAW, None)
    quoted = place(claim.quote)
    if not value or ((raw is None or quoted is None) and not says_nothing):
        return None
    note = judge(claim.note, MAX_NOTE, None)
    return Tag(
        dimension=dimension.name,
        raw_value=raw.text if raw else ("不明" if value == UNKNOWN else "該当なし"),
        normalized_value=value,
        confidence=_confidence(claim.confidence),
        note=note.text if note else "",
        quote=quoted.quote if quoted else "",
        start=quoted.start if quoted else None,
        end=quoted.end if quoted else None,
    )


def _confidence(said: str) -> Confidence:
    return cast(Confidence, closed(said, CONFIDENCES, "low"))
