"""Text from outside on a terminal: shown as it is, and without what would steer the terminal or the table's own markup."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.summary import print_polls, print_summary
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline_tests.cli.conftest import Secdigest
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row
from secdigest_pipeline_tests.intake.worlds import jst

MARKUP = "HTML instead of a feed ([/red][link=http://x.example]text/html)"


def test_a_command_ends_with_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        end("nothing to show")
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", "secdigest: nothing to show\n")


def test_what_a_terminal_acts_on_becomes_a_blank() -> None:
    assert printable("a\x1b[31mb\rc\u202ed\u200be\tf 日本") == "a [31mb c d e f 日本"


def test_markup_in_a_feeds_answer_is_shown_and_not_obeyed(home: Path) -> None:
    services, console = Services(), Console(file=io.StringIO(), width=300)
    services.archive.add_poll([poll_row(jst("2026-10-01 05:00"), "odd", outcome="error", reason=MARKUP)], [])
    print_polls(console, services)
    assert MARKUP in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_folder_whose_name_looks_like_markup_is_named_in_full(
    secdigest: Secdigest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = home / "[bold]news[/bold]"
    monkeypatch.setenv("SECDIGEST_OUT", str(odd))
    assert str(odd) in secdigest("doctor").stdout
    edition, console = Edition.parse("2026-10-01"), Console(file=io.StringIO(), width=300)
    (odd / edition.news_path).parent.mkdir(parents=True)
    (odd / edition.news_path).write_text("# Daily Security Info\n")
    print_summary(console, Services(), edition)
    assert str(odd / edition.news_path) in console.file.getvalue()  # type: ignore[attr-defined]
