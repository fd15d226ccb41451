"""The hostile edge of a model's reply: what came back, read as claims of which none is believed yet."""

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from secdigest_pipeline.base.characters import plain_line

MAX_REPLY_CHARACTERS = 400_000
# Longer than anything the contract prints or the article offers as one quote: such a field is noise.
MAX_FIELD_CHARACTERS = 4_000
# Items of a list that are looked at; the limits that are printed are applied when the reply is put together.
MAX_ITEMS = 500
# One honest statement in five rests on more than one passage (measured on replies about 22 real pages).
MAX_QUOTES = 3


class InvalidReply(ValueError):
    """A reply that is not of the schema; the message says what is wrong, without quoting the reply."""


def _field(value: object) -> object:
    return plain_line(value[: 2 * MAX_FIELD_CHARACTERS])[:MAX_FIELD_CHARACTERS] if isinstance(value, str) else value


def _items(value: object) -> object:
    return tuple(value[:MAX_ITEMS]) if isinstance(value, list) else value


def _quotes(value: object) -> object:
    return tuple(value[:MAX_QUOTES]) if isinstance(value, list) else value


Line = Annotated[str, BeforeValidator(_field)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_items)]
Quotes = Annotated[tuple[Line, ...], BeforeValidator(_quotes)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Claim(_Strict):
    """A statement and the one to three passages of the source it is said to rest on."""

    quotes: Quotes
    text: Line


class IocClaim(_Strict):
    """What the model says of candidate `id`: `context` in Japanese for the report, `description` in English for the CSV."""

    id: int
    quote: Line
    role: Line
    category: Line = ""
    context: Line
    description: Line = ""


class ActorClaim(_Strict):
    """One actor that the article names."""

    quote: Line
    name: Line
    aliases: Lines = ()
    attribute: Line
    confidence: Line = "medium"


class MalwareClaim(_Strict):
    """One malware that the article names."""

    quote: Line
    name: Line
    aliases: Lines = ()
    type: Line


class ProductClaim(_Strict):
    """One affected product: versions that are affected and fixed, and what must be so for a system to be exposed."""

    quote: Line
    name: Line
    affected: Line
    fixed: Line
    condition: Line


class TechniqueClaim(_Strict):
    """One ATT&CK technique whose id the article gives."""

    quote: Line
    id: Line


class VictimClaim(_Strict):
    """Sector and country of those who were hit."""

    quote: Line
    sector: Line
    country: Line


class RelevanceClaim(_Strict):
    """0 (off topic) to 3 (act today), and why."""

    score: int
    reason: Line


class BasisClaim(_Strict):
    """Who says that the main claim is so."""

    quote: Line
    basis: Line


class EventClaim(_Strict):
    """What kind of event happened; kind `none` when the article reports none. Its words are made from the checked lines."""

    quote: Line
    slug: Line = ""
    event_type: Line
    confidence: Line
    needs_review: bool
    followup: Line


class TagClaim(_Strict):
    """One taxonomy tag: the wording, and the value it stands for."""

    quote: Line
    dimension: Line
    raw_value: Line
    value: Line
    confidence: Line
    note: Line


Claims = Annotated[tuple[Claim, ...], BeforeValidator(_items)]


class Reply(_Strict):
    """A reply of the schema. Strings are single lines of visible characters; nothing in it is believed yet.

    A reply of schema version 1 or 2 reads as one of today's that lacks what those did not ask for.
    """

    title_quotes: Quotes
    title: Line
    summary: Claims
    recommendations: Claims
    notes: Claims
    iocs: Annotated[tuple[IocClaim, ...], BeforeValidator(_items)]
    actors: Annotated[tuple[ActorClaim, ...], BeforeValidator(_items)]
    malware: Annotated[tuple[MalwareClaim, ...], BeforeValidator(_items)]
    products: Annotated[tuple[ProductClaim, ...], BeforeValidator(_items)] | None = None
    techniques: Annotated[tuple[TechniqueClaim, ...], BeforeValidator(_items)] | None = None
    victims: Annotated[tuple[VictimClaim, ...], BeforeValidator(_items)] | None = None
    basis: BasisClaim | None = None
    relevance: RelevanceClaim | None = None
    section: Line
    advice: Line
    event: EventClaim | None = None
    tags: Annotated[tuple[TagClaim, ...], BeforeValidator(_items)] | None = None


class MendedClaim(Claim):
    """A statement in the place of number `id` of the list that was checked."""

    id: int


class Mending(_Strict):
    """A reply to what fell: another title, and other lines by the number of the one they stand for (0: a further line)."""

    title_quotes: Quotes
    title: Line
    summary: Annotated[tuple[MendedClaim, ...], BeforeValidator(_items)]


class Judgement(_Strict):
    """What the checker says of statement `id`."""

    id: int
    passage: Line
    verdict: Line


class Judgements(_Strict):
    """A reply of the checker."""

    verdicts: Annotated[tuple[Judgement, ...], BeforeValidator(_items)]


Form = TypeVar("Form", bound=_Strict)


def read_reply(text: str) -> Reply:
    """The reply in a model's text, of any schema version; InvalidReply when it is not JSON of one of them.

    Enums are closed by `closed`.
    """
    return _of_form(Reply, todays(_values(text)))


def read_mending(text: str) -> Mending:
    """The replacements in a model's text; InvalidReply when it is not JSON of the schema."""
    return _of_form(Mending, _values(text))


def read_judgements(text: str) -> Judgements:
    """The verdicts in a model's text; InvalidReply when it is not JSON of the schema."""
    return _of_form(Judgements, _values(text))


def _values(text: str) -> object:
    if len(text) > MAX_REPLY_CHARACTERS:
        raise InvalidReply(f"the reply has {len(text):,} characters, more than {MAX_REPLY_CHARACTERS:,}")
    try:
        # not pydantic's own parser: it turns a whole reply down for half an emoji
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidReply("not JSON") from None


def _of_form(form: type[Form], values: object) -> Form:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "reply"
        raise InvalidReply(f"{where}: {first['type']}") from None


def todays(values: Any) -> Any:
    """A reply of schema 1 or 2 in the form of 3: one quote each, one actor and one malware, words of the event left out."""
    if not isinstance(values, dict) or "title_quote" not in values:
        return values
    found = dict(values)
    found["title_quotes"] = [found.pop("title_quote")]
    for name in ("summary", "recommendations", "notes"):
        if isinstance(claims := found.get(name), list):
            found[name] = [_with_quotes(claim) for claim in claims]
    quote = found.pop("threat_quote", "")
    actor, attribute = found.pop("actor", ""), found.pop("actor_attribute", "unknown")
    malware, kind = found.pop("malware", ""), found.pop("malware_type", "unknown")
    found["actors"] = [{"quote": quote, "name": actor, "attribute": attribute}]
    found["malware"] = [{"quote": quote, "name": malware, "type": kind}]
    return found


def _with_quotes(claim: object) -> object:
    if not isinstance(claim, dict) or "quote" not in claim:
        return claim
    return {**{name: value for name, value in claim.items() if name != "quote"}, "quotes": [claim["quote"]]}
