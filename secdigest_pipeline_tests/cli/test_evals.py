"""`secdigest evals`: the table of a second reader, what it will cost, and where it ends in one line."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from secdigest_pipeline.analysis.evals.meaning import parts
from secdigest_pipeline.cli import evals
from secdigest_pipeline.sample.messages import KEY, MessagesApi, passage_for, serve
from secdigest_pipeline.sample.plain import PlainServer
from secdigest_pipeline_tests.analysis.evals.cases import SWITCHED_OFF, case
from secdigest_pipeline_tests.cli.conftest import Secdigest

TRUE = {one.statement for one in case().statements if one.label}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """A Messages API whose checker knows what is true."""
    api = MessagesApi(
        checker=lambda article, one: ("supported" if one["text"] in TRUE else "contradicted", passage_for(article, one))
    )
    url, stop = serve(api.app)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    yield api
    stop()


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(asdict(case())) + "\n", encoding="utf-8")
    return str(path)


def test_the_table_names_date_models_and_what_each_way_of_reading_prints(
    endpoint: MessagesApi, corpus: str, secdigest: Secdigest, tmp_path: Path
) -> None:
    out = tmp_path / "made" / "table.md"
    done = secdigest(
        "evals", "meaning", corpus, "--model", "claude-haiku-5-5", "--model", "claude-sonnet-5", "--out", str(out)
    )
    assert done.exit_code == 0, done.output
    assert done.stderr.count("estimate: ") == 2
    text = out.read_text(encoding="utf-8")
    assert text.strip() in done.stdout
    assert "## own.jsonl: 5 true, 4 distorted" in text and "claude-haiku-5-5, claude-sonnet-5; rules and schema" in text
    assert "| code alone | 0.0% | 25.0% | 0.625 | - |" in text
    assert "| code and claude-haiku-5-5 | 0.0% | 100.0% | 1.000 | 0 |" in text
    assert "| roles | 1 | 0.0% | 100.0% | 100.0% |" in text
    assert text.count(" calls, ") == 2 and KEY not in text and "127.0.0.1" not in text


def test_an_estimate_above_the_cap_asks_nothing(endpoint: MessagesApi, corpus: str, secdigest: Secdigest) -> None:
    done = secdigest("evals", "meaning", corpus, "--max-usd", "0.0001")
    assert done.exit_code == 1 and "is more than --max-usd 0.0001: nothing was asked" in done.stderr
    assert not endpoint.requests


def test_calls_that_the_cap_left_out_are_said(endpoint: MessagesApi, corpus: str, secdigest: Secdigest) -> None:
    # room for what is likely, not for an answer as long as it may be
    done = secdigest("evals", "meaning", corpus, "--max-usd", "0.002")
    assert done.exit_code == 0 and "calls of claude-haiku-5-5 were not made: the cap was reached" in done.stdout


def test_without_a_key_it_ends_in_one_line(corpus: str, secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    done = secdigest("evals", "meaning", corpus)
    assert done.exit_code == 1 and done.stderr.splitlines() == [
        "secdigest: no key for the model: set ANTHROPIC_API_KEY, and ANTHROPIC_BASE_URL for another endpoint"
    ]


def test_a_server_of_ones_own_needs_no_key_and_its_price_is_the_settings(
    corpus: str, secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"verdicts": [{"id": at, "passage": SWITCHED_OFF, "verdict": "supported"} for at in range(1, 10)]}
    urls = [part.article.url for part in parts([case()], "corpus-0")]
    url, stop = serve(PlainServer("fenced", replies=dict.fromkeys(urls, said)).app)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECDIGEST_PROVIDER", "compatible")
    monkeypatch.setenv("SECDIGEST_MODEL_PRICES", "own-model=0/0")
    assert "set ANTHROPIC_BASE_URL" in secdigest("evals", "meaning", corpus).stderr
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    done = secdigest("evals", "meaning", corpus, "--model", "own-model")
    stop()
    assert done.exit_code == 0, done.output
    assert "| own-model alone | 0.0% | 0.0% | 0.500 | 0 |" in done.stdout and "$0.0000" in done.stdout


def test_a_dead_key_an_unknown_model_and_a_broken_file_are_one_line(
    endpoint: MessagesApi, corpus: str, secdigest: Secdigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no price is known" in secdigest("evals", "meaning", corpus, "--model", "gpt").stderr
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{}\n")
    assert "broken.jsonl:1: no case" in secdigest("evals", "meaning", str(broken)).stderr
    for command in (["meaning"], ["replies", "--model", "claude-haiku-5-5"]):
        done = secdigest("evals", *command, str(tmp_path / "gone.jsonl"))
        assert done.exit_code == 1 and "gone.jsonl: cannot be read (No such file or directory)" in done.stderr
    monkeypatch.setenv("ANTHROPIC_API_KEY", "dead-key-of-nobody")
    done = secdigest("evals", "meaning", corpus)
    assert done.exit_code == 1 and "turned claude-haiku-5-5 down" in done.stderr
    assert "dead-key-of-nobody" not in done.output


def test_without_a_file_the_planted_set_beside_the_package_is_taken() -> None:
    assert evals._beside()[0].name == "planted_meaning.jsonl"
