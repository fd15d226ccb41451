"""The spending caps: what is under way counts as spent, what a call did not cost is free again, and nobody waits for ever."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.budget import Budget, Budgets
from secdigest_pipeline.analysis.asking.endpoint import Endpoint, NoReply, Patience
from secdigest_pipeline.analysis.asking.reading import read
from secdigest_pipeline.analysis.asking.replies import Replies, content_key, reply_key
from secdigest_pipeline.analysis.records import Call, CallKind
from secdigest_pipeline.analysis.reply.prompt import SYSTEM, VERSION, user_turn
from secdigest_pipeline.analysis.reply.schema import SCHEMA
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import TEXT, Run, make_article, numbered

EDITION, NEXT = "2026-10-01", "2026-10-02"
# By then somebody who waits is woken, or never will be.
LONG = 20


def call(cost: float, edition: str = EDITION) -> Call:
    return Call(
        call_id=f"{edition}-{cost}", at=datetime.now(UTC), edition=edition, article_id="a1",
        model_asked="claude-haiku-5-5", model="claude-haiku-5-5", prompt_version="1", outcome="ok",
        stop_reason="end_turn", request_id="req_1", input_tokens=1, cache_write_tokens=0, cache_read_tokens=0,
        output_tokens=1, cost_usd=cost, seconds=1.0,
    )  # fmt: skip


def test_a_call_fits_up_to_the_cap_and_not_beyond() -> None:
    async def go() -> list[bool]:
        budget = Budget(1.0, 0.25)
        return [await budget.reserve(cost, wait=False) for cost in (0.8, 0.75, 0.01)]

    assert asyncio.run(go()) == [False, True, False]


def test_what_a_call_did_not_cost_is_free_again_and_what_it_did_is_not() -> None:
    async def go() -> list[bool]:
        budget = Budget(1.0, 0.0)
        await budget.reserve(0.75)
        await budget.settle(0.75, 0.25)
        return [await budget.reserve(cost, wait=False) for cost in (0.8, 0.75)]

    assert asyncio.run(go()) == [False, True]


def test_everybody_who_waits_goes_on_when_a_call_costs_less_than_it_might_have() -> None:
    async def go() -> list[bool]:
        budget = Budget(1.0, 0.0)
        assert await budget.reserve(1.0)
        waiting = [asyncio.create_task(budget.reserve(0.5)) for _ in range(2)]
        async with asyncio.timeout(LONG):
            await asyncio.sleep(0)
            assert not any(task.done() for task in waiting), "what is under way may cost less"
            await budget.settle(1.0, 0.0)
            return await asyncio.gather(*waiting)

    assert asyncio.run(go()) == [True, True]


def test_who_waits_is_told_when_nothing_is_under_way_any_more_and_it_still_does_not_fit() -> None:
    async def go() -> bool:
        budget = Budget(1.0, 0.0)
        for _ in range(3):
            await budget.reserve(0.1)
        waiting = asyncio.create_task(budget.reserve(2.0))
        async with asyncio.timeout(LONG):
            for _ in range(3):
                await asyncio.sleep(0)
                await budget.settle(0.1, 0.0)
            return await waiting

    assert 0.1 + 0.1 + 0.1 - 0.1 - 0.1 - 0.1 > 0, "in floats nothing is left only by rounding"
    assert asyncio.run(go()) is False


def test_a_call_that_the_month_refuses_holds_nothing_of_its_edition(tmp_path: Path) -> None:
    async def go() -> list[str | None]:
        budgets = Budgets(Replies(UPath(tmp_path)), 1.0, 0.5)
        return [await budgets.reserve(EDITION, cost, wait=False) for cost in (0.8, 0.4)]

    assert asyncio.run(go()) == ["budget of the month", None]


def test_a_call_that_waits_for_the_edition_is_not_kept_waiting_by_what_the_month_refused(tmp_path: Path) -> None:
    async def go() -> str | None:
        budgets = Budgets(Replies(UPath(tmp_path)), 1.0, 0.5)
        await budgets.reserve(EDITION, 0.8)
        async with asyncio.timeout(LONG):
            return await budgets.reserve(EDITION, 0.4)

    assert asyncio.run(go()) is None


def test_a_call_counts_in_its_edition_and_in_the_month_and_another_edition_has_its_own_cap(tmp_path: Path) -> None:
    async def go() -> list[str | None]:
        budgets = Budgets(Replies(UPath(tmp_path)), 1.0, 1.5)
        await budgets.reserve(EDITION, 1.0)
        await budgets.settle(EDITION, 1.0, 0.75)
        asked = ((EDITION, 0.5), (NEXT, 0.8), (NEXT, 0.5), (EDITION, 0.25))
        return [await budgets.reserve(edition, cost, wait=False) for edition, cost in asked]

    assert asyncio.run(go()) == ["budget", "budget of the month", None, None]


def test_what_earlier_runs_spent_counts(tmp_path: Path) -> None:
    replies = Replies(UPath(tmp_path))
    replies.record(call(0.5))
    replies.record(call(0.25, NEXT))

    async def go() -> list[str | None]:
        budgets = Budgets(replies, 1.0, 2.0)
        asked = ((EDITION, 0.75), (NEXT, 0.75), (EDITION, 0.75), (EDITION, 0.5))
        return [await budgets.reserve(edition, cost, wait=False) for edition, cost in asked]

    assert asyncio.run(go()) == ["budget", None, "budget", None]


def test_without_a_cap_everything_fits(tmp_path: Path) -> None:
    async def go() -> list[str | None]:
        budgets = Budgets(Replies(UPath(tmp_path)), None, None)
        await budgets.settle(EDITION, 1e9, 1e9)
        return [await budgets.reserve(EDITION, 1e9) for _ in range(2)]

    assert asyncio.run(go()) == [None, None]


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


def order(article: Article, call: CallKind = "write") -> Order:
    """What the write call asks, under another name for the others."""
    return Order(
        edition=article.edition, article_id=article.article_id, call=call, model=models.model("claude-haiku-5-5"),
        key=reply_key(content_key(article, (), call), "claude-haiku-5-5", VERSION), version=VERSION, system=SYSTEM,
        schema=SCHEMA, turn=lambda nonce: user_turn(article, (), nonce), reads=read,
    )  # fmt: skip


def test_an_article_is_begun_only_when_all_of_its_calls_fit(api: MessagesApi, replies: Replies) -> None:
    article, other = numbered(2)
    highest = order(article).highest_cost(user_turn(article, (), "0" * 16).text)

    async def go() -> None:
        async with Endpoint(replies, 2.5 * highest) as endpoint:
            with pytest.raises(NoReply, match="budget"):
                async with endpoint.reserve(EDITION, 4 * highest):
                    raise AssertionError("an article is never half paid")
            async with endpoint.reserve(EDITION, 2 * highest) as reserved:
                first = await endpoint.ask(order(article), Patience(LONG), reserved)
                second = await endpoint.ask(order(article, "check"), Patience(LONG), reserved)
                spent = sum(call.cost_usd for call in replies.calls(EDITION))
                assert reserved.left == pytest.approx(2 * highest - spent)
            assert (first.call, second.call) == ("write", "check") and first.key != second.key
            async with endpoint.reserve(EDITION, 2.5 * highest - spent - 1e-9):
                pass
            await endpoint.ask(order(other), Patience(LONG))

    asyncio.run(go())
    assert [call.call for call in replies.calls(EDITION)] == ["write", "check", "write"]
