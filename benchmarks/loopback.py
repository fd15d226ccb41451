"""A loopback web of many hosts: bodies by URL, fixed delays for feeds and pages, requests counted."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.types import Receive, Scope, Send


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the host the request names (plain ASGI: the server shares its cores with what is measured)."""
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0]
        query = scope["query_string"].decode("latin-1")
        key = f"{host}{scope['path']}" + (f"?{query}" if query else "")
        body = self.bodies.get(key)
        if body is not None:
            self.counts[key] += 1
            await asyncio.sleep(body.delay)
        data = body.data if body else b"none"
        headers = [
            (b"content-type", body.content_type.encode() if body else b"text/plain"),
            (b"content-length", str(len(data)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200 if body else 404, "headers": headers})
        await send({"type": "http.response.body", "body": data})

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
    config = uvicorn.Config(web, loop="asyncio", lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield web
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
