"""Real parts for the tests: an embedded PostgreSQL for the session, a database of its own for each test that asks."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from upath import UPath

from secdigest_pipeline.orchestration.database import database

OURS = ("SECDIGEST_", "ANTHROPIC_", "DAGSTER_HOME", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """No setting of the developer's shell reaches a test."""
    removed = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith(OURS)}
    yield
    os.environ.update(removed)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, clean_environment: None) -> Iterator[str]:
    """URL of a real PostgreSQL server that runs for the session."""
    with database(UPath(tmp_path_factory.mktemp("postgres"))) as url:
        del os.environ["SECDIGEST_PG_URL"]
        yield url
        os.environ["SECDIGEST_PG_URL"] = url


@pytest.fixture
def fresh_database(postgres: str) -> str:
    """URL of an empty database of its own."""
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"create database {name}"))
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture
def home(tmp_path: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings of a fresh deployment in the environment: data, out, and a database."""
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SECDIGEST_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("SECDIGEST_PG_URL", fresh_database)
    monkeypatch.setenv("SECDIGEST_HOST_DELAY", "0")
    return tmp_path
