"""`secdigest doctor`: what is configured, what can be reached, what is missing. Never prints a credential."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import click
import sqlalchemy
from dagster_postgres import PostgresRunStorage
from rich.console import Console
from rich.table import Table
from rich.text import Text
from upath import UPath

from secdigest_pipeline.analysis.asking.key import try_key, try_model
from secdigest_pipeline.analysis.asking.models import PRICES_OF, Model, retirement_warning
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.files import StorageError, write_atomic
from secdigest_pipeline.base.redaction import known_secrets, redacted, shown_url, without
from secdigest_pipeline.base.settings import Settings, SettingsError, has_key, in_use
from secdigest_pipeline.intake.feeds.feeds import load_feeds
from secdigest_pipeline.orchestration.database import (
    URL_VARIABLE,
    check_url,
    cluster_of,
    clusters_without_directory,
    database,
)
from secdigest_pipeline.orchestration.failures import DatabaseError
from secdigest_pipeline.orchestration.heartbeat import heartbeat, overdue
from secdigest_pipeline.orchestration.runs import left_behind, named

PACKAGES = ("dagster", "dagster-postgres", "feedparser", "trafilatura", "anthropic", "pandas")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether the system can work with it, and what was found."""

    what: str
    ok: bool
    found: str


@click.command()
def doctor() -> None:
    """Check settings, storage, PostgreSQL, feeds and the analyst; exit code 1 when something must be mended."""
    findings = list(examine())
    grid = Table(box=None, show_header=False, padding=(0, 2))
    for finding in findings:
        found = redacted(without(finding.found, known_secrets(os.environ)))
        grid.add_row(Text("ok", "green") if finding.ok else Text("no", "red"), finding.what, found)
    Console().print(grid, highlight=False, markup=False, soft_wrap=True)
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def examine() -> Iterator[Finding]:
    """Every finding, each made on its own: one that fails hides no other."""
    yield Finding("versions", True, ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        yield Finding("settings", False, str(error))
        return
    yield _tried("data", lambda: _writable(settings.data), StorageError)
    yield _tried("reports", lambda: _writable(settings.out), StorageError)
    postgres = _tried("PostgreSQL", lambda: _postgres(settings), DatabaseError, StorageError, OSError)
    yield postgres
    if postgres.ok:
        yield _tried("runs", lambda: _runs(settings), DatabaseError, StorageError, OSError)
    yield from _left_clusters()
    yield _tried("feeds", lambda: _feeds(settings), ValueError, OSError)
    yield _tried("newest report", lambda: _newest(settings), StorageError)
    yield from _analyst(settings)
    for name, value in in_use(os.environ):
        yield Finding(name, True, value)


def _tried(what: str, look: Callable[[], str], *expected: type[Exception]) -> Finding:
    try:
        return Finding(what, True, look())
    except expected as error:
        return Finding(what, False, str(error))


def _writable(place: UPath) -> str:
    probe = place / ".doctor"
    write_atomic(probe, b"")
    probe.unlink()
    return shown_url(str(place)) if "://" in str(place) else str(place)


def _postgres(settings: Settings) -> str:
    if url := os.environ.get(URL_VARIABLE):
        check_url(url)
        return f"the server of {URL_VARIABLE} answers"
    with database(settings.data) as embedded:
        check_url(embedded)
    home = cluster_of(settings.data).home
    note = " (started as root: kept outside the data directory, under its own system user)" if not os.geteuid() else ""
    return f"embedded server starts and answers, kept in {home}{note}"


def _runs(settings: Settings) -> str:
    """Runs whose process is gone are an error until the next command, or the daemon, has ended them; read, not changed."""
    with database(settings.data) as url:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        if not sqlalchemy.inspect(engine).has_table("runs"):
            return "none yet"
        left = left_behind(PostgresRunStorage(url, should_autocreate_tables=False))
    if left:
        names = ", ".join(map(named, left))
        raise StorageError(f"left by a process that is gone: {names}; ended by the next run, poll, backfill or dev")
    return "none is left by a process that is gone"


def _left_clusters() -> Iterator[Finding]:
    """Clusters that no command here may remove: only a human knows a deleted directory from one that is not mounted."""
    try:
        left = [f"{home} (of {printable(directory)})" for home, directory in clusters_without_directory()]
    except OSError as error:
        yield Finding("databases", False, str(error))
        return
    if left:
        said = "of data directories that are gone; where one is gone for good, remove its database by hand"
        yield Finding("databases", True, f"{said}: {', '.join(left)}")


def _newest(settings: Settings) -> str:
    found = heartbeat(settings.data)
    late = overdue(found, datetime.now(UTC))
    if found is not None and late:
        raise StorageError(late)
    return f"edition {found.newest.edition}" if found else "none yet"


def _feeds(settings: Settings) -> str:
    feeds = load_feeds(settings.feeds)
    enabled = sum(feed.enabled for feed in feeds)
    if not enabled:
        raise ValueError(f"{settings.feeds} has no enabled feed")
    return f"{enabled} of {len(feeds)} enabled in {settings.feeds}"


def _analyst(settings: Settings) -> Iterator[Finding]:
    key = "a key is set" if has_key() else "no key is set"
    if settings.analyst == "extractive":
        yield Finding("analyst", True, f"extractive: sentences of the articles, no model ({key})")
        return
    provider = Provider.of(settings)
    missing = provider.missing()
    whose = "anthropic" if provider.name == "anthropic" else f"models by {provider.name}"
    yield Finding("analyst", missing is None, f"{whose}: {', '.join(settings.models)} ({missing or key})")
    rows: list[Model] = []
    for name in settings.models:
        try:
            rows.append(provider.model(name))
        except ValueError as error:
            yield Finding(f"model {name}", False, str(error))
        else:
            yield Finding(f"model {name}", True, _prices(rows[-1]))
    if missing is None:
        yield from _endpoint(provider, rows)


def _endpoint(provider: Provider, rows: Sequence[Model]) -> Iterator[Finding]:
    """What the endpoint answers: the list of its models, which costs nothing, else one token of the first model."""
    tried = try_key(provider)
    if tried.refused or not tried.answered:
        yield Finding("key", False, tried.said)
    elif tried.models is None and rows:
        one = try_model(rows[0], provider)
        yield Finding("key", not one.refused, f"{tried.said}; {one.said}")
    else:
        yield Finding("key", True, tried.said)
        listed = tried.models or frozenset()
        for row in rows if listed else ():
            if row.name not in listed:
                yield Finding(f"model {row.name}", True, "is not among the models that the endpoint lists")


def _prices(row: Model) -> str:
    source = "by SECDIGEST_MODEL_PRICES" if row.price_set else f"as of {PRICES_OF}"
    prices = f"${row.input_usd:g} in, ${row.output_usd:g} out per million tokens {source}"
    return retirement_warning(row.name, datetime.now(UTC).date()) or prices
