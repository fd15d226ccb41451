"""Polling loses nothing: archives that cannot be written, kills at any moment, and many feeds at once."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.poll import poll
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline_tests.intake.polled import NOON, body, site, titles
from secdigest_pipeline_tests.intake.servers import Handler, Request, client_to, response, serving
from secdigest_pipeline_tests.intake.worlds import Clock, archive_in, feed


def test_an_archive_that_cannot_be_written_is_an_error_and_not_a_silent_loss(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    archive = archive_in(tmp_path)

    async def work() -> None:
        async with site(archive, Clock(NOON)) as world:
            world.answers["a.test/feed"] = response(body(1))
            await world.ask([feed("a")])

    with pytest.raises(StorageError, match="archive"):
        asyncio.run(work())


@pytest.mark.slow
def test_a_poll_killed_at_any_moment_leaves_an_archive_the_next_one_completes(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from secdigest_pipeline.base.files import write_atomic
        from secdigest_pipeline.intake.polling import archive as module
        from secdigest_pipeline_tests.intake.polling import test_poll as t
        store = module.write_atomic
        left = int(sys.argv[2])
        def dying(path, data):
            global left
            left -= 1
            if left < 0:
                import os, signal
                os.kill(os.getpid(), signal.SIGKILL)
            store(path, data)
        module.write_atomic = dying
        async def work():
            async with t.site(t.archive_in(Path(sys.argv[1])), t.Clock(t.NOON)) as world:
                world.answers["a.test/feed"] = t.response(t.body(1, 2))
                await world.ask([t.feed("a")])
        asyncio.run(work())
    """)
    for writes, survived in ((0, False), (1, False), (2, True)):
        folder = tmp_path / str(writes)
        ended = subprocess.run(
            [sys.executable, "-c", script, folder, str(writes)], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
        )
        assert (ended.returncode == 0) == survived
        assert survived or ended.returncode == -signal.SIGKILL
        archive, clock = archive_in(folder), Clock(NOON + timedelta(hours=1))

        async def again(archive: Archive = archive, clock: Clock = clock) -> list[Poll]:
            async with site(archive, clock) as world:
                world.answers["a.test/feed"] = response(body(1, 2))
                return await world.ask([feed("a")])

        (row,) = asyncio.run(again())
        assert row.outcome == ("unchanged" if survived else "new")
        assert set(titles(archive)) == {"Title 1", "Title 2"}
        assert not list(folder.rglob("*.tmp"))


@pytest.mark.slow
def test_two_hundred_feeds_are_all_polled(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    feeds = [feed(f"f{n}") for n in range(200)]

    def handler() -> Handler:
        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            writer.write(response(body(1)))

        return handle

    async def work() -> list[Poll]:
        async with serving(handler()) as server, client_to(server) as client, Workers(2) as workers:
            return await poll(feeds, archive, client, workers, Clock(NOON))

    rows = asyncio.run(work())
    assert [row.feed_id for row in rows] == [row.feed_id for row in feeds]
    assert {row.outcome for row in rows} == {"new"}
