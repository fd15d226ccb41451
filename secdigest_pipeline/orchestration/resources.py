"""What the assets get from outside: settings, clock, stores and clients, each made where it is first needed."""

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
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.articles.clean import CleanedAhead
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.base.editions import Edition
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


class Services:
    """The one resource. Tests, the demo and the command line hand in their own clock, settings and listener."""

    def __init__(
        self,
        settings: Settings | None = None,
        now: Callable[[], datetime] = _wall_clock,
        listener: Listener = _nobody,
    ) -> None:
        self._settings = settings
        self.now = now
        self.listener = listener
        self._told: list[str] = []

    @cached_property
    def settings(self) -> Settings:
        """The settings handed in, or those of the environment."""
        return self._settings or Settings.from_env()

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """The feed list."""
        return load_feeds(self.settings.feeds)

    def tell(self, what: str) -> None:
        """Take note of stored data that was found damaged, for the log and for the step that is under way."""
        log.warning(what)
        self._told.append(what)

    def told(self) -> list[str]:
        """What was taken note of since this was last asked."""
        told, self._told = self._told, []
        return list(dict.fromkeys(told))

    def load(self) -> None:
        """Read settings and feed list now, so that one that cannot be used is named before anything is started."""
        _ = self.settings, self.feeds

    @property
    def tables(self) -> UPath:
        """Folder of the asset tables."""
        return self.settings.data / "tables"

    def stored(self, table: Table[Row], edition: Edition) -> list[Row]:
        """Rows of one table of one edition as it was last made, empty when it never was; StorageError when damaged."""
        return stored_rows(table, self.tables / table.name / f"{edition.key}.parquet")

    @cached_property
    def archive(self) -> Archive:
        """Feed snapshots and what they showed."""
        return Archive(self.settings.data / "archive", self.tell)

    @cached_property
    def pages(self) -> PageArchive:
        """Fetched pages."""
        return PageArchive(self.settings.data / "pages", self.tell)

    @cached_property
    def ahead(self) -> CleanedAhead:
        """Articles cleaned while their edition's pages were fetched."""
        return CleanedAhead()

    @cached_property
    def replies(self) -> Replies:
        """Kept model replies and the ledger of calls."""
        return Replies(self.settings.data / "llm")

    @cached_property
    def local_list(self) -> LocalList:
        """The newsroom's own list of values, empty when none is set; SettingsError names file, line and rule."""
        if self.settings.ioc_list is None:
            return NO_LOCAL
        try:
            return load_local(self.settings.ioc_list)
        except LocalListError as error:
            raise SettingsError(f"SECDIGEST_IOC_LIST: {error}") from error

    def client(self) -> AbstractAsyncContextManager[Client]:
        """HTTP client for feeds and pages, an async context manager."""
        settings = self.settings
        if settings.analyst == "anthropic":
            _load_ahead("anthropic")
        return open_client(contact=settings.contact, connect_to=settings.connect_to, at_once=settings.page_fetches)

    def workers(self) -> Workers:
        """Child processes for parsing and extraction: as many as there are cores, two at least."""
        return Workers(max(2, os.cpu_count() or 2))

    @asynccontextmanager
    async def analyst(self, refresh: frozenset[str] = frozenset(), batch: bool = False) -> AsyncIterator[Analyst]:
        """The analyst the settings name; `refresh` and `batch` as AnthropicAnalyst takes them."""
        if self.settings.analyst == "extractive":
            yield Extractive()
            return
        settings = self.settings
        async with AnthropicAnalyst(
            settings.models,
            self.replies,
            max_usd=settings.max_usd_edition,
            max_usd_month=settings.max_usd_month,
            refresh=refresh,
            batch=batch,
        ) as analyst:
            yield analyst
