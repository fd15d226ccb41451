"""Raw loopback servers for the intake tests: each answers with exactly the bytes, and the pace, it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from secdigest_pipeline.fetching.http import Client, open_client

Handler = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """What a server was asked: target, headers (lower-case names) and the time by the event loop's clock."""

    target: str
    headers: dict[str, str]
    time: float

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass
class Server:
    """A running server: its port and every request it got."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)
    most_at_once: dict[str, int] = field(default_factory=dict)


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A loopback server that reads request heads and lets `handler` write whatever it likes."""
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines[1:] if line)
                }
                request = Request(lines[0].split(" ")[1], headers, asyncio.get_running_loop().time())
                server.requests.append(request)
                server.at_once[request.host] = server.at_once.get(request.host, 0) + 1
                server.most_at_once[request.host] = max(
                    server.most_at_once.get(request.host, 0), server.at_once[request.host]
                )
                try:
                    await handler(request, writer)
                    await writer.drain()
                finally:
                    server.at_once[request.host] -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


@asynccontextmanager
async def client_to(server: Server, *, at_once: int = 16) -> AsyncIterator[Client]:
    """A client for which every `*.test` name is `server`, and every other name the real, guarded thing."""
    async with open_client(connect_to={"*.test": ("127.0.0.1", server.port)}, at_once=at_once) as client:
        yield client


def response(body: bytes = b"", status: str = "200 OK", headers: dict[str, str] | None = None) -> bytes:
    """A complete HTTP/1.1 response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(data: bytes) -> Handler:
    """A handler that writes `data` whatever it is asked."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return handle
