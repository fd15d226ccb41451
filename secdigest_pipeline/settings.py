"""Settings: environment variables, typed and checked once; the README table is written from `DESCRIPTIONS`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, cast

from upath import UPath

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
    "ANTHROPIC_API_KEY": ("(none)", "Key for the model, read by the Anthropic SDK."),
    "ANTHROPIC_BASE_URL": ("(the SDK's own)", "Another Messages API endpoint, read by the Anthropic SDK."),
}


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
    connect_to: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Settings from `env` (default: the process environment); SettingsError on the first unusable value."""
        env = os.environ if env is None else env
        return cls(
            data=_location(env, "SECDIGEST_DATA", "data"),
            out=_location(env, "SECDIGEST_OUT", "out"),
            feeds=Path(env["SECDIGEST_FEEDS"]) if env.get("SECDIGEST_FEEDS") else packaged("feeds.yaml"),
            start=_date(env, "SECDIGEST_START", DESCRIPTIONS["SECDIGEST_START"][0]),
            analyst=_analyst(env),
            models=_models(env),
            model_calls=int(_number(env, "SECDIGEST_MODEL_CALLS", 8, 1, 64)),
            max_usd_edition=_number(env, "SECDIGEST_MAX_USD_EDITION", 1, 0, 10_000),
            max_usd_month=_number(env, "SECDIGEST_MAX_USD_MONTH", 20, 0, 100_000),
            batch=_yes(env, "SECDIGEST_BATCH"),
            page_fetches=int(_number(env, "SECDIGEST_PAGE_FETCHES", 16, 1, 128)),
            host_delay=_number(env, "SECDIGEST_HOST_DELAY", 1.0, 0, 60),
            contact=_line(env, "SECDIGEST_CONTACT"),
            kev_url=_line(env, "SECDIGEST_KEV_URL"),
            epss_url=_line(env, "SECDIGEST_EPSS_URL"),
            connect_to=_routes(env),
        )


def packaged(name: str) -> Path:
    """A file that lies at the top of the repository and inside an installed package: `feeds.yaml`, `dagster.yaml`."""
    package = Path(__file__).resolve().parent
    installed = package / "deployment" / name
    return installed if installed.is_file() else package.parent / name


def has_key(env: Mapping[str, str] | None = None) -> bool:
    """Whether the Anthropic SDK would find a credential in the environment."""
    env = os.environ if env is None else env
    return bool(env.get("ANTHROPIC_API_KEY") or env.get("ANTHROPIC_AUTH_TOKEN"))


def _location(env: Mapping[str, str], name: str, default: str) -> UPath:
    value = env.get(name) or default
    return UPath(value) if "://" in value else UPath(Path(value).absolute())


def _line(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value.isprintable() or len(value) > 200:
        raise SettingsError(f"{name} must be one line of at most 200 printable characters")
    return value


def _date(env: Mapping[str, str], name: str, default: str) -> date:
    value = env.get(name) or default
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise SettingsError(f"{name}={value!r} is not a date of the form YYYY-MM-DD") from None


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    value = env.get(name) or str(default)
    try:
        number = float(value)
    except ValueError:
        raise SettingsError(f"{name}={value!r} is not a number") from None
    if not low <= number <= high:
        raise SettingsError(f"{name}={value!r} is not between {low:g} and {high:g}")
    return number


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name) or "no"
    if value not in ("yes", "no"):
        raise SettingsError(f"{name}={value!r} is not yes or no")
    return value == "yes"


def _analyst(env: Mapping[str, str]) -> AnalystName:
    value = env.get("SECDIGEST_ANALYST") or "auto"
    if value not in ("auto", "anthropic", "extractive"):
        raise SettingsError(f"SECDIGEST_ANALYST={value!r} is not auto, anthropic or extractive")
    if value == "auto":
        return "anthropic" if has_key(env) else "extractive"
    return cast(AnalystName, value)


def _models(env: Mapping[str, str]) -> tuple[str, ...]:
    value = env.get("SECDIGEST_MODELS") or DESCRIPTIONS["SECDIGEST_MODELS"][0]
    models = tuple(name.strip() for name in value.split(",") if name.strip())
    if not models:
        raise SettingsError("SECDIGEST_MODELS names no model")
    return models


def _routes(env: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    routes = {}
    for pair in filter(None, (part.strip() for part in env.get("SECDIGEST_CONNECT_TO", "").split(","))):
        host, _, target = pair.partition("=")
        ip, _, port = target.rpartition(":")
        if not host or not ip or not port.isdigit():
            raise SettingsError(f"SECDIGEST_CONNECT_TO: {pair!r} is not of the form host=ip:port")
        routes[host.lower()] = (ip.strip("[]"), int(port))
    return routes
