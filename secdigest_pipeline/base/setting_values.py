"""What a setting may hold: each kind of value with its rules, and the words for what it takes.

Every text that refuses a value follows the variable's name, and shows nothing of a value that may be a credential.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import fsspec
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo
from upath import UPath

from secdigest_pipeline.base.redaction import HIDDEN, carries_credentials, quoted, redacted, shown_url

AnalystName = Literal["anthropic", "extractive"]
ProviderName = Literal["anthropic", "bedrock", "vertex", "compatible"]

_FIRST_DAY = date(2000, 1, 1)  # before it there were no feeds
REFUSED = "refused"  # pydantic's name for an error whose text is ours

_LONGEST_PATH = 1_000
_LONGEST = 200
_MOST_MODELS = 10
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")
_PRICE = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)/(\d{1,4}(?:\.\d{1,6})?)", re.ASCII)
_ROUTED = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Takes:
    """What a variable takes, in words, where bounds do not say it."""

    what: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts."""

    name: str


def _refused(said: str, *, value: str = "", part: str = "") -> PydanticCustomError:
    """A rule of ours that is broken: `said` follows the variable's name, with its `value` or the `part` of it that is meant."""
    named = f"={quoted(value)}" if value else f": {quoted(part)}" if part else ""
    return PydanticCustomError(REFUSED, "{said}", {"said": f"{named} {said}"})


def _line(value: str, longest: int = _LONGEST) -> str:
    if not value.isprintable() or len(value) > longest:
        raise _refused(f"must be one line of at most {longest} printable characters")
    return value


def _location(value: str) -> UPath:
    _line(value, _LONGEST_PATH)
    if "://" not in value:
        return UPath(Path(value).absolute())
    _refuse_credentials(value)
    protocol = value.partition("://")[0]
    # It is printed wherever a file of it is named. Nothing behind the host may be somebody's password.
    if shown_url(value) == f"{protocol}://{HIDDEN}" or re.search("[?#]|::", value):
        raise _refused("must be one plain location: no query, no second URL, no @ in its path")
    try:
        if protocol in ("http", "https"):
            raise ValueError("it cannot be written")
        fsspec.get_filesystem_class(protocol)
        return UPath(value)
    except (ValueError, ImportError) as error:
        raise _refused(f"is no location that fsspec can open: {redacted(str(error))}", value=value) from None


def _file(value: str) -> Path:
    _line(value, _LONGEST_PATH)
    if "://" in value:
        raise _refused("is a file, not a URL")
    return Path(value)


def _url(value: str) -> str:
    _line(value)
    if not value:
        return value
    _refuse_credentials(value)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or " " in value:
        raise _refused("is not an http or https URL with a host")
    return value


def _contact(value: str) -> str:
    _line(value)
    if not value.isascii():  # RFC 9110 5.5: a header field takes nothing else
        raise _refused("must be ASCII: it is sent in the User-Agent header")
    if "://" in value:
        _refuse_credentials(value)
    return value


def _refuse_credentials(value: str) -> None:
    """A URL with credentials would stand in tables, logs and the UI; the message does not repeat it.

    Of an object store the name before @ alone is none: `abfs://container@account.example/path`.
    """
    scheme, _, rest = value.partition("://")
    user, at, _ = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")
    if at and (scheme.lower() in ("http", "https") or ":" in user):
        raise _refused("must not carry credentials (the part before @)")
    if carries_credentials(value):
        raise _refused("must not carry credentials (a parameter of its query)")


