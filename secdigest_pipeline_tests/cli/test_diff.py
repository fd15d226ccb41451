"""`secdigest diff`: two kept versions of an edition beside each other, without a call."""

import asyncio
import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from upath import UPath

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.cli.diff import diff
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline_tests.analysis.conftest import REPLY, make_article
from secdigest_pipeline_tests.cli.test_evidence import stored

A, B = "claude-haiku-5-5", "claude-sonnet-5"


def ask(articles: list[Article], model: str, replies: Replies) -> None:
    async def go() -> None:
        observables = {article.article_id: find(article.page_text) for article in articles}
        async with AnthropicAnalyst([model], replies, refresh=frozenset({"*"})) as analyst:
            await analyse(articles, observables, analyst, at_once=4)

    asyncio.run(go())


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """One article answered by A as recorded, and by B with one line reworded and one line missing."""
    server = MessagesApi()
    url, stop = serve(server.app)
    for name, value in (("ANTHROPIC_BASE_URL", url), ("ANTHROPIC_API_KEY", KEY), ("SECDIGEST_DATA", str(tmp_path))):
        monkeypatch.setenv(name, value)
    article, replies = make_article(), Replies(UPath(tmp_path / "llm"))
    stored(tmp_path, CLEANED_ARTICLES, article.edition, [article])
    server.replies = {article.url: REPLY}
    ask([article], A, replies)
    other = copy.deepcopy(REPLY)
    other["summary"][1]["text"] = "未認証の攻撃者が管理者権限を得られる。"
    del other["summary"][4]
    server.replies = {article.url: other}
    ask([article], B, replies)
    yield server
    stop()


def test_differences_are_shown_statement_by_statement(api: MessagesApi) -> None:
    shown = CliRunner().invoke(diff, ["2026-10-01", "--a", A, "--b", B])
    assert shown.exit_code == 0
    assert (
        "    - 認証されていない攻撃者が管理者権限を取得できる。\n    + 未認証の攻撃者が管理者権限を得られる。"
        in shown.stdout
    )
    assert "    - Northquayは攻撃を既知のグループに帰属させていない。\n1 articles in both" in shown.stdout
    assert sum(api.calls.values()) == 4, "written and checked twice: diff asks nobody"


def test_json_lines_hold_both_sides(api: MessagesApi) -> None:
    rows = [
        json.loads(line)
        for line in CliRunner().invoke(diff, ["2026-10-01", "--a", B, "--b", A, "--json"]).stdout.splitlines()
    ]
    assert [(row["field"], bool(row["a"]), bool(row["b"])) for row in rows] == [
        ("summary", True, True), ("summary", False, True),
    ]  # fmt: skip


def test_a_version_against_itself_has_no_differences(api: MessagesApi) -> None:
    shown = CliRunner().invoke(diff, ["2026-10-01", "--a", A, "--b", A]).stdout
    assert shown.count("\n") == 1 and "0 differ" in shown


def test_an_unknown_version_is_an_error_that_names_the_kept_ones(api: MessagesApi) -> None:
    shown = CliRunner().invoke(diff, ["2026-10-01", "--a", A, "--b", "claude-other"])
    assert shown.exit_code == 1 and A in shown.stderr and B in shown.stderr and shown.stderr.count("\n") == 1
    assert CliRunner().invoke(diff, ["2026-10-02", "--a", A, "--b", B]).exit_code == 1
