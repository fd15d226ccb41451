"""A loopback web of many hosts: bodies by URL, fixed delays for feeds and pages, requests counted."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Body:
    """One answer: bytes, Content-Type and the seconds it is held back."""

    data: bytes
    content_type: str = "text/html; charset=utf-8"
    delay: float = 0.0


@dataclass
class Web:
    """The bodies by `host/path?query`; everything else is a 404 at once."""

    bodies: Mapping[str, Body]
    port: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    async def answer(self, request: Request) -> Response:
        """Answer as the host the request names."""
        query = f"?{request.url.query}" if request.url.query else ""
        key = f"{request.headers.get('host', '').partition(':')[0]}{request.url.path}{query}"
        body = self.bodies.get(key)
        if body is None:
            return Response("none", status_code=404)
        self.counts[key] += 1
        await asyncio.sleep(body.delay)
        return Response(body.data, media_type=body.content_type)

    @property
    def routes(self) -> str:
        """SECDIGEST_CONNECT_TO for every host of this web."""
        hosts = sorted({key.partition("/")[0] for key in self.bodies})
        return ",".join(f"{host}=127.0.0.1:{self.port}" for host in hosts)


@contextmanager
def serve(bodies: Mapping[str, Body]) -> Iterator[Web]:
    """The web on a free loopback port, in a thread, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    web = Web(bodies, listener.getsockname()[1])
    app = Starlette(routes=[Route("/{path:path}", web.answer)])
    server = uvicorn.Server(uvicorn.Config(app, loop="asyncio", lifespan="off", ws="none", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield web
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
