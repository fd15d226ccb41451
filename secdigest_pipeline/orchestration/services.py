"""What assets and commands get from outside: settings, clock, stores and clients, each made where it is first needed.

Nothing here loads Dagster: a command that only looks something up does not wait for it.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

from upath import UPath

from secdigest_pipeline.analysis.analyse import Analyst
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.settings import Settings, SettingsError
from secdigest_pipeline.base.tables import Table, stored_rows
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import Client, open_client
from secdigest_pipeline.indicators.warninglists import NO_LOCAL, LocalList, LocalListError, load_local
from secdigest_pipeline.intake.feeds.feeds import Feed, load_feeds
from secdigest_pipeline.intake.polling.archive import Archive

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
            check=settings.check,
            provider=Provider.of(settings),
        ) as analyst:
            yield analyst


class Tables:
    """The stored asset tables, and who is told of each that is made."""

    def __init__(self, folder: UPath, listener: Listener = _nobody) -> None:
        self.folder = folder
        self.listener = listener
        self._damage: list[str] = []

    def stored(self, table: Table[Row], edition: Edition) -> list[Row]:
        """Rows of one table of one edition as it was last made, empty when it never was; StorageError when damaged."""
        return stored_rows(table, self.folder / table.name / f"{edition.key}.parquet")

    def note_damage(self, what: str) -> None:
        """Take note of stored data that was found damaged, for the log and for the step that is under way."""
        log.warning(what)
        self._damage.append(what)

    def damage(self) -> list[str]:
        """What was taken note of since this was last asked."""
        noted, self._damage = self._damage, []
        return list(dict.fromkeys(noted))


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
        return Archive(self.settings.data / "archive", self._tables.note_damage)

    @cached_property
    def pages(self) -> PageArchive:
        """Fetched pages."""
        return PageArchive(self.settings.data / "pages", self._tables.note_damage)

    @cached_property
    def http(self) -> Http:
        """HTTP client and parsing workers."""
        return Http(self.settings)

    @cached_property
    def model(self) -> Model:
        """Analyst, kept replies and ledger of calls."""
        return Model(self.settings)

    def asset_tables(self) -> Tables:
        """The tables as assets get them: the listener hears of each that is made."""
        self._tables.listener = self.listener
        return self._tables
