"""Settings: environment variables, typed and checked once; the README table is written from `DESCRIPTIONS`."""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

import fsspec
from upath import UPath

from secdigest_pipeline.base.redaction import HIDDEN, carries_credentials, redacted, shown_url

AnalystName = Literal["anthropic", "extractive"]

DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "SECDIGEST_DATA": (
        "data",
        "Where archive, tables and replies are kept: a folder, or an object store URL (fsspec).",
    ),
    "SECDIGEST_OUT": ("out", "Where reports and CSVs are published."),
    "SECDIGEST_FEEDS": ("(the packaged feeds.yaml)", "The feed list."),
    "SECDIGEST_PG_URL": (
        "(embedded PostgreSQL)",
        "PostgreSQL for Dagster's own storage, `postgresql+psycopg2://user:password@host/database`.",
    ),
    "SECDIGEST_START": ("2025-01-01", "First edition that exists as a partition."),
    "SECDIGEST_ANALYST": ("auto", "`anthropic`, `extractive`, or `auto`: anthropic when a key is set."),
    "SECDIGEST_MODELS": (
        "claude-haiku-5-5,claude-haiku-4-5,claude-sonnet-5",
        "Models in the order they are asked; the next one only after a refusal.",
    ),
    "SECDIGEST_MODEL_CALLS": ("8", "Model calls at once, 1 to 64."),
    "SECDIGEST_MAX_USD_EDITION": (
        "1",
        "Most that the model calls of one edition may cost, USD; checked before each call.",
    ),
    "SECDIGEST_MAX_USD_MONTH": ("20", "The same for all editions of a calendar month."),
    "SECDIGEST_BATCH": (
        "no",
        "`yes`: the runs of a backfill ask by Message Batches: half the price, minutes to hours of waiting. The daily "
        "edition never waits for one.",
    ),
    "SECDIGEST_PAGE_FETCHES": ("16", "Page and feed fetches at once, 1 to 128."),
    "SECDIGEST_HOST_DELAY": ("1.0", "Seconds between two page requests to one host, 0 to 60."),
    "SECDIGEST_CONTACT": ("(none)", "Contact URL or address told to servers in the User-Agent."),
    "SECDIGEST_CONNECT_TO": (
        "(none)",
        "`host=ip:port` pairs, comma separated, `*.example=127.0.0.1:8080` for all names below: connect there instead "
        "(how the sample world is reached; every other address must be public).",
    ),
    "SECDIGEST_KEV_URL": ("(none: off)", "CISA's KEV catalogue as JSON: marks CVEs that are exploited."),
    "SECDIGEST_EPSS_URL": ("(none: off)", "FIRST's EPSS scores as CSV.gz."),
    "SECDIGEST_IOC_LIST": (
        "(none)",
        "The newsroom's own list of values that are never, or always, indicators: CSV, `verdict,value,reason,owner`.",
    ),
    "ANTHROPIC_API_KEY": ("(none)", "Key for the model, read by the Anthropic SDK."),
    "ANTHROPIC_BASE_URL": ("(the SDK's own)", "Another Messages API endpoint, read by the Anthropic SDK."),
}


