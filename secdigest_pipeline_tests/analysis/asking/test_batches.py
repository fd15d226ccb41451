"""Message Batches against the loopback API through the real SDK: half price, and nothing is ever paid for twice."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking import models as price_table
from secdigest_pipeline.analysis.asking.cost import edition_price
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import REPLY, Run, make_article, numbered

EDITION = "2026-10-01"
FAST = {"batch": True, "poll_seconds": 0.01, "wait_seconds": 5.0}


def notes(replies: Replies) -> list[str]:
    folder = replies.root / "batches"
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_an_edition_goes_by_one_batch_at_half_price(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(6)
    api.replies = {article.url: REPLY for article in articles}
    analyses = run(articles, **FAST)
    assert {a.state for a in analyses} == {"analysed"} and not api.calls, "no call beside the batch"
    assert len(api.batches.submitted) == 1 and notes(replies) == []
    calls = replies.calls(EDITION)
    assert sorted(call.article_id for call in calls) == sorted(a.article_id for a in analyses)
    for call in calls:
        used = price_table.Usage(call.input_tokens, call.cache_write_tokens, call.cache_read_tokens, call.output_tokens)
        haiku = price_table.model("claude-haiku-5-5")
        assert call.cost_usd == pytest.approx(haiku.cost(used, batch=True))
        # written to the cache of one hour, which costs twice the input
        assert haiku.cost(used, batch=True) == pytest.approx(
            (haiku.cost(used) + used.cache_write * (0.20 - 0.125) / 1e6) / 2
        )
    assert edition_price(analyses) > 0
    assert run(articles, **FAST) == analyses and run(articles) == analyses and len(api.batches.submitted) == 1
    assert len(replies.calls(EDITION)) == 6


def test_each_result_comes_to_its_own_article(api: MessagesApi, run: Run) -> None:
    articles = numbered(4)
    api.replies = {a.url: {**REPLY, "advice": f"読者{n}の手紙を確認してください。"} for n, a in enumerate(articles)}
    assert [a.advice for a in run(articles, **FAST)] == [f"読者{n}の手紙を確認してください。" for n in range(4)]


def test_what_a_batch_does_not_bring_is_asked_one_by_one(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(6)
    errored, expired, canceled, refused, invalid, good = articles
    api.failures = {
        errored.url: ("errored", "ok"), expired.url: ("expired", "ok"), canceled.url: ("canceled", "ok"),
        refused.url: ("refusal", "ok"), invalid.url: ("invalid_reply", "ok"),
    }  # fmt: skip
    analyses = run(articles, **FAST)
    assert {a.state for a in analyses} == {"analysed"}
    assert {url: n for url, n in api.calls.items() if n} == {
        a.url: 1 for a in (errored, expired, canceled, refused, invalid)
    }
    assert analyses[3].model == "claude-haiku-4-5", "a refusal goes to the next model"
    outcomes = sorted(call.outcome for call in replies.calls(EDITION))
    assert outcomes == sorted(["batch_errored", "batch_expired", "batch_canceled", "refusal", "invalid", *["ok"] * 6])
    assert not api.calls[good.url] and notes(replies) == []


def test_a_run_that_dies_while_it_waits_is_followed_by_one_that_goes_on(
    api: MessagesApi, run: Run, replies: Replies
) -> None:
    articles = numbered(3)
    api.batches.polls_to_end = 4
    with pytest.raises(AnalystUnavailable, match="has not ended yet: run the edition again"):
        run(articles, batch=True, poll_seconds=0.01, wait_seconds=0.0)
    [note] = notes(replies)
    assert api.batches.submitted[0]["id"] in (replies.root / "batches" / note).read_text()
    assert {a.state for a in run(articles, **FAST)} == {"analysed"}
    assert len(api.batches.submitted) == 1 and not api.calls and notes(replies) == []


def test_a_run_without_batches_sees_a_batch_under_way_and_pays_for_nothing_beside_it(
    api: MessagesApi, run: Run, replies: Replies
) -> None:
    articles = numbered(3)
    api.batches.polls_to_end = 3
    with pytest.raises(AnalystUnavailable, match="has not ended yet"):
        run(articles, batch=True, poll_seconds=0.01, wait_seconds=0.0)
    with pytest.raises(AnalystUnavailable, match="has not ended yet: run the edition again"):
        run(articles)
    other = [replace(article, edition="2026-10-02") for article in articles]
    assert {(a.state, a.reason) for a in run(other)} == {
        ("failed", "claude-haiku-5-5: asked for by a batch that has not ended")
    }, "the same texts in another edition"
    assert {a.state for a in run(articles)} == {"analysed"}, "by then it has ended"
    assert {a.state for a in run(other)} == {"analysed"}
    assert not api.calls and len(api.batches.submitted) == 1 and len(replies.calls(EDITION)) == 3
    assert notes(replies) == []


def test_what_is_asked_for_one_by_one_is_left_out_of_a_batch(api: MessagesApi, replies: Replies) -> None:
    articles = numbered(3)
    api.failures = {articles[0].url: ("slow=1", "ok")}

    async def go() -> list[str]:
        options = {"poll_seconds": 0.01, "wait_seconds": 5.0}
        async with (
            AnthropicAnalyst(["claude-haiku-5-5"], replies) as single,
            AnthropicAnalyst(["claude-haiku-5-5"], replies, batch=True, **options) as batch,  # type: ignore[arg-type]
        ):
            asking = asyncio.create_task(single.analyse_one(articles[0], ()))
            while not api.in_flight:  # noqa: ASYNC110 - the server runs in another thread
                await asyncio.sleep(0.01)
            found = await analyse(articles, {}, batch, at_once=3)
            return [analysis.state for analysis in (await asking, *found)]

    assert asyncio.run(go()) == ["analysed"] * 4
    assert [len(one["lines"]) for one in api.batches.submitted] == [2] and api.calls == {articles[0].url: 1}


BATCHES = """
import asyncio, sys
from upath import UPath
from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline_tests.analysis.conftest import numbered

