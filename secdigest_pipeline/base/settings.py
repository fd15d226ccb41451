"""Settings: environment variables, typed and checked once.

Each is one field of `Settings`, with its default, bound, unit and description; the README's table (`settings_table`), what
`secdigest doctor` lists (`in_use`) and the messages that refuse a value are made from the fields. pydantic-settings costs a
process 16 ms of processor time to import, beside 2 s of dagster (2026-11).
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import AliasGenerator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from secdigest_pipeline.base.redaction import quoted, redacted, shown_url
from secdigest_pipeline.base.setting_values import (
    CREDENTIAL,
    REFUSED,
    Address,
    AnalystChoice,
    Contact,
    Day,
    File,
    IsSet,
    Location,
    Models,
    OnOff,
    OptionalFile,
    Prices,
    Provider,
    Routes,
    Takes,
    Unit,
    YesNo,
)

_PREFIX = "SECDIGEST_"


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what it takes."""


class Settings(BaseSettings):
    """Everything that can be set from outside. No field ever holds a credential."""

    model_config = SettingsConfigDict(
        frozen=True,
        case_sensitive=True,
        env_ignore_empty=True,
        enable_decoding=False,  # lists are comma separated here, not JSON
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: f"{_PREFIX}{name.upper()}"),
    )

    data: Location = Field("data", validate_default=True, description="Where archive, tables and replies are kept.")
    out: Location = Field("out", validate_default=True, description="Where reports and CSVs are published.")
    feeds: File = Field(
        default_factory=lambda: packaged("feeds.yaml"),
        validate_default=False,
        description="The feed list; unset: the packaged feeds.yaml.",
    )
    pg_url_is_set: IsSet = Field(
        False,
        validation_alias=f"{_PREFIX}PG_URL",
        description="PostgreSQL for Dagster's own storage, `postgresql+psycopg2://user:password@host/database`; unset: an "
        "embedded server.",
    )
    start: Day = Field("2025-01-01", validate_default=True, description="First edition that exists as a partition.")
    api_key_is_set: IsSet = Field(
        False, validation_alias="ANTHROPIC_API_KEY", description="Key for the model, read by the Anthropic SDK."
    )
    auth_token_is_set: IsSet = Field(
        False,
        validation_alias="ANTHROPIC_AUTH_TOKEN",
        description="Token in place of the key, read by the Anthropic SDK.",
    )
    base_url: Address = Field(
        "",
        validation_alias="ANTHROPIC_BASE_URL",
        description="Another Messages API endpoint, read by the Anthropic SDK; unset: the SDK's own.",
    )
    provider: Provider = Field(
        "anthropic",
        validate_default=True,
        description="Whose models are asked: Anthropic's API, the same at Amazon Bedrock or Google Vertex, or any server that "
        "speaks Messages (docs/how-to/own-model.md).",
    )
    analyst: AnalystChoice = Field(
        "auto",
        validate_default=True,
        description="Who sums an article up: a model, or its own sentences; auto: the model when a key or token, or another "
        "provider than Anthropic, is set.",
    )
    models: Models = Field(
        "claude-haiku-5-5,claude-haiku-4-5,claude-sonnet-5",
        validate_default=True,
        description="Models in the order they are asked; the next one only after a refusal.",
    )
    model_prices: Prices = Field(
        "",
        validate_default=True,
        description="Prices of models that the price table does not know, or knows otherwise; 0/0: it costs nothing.",
    )
    model_calls: Annotated[int, Unit("calls")] = Field(8, ge=1, le=64, description="Model calls at once.")
    max_usd_edition: Annotated[float, Unit("USD")] = Field(
        1.0, ge=0, le=10_000, description="Most that the model calls of one edition may cost; checked before each call."
    )
    max_usd_month: Annotated[float, Unit("USD")] = Field(
        20.0, ge=0, le=100_000, description="The same for all editions of a calendar month."
    )
    batch: YesNo = Field(
        "no",
        validate_default=True,
        description="Whether the runs of a backfill ask by Message Batches: half the price, minutes to hours of waiting. The "
        "daily edition never waits for one.",
    )
    check: OnOff = Field(
        "on",
        validate_default=True,
        description="Whether a second call checks what the first one wrote, with the whole article in view, and what it refuses "
        "is not printed. Off: about half the price, and the report says that nobody checked it.",
    )
    page_fetches: Annotated[int, Unit("fetches")] = Field(
        16, ge=1, le=128, description="Page and feed fetches at once."
    )
    host_delay: Annotated[float, Unit("seconds")] = Field(
        1.0, ge=0, le=60, description="Time between two page requests to one host."
    )
    contact: Contact = Field(
        "", description="Contact URL or address told to servers in the User-Agent; unset: they are told none."
    )
    connect_to: Routes = Field(
        "",
        validate_default=True,
        description="Connect there instead of looking the host up, `*.example=127.0.0.1:8080` for all names below (how the "
        "sample world is reached; every other address must be public).",
    )
    kev_url: Address = Field(
        "", description="CISA's KEV catalogue as JSON: marks CVEs that are exploited; unset: none are marked."
    )
    epss_url: Address = Field("", description="FIRST's EPSS scores as CSV.gz; unset: no scores.")
    ioc_list: OptionalFile = Field(
        None,
        validate_default=False,
        description="The newsroom's own list of values that are never, or always, indicators: CSV, "
        "`verdict,value,reason,owner`.",
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what `from_env` hands over: it reads any mapping, and refuses variables that are no setting."""
        return (init_settings,)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Settings from `env` (default: the process environment); SettingsError with every value that cannot be used."""
        env = os.environ if env is None else env
        _refuse_unknown(env)
        variables = EnvSettingsSource(cls)
        variables.env_vars = {name: value for name, value in env.items() if value}
        try:
            return cls.model_validate(variables())
        except ValidationError as error:
            said = "; ".join(map(_said, error.errors(include_url=False)))
        # outside of the handler: pydantic's error holds the values
        raise SettingsError(said)


FIELDS: Mapping[str, FieldInfo] = {str(field.validation_alias): field for field in Settings.model_fields.values()}


def settings_table() -> str:
    """The README's table of settings, a line for each."""
    rows = [
        f"| `{name}` | {_default(field)} | {_takes(field)} | {field.description} |" for name, field in FIELDS.items()
    ]
    return "\n".join(["| setting | default | takes | what it is |", "|---|---|---|---|", *rows])


def in_use(env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each variable, and in words: its value in usable settings `env` (of a credential only that it is set), and what it takes."""
    for name, field in FIELDS.items():
        given = env.get(name, "")
        value = (shown_url(given) if "://" in given else redacted(given)) if given else _default(field)
        if CREDENTIAL in field.metadata:
            value = "set" if given else ""
        yield name, f"{value or 'not set'} ({'' if given or not value else 'default; '}{_takes(field)})"


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
        if name.upper().startswith(_PREFIX) and name not in FIELDS:
            # compared without what all have in common, which would make any two of them alike
            known = {name.removeprefix(_PREFIX): name for name in FIELDS if name.startswith(_PREFIX)}
            near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), known, n=1)
            raise SettingsError(f"{quoted(name)} is no setting" + (f"; is {known[near[0]]} meant?" if near else ""))


def _said(error: ErrorDetails) -> str:
    """One error of pydantic in a line, in our words: its own repeat the value as it is."""
    name = str(error["loc"][0])
    if error["type"] == REFUSED:
        return f"{name}{error['msg']}"
    return f"{name}={quoted(str(error['input']))} is not {_takes(FIELDS[name])}"


def _takes(field: FieldInfo) -> str:
    """What a setting takes: in the words of its type, else `a whole number from 1 to 64 calls`."""
    for note in field.metadata:
        if isinstance(note, Takes):
            return note.what
    (low,) = (bound.ge for bound in field.metadata if isinstance(bound, Ge))
    (high,) = (bound.le for bound in field.metadata if isinstance(bound, Le))
    (unit,) = (unit.name for unit in field.metadata if isinstance(unit, Unit))
    return f"{'a whole number' if field.annotation is int else 'a number'} from {low:g} to {high:g} {unit}"


def _default(field: FieldInfo) -> str:
    """The default as it would stand in the variable, empty when there is none that could."""
    default = field.default
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if default and field.default_factory is None else ""
