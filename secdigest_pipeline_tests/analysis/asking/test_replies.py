"""What was paid for is never paid for again: kept replies, resumed runs and the ledger."""

import asyncio
import json
from dataclasses import replace

import pytest

from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking import models as price_table
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import FAST, REPLY, Run, make_article, numbered

EDITION = "2026-10-01"


def test_the_same_articles_again_cost_no_call_and_give_the_same_rows(api: MessagesApi, run: Run) -> None:
    articles = numbered(5)
    first = run(articles)
    made = sum(api.calls.values())
    assert run(articles) == first and sum(api.calls.values()) == made == 5
    assert ARTICLE_ANALYSES.rows(ARTICLE_ANALYSES.arrow(first)) == first


def test_a_run_that_was_stopped_asks_only_for_what_is_missing(api: MessagesApi, run: Run) -> None:
    articles = numbered(8)
    undisturbed = run(articles, models=["claude-sonnet-5"])
    anew = frozenset({"*"})
    seen = 0

    def stop_in_the_middle(analysis: Analysis) -> None:
        nonlocal seen
        seen += 1
        if seen == 4:
            raise KeyboardInterrupt

    with pytest.raises(BaseException):  # noqa: B017 - asyncio turns the interrupt into one of several
        run(articles, at_once=1, progress=stop_in_the_middle, refresh=anew)
    finished = {url for url, calls in api.calls.items() if calls == 2}
    assert len(finished) == 4
    again = run(articles, at_once=1, refresh=anew)
    assert set(api.calls.values()) == {2}, "one call each for the first run and one each for both halves together"
    assert [a.summary for a in again] == [a.summary for a in undisturbed]


def test_a_call_that_is_cancelled_is_in_the_ledger(api: MessagesApi, replies: Replies) -> None:
    article = make_article()
    api.failures = {article.url: ("slow=30",)}

    async def go() -> None:
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, check=False) as analyst:
            task = asyncio.create_task(analyst.analyse_one(article, ()))
            while not api.calls:  # noqa: ASYNC110 - the server runs in another thread
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())
    assert [call.outcome for call in replies.calls(EDITION)] == ["cancelled"]


def test_articles_with_the_same_text_are_asked_about_once(api: MessagesApi, run: Run) -> None:
    one, other = make_article("one"), make_article("other")
    api.delay = 0.1
    first, second = run([one, other])
    assert sum(api.calls.values()) == 1
    assert first.summary == second.summary and first.article_id != second.article_id
    assert first.reply_id == second.reply_id


def test_another_text_or_other_candidates_are_asked_anew(api: MessagesApi, run: Run) -> None:
    article = make_article()
    run([article])
    run([replace(article, text=article.text + "More.", text_sha256="f" * 64)])
    run([replace(article, page_text=article.page_text + "\nevil[.]tunnel-metrics[.]example\n")])
    assert api.calls[article.url] == 3


def test_a_kept_reply_that_is_damaged_is_asked_for_again(
    api: MessagesApi, run: Run, replies: Replies, caplog: pytest.LogCaptureFixture
) -> None:
    article = make_article()
    [first] = run([article])
    [path] = replies.root.glob("replies/*/*.json")
    values = json.loads(path.read_bytes())
    odd = (
        {"text": 7}, {"text": None}, {"at": "2026-10-01T00:00:00"}, {"at": 5}, {"usage": []}, {"usage": {"input": "many"}},
        {"usage": {"input": 10**400}}, {"schema_version": "2"}, {"attempt": True}, {"call": "sing"}, {"more": 1},
    )  # fmt: skip
    damages = (
        b"", b"{}", b"[1]", b"\xff\xfe", path.read_bytes()[:-40], b"[" * 200_000, b'{"a":' * 200_000,
        *(json.dumps({**values, **one}).encode() for one in odd),
    )  # fmt: skip
    for made, damage in enumerate(damages, start=2):
        path.write_bytes(damage)
        assert run([article]) == [first]
        assert api.calls[article.url] == made, "asked once more"
        assert run([article]) == [first] and api.calls[article.url] == made
        assert path.with_suffix(".unreadable").read_bytes() == damage, "nothing is thrown away"
    assert str(path) in caplog.text


def test_an_invalid_reply_is_kept_and_its_second_chance_is_not_paid_twice(api: MessagesApi, run: Run) -> None:
    article = make_article()
    api.failures = {article.url: ("invalid_reply",)}
    first = run([article])
    assert run([article]) == first and api.calls[article.url] == 2


def test_a_failure_is_not_kept(api: MessagesApi, run: Run) -> None:
    article = make_article()
    api.failures = {article.url: (f"529 {FAST}",) * 6 + ("ok",)}
    assert [a.state for a in run([article])] == ["failed"]
    assert [a.state for a in run([article])] == ["analysed"]


def test_the_ledger_holds_every_call_with_tokens_and_price(api: MessagesApi, run: Run, replies: Replies) -> None:
    article, refused = numbered(2)
    api.replies, api.failures = {article.url: REPLY}, {refused.url: ("refusal", "ok")}
    run([article, refused], at_once=1)
    first, declined, second = replies.calls(EDITION)
    assert (first.article_id, first.outcome, first.stop_reason) == (article.article_id, "ok", "end_turn")
    assert first.request_id.startswith("req_") and first.model == first.model_asked == "claude-haiku-5-5"
    assert (declined.outcome, declined.stop_reason) == ("refusal", "refusal")
    assert second.model == "claude-haiku-4-5"
    assert first.cache_write_tokens > 512 and first.cache_read_tokens == 0
    used = price_table.Usage(first.input_tokens, first.cache_write_tokens, first.cache_read_tokens, first.output_tokens)
    assert first.cost_usd == price_table.model("claude-haiku-5-5").cost(used) > 0
    assert second.cost_usd > first.cost_usd, "the second model costs ten times as much"
    assert replies.calls("2026-10-02") == []


def test_the_first_call_writes_the_prompt_cache_and_the_others_read_it(
    api: MessagesApi, run: Run, replies: Replies
) -> None:
    api.delay = 0.05
    run(numbered(12), at_once=6)
    calls = replies.calls(EDITION)
    assert len([call for call in calls if call.cache_write_tokens]) == 1
    assert len([call for call in calls if call.cache_read_tokens]) == 11


def test_a_damaged_ledger_entry_is_named_and_left_out(
    api: MessagesApi, run: Run, replies: Replies, caplog: pytest.LogCaptureFixture
) -> None:
    run(numbered(2))
    path = min(replies.root.glob("calls/*/*.json"), key=str)
    path.write_bytes(b"{")
    assert len(replies.calls(EDITION)) == 1 and str(path) in caplog.text
