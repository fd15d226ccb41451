"""Real parts for the tests: an embedded PostgreSQL for the session, a database of its own for each test that asks."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from upath import UPath

import secdigest_pipeline.orchestration.database
from secdigest_pipeline.orchestration.database import cluster_of, database
from secdigest_pipeline_tests.machine import OTHER_USER, Machine

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
    data = UPath(tmp_path_factory.mktemp("postgres"))
    with database(data) as url:
        del os.environ["SECDIGEST_PG_URL"]
        yield url
        os.environ["SECDIGEST_PG_URL"] = url
    shutil.rmtree(cluster_of(data).home)


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


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """A folder of clusters with root's copy of the server's programs, which takes a second to make."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)  # the server's user must get there
        patch.setattr(secdigest_pipeline.orchestration.database, "ROOT_HOME", Path(folder))
        cluster_of(UPath(folder) / "data")
        yield Path(folder)


@pytest.fixture
def machine(programs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine whose commands run as whoever runs the tests."""
    monkeypatch.delenv("SECDIGEST_PG_URL", raising=False)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Machine(Path(folder).resolve())
        monkeypatch.setattr(secdigest_pipeline.orchestration.database, "ROOT_HOME", made.clusters)
        for copy in programs.glob("postgresql-*"):
            made.clusters.mkdir(mode=0o755)
            (made.clusters / copy.name).symlink_to(copy)
        yield made
        made.close()


@pytest.fixture
def roots_machine(machine: Machine) -> Machine:
    """A machine whose commands run as root."""
    if os.geteuid():
        pytest.skip("needs root: clusters of root are kept outside the data directory")
    return machine


@pytest.fixture(params=["root", "user"])
def either(machine: Machine, request: pytest.FixtureRequest) -> Machine:
    """A machine whose commands run as root, then one whose commands run as a user."""
    if request.param == "root" and os.geteuid():
        pytest.skip("needs root: clusters of root are kept outside the data directory")
    if request.param == "user" and not os.geteuid():
        machine.user = OTHER_USER
    return machine
