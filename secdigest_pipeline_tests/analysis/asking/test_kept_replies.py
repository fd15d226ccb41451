"""What was paid for is never paid for again: kept replies, resumed runs, the ledger and the spending cap."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.analyse import Analyst, analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking import models as price_table
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import FAST, REPLY, TEXT, Run, make_article, numbered

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
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies) as analyst:
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
    for damage in (b"", b"{}", b"[1]", b"\xff\xfe", path.read_bytes()[:-40]):
        path.write_bytes(damage)
        assert run([article]) == [first]
    assert api.calls[article.url] == 6 and str(path) in caplog.text


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


def test_the_cap_of_a_month_counts_every_edition(api: MessagesApi, run: Run, replies: Replies) -> None:
    article = make_article()
    run([article])
    spent = replies.calls(EDITION)[0].cost_usd
    other = replace(make_article("b", text=TEXT + "More."), edition="2026-10-02")
    [analysis] = run([other], max_usd=1.0, max_usd_month=spent + 1e-6)
    assert (analysis.state, analysis.reason) == ("failed", "claude-haiku-5-5: budget of the month")
    assert not replies.calls("2026-10-02") and replies.editions() == [EDITION]
    assert run([other], max_usd=1.0, max_usd_month=spent + 0.1)[0].state == "analysed"
    month = f"{replies.calls(EDITION)[0].at:%Y-%m}"
    assert [call.edition for call in replies.calls_of_month(month)] == [EDITION, "2026-10-02"]
    assert replies.calls_of_month("2020-01") == []


@pytest.mark.parametrize("at_once", [1, 8])
def test_the_cap_of_an_edition_is_kept(api: MessagesApi, run: Run, replies: Replies, at_once: int) -> None:
    articles = numbered(12)
    run(articles[:1])
    spent = replies.calls(EDITION)[0].cost_usd
    cap = spent + 0.006
    analyses = run(articles, max_usd=cap, at_once=at_once)
    states = {analysis.state for analysis in analyses}
    assert states == {"analysed", "failed"}
    failed = [analysis for analysis in analyses if analysis.state == "failed"]
    assert all(analysis.reason == "claude-haiku-5-5: budget" and analysis.summary for analysis in failed)
    assert sum(call.cost_usd for call in replies.calls(EDITION)) <= cap
    assert analyses[0].state == "analysed", "a kept reply costs nothing"


def test_a_cap_of_nothing_makes_no_call_and_another_edition_has_its_own(api: MessagesApi, run: Run) -> None:
    article = make_article()
    assert [a.state for a in run([article], max_usd=0.0)] == ["failed"] and not api.calls
    assert [a.state for a in run([replace(article, edition="2026-10-02")], max_usd=0.05)] == ["analysed"]


def test_no_more_calls_are_under_way_than_allowed(api: MessagesApi, run: Run) -> None:
    api.delay = 0.05
    run(numbered(20), at_once=4)
    assert 1 < api.max_in_flight <= 4


def test_a_folder_that_cannot_be_written_stops_the_run(api: MessagesApi, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def go() -> None:
        async with AnthropicAnalyst(["claude-haiku-5-5"], Replies(UPath(tmp_path / "file" / "llm"))) as analyst:
            await analyse(numbered(4), {}, analyst, at_once=1)

    with pytest.raises(StorageError, match="file"):
        asyncio.run(go())
    assert sum(api.calls.values()) == 1


def test_one_article_that_breaks_the_analyst_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
            if article.url.endswith("n1"):
                raise ZeroDivisionError
            return replace(extracted(article), reason="fine")

    def extracted(article: Article) -> Analysis:
        from secdigest_pipeline.analysis.extractive import extract

        return extract(article)

    broken: Analyst = Broken()
    told: list[str] = []
    analyses = asyncio.run(analyse(numbered(3), {}, broken, at_once=2, progress=lambda a: told.append(a.article_id)))
    assert [a.state for a in analyses] == ["extractive", "failed", "extractive"]
    assert analyses[1].reason == "internal error (ZeroDivisionError)" and analyses[1].summary
    assert sorted(told) == sorted(a.article_id for a in analyses)


def test_no_articles_are_no_analyses(api: MessagesApi, run: Run) -> None:
    assert run([]) == []
