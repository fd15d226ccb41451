"""Killable worker processes: parsers of hostile input run here, bounded in time and memory, away from the pipeline.

Not a general process pool: one call at a time per child, no shared state, and a child that is late is killed at once.
Each child is a fresh interpreter that imports only what its calls need. (pebble and multiprocessing import the parent's
main module into every spawned child; under Dagster that is all of Dagster, seconds and 150 MB a child.)

The limits are there because the parsers have none (docs/decisions/worker-processes.md): a feed body that names a device
filled 2 GB in 1.1 s, a 19 MB article takes trafilatura 25 s and 466 MB, 100,000 nested elements others more than 90 s.
No timeout of a thread or of asyncio ends a call that is inside a C parser; a process can be killed.
"""

import asyncio
import contextlib
import os
import pickle
import queue
import resource
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Self, TypeVar

from secdigest_pipeline.base.environment import for_child

T = TypeVar("T")

MEMORY_BYTES = 2 * 1024**3  # address space of a child (docs/decisions/worker-processes.md)
START_SECONDS = 60.0  # for the interpreter to come up on a busy machine; not part of a call's timeout
CALLS_PER_CHILD = 500  # then a new child, so that leaks of the C parsers stay bounded
CPU_GRACE_SECONDS = 5

_LENGTH = struct.Struct(">Q")


class WorkerError(Exception):
    """A call that gave no result for a reason of the worker, not of the function."""


class WorkerTimeout(WorkerError):
    """The call took longer than its timeout; the child was killed."""


class WorkerCrashed(WorkerError):
    """The child died, ran out of memory, or answered something that cannot be read."""


class Workers:
    """At most `count` child processes that run module-level functions, as context manager (sync or async).

    Not bound to an event loop: the same instance may serve one `asyncio.run` after another.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="workers")
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._children: set[_Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._closed = True
            for child in self._children:
                child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.reap()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        # Children are killed first, so the threads that wait for them end at once.
        self.__exit__(*exc_info)

    def start_ahead(self) -> None:
        """Start the children now, beside what is awaited first; without it, each starts when a call needs it."""
        for _ in range(self._count - len(self._children)):
            self._threads.submit(self._start_idle)

    async def run(self, function: Callable[..., T], *args: object, timeout: float) -> T:  # noqa: ASYNC109
        """`function(*args)` in a child; its exceptions are raised here.

        `function` must be importable by name. `timeout` counts seconds from when a child takes the call (waiting for a
        free child does not count). Raises WorkerTimeout or WorkerCrashed (out of memory, killed, unreadable answer).
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._call, function, args, timeout)

    def _call(self, function: Callable[..., T], args: tuple[object, ...], timeout: float) -> T:
        task = pickle.dumps((function, args, timeout), protocol=pickle.HIGHEST_PROTOCOL)
        child = self._take()
        name = f"{function.__module__}.{function.__qualname__}"
        answer = child.ask(task, timeout)
        if answer is None:
            late = child.late
            self._discard(child)
            if self._closed:
                raise WorkerCrashed(f"{name}: stopped, the workers were closed")
            if late:
                raise WorkerTimeout(f"{name}: killed after {timeout:g} s")
            raise WorkerCrashed(f"{name}: worker process died ({child.reap()})")
        try:
            ok, value, spent = pickle.loads(answer)  # noqa: S301 - written by our own child
        except Exception as error:
            self._discard(child)
            raise WorkerCrashed(f"{name}: the worker's answer cannot be read ({error})") from error
        if spent:
            self._discard(child)
        else:
            self._idle.put(child)
        if ok:
            return value  # type: ignore[no-any-return]
        if isinstance(value, MemoryError):
            raise WorkerCrashed(f"{name}: out of memory ({MEMORY_BYTES // 1024**2} MiB)")
        raise value

    def _take(self) -> "_Child":
        while True:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                break
            if child.alive():
                return child
            self._discard(child)
        return self._start()

    def _start_idle(self) -> None:
        # What keeps a child from starting is told to the first call.
        with contextlib.suppress(WorkerCrashed):
            self._idle.put(self._start())

    def _start(self) -> "_Child":
        with self._lock:
            if self._closed:
                raise WorkerCrashed("the workers are closed")
            child = _Child()
            self._children.add(child)
        if not child.started():
            self._discard(child)
            raise WorkerCrashed(f"worker process did not start ({child.reap()})")
        return child

    def _discard(self, child: "_Child") -> None:
        child.kill()
        child.reap()
        with self._lock:
            self._children.discard(child)


class _Child:
    """One child process and the two pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from secdigest_pipeline.base.workers import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=for_child(PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
        )
        self.late = False

    def started(self) -> bool:
        """Wait for the child to say that it is up; False when it does not."""
        return self._guarded(START_SECONDS, lambda: self._read() is not None)

    def ask(self, task: bytes, timeout: float) -> bytes | None:
        """The child's answer to `task`; None when it died or was killed for being late."""

        def exchange() -> bytes | None:
            try:
                assert self._process.stdin is not None
                _write_frame(self._process.stdin, task)
            except OSError:
                return None
            return self._read()

        return self._guarded(timeout, exchange)

    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def reap(self) -> str:
        """Wait for the end of a killed or dead child and close its pipes; says how it ended."""
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # Bytes it never read are of no interest.
                with contextlib.suppress(OSError):
                    pipe.close()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def _guarded(self, seconds: float, exchange: Callable[[], T]) -> T:
        def kill() -> None:
            self.late = True
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            return exchange()
        finally:
            timer.cancel()

    def _read(self) -> bytes | None:
        assert self._process.stdout is not None
        return _read_frame(self._process.stdout)


def _write_frame(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    try:
        head = pipe.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        data = pipe.read(length)
    except (OSError, ValueError):
        return None
    return data if len(data) == length else None


def serve() -> None:
    """Body of a child process: answer calls from standard input until it is closed."""
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Nothing a library prints or reads may touch the two pipes.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _write_frame(answers, b"up")
    for number in range(1, CALLS_PER_CHILD + 1):
        task = _read_frame(tasks)
        if task is None:
            return
        ok, value = _perform(task)
        spent = number == CALLS_PER_CHILD or isinstance(value, MemoryError)
        try:
            answer = pickle.dumps((ok, value, spent), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            answer = pickle.dumps((False, WorkerCrashed(f"the result cannot be sent back ({error!r:.300})"), spent))
        _write_frame(answers, answer)
        if spent:
            return


def _perform(task: bytes) -> tuple[bool, object]:
    try:
        function, args, timeout = pickle.loads(task)  # noqa: S301 - written by our own parent
        # The parent kills a late child; should the parent itself be gone, the kernel does.
        soft = int(time.process_time() + timeout) + CPU_GRACE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        return True, function(*args)
    except Exception as error:
        return False, error
