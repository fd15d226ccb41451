"""Every command and snippet of the pages: resolved by the very parsers that would run it, and run where that is cheap."""

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from dagster._cli import cli as dagster

from secdigest_pipeline.cli.main import main
from secdigest_pipeline.indicators.csv.rows import HEADER
from secdigest_pipeline.indicators.warninglists import NO_LOCAL, load_local
from secdigest_pipeline.intake.feeds.feeds import load_feeds
from secdigest_pipeline.report.contract import check_report
from secdigest_pipeline.report.grammar import SECTIONS
from secdigest_pipeline_tests.docs.pages import PAGES, Block, blocks, commands
from secdigest_pipeline_tests.places import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
# test_readme holds the table against the code
SETTINGS = set(re.findall(r"^\| `([A-Z_]+)` \|", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
# Programs of others, as a whole line: what they do is not ours to test
OTHERS = {"git pull", "pip install ."}
COMMANDS = sorted({command: where for where, command in commands()}.items())
BLOCKS = [block for page in PAGES for block in blocks(page)]
RUN_BY = re.compile(r"run by\s+`(secdigest_pipeline_tests/[\w/]+\.py)`")


def has_its_own_test(page: Path) -> bool:
    """Whether the page names a test that runs its code in the place it is meant for, and that test reads the page."""
    named = RUN_BY.search(page.read_text(encoding="utf-8"))
    return named is not None and page.name in (REPOSITORY / named[1]).read_text(encoding="utf-8")


PYTHON = [block for block in BLOCKS if block.kind.startswith("python") and not has_its_own_test(block.page)]


def resolved(group: click.Command, name: str, words: list[str]) -> None:
    """Parse `words` as the command would, down to the innermost one; click.UsageError when it would refuse them."""
    context = group.make_context(name, list(words))
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest:
            break
        found, command, rest = context.command.resolve_command(context, rest)
        assert command is not None, found
        context = command.make_context(found, rest, parent=context)


@pytest.mark.parametrize(("command", "where"), COMMANDS, ids=[where for _, where in COMMANDS])
def test_a_command_of_a_page_is_one_that_exists_and_takes_these_arguments(
    command: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "subscriptions.opml").touch()
    words = shlex.split(command)
    program = words[0].removeprefix(".venv/bin/")
    if program == "make":
        assert {word for word in words[1:] if "=" not in word} <= TARGETS
        assert {word.split("=")[0] for word in words[1:] if "=" in word} <= {"PORT", "PYTHON"}
    elif program == "secdigest" and words[1:] == ["--version"]:
        pass
    elif program == "secdigest":
        resolved(main, "secdigest", words[1:])
    elif program == "dagster":
        resolved(dagster, "dagster", words[1:])
    elif program == "export":
        assert {word.split("=")[0] for word in words[1:]} <= {*SETTINGS, "DAGSTER_HOME"}
    elif program == "python" and words[1] == "-m":
        assert importlib.util.find_spec(words[2])
    else:
        assert command in OTHERS


def test_every_block_says_what_it_is() -> None:
    kinds = {"sh", "python", "yaml", "text", "markdown", "mermaid", "csv"}
    assert [block.where for block in BLOCKS if block.kind.split(" ")[0] not in kinds] == []


def test_a_command_that_does_not_exist_or_an_option_that_is_none_is_noticed() -> None:
    for words in (["nothing"], ["run", "--nothing"], ["iocs", "search"], ["run", "yesterday"]):
        with pytest.raises(click.UsageError):
            resolved(main, "secdigest", words)


@pytest.mark.parametrize("block", PYTHON, ids=[block.where for block in PYTHON])
def test_the_python_of_a_page_runs_as_it_stands(block: Block, tmp_path: Path) -> None:
    ast.parse(block.text)
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_feed_list_of_a_page_is_one_that_can_be_loaded(tmp_path: Path) -> None:
    lists = [block for block in BLOCKS if block.kind == "yaml"]
    assert lists
    for block in lists:
        assert yaml.safe_load(block.text)
        (tmp_path / "feeds.yaml").write_text(block.text, encoding="utf-8")
        assert load_feeds(tmp_path / "feeds.yaml")


def test_the_list_of_values_of_the_readme_is_one_that_can_be_loaded(tmp_path: Path) -> None:
    (listed,) = [block for block in BLOCKS if block.kind == "csv"]
    (tmp_path / "values.csv").write_text(listed.text, encoding="utf-8")
    assert load_local(tmp_path / "values.csv") != NO_LOCAL


def contract(kind: str) -> list[str]:
    return [block.text for block in blocks(REPOSITORY / "docs" / "contract.md") if block.kind == kind]


def test_the_skeleton_of_the_contract_is_a_report_that_holds_it() -> None:
    skeleton, _ = contract("markdown")
    assert check_report(skeleton) == []
    assert [line[4:] for line in skeleton.splitlines() if line.startswith("### ")] == [text for _, text in SECTIONS]


def test_the_example_of_the_contract_holds_it() -> None:
    skeleton, example = contract("markdown")
    report = skeleton.replace("### 日々のニュース要約\nN/A\n", f"### 日々のニュース要約\n\n{example}")
    assert example in report
    assert check_report(report) == []
    assert check_report(report.replace("- 推奨事項", "- おすすめ")) != []


def test_the_columns_of_the_contract_are_those_of_the_csv() -> None:
    assert f"{','.join(HEADER)}\n" in contract("text")


def test_the_workflow_and_the_hooks_call_what_exists() -> None:
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    called = [step["run"].split() for step in job["steps"] if "run" in step]
    assert {words[-1] for words in called} == {"lint", "test", "test-long"} <= TARGETS
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
    entries = [hook["entry"].split() for repository in hooks["repos"] for hook in repository["hooks"]]
    for program, *words in entries:
        assert (REPOSITORY / program).exists() or (program == "make" and set(words) <= TARGETS)
