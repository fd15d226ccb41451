"""The evaluation runs over HTTP and its table tells a good model from one that invents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from secdigest_pipeline.analysis.evals.replies import load_cases
from secdigest_pipeline.cli.main import main
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline.sample.world import World
from secdigest_pipeline_tests.places import REPOSITORY

CASES = REPOSITORY / "evals" / "sample_world.jsonl"


def rows(output: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in output.splitlines()[2:]]


def test_the_cases_are_the_articles_of_the_sample_world() -> None:
    cases, world = load_cases(CASES), World.load()
    assert len(cases) == len([one for one in world.articles if one.page == "ok" and one.reply])
    assert all(case.article.title == world.article(case.article.url).title for case in cases)
    assert sum(len(case.roles) for case in cases) > 50


def _honest(reply: Mapping[str, Any]) -> dict[str, Any]:
    wrong = reply.get("check", {})
    return {**reply, "summary": [claim for claim in reply["summary"] if claim["text"] not in wrong]}


def test_a_good_model_scores_high_and_one_that_refuses_does_not(api: MessagesApi) -> None:
    # without the lines that the world has to be dropped
    api.replies = {url: _honest(reply) for url, reply in World.load().replies().items()}
    command = ["evals", "replies", str(CASES), "--model", "claude-haiku-5-5", "--model", "claude-sonnet-5"]
    shown = CliRunner().invoke(main, command)
    assert shown.exit_code == 0, shown.output
    good, other = rows(shown.stdout)
    assert good[0] == "claude-haiku-5-5" and good[1] == good[2] and good[1:10] == other[1:10]
    assert float(good[6].rstrip("%")) > 90 and float(good[8].rstrip("%")) > 80 and float(good[9].rstrip("%")) > 80
    assert float(good[10]) > 0 and float(other[10]) > float(good[10]), "each run pays, and the dearer model more"
    api.failures = {"*": ("refusal",)}
    [refusing] = rows(CliRunner().invoke(main, command[:5]).stdout)
    assert refusing[2] == "0" and refusing[3] == good[1]


def test_bad_cases_and_a_missing_key_are_errors_of_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "cases.jsonl"
    broken.write_text('{"url": "x"}\n')
    assert (
        "cases.jsonl:1: no case" in CliRunner().invoke(main, ["evals", "replies", str(broken), "--model", "m"]).output
    )
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    shown = CliRunner().invoke(main, ["evals", "replies", str(CASES), "--model", "claude-haiku-5-5"])
    assert shown.exit_code == 1 and "no key" in shown.output
