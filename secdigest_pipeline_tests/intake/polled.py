"""Loopback feeds and an archive to poll them into."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.poll import poll
from secdigest_pipeline.intake.records import Poll
from secdigest_pipeline_tests.intake.servers import Request, Server, client_to, response, serving
from secdigest_pipeline_tests.intake.worlds import Clock, entry, jst, rss

NOON = jst("2026-10-01 12:00")


class Site:
    """A server whose answers are set per path; what it was asked is in `requests`."""

    def __init__(
        self, server: Server, ask: Callable[[list[Feed]], Awaitable[list[Poll]]], answers: dict[str, object]
    ) -> None:
        self.requests = server.requests
        self.server = server
        self.ask = ask
        self.answers = answers


@asynccontextmanager
async def site(archive: Archive, clock: Clock, host_delay: float = 0.0) -> AsyncIterator[Site]:
    answers: dict[str, object] = {}

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        answer = answers.get(request.host + request.target, response(b"none", "404 Not Found"))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            await answer(request, writer)
        else:
            assert isinstance(answer, bytes)
            writer.write(answer)

    async with serving(handle) as server, client_to(server) as client, Workers(1) as workers:

        async def ask(feeds: list[Feed]) -> list[Poll]:
            return await poll(feeds, archive, client, workers, clock, host_delay=host_delay)

        yield Site(server, ask, answers)


def body(*numbers: int) -> bytes:
    return rss([entry(f"http://a.test/{n}", f"Title {n}", jst("2026-10-01 11:00")) for n in numbers])


def titles(archive: Archive) -> list[str]:
    days = archive.days()
    ids = archive.seen().column("item_id").to_pylist()
    return sorted(row.title for row in archive.sightings(ids, days))