async def go():
    options = dict(batch=True, poll_seconds=0.05, wait_seconds=60.0)
    async with AnthropicAnalyst(["claude-haiku-5-5"], Replies(UPath(sys.argv[1])), **options) as analyst:
        print("ready", flush=True)
        sys.stdin.readline()
        found = await analyse(numbered(6), {}, analyst, at_once=4)
        print(" ".join(analysis.state for analysis in found), flush=True)

asyncio.run(go())
"""


def test_two_processes_by_batch_hand_in_one(api: MessagesApi, replies: Replies) -> None:
    api.batches.delay = 0.5
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BATCHES, str(replies.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    assert said == [["analysed"] * 6] * 2 and not api.calls
    assert [len(batch["lines"]) for batch in api.batches.submitted] == [6]
    assert len(replies.calls(EDITION)) == 6 and notes(replies) == []


def test_a_batch_under_way_counts_under_the_caps_of_every_run(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(4)
    api.batches.polls_to_end = 9
    with pytest.raises(AnalystUnavailable):
        run(articles, batch=True, poll_seconds=0.01, wait_seconds=0.0)
    [note] = (replies.root / "batches").iterdir()
    held = json.loads(note.read_text())["usd"]
    assert held > 0
    other = replace(make_article("z", text=f"Another text. {numbered(1)[0].text}"), edition="2026-10-02")
    reasons = [run([other], max_usd_month=held + usd)[0].state for usd in (0.001, 0.01)]
    assert reasons == ["failed", "analysed"]


def test_the_rules_of_a_batch_stay_in_the_cache_for_an_hour(api: MessagesApi, run: Run) -> None:
    run(numbered(2), **FAST)
    run([make_article("single")])
    [block] = api.batches.submitted[0]["params"][0]["system"]
    assert block["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert api.requests[0]["system"][0]["cache_control"] == {"type": "ephemeral"}


def test_a_note_of_an_older_version_is_understood(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(2)
    with pytest.raises(AnalystUnavailable):
        run(articles, batch=True, poll_seconds=0.01, wait_seconds=0.0)
    [note] = (replies.root / "batches").iterdir()
    values = json.loads(note.read_text())
    del values["usd"]
    for asked in values["asked"].values():
        for name in ("call", "version", "most_input", "max_tokens"):
            del asked[name]
    note.write_text(json.dumps(values))
    assert {a.state for a in run(articles, **FAST)} == {"analysed"} and len(api.batches.submitted) == 1


def test_a_batch_whose_id_was_never_learned_is_found_again(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(3)
    run(
        [make_article("other", text="Another article of another time, which was long enough to be read by many.")],
        **FAST,
    )
    api.batches.failures = ["lost"]
    assert {a.state for a in run(articles, **FAST)} == {"analysed"}
    assert len(api.batches.submitted) == 2 and not api.calls and notes(replies) == []
    assert len(replies.calls(EDITION)) == 4


@pytest.mark.parametrize("status", ["500", "529", "400"])
def test_a_batch_that_is_not_taken_is_no_obstacle(api: MessagesApi, run: Run, replies: Replies, status: str) -> None:
    articles = numbered(2)
    api.batches.failures = [status]
    assert {a.state for a in run(articles, **FAST)} == {"analysed"}
    assert sum(api.calls.values()) == 2 and notes(replies) == []


def test_a_dead_key_ends_the_run(api: MessagesApi, run: Run, replies: Replies) -> None:
    api.key = "another-key"
    with pytest.raises(AnalystUnavailable, match="401"):
        run(numbered(2), **FAST)
    assert notes(replies) == []


def test_results_that_break_off_are_read_again_by_the_next_run(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(6)
    api.batches.cut_results = 1
    with pytest.raises(AnalystUnavailable, match="goes on with the same batch"):
        run(articles, **FAST)
    assert 0 < len(replies.calls(EDITION)) < 6 and len(notes(replies)) == 1
    assert {a.state for a in run(articles, **FAST)} == {"analysed"}
    assert len(replies.calls(EDITION)) == 6 and len(api.batches.submitted) == 1 and not api.calls


def test_a_batch_that_is_gone_is_asked_one_by_one(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(2)
    api.batches.polls_to_end = 9
    with pytest.raises(AnalystUnavailable):
        run(articles, batch=True, poll_seconds=0.01, wait_seconds=0.0)
    api.batches.submitted.clear()
    api.batches.failures = ["400"]
    assert {a.state for a in run(articles, **FAST)} == {"analysed"}
    assert sum(api.calls.values()) == 2 and notes(replies) == []


def test_the_cap_holds_for_a_batch(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(12)
    analyses = run(articles, max_usd=0.02, **FAST)
    assert sum(call.cost_usd for call in replies.calls(EDITION)) <= 0.02
    assert 0 < len(api.batches.submitted[0]["lines"]) < 12
    assert {a.state for a in analyses} <= {"analysed", "failed"}
    run(numbered(3), max_usd=0.0, **FAST)
    assert len(api.batches.submitted) == 1


def test_the_same_text_twice_is_one_request(api: MessagesApi, run: Run) -> None:
    run([make_article("one"), make_article("two")], **FAST)
    assert len(api.batches.submitted[0]["lines"]) == 1 and not api.calls


def test_a_note_that_is_damaged_is_left_alone(
    api: MessagesApi, run: Run, replies: Replies, caplog: pytest.LogCaptureFixture
) -> None:
    folder = replies.root / "batches"
    folder.mkdir(parents=True)
    for number, text in enumerate(("{", "[]", json.dumps({"edition": EDITION}))):
        (folder / f"{EDITION}-{number}.json").write_text(text)
    assert {a.state for a in run(numbered(2), **FAST)} == {"analysed"}
    assert len(notes(replies)) == 3 and "left alone" in caplog.text


def test_batches_of_several_editions_are_handed_in_before_any_is_waited_for(
    api: MessagesApi, run: Run, replies: Replies
) -> None:
    days = [EDITION, "2026-10-02"]
    everything = [
        replace(article, edition=day, text_sha256=sha256(f"{day}{article.text}".encode()))
        for day in days
        for article in numbered(3)
    ]
    observables = {article.article_id: find(article.page_text) for article in everything}

    async def submit() -> None:
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, check=False) as analyst:
            await analyst.submit(everything, observables)
            await analyst.submit(everything, observables)

    asyncio.run(submit())
    assert [len(batch["lines"]) for batch in api.batches.submitted] == [3, 3], (
        "what is under way is not submitted again"
    )
    assert not api.batches.polls and len(notes(replies)) == 2
    for day in days:
        assert {a.state for a in run([one for one in everything if one.edition == day], **FAST)} == {"analysed"}
        assert len(replies.calls(day)) == 3
    assert len(api.batches.submitted) == 2 and not api.calls and notes(replies) == []


def test_batches_handed_in_together_keep_the_cap_of_the_month(api: MessagesApi, replies: Replies) -> None:
    everything = [replace(a, edition=f"2026-10-{day:02}") for day, a in enumerate(numbered(12), start=1)]

    async def submit() -> None:
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, max_usd_month=0.01, check=False) as analyst:
            await analyst.submit(everything, {})

    asyncio.run(submit())
    assert 0 < len(api.batches.submitted) < 12