def _iso_day(value: str) -> str:
    """pydantic would also read `20250101`, as seconds since 1970."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise PydanticCustomError("date_form", "not a date")
    return value


def _on(value: str) -> bool | str:
    return {"on": True, "off": False}.get(value, value)


def _yes(value: str) -> bool | str:
    """pydantic would also read `1`, `on` and `t`."""
    return {"yes": True, "no": False}.get(value, value)


def _analyst(value: str, info: ValidationInfo) -> str:
    """`auto` is the one that credentials and provider, which are read before it, make possible."""
    key = info.data.get("api_key_is_set") or info.data.get("auth_token_is_set")
    # nobody names another provider who has no access to it, and its credentials are none of ours
    key = key or info.data.get("provider", "anthropic") != "anthropic"
    return ("anthropic" if key else "extractive") if value == "auto" else value


def _is_set(value: str) -> bool:
    return bool(value)


def _models(value: str) -> tuple[str, ...]:
    models = tuple(name.strip() for name in value.split(",") if name.strip())
    if not models:
        raise _refused("names no model")
    for name in models:
        if not _MODEL.fullmatch(name) or redacted(name) != name:
            raise _refused("is no name of a model", part=name)
    if len(models) > _MOST_MODELS:
        raise _refused(f"names {len(models)} models, more than {_MOST_MODELS}")
    return models


def _prices(value: str) -> dict[str, tuple[float, float]]:
    prices = {}
    for pair in filter(None, (part.strip() for part in value.split(","))):
        name, _, price = pair.rpartition("=")
        found = _PRICE.fullmatch(price)
        if not _MODEL.fullmatch(name) or redacted(name) != name or not found:
            raise _refused("is not of the form model=in/out, in USD per million tokens", part=pair)
        prices[name] = (float(found[1]), float(found[2]))
    if len(prices) > _MOST_MODELS:
        raise _refused(f"names {len(prices)} models, more than {_MOST_MODELS}")
    return prices


def _routes(value: str) -> dict[str, tuple[str, int]]:
    routes = {}
    for pair in filter(None, (part.strip() for part in value.split(","))):
        host, _, target = pair.partition("=")
        address, _, port = target.rpartition(":")
        try:
            ip = str(ipaddress.ip_address(address.strip("[]")))
        except ValueError:
            ip = ""
        if not _ROUTED.fullmatch(host) or not ip or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise _refused("is not of the form host=ip:port", part=pair)
        routes[host.lower()] = (ip, int(port))
    return routes


Location = Annotated[UPath, PlainValidator(_location), Takes("a folder, or an object store URL (fsspec)")]
File = Annotated[Path, PlainValidator(_file), Takes("a file")]
OptionalFile = Annotated[Path | None, PlainValidator(_file), Takes("a file")]
Address = Annotated[str, AfterValidator(_url), Takes("an http or https URL without credentials")]
Contact = Annotated[str, AfterValidator(_contact), Takes(f"ASCII, one line of at most {_LONGEST} characters")]
Day = Annotated[
    date,
    BeforeValidator(_iso_day),
    Field(ge=_FIRST_DAY),
    Takes(f"a date of the form YYYY-MM-DD, {_FIRST_DAY} or later"),
]
OnOff = Annotated[bool, BeforeValidator(_on), Field(strict=True), Takes("on or off")]
YesNo = Annotated[bool, BeforeValidator(_yes), Field(strict=True), Takes("yes or no")]
AnalystChoice = Annotated[AnalystName, BeforeValidator(_analyst), Takes("auto, anthropic or extractive")]
Models = Annotated[tuple[str, ...], PlainValidator(_models), Takes(f"at most {_MOST_MODELS} names, comma separated")]
Provider = Annotated[ProviderName, Takes("anthropic, bedrock, vertex or compatible")]
Prices = Annotated[
    Mapping[str, tuple[float, float]],
    PlainValidator(_prices),
    Takes(f"`model=in/out` in USD per million tokens, at most {_MOST_MODELS}, comma separated"),
]
Routes = Annotated[
    Mapping[str, tuple[str, int]], PlainValidator(_routes), Takes("`host=ip:port` pairs, comma separated")
]
CREDENTIAL = Takes("a credential, never kept or shown")
IsSet = Annotated[bool, PlainValidator(_is_set), CREDENTIAL]
