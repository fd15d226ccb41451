"""Commands run in this process, as `secdigest` would run them, against a deployment of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from secdigest_pipeline.cli.main import main

Secdigest = Callable[..., Result]


@pytest.fixture
def secdigest(home: Path, monkeypatch: pytest.MonkeyPatch) -> Secdigest:
    """`secdigest(*arguments)`: exit code, standard output and standard error of a command."""
    monkeypatch.setenv("SECDIGEST_ANALYST", "extractive")
    monkeypatch.setenv("COLUMNS", "500")

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), prog_name="secdigest")

    return command
