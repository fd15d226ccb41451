"""What was spent on what, out of the ledger of calls."""

from dataclasses import replace

import pytest

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.asking.spent import by_article, input_tokens, usd
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import Run, numbered


def test_the_ledger_says_what_each_article_edition_and_month_cost(api: MessagesApi, run: Run, replies: Replies) -> None:
    first, second = numbered(2)
    api.failures = {second.url: ("refusal", "invalid_reply", "ok")}
    run([first, second, replace(first, edition="2026-10-02", text=first.text + "It went on for a while.\n")])
    calls = replies.calls("2026-10-01")
    rows = by_article(calls)
    assert {(row.article_id, row.model): row.calls for row in rows} == {
        (first.article_id, "claude-haiku-5-5"): 1,
        (second.article_id, "claude-haiku-5-5"): 1,
        (second.article_id, "claude-haiku-4-5"): 2,
    }
    assert rows[0].model == "claude-haiku-4-5", "the dearest first"
    assert usd(calls) == pytest.approx(sum(row.cost_usd for row in rows), abs=3e-6)
    assert sum(row.input_tokens for row in rows) == sum(map(input_tokens, calls)) > 0
    month = replies.calls_of_month(f"{calls[0].at:%Y-%m}")
    assert usd(month) == pytest.approx(usd(calls) + usd(replies.calls("2026-10-02")), abs=3e-6)
