"""The README says what the code does: settings table, commands, and the excerpt of a real demo report."""

import re

import click

from secdigest_pipeline.base.settings import settings_table
from secdigest_pipeline.cli.main import main
from secdigest_pipeline_tests.places import REPOSITORY

ROOT = REPOSITORY
README = (ROOT / "README.md").read_text()


def test_the_settings_table_is_the_one_of_the_code() -> None:
    found = re.search(r"^## Settings\n\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert found and found[1].splitlines() == settings_table().splitlines()


def test_every_command_and_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"secdigest ([a-z]+)", README))
    assert named <= {
        name for name in main.list_commands(click.Context(main)) if main.get_command(click.Context(main), name)
    }
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


def test_every_file_that_is_linked_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
