"""The JSON schemas that a model's replies are asked for by, and the closed values in them.

Evidence stands before conclusions and every field is required, as structured output wants it. A schema holds no
values of an article, so its compiled grammar and the prompt cache are shared by all.
"""

from typing import Any, get_args

from secdigest_pipeline.analysis.reply.taxonomy import EVENT_TYPE, dimensions
from secdigest_pipeline.indicators.records import Role
from secdigest_pipeline.intake.records import Section

SCHEMA_VERSION = 3

# The sections an article page can belong to (docs/contract.md 1.8); the other two are filled by feed rule alone.
SECTIONS: tuple[Section, ...] = ("news", "tools", "malware_campaign", "security_report", "cybercrime")
ROLES: tuple[Role, ...] = get_args(Role)
# docs/contract.md 2.2
CATEGORIES = ("c2", "srcip", "phishing-site", "malware", "tool", "abusefile", "related-file", "unknown")
ACTOR_ATTRIBUTES = ("china", "russia", "north-korea", "iran", "cybercrime", "hacktivist", "unknown")
MALWARE_TYPES = (
    "ransomware", "stealer", "backdoor", "RAT", "loader", "dropper", "worm", "trojan", "spyware", "wiper", "webshell",
    "botnet", "phishing-kit", "downloader", "tool", "unknown",
)  # fmt: skip
# How much a reader of the report is concerned, and why: order and cap of the entries.
RELEVANCES = ("exploited", "breach", "patch", "research", "policy", "business", "off-topic")
# What the checking call may say of a statement.
VERDICTS = ("supported", "contradicted", "overstated", "not_stated")
# Who says that the main claim is so.
BASES = ("confirmed", "claimed_by_attacker", "unnamed_source", "unknown")

# docs/contract.md 3.2
CONFIDENCES = ("high", "medium", "low")
FOLLOWUPS = ("yes", "maybe", "no")
EVENT_TYPES = (*dimensions()[EVENT_TYPE].values, "none")
# Actor, malware and product have lists of their own; their tags are made from those.
TAG_DIMENSIONS = tuple(name for name, found in dimensions().items() if name != EVENT_TYPE and not found.is_dynamic)


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


_QUOTES = _list(_string())
_CLAIM = _object(quotes=_QUOTES, text=_string())

SCHEMA: dict[str, Any] = _object(
    title_quotes=_QUOTES,
    title=_string(),
    summary=_list(_CLAIM),
    recommendations=_list(_CLAIM),
    notes=_list(_CLAIM),
    iocs=_list(
        _object(
            id={"type": "integer"},
            quote=_string(),
            role=_string(enum=list(ROLES)),
            category=_string(enum=list(CATEGORIES)),
            context=_string(),
            description=_string(),
        )
    ),
    actors=_list(
        _object(
            quote=_string(),
            name=_string(),
            aliases=_list(_string()),
            attribute=_string(enum=list(ACTOR_ATTRIBUTES)),
            confidence=_string(enum=list(CONFIDENCES)),
        )
    ),
    malware=_list(
        _object(quote=_string(), name=_string(), aliases=_list(_string()), type=_string(enum=list(MALWARE_TYPES)))
    ),
    products=_list(_object(quote=_string(), name=_string(), affected=_string(), fixed=_string(), condition=_string())),
    techniques=_list(_object(quote=_string(), id=_string())),
    victims=_list(_object(quote=_string(), sector=_string(), country=_string())),
    basis=_object(quote=_string(), basis=_string(enum=list(BASES))),
    relevance=_object(score={"type": "integer", "enum": [0, 1, 2, 3]}, reason=_string(enum=list(RELEVANCES))),
    section=_string(enum=list(SECTIONS)),
    advice=_string(),
    event=_object(
        quote=_string(),
        slug=_string(),
        event_type=_string(enum=list(EVENT_TYPES)),
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

CHECK_SCHEMA: dict[str, Any] = _object(
    verdicts=_list(_object(id={"type": "integer"}, passage=_string(), verdict=_string(enum=list(VERDICTS))))
)

MEND_SCHEMA: dict[str, Any] = _object(
    title_quotes=_QUOTES,
    title=_string(),
    summary=_list(_object(id={"type": "integer"}, quotes=_QUOTES, text=_string())),
)
