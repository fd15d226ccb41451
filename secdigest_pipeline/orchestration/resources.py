"""The Dagster resources of the assets, each shown in the UI with the settings it is made by."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg

from secdigest_pipeline.base.redaction import known_secrets, redacted, without
from secdigest_pipeline.base.settings import Settings, SettingsError
from secdigest_pipeline.orchestration.services import Services

_OF_ALL = ("data", "out", "feeds", "start", "kev_url", "epss_url", "ioc_list")
_OF_HTTP = ("page_fetches", "host_delay", "contact", "connect_to")
_OF_MODEL = (
    "analyst",
    "models",
    "model_calls",
    "max_usd_edition",
    "max_usd_month",
    "batch",
    "provider",
    "model_prices",
    "check",
)


def resources(services: Services) -> dict[str, dg.ResourceDefinition]:
    """What assets, checks and sensors ask for by name; the UI shows each with the settings it is made by."""
    settings, folder = services.settings, services.settings.data
    return {
        "settings": _resource(
            lambda: services.configured,
            "The settings and what they point to: feed list, the newsroom's own list, clock.",
            {name: getattr(settings, name) for name in _OF_ALL},
        ),
        "archive": _resource(
            lambda: services.archive, "Every body a feed ever answered.", {"folder": folder / "archive"}
        ),
        "pages": _resource(
            lambda: services.pages, "Every page that was fetched, kept by content.", {"folder": folder / "pages"}
        ),
        "http": _resource(
            lambda: services.http,
            "The HTTP client for feeds and pages, and the worker processes that parse what it brings.",
            {name: getattr(settings, name) for name in _OF_HTTP},
        ),
        "model": _resource(
            lambda: services.model,
            "Who reads the articles, what it may cost, and where its replies are kept.",
            {"folder": folder / "llm", **{name: getattr(settings, name) for name in _OF_MODEL}},
        ),
        "tables": _resource(services.asset_tables, "The asset tables as Parquet.", {"folder": services.tables}),
    }


def _resource(make: Callable[[], Any], description: str, shown: Mapping[str, Any]) -> dg.ResourceDefinition:
    """A resource whose config is what it is made by, fixed: a run cannot ask for another, so the UI tells the truth."""
    secrets = known_secrets(os.environ)
    values = {name: _plain(value, secrets) for name, value in shown.items()}
    fields = {
        name: dg.Field(type(value), is_required=False, description=_described(name)) for name, value in values.items()
    }

    def made(context: dg.InitResourceContext) -> Any:
        for name, value in context.resource_config.items():
            if value != values[name]:
                raise SettingsError(f"{name} is a setting of the deployment: a run cannot be given another")
        return make()

    return dg.ResourceDefinition(made, dg.Field(fields, default_value=values), description)


def _described(name: str) -> str:
    field = Settings.model_fields.get(name)
    return (field.description if field else None) or "Where it lies."


def _plain(value: Any, secrets: Sequence[str]) -> Any:
    """A setting as the UI shows it. No setting holds a credential; what looks like one all the same is cut out."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        # routes (address and port) and prices (in and out)
        value = ", ".join(
            f"{name}={first:g}/{second:g}" if isinstance(first, float) else f"{name}={first}:{second}"
            for name, (first, second) in value.items()
        )
    elif isinstance(value, tuple):
        value = ", ".join(value)
    return redacted(without("" if value is None else str(value), secrets))
