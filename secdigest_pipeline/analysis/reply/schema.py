"""The model's reply: the JSON schema it is asked for, and the hostile edge where what came back is read.

Evidence stands before conclusions and every field is required, as structured output wants it. The schema holds no
values of an article, so its compiled grammar and the prompt cache are shared by all.
"""

import json
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from secdigest_pipeline.analysis.reply.taxonomy import EVENT_TYPE, dimensions
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.indicators.records import Role
from secdigest_pipeline.intake.records import Section

SCHEMA_VERSION = 2

# The sections an article page can belong to (docs/contract.md 1.8); the other two are filled by feed rule alone.
SECTIONS: tuple[Section, ...] = ("news", "tools", "malware_campaign", "security_report", "cybercrime")
ROLES: tuple[Role, ...] = get_args(Role)
# docs/contract.md 2.2
ACTOR_ATTRIBUTES = ("china", "russia", "north-korea", "iran", "cybercrime", "hacktivist", "unknown")
MALWARE_TYPES = (
    "ransomware", "stealer", "backdoor", "RAT", "loader", "dropper", "worm", "trojan", "spyware", "webshell", "botnet",
    "phishing-kit", "downloader", "tool", "N/A", "unknown",
)  # fmt: skip

MAX_REPLY_CHARACTERS = 400_000
# docs/contract.md 3.2
CONFIDENCES = ("high", "medium", "low")
FOLLOWUPS = ("yes", "maybe", "no")
EVENT_TYPES = (*dimensions()[EVENT_TYPE].values, "none")
TAG_DIMENSIONS = tuple(name for name in dimensions() if name != EVENT_TYPE)

# Longer than anything the contract prints or the article offers as one quote: such a field is noise.
MAX_FIELD_CHARACTERS = 4_000
# Items of a list that are looked at; the limits that are printed are applied when the reply is put together.
MAX_ITEMS = 500


class InvalidReply(ValueError):
    """A reply that is not of the schema; the message says what is wrong, without quoting the reply."""


def _field(value: object) -> object:
    return plain_line(value[: 2 * MAX_FIELD_CHARACTERS])[:MAX_FIELD_CHARACTERS] if isinstance(value, str) else value


def _items(value: object) -> object:
    return tuple(value[:MAX_ITEMS]) if isinstance(value, list) else value


Line = Annotated[str, BeforeValidator(_field)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Claim(_Strict):
    """A statement and the source text it is said to rest on."""

    quote: Line
    text: Line


class IocClaim(_Strict):
    """What the model says of candidate `id`."""

    id: int
    quote: Line
    role: Line
    context: Line


class EventClaim(_Strict):
    """What the model says happened; kind `none` when the article reports no event."""

    quote: Line
    event_type: Line
    title: Line
    summary: Line
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


class Reply(_Strict):
    """A reply of the schema. Strings are single lines of visible characters; nothing in it is believed yet.

    A reply of schema version 1 has neither event nor tags.
    """

    title_quote: Line
    title: Line
    summary: Annotated[tuple[Claim, ...], BeforeValidator(_items)]
    recommendations: Annotated[tuple[Claim, ...], BeforeValidator(_items)]
    notes: Annotated[tuple[Claim, ...], BeforeValidator(_items)]
    iocs: Annotated[tuple[IocClaim, ...], BeforeValidator(_items)]
    threat_quote: Line
    actor: Line
    actor_attribute: Line
    malware: Line
    malware_type: Line
    section: Line
    advice: Line
    event: EventClaim | None = None
    tags: Annotated[tuple[TagClaim, ...], BeforeValidator(_items)] | None = None


def read_reply(text: str) -> Reply:
    """The reply in a model's text; InvalidReply when it is not JSON of the schema. Enums are closed by `closed`."""
    if len(text) > MAX_REPLY_CHARACTERS:
        raise InvalidReply(f"the reply has {len(text):,} characters, more than {MAX_REPLY_CHARACTERS:,}")
    try:
        # not pydantic's own parser: it turns a whole reply down for half an emoji
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidReply("not JSON") from None
    try:
        return Reply.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "reply"
        raise InvalidReply(f"{where}: {first['type']}") from None


def closed(value: str, allowed: tuple[str, ...], default: str) -> str:
    """The allowed value that `value` spells, whatever its capitals and separators; `default` when none is.

    Structured output does not promise the capitals of an enum.
    """
    wanted = _folded(value)
    return next((item for item in allowed if _folded(item) == wanted), default)


def _folded(value: str) -> str:
    return "".join(char for char in value.casefold() if char.isalnum())


def _string(**rule: Any) -> dict[str, Any]:
    return {"type": "string", **rule}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_CLAIM = _object(quote=_string(), text=_string())

SCHEMA: dict[str, Any] = _object(
    title_quote=_string(),
    title=_string(),
    summary=_list(_CLAIM),
    recommendations=_list(_CLAIM),
    notes=_list(_CLAIM),
    iocs=_list(_object(id={"type": "integer"}, quote=_string(), role=_string(enum=list(ROLES)), context=_string())),
    threat_quote=_string(),
    actor=_string(),
    actor_attribute=_string(enum=list(ACTOR_ATTRIBUTES)),
    malware=_string(),
    malware_type=_string(enum=list(MALWARE_TYPES)),
    section=_string(enum=list(SECTIONS)),
    advice=_string(),
    event=_object(
        quote=_string(),
        event_type=_string(enum=list(EVENT_TYPES)),
        title=_string(),
        summary=_string(),
        confidence=_string(enum=list(CONFIDENCES)),
        needs_review={"type": "boolean"},
        followup=_string(enum=list(FOLLOWUPS)),
    ),
    tags=_list(
        _object(
            quote=_string(),
            dimension=_string(enum=list(TAG_DIMENSIONS)),
            raw_value=_string(),
            value=_string(),
            confidence=_string(enum=list(CONFIDENCES)),
            note=_string(),
        )
    ),
)
