"""Taking newer warning lists: one form, the same bytes, and nothing of a damaged folder."""

import json
from pathlib import Path

import pytest

from secdigest_pipeline.indicators.warninglists.__main__ import main
from secdigest_pipeline.indicators.warninglists.catalog import CATALOG
from secdigest_pipeline.indicators.warninglists.update import ListFolderError, update
from secdigest_pipeline_tests.indicators.pages import SHA256


def lists_folder(folder: Path) -> Path:
    """A MISP lists folder with one invented entry in each list."""
    values = {
        "hosts": ["Sub.Listed.TEST", "http-is-no-host/", "ddns.net", "10.0.0.1"],
        "networks": ["45.83.12.0/24", "x"],
        "hashes": [SHA256, "3::"],
    }
    for listed in CATALOG:
        (folder / listed.name).mkdir(parents=True)
        data = {
            "version": 20260102,
            "description": "A\n list",
            "name": listed.name,
            "type": "string",
            "list": values[listed.form],
        }
        (folder / listed.name / "list.json").write_text(json.dumps(data), "utf-8")
    return folder


def test_newer_lists_are_taken_in_one_form_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    source = lists_folder(tmp_path / "lists")
    lines = update(source, tmp_path / "one")
    update(source, tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert lines[0] == "rfc6761 version 20260102: 2 entries"
    about = json.loads((tmp_path / "one" / "manifest.json").read_text())["lists"]["tranco10k"]
    assert (about["version"], about["date"], about["count"], about["description"]) == (
        20260102,
        "2026-01-02",
        2,
        "A list",
    )


def test_entries_at_a_public_suffix_lose_their_subdomains_when_lists_are_taken(tmp_path: Path) -> None:
    import gzip

    update(lists_folder(tmp_path / "lists"), tmp_path / "out")
    text = gzip.decompress((tmp_path / "out" / "tranco10k.txt.gz").read_bytes()).decode()
    assert text.split() == [".sub.listed.test", "ddns.net"]


@pytest.mark.parametrize(
    "damage", ["missing", "not json", '{"list": []}', '{"version": "x", "list": ["a.test"], "description": ""}']
)
def test_a_damaged_lists_folder_is_named_and_nothing_is_written(tmp_path: Path, damage: str) -> None:
    source = lists_folder(tmp_path / "lists")
    broken = source / CATALOG[-1].name / "list.json"
    if damage == "missing":
        broken.unlink()
    else:
        broken.write_text(damage)
    with pytest.raises(ListFolderError, match=CATALOG[-1].name):
        update(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_update_command_says_in_one_line_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
