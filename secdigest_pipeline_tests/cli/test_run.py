"""`secdigest backfill --estimate`: what the model calls would cost; nothing is made, asked or paid."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.cli.run import backfill
from secdigest_pipeline_tests.analysis.conftest import numbered
from secdigest_pipeline_tests.cli.test_evidence import stored

DAYS = ("2026-10-01", "2026-10-02")


def rows(*options: str) -> dict[str, list[float]]:
    """Numbers of each line of the table by its first column."""
    shown = CliRunner().invoke(backfill, [*DAYS, "--estimate", *options])
    assert shown.exit_code == 0, shown.output
    found = re.findall(r"^  (2026-10-0\d|all) +(.+?) *$", shown.stdout, re.MULTILINE)
    return {name: [float(part) for part in numbers.split()] for name, numbers in found}


@pytest.fixture(autouse=True)
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SECDIGEST_PG_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    stored(tmp_path / "data", CLEANED_ARTICLES, DAYS[0], numbered(3))
    return tmp_path


def test_each_edition_has_a_likely_figure_between_its_bounds(deployment: Path) -> None:
    table = rows()
    articles, kept, likely, least, most = table[DAYS[0]]
    assert (articles, kept) == (3, 0) and 0 < least < likely < most
    assert table[DAYS[1]] == [0, 0, 0, 0, 0] and table["all"] == table[DAYS[0]]
    assert sorted(path.name for path in deployment.rglob("*") if path.is_file()) == [f"{DAYS[0]}.parquet"]


def test_batches_are_half_by_option_and_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows()["all"]
    half = rows("--batch")["all"]
    assert half[2:] == pytest.approx([usd / 2 for usd in whole[2:]], abs=1e-4)
    monkeypatch.setenv("SECDIGEST_BATCH", "yes")
    assert rows()["all"] == half
