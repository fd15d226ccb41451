"""Workers: calls run elsewhere, late and greedy ones are killed, and the next call finds a working child."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from secdigest_pipeline.base.workers import MEMORY_BYTES, WorkerCrashed, Workers, WorkerTimeout


class OddError(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def add(a: int, b: int) -> int:
    return a + b


def echo(data: bytes) -> bytes:
    return data


def pid() -> int:
    return os.getpid()


def fail(message: str) -> None:
    raise LookupError(message)


def fail_oddly() -> None:
    raise OddError("a", "b")


def sleep_long() -> None:
    time.sleep(600)


def sleep_after_touching(mark: str) -> None:
    Path(mark).touch()
    time.sleep(600)


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def children() -> list[int]:
    """Our worker processes; another test of this process may have a database or a server running."""
    return [child.pid for child in psutil.Process().children() if _is_worker(child)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any("serve()" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def spin() -> None:
    while True:
        pass


def take_memory() -> int:
    return len(bytearray(MEMORY_BYTES))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def chatter() -> str:
    print("on standard output")
    os.write(1, b"and below it")
    return sys.stdin.read()


def unpicklable() -> object:
    return lambda: None


def main_modules() -> list[str]:
    return [name for name in ("dagster", "pytest") if name in sys.modules]


def test_a_call_runs_in_another_process_and_its_result_comes_back() -> None:
    with Workers(1) as workers:
        assert asyncio.run(workers.run(add, 2, 3, timeout=30)) == 5
        first = asyncio.run(workers.run(pid, timeout=30))
        assert first != os.getpid()
        # another event loop, the same child
        assert asyncio.run(workers.run(pid, timeout=30)) == first


def test_children_started_ahead_are_those_that_take_the_calls() -> None:
    with Workers(2) as workers:
        assert children() == []
        workers.start_ahead()
        deadline = time.monotonic() + 30
        while len(children()) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        workers.start_ahead()
        started = set(children())
        assert asyncio.run(workers.run(pid, timeout=30)) in started
        assert set(children()) == started
    assert children() == []


def test_many_calls_share_a_few_children_and_keep_their_answers_apart() -> None:
    async def work() -> tuple[list[int], set[int]]:
        async with Workers(2) as workers:
            sums = await asyncio.gather(*(workers.run(add, n, n, timeout=30) for n in range(40)))
            pids = await asyncio.gather(*(workers.run(pid, timeout=30) for _ in range(20)))
            return sums, set(pids)

    sums, pids = asyncio.run(work())
    assert sums == [2 * n for n in range(40)]
    assert len(pids) <= 2


def test_large_arguments_and_results_pass() -> None:
    data = os.urandom(12 * 1024 * 1024)
    with Workers(1) as workers:
        assert asyncio.run(workers.run(echo, data, timeout=30)) == data


def test_an_exception_of_the_function_is_raised_here() -> None:
    with Workers(1) as workers:
        with pytest.raises(LookupError, match="no such thing"):
            asyncio.run(workers.run(fail, "no such thing", timeout=30))
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


def test_an_exception_that_cannot_be_carried_over_is_a_crash_and_not_a_hang() -> None:
    with Workers(1) as workers:
        with pytest.raises(WorkerCrashed):
            asyncio.run(workers.run(fail_oddly, timeout=30))
        with pytest.raises(WorkerCrashed, match="cannot be sent back"):
            asyncio.run(workers.run(unpicklable, timeout=30))
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


@pytest.mark.parametrize("slow", [sleep_long, spin])
def test_a_late_call_is_killed_and_the_next_one_works(slow: object) -> None:
    with Workers(1) as workers:
        before = asyncio.run(workers.run(pid, timeout=30))
        with pytest.raises(WorkerTimeout, match=r"killed after 0\.3 s"):
            asyncio.run(workers.run(slow, timeout=0.3))  # type: ignore[arg-type]
        assert asyncio.run(workers.run(pid, timeout=30)) != before
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)


def test_a_call_that_takes_all_memory_is_a_crash_and_the_next_one_works() -> None:
    with Workers(1) as workers:
        with pytest.raises(WorkerCrashed, match="out of memory"):
            asyncio.run(workers.run(take_memory, timeout=60))
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


def test_a_child_that_dies_is_a_crash_and_the_next_call_works() -> None:
    with Workers(1) as workers:
        with pytest.raises(WorkerCrashed, match="signal 9"):
            asyncio.run(workers.run(die, timeout=30))
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


def test_a_child_killed_while_idle_does_not_lose_the_next_call() -> None:
    with Workers(1) as workers:
        child = asyncio.run(workers.run(pid, timeout=30))
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


def test_what_a_function_prints_does_not_reach_the_answers() -> None:
    with Workers(1) as workers:
        assert asyncio.run(workers.run(chatter, timeout=30)) == ""
        assert asyncio.run(workers.run(add, 1, 1, timeout=30)) == 2


def test_a_child_does_not_import_the_main_module_of_its_parent() -> None:
    with Workers(1) as workers:
        # this test module imports pytest by itself; Dagster and the test runner's main module stay out
        assert "dagster" not in asyncio.run(workers.run(main_modules, timeout=30))


def test_a_child_has_of_our_environment_what_it_needs_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "SECDIGEST_PG_URL", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "NAMED_BY_NOBODY"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with Workers(1) as workers:
        child = psutil.Process(asyncio.run(workers.run(pid, timeout=30)))
        environment = child.environ()
    assert "hunter2" not in str(environment) and environment["TZ"] == "Asia/Tokyo"
    assert environment["PATH"] == os.environ["PATH"] and environment["PYTHONPATH"]


def test_leaving_the_context_kills_running_calls(tmp_path: Path) -> None:
    mark = tmp_path / "taken"

    async def leave() -> None:
        async with Workers(1) as workers:
            call = asyncio.create_task(workers.run(sleep_after_touching, str(mark), timeout=600))
            await asyncio.to_thread(wait_for, mark)
        with pytest.raises(WorkerCrashed, match="closed"):
            await call

    asyncio.run(leave())
    assert children() == []


def test_closed_workers_refuse_calls() -> None:
    with Workers(1) as workers:
        pass
    with pytest.raises(RuntimeError):
        asyncio.run(workers.run(add, 1, 1, timeout=5))