_PREFIX = "SECDIGEST_"
_LONGEST_PATH = 1_000
_FIRST_YEAR = 2000
_MOST_MODELS = 10
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")
_ROUTED = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside. No field ever holds a credential."""

    data: UPath
    out: UPath
    feeds: Path
    start: date
    analyst: AnalystName
    models: tuple[str, ...]
    model_calls: int
    max_usd_edition: float
    max_usd_month: float
    batch: bool
    page_fetches: int
    host_delay: float
    contact: str
    kev_url: str
    epss_url: str
    ioc_list: Path | None
    connect_to: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Settings from `env` (default: the process environment); SettingsError on the first unusable value."""
        env = os.environ if env is None else env
        _refuse_unknown(env)
        _url(env, "ANTHROPIC_BASE_URL")  # the SDK's own, which would take anything and say little
        return cls(
            data=_location(env, "SECDIGEST_DATA", "data"),
            out=_location(env, "SECDIGEST_OUT", "out"),
            feeds=_file(env, "SECDIGEST_FEEDS") or packaged("feeds.yaml"),
            start=_date(env, "SECDIGEST_START", DESCRIPTIONS["SECDIGEST_START"][0]),
            analyst=_analyst(env),
            models=_models(env),
            model_calls=_whole(env, "SECDIGEST_MODEL_CALLS", 8, 1, 64),
            max_usd_edition=_number(env, "SECDIGEST_MAX_USD_EDITION", 1, 0, 10_000),
            max_usd_month=_number(env, "SECDIGEST_MAX_USD_MONTH", 20, 0, 100_000),
            batch=_yes(env, "SECDIGEST_BATCH"),
            page_fetches=_whole(env, "SECDIGEST_PAGE_FETCHES", 16, 1, 128),
            host_delay=_number(env, "SECDIGEST_HOST_DELAY", 1.0, 0, 60),
            contact=_contact(env),
            kev_url=_url(env, "SECDIGEST_KEV_URL"),
            epss_url=_url(env, "SECDIGEST_EPSS_URL"),
            ioc_list=_file(env, "SECDIGEST_IOC_LIST"),
            connect_to=_routes(env),
        )


