"""What the assets get from outside: settings, clock, stores and clients, each made where it is first needed."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

import dagster as dg
from upath import UPath

from secdigest_pipeline.analysis.analyse import Analyst
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.redaction import known_secrets, redacted, without
from secdigest_pipeline.base.settings import Settings, SettingsError
from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import Client, open_client
from secdigest_pipeline.indicators.warninglists import NO_LOCAL, LocalList, LocalListError, load_local
from secdigest_pipeline.intake.feeds.feeds import Feed, load_feeds
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.orchestration.io_managers import stored_rows

log = logging.getLogger(__name__)

Row = TypeVar("Row")
# Called when a step has handed back: asset name, and the numbers it put into its metadata
Listener = Callable[[str, Mapping[str, Any]], None]


def _load_ahead(*modules: str) -> None:
    """Import what later steps need (seconds of CPU) while this one waits for the network."""

    def load() -> None:
        for module in modules:
            import_module(module)
        gc.freeze()  # as in base.process

    threading.Thread(target=load, name="load-ahead", daemon=True).start()


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def _nobody(_asset: str, _numbers: Mapping[str, Any]) -> None:
    return None


class Configured:
    """The settings and what they point to, with the clock that everything goes by."""

    def __init__(self, values: Settings, now: Callable[[], datetime]) -> None:
        self.values = values
        self.now = now

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """The feed list."""
        return load_feeds(self.values.feeds)

    @cached_property
    def local_list(self) -> LocalList:
        """The newsroom's own list of values, empty when none is set; SettingsError names file, line and rule."""
        if self.values.ioc_list is None:
            return NO_LOCAL
        try:
            return load_local(self.values.ioc_list)
        except LocalListError as error:
            raise SettingsError(f"SECDIGEST_IOC_LIST: {error}") from error


class Http:
    """Fetching: the guarded HTTP client, and the worker processes that parse what it brings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def client(self) -> AbstractAsyncContextManager[Client]:
        """HTTP client for feeds and pages, an async context manager."""
        settings = self._settings
        if settings.analyst == "anthropic":
            _load_ahead("anthropic")
        return open_client(contact=settings.contact, connect_to=settings.connect_to, at_once=settings.page_fetches)

    def workers(self) -> Workers:
        """Child processes for parsing and extraction: as many as there are cores, two at least."""
        return Workers(max(2, os.cpu_count() or 2))


class Model:
    """Who reads the articles: the analyst the settings name, and the kept replies with the ledger of calls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.replies = Replies(settings.data / "llm")

    @asynccontextmanager
    async def analyst(self, refresh: frozenset[str] = frozenset(), batch: bool = False) -> AsyncIterator[Analyst]:
        """The analyst the settings name; `refresh` and `batch` as AnthropicAnalyst takes them."""
        settings = self._settings
        if settings.analyst == "extractive":
            yield Extractive()
            return
        async with AnthropicAnalyst(
            settings.models,
            self.replies,
            max_usd=settings.max_usd_edition,
            max_usd_month=settings.max_usd_month,
            refresh=refresh,
            batch=batch,
            provider=Provider.of(settings),
        ) as analyst:
            yield analyst


class Tables:
    """The stored asset tables, and who is told of each that is made."""

    def __init__(self, folder: UPath, listener: Listener = _nobody) -> None:
        self.folder = folder
        self.listener = listener
        self._told: list[str] = []

    def stored(self, table: Table[Row], edition: Edition) -> list[Row]:
        """Rows of one table of one edition as it was last made, empty when it never was; StorageError when damaged."""
        return stored_rows(table, self.folder / table.name / f"{edition.key}.parquet")

    def tell(self, what: str) -> None:
        """Take note of stored data that was found damaged, for the log and for the step that is under way."""
        log.warning(what)
        self._told.append(what)

    def told(self) -> list[str]:
        """What was taken note of since this was last asked."""
        told, self._told = self._told, []
        return list(dict.fromkeys(told))


class Services:
    """What the resources are made of. Tests, the demo and the command line hand in their own clock, settings and listener."""

    def __init__(
        self,
        settings: Settings | None = None,
        now: Callable[[], datetime] = _wall_clock,
        listener: Listener = _nobody,
    ) -> None:
        self._settings = settings
        self.now = now
        self.listener = listener

    @cached_property
    def settings(self) -> Settings:
        """The settings handed in, or those of the environment."""
        return self._settings or Settings.from_env()

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """The feed list."""
        return self.configured.feeds

    @property
    def configured(self) -> Configured:
        """The settings with what they point to."""
        return Configured(self.settings, self.now)

    def load(self) -> None:
        """Read settings and feed list now, so that one that cannot be used is named before anything is started."""
        _ = self.settings, self.feeds

    @property
    def tables(self) -> UPath:
        """Folder of the asset tables."""
        return self.settings.data / "tables"

    @cached_property
    def _tables(self) -> Tables:
        return Tables(self.tables)

    def stored(self, table: Table[Row], edition: Edition) -> list[Row]:
        """Rows of one table of one edition as it was last made, empty when it never was; StorageError when damaged."""
        return self._tables.stored(table, edition)

    @cached_property
    def archive(self) -> Archive:
        """Feed snapshots and what they showed."""
        return Archive(self.settings.data / "archive", self._tables.tell)

    @cached_property
    def pages(self) -> PageArchive:
        """Fetched pages."""
        return PageArchive(self.settings.data / "pages", self._tables.tell)

    @cached_property
    def http(self) -> Http:
        """HTTP client and parsing workers."""
        return Http(self.settings)

    @cached_property
    def model(self) -> Model:
        """Analyst, kept replies and ledger of calls."""
        return Model(self.settings)

    def resources(self) -> dict[str, dg.ResourceDefinition]:
        """What assets, checks and sensors ask for by name; the UI shows each with the settings it is made by."""
        settings, folder = self.settings, self.settings.data
        return {
            "settings": _resource(
                lambda: self.configured,
                "The settings and what they point to: feed list, the newsroom's own list, clock.",
                {name: getattr(settings, name) for name in _OF_ALL},
            ),
            "archive": _resource(
                lambda: self.archive, "Every body a feed ever answered.", {"folder": folder / "archive"}
            ),
            "pages": _resource(
                lambda: self.pages, "Every page that was fetched, kept by content.", {"folder": folder / "pages"}
            ),
            "http": _resource(
                lambda: self.http,
                "The HTTP client for feeds and pages, and the worker processes that parse what it brings.",
                {name: getattr(settings, name) for name in _OF_HTTP},
            ),
            "model": _resource(
                lambda: self.model,
                "Who reads the articles, what it may cost, and where its replies are kept.",
                {"folder": folder / "llm", **{name: getattr(settings, name) for name in _OF_MODEL}},
            ),
            "tables": _resource(self._listened, "The asset tables as Parquet.", {"folder": self.tables}),
        }

    def _listened(self) -> Tables:
        self._tables.listener = self.listener
        return self._tables


_OF_ALL = ("data", "out", "feeds", "start", "kev_url", "epss_url", "ioc_list")
_OF_HTTP = ("page_fetches", "host_delay", "contact", "connect_to")
_OF_MODEL = (
    "analyst",
    "provider",
    "models",
    "model_prices",
    "model_calls",
    "max_usd_edition",
    "max_usd_month",
    "batch",
)


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
