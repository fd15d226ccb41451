"""The registry of export formats, and the page that shows how to add one: its code is added and run here."""

import subprocess
import sys
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.exports import formats
from secdigest_pipeline.indicators.exports.files import edition_files, listed, range_files
from secdigest_pipeline.indicators.exports.formats import FORMATS, ExportFormat
from secdigest_pipeline_tests.cli.test_iocs import data  # noqa: F401 - a data folder with editions
from secdigest_pipeline_tests.indicators.ledgers import ioc
from secdigest_pipeline_tests.snippets import as_module, snippets

MODULE, ENTRY, TEST = snippets("how-to/add-an-export-format.md")
DAY = Edition.parse("2026-10-01")


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> ExportFormat:
    """The page's format, added by its module and its entry alone."""
    module = as_module(MODULE, monkeypatch)
    added = eval(ENTRY, {**vars(formats), **vars(module)})
    monkeypatch.setitem(FORMATS, added.name, added)  # type: ignore[arg-type]  # until the test ends
    return added  # type: ignore[no-any-return]


@pytest.mark.usefixtures("registered")
def test_the_test_that_the_page_shows_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    as_module(TEST, monkeypatch).test_the_hosts_file_holds_what_may_be_blocked_once()


@pytest.mark.usefixtures("registered")
def test_a_format_that_is_registered_is_written_and_listed_with_every_edition(tmp_path: Path) -> None:
    files = edition_files(DAY, [ioc()], UPath(tmp_path))
    assert files["exports/2026/20261001/20261001.hosts"] == b"0.0.0.0 c2.evil.test\n"
    assert "exports/2026/20261001/20261001.hosts" in {file.path for file in listed(DAY, files)}


def test_every_format_gives_a_file_of_a_range_and_none_that_another_one_gives() -> None:
    by_format = {name: set(range_files([(DAY, [ioc()])], [name])) for name in FORMATS}
    assert all(by_format.values())
    assert sum(map(len, by_format.values())) == len(range_files([(DAY, [ioc()])], FORMATS))


COMMAND = f"""
import sys
from secdigest_pipeline.indicators.exports import formats
module = {{}}
exec({MODULE!r}, module)
added = eval({ENTRY!r}, {{**vars(formats), **module}})
formats.FORMATS[added.name] = added
from secdigest_pipeline.cli.main import main
main()
"""


def command(*arguments: str) -> str:
    """What `secdigest iocs export` prints in a process of its own, with the page's format added before it starts."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "iocs", "export", *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_command_offers_a_format_that_is_registered(
    data: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    said = " ".join(command("--help").split())
    assert "|hosts]" in said and "hosts: a hosts file of the domains that may be blocked." in said
    out = tmp_path / "x"
    printed = command("2025-03-01", "2025-03-31", "--format", "hosts", "--out", str(out))
    assert printed.split() == [str(out / "iocs-20250301-20250304.hosts")]
    assert (out / "iocs-20250301-20250304.hosts").read_bytes() == b"0.0.0.0 c2.evil.test\n"
