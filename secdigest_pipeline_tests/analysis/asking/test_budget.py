"""The spending caps: what is under way counts as spent, what a call did not cost is free again, and nobody waits for ever."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking import budget, models
from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.budget import Budgets
from secdigest_pipeline.analysis.asking.claims import Claims, beside
from secdigest_pipeline.analysis.asking.endpoint import Endpoint, NoReply, Patience
from secdigest_pipeline.analysis.asking.ledger import Ledger
from secdigest_pipeline.analysis.asking.notes import Notes
from secdigest_pipeline.analysis.asking.reading import read
from secdigest_pipeline.analysis.asking.replies import Replies, content_key, reply_key
from secdigest_pipeline.analysis.asking.reservations import Hold, LocalReservations
from secdigest_pipeline.analysis.asking.spent import usd as usd_of
from secdigest_pipeline.analysis.records import Call, CallKind
from secdigest_pipeline.analysis.reply.prompt import SYSTEM, VERSION, user_turn
from secdigest_pipeline.analysis.reply.schema import SCHEMA
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import StorageError
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


def opened(root: Path, max_usd: float | None, max_usd_month: float | None = None) -> tuple[Budgets, Replies]:
    """The caps as a process of its own sees them that begins now, and the ledger."""
    replies = Replies(UPath(root))
    notes = Notes(replies.root / "batches")
    return Budgets(
        LocalReservations(Claims(root / "asking"), Ledger(replies), notes.held, max_usd, max_usd_month)
    ), replies


async def fits(budgets: Budgets, usd: float, edition: str = EDITION) -> bool:
    return isinstance(await budgets.reserve(edition, usd, wait=False), Hold)


async def held(budgets: Budgets, usd: float, edition: str = EDITION) -> Hold:
    hold = await budgets.reserve(edition, usd)
    assert isinstance(hold, Hold)
    return hold


def test_a_call_fits_up_to_the_cap_and_not_beyond(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, replies = opened(tmp_path, 1.0)
        replies.record(call(0.25))
        return [await fits(budgets, usd) for usd in (0.8, 0.75, 0.01)]

    assert asyncio.run(go()) == [False, True, False]


def test_what_a_call_did_not_cost_is_free_again_and_what_it_did_is_not(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, replies = opened(tmp_path, 1.0)
        hold = await held(budgets, 0.75)
        replies.record(call(0.25))
        await budgets.settle(hold)
        return [await fits(budgets, usd) for usd in (0.8, 0.75)]

    assert asyncio.run(go()) == [False, True]


def test_everybody_who_waits_goes_on_when_a_call_costs_less_than_it_might_have(tmp_path: Path) -> None:
    async def go() -> list[Hold | str]:
        budgets, _ = opened(tmp_path, 1.0)
        hold = await held(budgets, 1.0)
        waiting = [asyncio.create_task(budgets.reserve(EDITION, 0.5)) for _ in range(2)]
        async with asyncio.timeout(LONG):
            done, _ = await asyncio.wait(waiting, timeout=3 * budget.LOOK_AGAIN_SECONDS)
            assert not done, "what is under way may cost less"
            await budgets.settle(hold)
            return await asyncio.gather(*waiting)

    assert all(isinstance(found, Hold) for found in asyncio.run(go()))


def test_who_waits_in_the_same_process_is_woken_and_need_not_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "LOOK_AGAIN_SECONDS", 3_600.0)

    async def go() -> list[bool]:
        budgets, _ = opened(tmp_path, 1.0)
        hold = await held(budgets, 1.0)
        waiting = [asyncio.create_task(budgets.reserve(EDITION, 0.5)) for _ in range(2)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(LONG):
            await budgets.settle(hold)
            return [isinstance(found, Hold) for found in await asyncio.gather(*waiting)]

    assert asyncio.run(go()) == [True, True]


def test_who_waits_is_told_when_nothing_is_under_way_any_more_and_it_still_does_not_fit(tmp_path: Path) -> None:
    async def go() -> Hold | str:
        budgets, _ = opened(tmp_path, 1.0)
        holds = [await held(budgets, 0.1) for _ in range(3)]
        waiting = asyncio.create_task(budgets.reserve(EDITION, 2.0))
        async with asyncio.timeout(LONG):
            for hold in holds:
                await asyncio.sleep(0)
                await budgets.settle(hold)
            return await waiting

    assert asyncio.run(go()) == "budget"


def test_a_call_that_the_month_refuses_holds_nothing_of_its_edition(tmp_path: Path) -> None:
    async def go() -> list[Hold | str]:
        budgets, _ = opened(tmp_path, 1.0, 0.5)
        refused = await budgets.reserve(EDITION, 0.8)
        return [refused, await budgets.reserve(EDITION, 0.4)]

    refused, hold = asyncio.run(go())
    assert refused == "budget of the month" and isinstance(hold, Hold)


def test_a_call_counts_in_its_edition_and_in_the_month_and_another_edition_has_its_own_cap(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, replies = opened(tmp_path, 1.0, 1.5)
        hold = await held(budgets, 1.0)
        replies.record(call(0.75))
        await budgets.settle(hold)
        asked = ((EDITION, 0.5), (NEXT, 0.8), (NEXT, 0.5), (EDITION, 0.25))
        return [await fits(budgets, usd, edition) for edition, usd in asked]

    assert asyncio.run(go()) == [False, False, True, True]


def test_what_earlier_runs_spent_counts(tmp_path: Path) -> None:
    replies = Replies(UPath(tmp_path))
    replies.record(call(0.5))
    replies.record(call(0.25, NEXT))

    async def go() -> list[bool]:
        budgets, _ = opened(tmp_path, 1.0, 2.0)
        asked = ((EDITION, 0.75), (NEXT, 0.75), (EDITION, 0.75), (EDITION, 0.5))
        return [await fits(budgets, usd, edition) for edition, usd in asked]

    assert asyncio.run(go()) == [False, True, False, True]


def test_what_another_run_spends_meanwhile_counts_at_once(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        (budgets, _), (_, other) = opened(tmp_path, 1.0), opened(tmp_path, 1.0)
        found = []
        for at in range(4):
            found.append(await fits(budgets, 1.0 - 0.25 * at - 1e-7))
            found.append(await fits(budgets, 1e-6))
            other.record(call(0.25 + at / 1e9))
            for hold in budgets_holds(tmp_path):
                hold.unlink()
        return found

    def budgets_holds(root: Path) -> list[Path]:
        return list((root / "asking").glob("*.hold"))

    assert asyncio.run(go()) == [True, False] * 4


@pytest.mark.parametrize("damage", ['{"cost_usd": NaN}', '{"cost_usd": "much"}', '{"cost_usd": -5}', '{"cost_usd": 1e999}',
                                    '{"cost_usd": true}', '{"at": "2026-10-01T00:00:00"}', "[" * 100_000, "[]", "{"])  # fmt: skip
def test_a_damaged_row_of_the_ledger_is_named_and_never_switches_the_cap_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    replies = Replies(UPath(tmp_path))
    replies.record(call(0.5))
    replies.record(call(0.25))
    path = replies.call_path(replies.calls(EDITION)[1])
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, **json.loads(damage)}) if len(damage) > 9 and damage[0] == "{" else damage)

    async def go() -> list[bool]:
        budgets, _ = opened(tmp_path, 1.0, 1.0)
        return [await fits(budgets, usd) for usd in (0.76, 0.5)]

    assert asyncio.run(go()) == [False, True] and str(path) in caplog.text
    assert len(replies.calls(EDITION)) == 1 and usd_of(replies.calls(EDITION)) == 0.5


def test_an_object_store_has_its_reservations_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = UPath("memory://caps/llm")
    folder = beside(root)
    assert folder.is_relative_to(tmp_path) and folder.parent.stat().st_mode & 0o077 == 0
    assert folder != beside(UPath("memory://other/llm"))
    replies = Replies(root)
    replies.record(call(0.5))
    replies.record(call(0.25, NEXT))

    async def go() -> list[bool]:
        ledger = Ledger(replies)
        ledger.add(call(0.125, NEXT))
        budgets = Budgets(LocalReservations(Claims(folder), ledger, lambda: (), 1.0, 1.0))
        other = Budgets(LocalReservations(Claims(folder), Ledger(replies), lambda: (), 1.0, 1.0))
        return [await fits(budgets, 0.2, NEXT), await fits(budgets, 0.1, NEXT), await fits(other, 0.2, NEXT)]

    assert asyncio.run(go()) == [False, True, False]
    folder.parent.rename(tmp_path / "kept")
    folder.parent.symlink_to(tmp_path / "kept")
    with pytest.raises(StorageError, match="somebody else"):
        beside(root)


def test_what_is_held_can_grow_and_shrink(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, _ = opened(tmp_path, 1.0)
        hold = await held(budgets, 0.5)
        grown = await budgets.reserve(EDITION, 0.3, wait=False, into=hold)
        refused = await budgets.reserve(EDITION, 0.3, wait=False, into=hold)
        found = [grown is hold, refused == "budget", hold.usd == 0.8, await fits(budgets, 0.3)]
        await budgets.settle(hold, 0.7)
        return [*found, await fits(budgets, 0.25)]

    assert asyncio.run(go()) == [True, True, True, False, True]


def test_the_month_counts_what_was_spent_in_it_whatever_the_edition(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, replies = opened(tmp_path, None, 1.0)
        replies.record(replace(call(0.5), at=datetime.now(UTC) - timedelta(days=32)))
        replies.record(call(0.25))
        return [await fits(budgets, usd, NEXT) for usd in (0.8, 0.75)]

    assert asyncio.run(go()) == [False, True]


def test_a_row_is_seen_that_was_written_within_the_tick_in_which_its_folder_was_listed(tmp_path: Path) -> None:
    replies = Replies(UPath(tmp_path))
    replies.record(call(0.5))
    folder = tmp_path / "calls" / EDITION
    ledger = Ledger(replies)
    assert ledger.spent(EDITION, datetime.now(UTC))[0] == 0.5
    changed = folder.stat()
    replies.record(call(0.25))
    os.utime(folder, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    assert ledger.spent(EDITION, datetime.now(UTC))[0] == 0.75


def test_the_ledger_is_added_up_while_rows_are_added(tmp_path: Path) -> None:
    ledger = Ledger(Replies(UPath(tmp_path)))
    rows = [replace(call(0.5), call_id=str(at)) for at in range(3_000)]
    with ThreadPoolExecutor(3) as threads:
        added = [threads.submit(lambda part: [ledger.add(row) for row in part], rows[at::2]) for at in range(2)]
        while not all(one.done() for one in added):
            ledger.spent(EDITION, datetime.now(UTC))
            ledger.lost(EDITION, "a1", datetime.now(UTC))
        for one in added:
            one.result()
    assert ledger.spent(EDITION, datetime.now(UTC)) == (1_500.0, 1_500.0)


def test_without_a_cap_everything_fits(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        budgets, _ = opened(tmp_path, None)
        await budgets.settle(await held(budgets, 1e9))
        return [await fits(budgets, 1e9) for _ in range(2)]

    assert asyncio.run(go()) == [True, True]


def test_what_a_process_held_is_free_again_when_it_ends_in_whatever_way(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS.format(root=str(tmp_path))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "holds\n"

    async def refused() -> bool:
        return await fits(opened(tmp_path, 1.0)[0], 0.5)

    async def waits() -> Hold | str:
        async with asyncio.timeout(LONG):
            waiting = asyncio.create_task(opened(tmp_path, 1.0)[0].reserve(EDITION, 0.5))
            await asyncio.sleep(0.1)
            process.kill()
            return await waiting

    assert asyncio.run(refused()) is False
    assert isinstance(asyncio.run(waits()), Hold)
    assert len(list((tmp_path / "asking").glob("*.hold"))) == 1, "what was left is swept"
    process.stdout.close()
    process.wait()


HOLDS = """
import asyncio
from pathlib import Path
from secdigest_pipeline_tests.analysis.asking.test_budget import held, opened

async def hold():
    holds = await held(opened(Path({root!r}), 1.0)[0], 0.75)
    print("holds", flush=True)
    await asyncio.sleep(600)

asyncio.run(hold())
"""


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
