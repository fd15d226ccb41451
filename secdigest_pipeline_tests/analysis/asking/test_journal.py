"""Reply and ledger row are one fact: whenever a process is killed and whatever the disk does, nothing is paid for twice."""

import asyncio
import fcntl
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.claims import Claims
from secdigest_pipeline.analysis.asking.journal import Journal
from secdigest_pipeline.analysis.asking.ledger import Ledger
from secdigest_pipeline.analysis.asking.models import Usage
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import numbered

EDITION = "2026-10-01"
RUNS = """
import asyncio, sys
from upath import UPath
from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline_tests.analysis.conftest import numbered

root, first, last, cap = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])

async def go():
    options = dict(max_usd=cap, max_usd_month=20.0)
    async with AnthropicAnalyst(["claude-haiku-5-5"], Replies(UPath(root)), **{"check": False, **options}) as analyst:
        print("ready", flush=True)
        sys.stdin.readline()
        found = await analyse(numbered(last)[first:], {}, analyst, at_once=4)
        print(" ".join(analysis.state for analysis in found), flush=True)

asyncio.run(go())
"""


def begun(root: UPath, first: int, last: int, cap: float = 1.0) -> "subprocess.Popen[str]":
    """A process that analyses some of the numbered articles once it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUNS, str(root), str(first), str(last), str(cap)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def kept(replies: Replies) -> list[dict[str, object]]:
    return [json.loads(path.read_bytes()) for path in replies.root.glob("replies/*/*.json")]


def test_two_processes_cannot_exceed_the_cap_together(api: MessagesApi, replies: Replies) -> None:
    api.delay = 0.02
    cap = 0.01
    processes = [begun(replies.root, at, at + 12, cap) for at in (0, 12, 24)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert {state for states in said for state in states} == {"analysed", "failed"}
    calls = replies.calls(EDITION)
    assert 0.4 * cap < sum(call.cost_usd for call in calls) <= cap and len(calls) == sum(api.calls.values())


def test_two_processes_that_ask_the_same_pay_for_it_once(api: MessagesApi, replies: Replies) -> None:
    api.delay = 0.3
    processes = [begun(replies.root, 0, 6) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0].split() for process in processes]
    assert said == [["analysed"] * 6] * 2 and set(api.calls.values()) == {1}
    assert len(replies.calls(EDITION)) == 6


@pytest.mark.long
@pytest.mark.slow
def test_kills_at_any_moment_lose_no_reply_and_no_row(api: MessagesApi, replies: Replies) -> None:
    api.delay = 0.03
    draw = random.Random(12)
    kills = 0
    while kills < 6:
        process = begun(replies.root, 0, 24)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(draw.uniform(0.02, 0.25))
        process.kill()
        process.communicate()
        kills += 1
        ids = {call.request_id for call in replies.calls(EDITION)}
        assert {reply["request_id"] for reply in kept(replies)} <= ids, "a reply that the ledger does not know"
    said, _ = begun(replies.root, 0, 24).communicate("\n", timeout=120)
    assert said.split() == ["analysed"] * 24
    calls = replies.calls(EDITION)
    answered = [call for call in calls if call.outcome == "ok"]
    assert len(answered) == len(kept(replies)) == 24, "each article was answered once, and that answer kept"
    lost = [call for call in calls if call.outcome == "lost"]
    assert len(answered) + len(lost) == len(calls) >= sum(api.calls.values()) > 0
    assert all(call.estimated and call.cost_usd > 0 for call in lost)
    assert not list(Path(replies.root.path, "asking").glob("*.call"))


NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
KEPT = KeptReply(
    key="ab" * 32 + "-1", attempt=1, at=NOW, edition=EDITION, article_id="a1", model_asked="claude-haiku-5-5",
    model="claude-haiku-5-5", prompt_version="p", schema_version=2, nonce="0", left_out=0, stop_reason="end_turn",
    refusal="", request_id="req_1", usage=Usage(1, 2, 3, 4), text="\ud83d {" + "長い返答" * 300,
)  # fmt: skip
CALL = Call(
    call_id="made", at=NOW, edition=EDITION, article_id="a1", model_asked="claude-haiku-5-5", model="claude-haiku-5-5",
    prompt_version="p-2", outcome="ok", stop_reason="end_turn", request_id="req_1", input_tokens=1, cache_write_tokens=2,
    cache_read_tokens=3, output_tokens=4, cost_usd=0.5, seconds=1.0,
)  # fmt: skip
LOST = replace(CALL, call_id="lost", model="", outcome="lost", request_id="", estimated=True)


class Crash(BaseException):
    """The process ends here, as far as the disk is concerned."""


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 12), half=st.booleans())
def test_a_crash_between_any_two_writes_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, at: int, half: bool
) -> None:
    root = UPath(tmp_path_factory.mktemp("crash"))
    writes = 0
    write, replace_ = os.pwrite, os.replace

    def counted(real: object, *args: object) -> object:
        nonlocal writes
        writes += 1
        if writes == at + 1:
            if half and real is write:
                write(args[0], args[1][: len(args[1]) // 2], args[2])  # type: ignore[arg-type,index]
            raise Crash
        return real(*args)  # type: ignore[operator]

    paid = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwrite", lambda *args: counted(write, *args))
        patch.setattr(os, "replace", lambda *args: counted(replace_, *args))
        replies = Replies(root)
        journal = Journal(Claims(Path(root.path) / "asking"), replies, Ledger(replies))
        under_way = None
        try:
            under_way = journal.begin(KEPT.key, LOST, 1_000)
            paid = True
            assert under_way is not None
            journal.end(under_way, KEPT, CALL, lambda kept: kept)
        except Crash:
            if under_way is not None:
                under_way.claim.let_go()
        assert kept_has_row(replies)
    replies = Replies(root)
    Journal(Claims(Path(root.path) / "asking"), replies, Ledger(replies)).recover()
    rows = replies.calls(EDITION)
    assert [row.outcome for row in rows] in ([["ok"], ["lost"]] if paid else [[]])
    assert (replies.get(KEPT.key) is not None) == ([row.outcome for row in rows] == ["ok"])
    assert kept_has_row(replies) and not list(root.glob("asking/*.call"))


def kept_has_row(replies: Replies) -> bool:
    return {reply["request_id"] for reply in kept(replies)} <= {call.request_id for call in replies.calls(EDITION)}


def test_a_call_that_ends_while_somebody_looks_is_not_taken_for_left_behind(tmp_path: Path) -> None:
    replies = Replies(UPath(tmp_path))
    claims = Claims(tmp_path / "asking")
    journal = Journal(claims, replies, Ledger(replies))
    ended = threading.Event()

    def begin_and_end() -> None:
        for at in range(400):
            under_way = journal.begin(str(at), LOST, 10)
            assert under_way is not None
            under_way.claim.remove()
        ended.set()

    with ThreadPoolExecutor(3) as threads:
        working = [threads.submit(begin_and_end)]
        while not ended.is_set() and not working[0].done():
            Journal(claims, replies, Ledger(replies)).recover()
            journal.announce(lambda keys: keys)
        working[0].result()
    assert replies.calls(EDITION) == []


def test_a_claim_that_is_removed_between_opening_and_locking_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = Replies(UPath(tmp_path))
    journal = Journal(Claims(tmp_path / "asking"), replies, Ledger(replies))
    under_way = journal.begin("k", LOST, 10)
    assert under_way is not None
    lock = fcntl.flock

    def remove_first(descriptor: int, how: int) -> None:
        if how & fcntl.LOCK_NB:
            under_way.claim.remove()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    assert journal.recover() == 0 and replies.calls(EDITION) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1.5 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1536k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs a file system of its own: only root may mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def analysed(replies: Replies) -> list[str]:
    """States of six articles, analysed into `replies`."""

    async def go() -> list[str]:
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, check=False) as analyst:
            return [analysis.state for analysis in await analyse(numbered(6), {}, analyst, at_once=6)]

    return asyncio.run(go())


def fill(file: Path) -> None:
    """Leave no byte free."""
    with suppress(OSError), file.open("wb", buffering=0) as handle:
        while handle.write(b"x" * 4_096):
            pass


def test_a_disk_that_is_full_pays_for_nothing_and_one_that_fills_up_pays_for_nothing_twice(
    api: MessagesApi, small_disk: Path
) -> None:
    replies = Replies(UPath(small_disk / "llm"))
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(StorageError):
        analysed(replies)
    assert not api.calls, "without room for the answer nothing is asked"

    filler.unlink()
    api.delay = 0.5

    def fill_while_asked() -> None:
        while not api.in_flight:
            time.sleep(0.01)
        fill(filler)

    thread = threading.Thread(target=fill_while_asked)
    thread.start()
    with pytest.raises(StorageError):
        analysed(replies)
    thread.join()
    paid = sum(api.calls.values())
    assert paid > 0 and not kept(replies)
    with pytest.raises(StorageError):
        analysed(replies)
    assert sum(api.calls.values()) == paid, "what is paid for comes first, and there is still no room for it"

    filler.unlink()
    api.delay = 0.0
    assert analysed(replies) == ["analysed"] * 6
    assert set(api.calls.values()) == {1} and len(replies.calls(EDITION)) == len(kept(replies)) == 6