def packaged(name: str) -> Path:
    """A file that lies at the top of the repository and inside an installed package: `feeds.yaml`, `dagster.yaml`."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "deployment" / name
    return installed if installed.is_file() else package.parent / name


def has_key(env: Mapping[str, str] | None = None) -> bool:
    """Whether the Anthropic SDK would find a credential in the environment."""
    env = os.environ if env is None else env
    return bool(env.get("ANTHROPIC_API_KEY") or env.get("ANTHROPIC_AUTH_TOKEN"))


def _refuse_unknown(env: Mapping[str, str]) -> None:
    """A misspelt setting would otherwise be passed over in silence, and its default be used."""
    for name in sorted(env):
        if name.upper().startswith(_PREFIX) and name not in DESCRIPTIONS:
            # compared without what all have in common, which would make any two of them alike
            known = {one.removeprefix(_PREFIX): one for one in DESCRIPTIONS if one.startswith(_PREFIX)}
            near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), known, n=1)
            raise SettingsError(f"{_shown(name)} is no setting" + (f"; is {known[near[0]]} meant?" if near else ""))


def _location(env: Mapping[str, str], name: str, default: str) -> UPath:
    value = _line(env, name, _LONGEST_PATH) or default
    if "://" not in value:
        return UPath(Path(value).absolute())
    _refuse_credentials(name, value)
    protocol = value.partition("://")[0]
    # It is printed wherever a file of it is named. Nothing behind the host may be somebody's password.
    if shown_url(value) == f"{protocol}://{HIDDEN}" or re.search("[?#]|::", value):
        raise SettingsError(f"{name} must be one plain location: no query, no second URL, no @ in its path")
    try:
        if protocol in ("http", "https"):
            raise ValueError("it cannot be written")
        fsspec.get_filesystem_class(protocol)
        return UPath(value)
    except (ValueError, ImportError) as error:
        raise SettingsError(
            f"{name}={_shown(value)} is no location that fsspec can open: {redacted(str(error))}"
        ) from None


def _line(env: Mapping[str, str], name: str, longest: int = 200) -> str:
    value = env.get(name, "")
    if not value.isprintable() or len(value) > longest:
        raise SettingsError(f"{name} must be one line of at most {longest} printable characters")
    return value


def _file(env: Mapping[str, str], name: str) -> Path | None:
    value = _line(env, name, _LONGEST_PATH)
    if "://" in value:
        raise SettingsError(f"{name} is a file, not a URL")
    return Path(value) if value else None


def _url(env: Mapping[str, str], name: str) -> str:
    value = _line(env, name)
    if not value:
        return value
    _refuse_credentials(name, value)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or " " in value:
        raise SettingsError(f"{name} is not an http or https URL with a host")
    return value


def _contact(env: Mapping[str, str]) -> str:
    value = _line(env, "SECDIGEST_CONTACT")
    if not value.isascii():  # RFC 9110 5.5: a header field takes nothing else
        raise SettingsError("SECDIGEST_CONTACT must be ASCII: it is sent in the User-Agent header")
    if "://" in value:
        _refuse_credentials("SECDIGEST_CONTACT", value)
    return value


def _refuse_credentials(name: str, value: str) -> None:
    """A URL with credentials would stand in tables, logs and the UI; the message does not repeat it.

    Of an object store the name before @ alone is none: `abfs://container@account.example/path`.
    """
    scheme, _, rest = value.partition("://")
    user, at, _ = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")
    if at and (scheme.lower() in ("http", "https") or ":" in user):
        raise SettingsError(f"{name} must not carry credentials (the part before @)")
    if carries_credentials(value):
        raise SettingsError(f"{name} must not carry credentials (a parameter of its query)")


def _shown(value: str) -> str:
    shown = shown_url(value) if "://" in value else redacted(value)
    return repr(shown if len(shown) <= 80 else shown[:80] + "…")


def _date(env: Mapping[str, str], name: str, default: str) -> date:
    value = env.get(name) or default
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise SettingsError(f"{name}={_shown(value)} is not a date of the form YYYY-MM-DD")
    if day.year < _FIRST_YEAR:
        raise SettingsError(f"{name}={value} is before {_FIRST_YEAR}, when there were no feeds")
    return day


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    value = env.get(name) or str(default)
    try:
        number = float(value)
    except ValueError:
        raise SettingsError(f"{name}={_shown(value)} is not a number") from None
    if not low <= number <= high:
        raise SettingsError(f"{name}={_shown(value)} is not between {low:g} and {high:g}")
    return number


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    number = _number(env, name, default, low, high)
    if not number.is_integer():
        raise SettingsError(f"{name}={_shown(env[name])} is not a whole number")
    return int(number)


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name) or "no"
    if value not in ("yes", "no"):
        raise SettingsError(f"{name}={_shown(value)} is not yes or no")
    return value == "yes"


def _analyst(env: Mapping[str, str]) -> AnalystName:
    value = env.get("SECDIGEST_ANALYST") or "auto"
    if value not in ("auto", "anthropic", "extractive"):
        raise SettingsError(f"SECDIGEST_ANALYST={_shown(value)} is not auto, anthropic or extractive")
    if value == "auto":
        return "anthropic" if has_key(env) else "extractive"
    return cast(AnalystName, value)


def _models(env: Mapping[str, str]) -> tuple[str, ...]:
    value = env.get("SECDIGEST_MODELS") or DESCRIPTIONS["SECDIGEST_MODELS"][0]
    models = tuple(name.strip() for name in value.split(",") if name.strip())
    if not models:
        raise SettingsError("SECDIGEST_MODELS names no model")
    for name in models:
        if not _MODEL.fullmatch(name) or redacted(name) != name:
            raise SettingsError(f"SECDIGEST_MODELS: {_shown(name)} is no name of a model")
    if len(models) > _MOST_MODELS:
        raise SettingsError(f"SECDIGEST_MODELS names {len(models)} models, more than {_MOST_MODELS}")
    return models


def _routes(env: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    routes = {}
    for pair in filter(None, (part.strip() for part in env.get("SECDIGEST_CONNECT_TO", "").split(","))):
        host, _, target = pair.partition("=")
        address, _, port = target.rpartition(":")
        try:
            ip = str(ipaddress.ip_address(address.strip("[]")))
        except ValueError:
            ip = ""
        if not _ROUTED.fullmatch(host) or not ip or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise SettingsError(f"SECDIGEST_CONNECT_TO: {_shown(pair)} is not of the form host=ip:port")
        routes[host.lower()] = (ip, int(port))
    return routes
