"""What a disk damaged is named, had anew or made again, and paid for once."""

import json
from pathlib import Path

import pytest
import sqlalchemy

from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
EDITION = EDITIONS[0]


def halved(folder: Path, pattern: str) -> list[Path]:
    """Cut every file of `folder` to its half, as a full disk or a power cut may; which ones."""
    paths = [path for path in folder.rglob(pattern) if path.is_file()]
    for path in paths:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return paths


def events(sample: Sample) -> str:
    """The event log of the runs as it is stored."""
    engine = sqlalchemy.create_engine(sample.env["SECDIGEST_PG_URL"], poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return "\n".join(connection.execute(sqlalchemy.text("select event from event_logs")).scalars())


def test_truncated_pages_are_had_anew_told_and_not_paid_for_again(sample: Sample) -> None:
    assert sample.secdigest("poll").returncode == 0
    assert sample.secdigest("run", EDITION.key).returncode == 0
    before, calls = sample.published(), dict(sample.api.calls)
    bodies = halved(sample.home / "data" / "pages" / "bodies", "*.gz")
    assert bodies

    again = sample.secdigest("run", EDITION.key)
    assert again.returncode == 0
    assert sample.published() == before
    assert dict(sample.api.calls) == calls
    told = [line for line in again.stderr.splitlines() if line.endswith("fetched anew")]
    assert told and all("stored body" in line for line in told)
    assert "  damaged " in again.stdout
    stored = events(sample)
    assert all(json.dumps(line)[1:-1] in stored for line in told)

    third = sample.secdigest("run", EDITION.key)
    assert (third.returncode, third.stderr) == (0, "")
    assert "downloads 0" in third.stdout
    assert sample.published() == before


def test_damaged_polls_and_sightings_are_named_set_aside_and_made_again(sample: Sample) -> None:
    assert sample.secdigest("poll").returncode == 0
    assert sample.secdigest("run", EDITION.key).returncode == 0
    before, calls = sample.published(), dict(sample.api.calls)
    for kind, command in (("polls", ("poll",)), ("sightings", ("run", EDITION.key))):
        spoilt = halved(sample.home / "data" / "archive" / kind, "*.parquet")
        assert spoilt
        again = sample.secdigest(*command)
        assert again.returncode == 0, again.stderr
        for path in spoilt:
            assert [line for line in again.stderr.splitlines() if str(path) in line and "set aside as" in line]
            assert len(list(path.parent.glob(f"{path.name}.damaged-*"))) == 1
            assert path.name in events(sample)
        assert "  damaged " in again.stdout
    assert sample.published() == before
    assert dict(sample.api.calls) == calls
    third = sample.secdigest("run", EDITION.key)
    assert (third.returncode, third.stderr) == (0, "")
    assert sample.published() == before
