"""The sample world on loopback: every host of it behind one port, told apart by the Host header."""

import asyncio
import socket
import threading
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secdigest_pipeline.sample.content import FEEDS
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, KEV_URL, bulk_file
from secdigest_pipeline.sample.past_web import PastWeb
from secdigest_pipeline.sample.world import EDITIONS, Shown, World


class SampleWeb:
    """A running server. The world stands still at the moment set last; requests are counted by URL."""

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.past = PastWeb(world)
        self.moment = EDITIONS[0].start
        self.feed_delay = 0.0
        self.page_delay = 0.0
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        app = Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET"])])
        self._server = uvicorn.Server(
            uvicorn.Config(app, loop="asyncio", lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="sample-web", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close every connection and the port."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def at(self, moment: datetime) -> None:
        """Show the world as it is at `moment` (aware) from the next request on."""
        if moment.tzinfo is None:
            raise ValueError("the world's moment needs a time zone")
        self.moment = moment

    def delays(self, *, feed: float = 0.0, page: float = 0.0) -> None:
        """Seconds every feed and every page answer is held back from now on."""
        self.feed_delay, self.page_delay = feed, page

    def counts(self) -> dict[str, int]:
        """Requests so far by URL (`http://host/path`), robots.txt included."""
        with self._lock:
            return dict(self._counts)

    def forget_counts(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._counts.clear()

    async def answer(self, request: Request) -> Response:
        """Answer one request as the host it is sent to would."""
        host = request.headers.get("host", "").partition(":")[0].lower()
        path = request.url.path
        with self._lock:
            self._counts[f"http://{host}{path}"] += 1
        delay = self.feed_delay if self.world.feed_of(host, path) else self.page_delay
        if delay and path != "/robots.txt":
            await asyncio.sleep(delay)
        shown = (
            self.past.show(host, path, request.url.query, self.moment)
            or bulk_file(host, path, self.moment)
            or self.world.show(host, path, self.moment)
        )
        headers = {"content-type": shown.content_type}
        if shown.etag:
            headers |= {"etag": shown.etag, "last-modified": shown.last_modified}
        if _known(request, shown):
            return Response(status_code=304, headers=headers)
        return Response(shown.body, status_code=shown.status, headers=headers)


def serve(world: World | None = None, *, port: int = 0) -> SampleWeb:
    """Serve the world on 127.0.0.1 (`port` 0: any free one) until the result is stopped, or left as a context manager."""
    return SampleWeb(world or World.load(), port)


def settings_for(web_port: int, messages_url: str) -> dict[str, str]:
    """Environment variables under which the pipeline reads this world, served on `web_port`, and the recorded model."""
    return {
        "SECDIGEST_FEEDS": str(FEEDS),
        "SECDIGEST_CONNECT_TO": f"*.example=127.0.0.1:{web_port},*.test=127.0.0.1:{web_port}",
        "SECDIGEST_START": EDITIONS[0].key,
        "SECDIGEST_HOST_DELAY": "0",
        "SECDIGEST_KEV_URL": KEV_URL,
        "SECDIGEST_EPSS_URL": EPSS_URL,
        "SECDIGEST_ANALYST": "anthropic",
        "ANTHROPIC_BASE_URL": messages_url,
        "ANTHROPIC_API_KEY": "sample-key",
    }


def _known(request: Request, shown: Shown) -> bool:
    """Whether the client has this answer already (RFC 9110 13.2.2: If-None-Match wins over If-Modified-Since)."""
    if shown.status != 200 or not shown.etag:
        return False
    if "if-none-match" in request.headers:
        return shown.etag in {tag.strip() for tag in request.headers["if-none-match"].split(",")}
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and parsedate_to_datetime(shown.last_modified) <= parsedate_to_datetime(since)
    except ValueError:
        return False
