"""Which addresses may be connected to: the check sits inside the connection, so redirects and rebinding can't pass it.

A name is resolved once; if ANY answer is not a public address nothing is connected; otherwise the very address that was
checked is dialled. The URL, the Host header and the TLS name stay untouched.

By hand because it was measured better (docs/decisions/connection-guard.md): of 13 spellings of loopback plain httpx2 reaches 10, the
usual look at the URL's literal 3, this none; a name that rebinds gives its secret to check-then-fetch, and this
connects to the address it checked. The libraries that also reach none are not made for httpx2, rewrite the URL, or pass
NAT64 and 6to4.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2

from secdigest_pipeline.fetching.public_addresses import is_public

Resolve = Callable[[str, int], Awaitable[list[str]]]

PORTS = (80, 443)
_TRIED_ADDRESSES = 4


class AddressRefused(Exception):
    """A connection this pipeline does not make: not a public address, or not a web port."""


def route_of(host: str, routes: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Where `routes` sends `host`: the exact name first, then the longest `*.suffix` above it; None when nowhere."""
    host = host.lower().rstrip(".")
    if host in routes:
        return routes[host]
    labels = host.split(".")
    for at in range(1, len(labels)):
        route = routes.get("*." + ".".join(labels[at:]))
        if route is not None:
            return route
    return None


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Network backend of httpcore2 that connects to public addresses on web ports, and to `routes` as they are."""

    def __init__(self, routes: Mapping[str, tuple[str, int]], resolve: Resolve | None = None) -> None:
        self._routes = routes
        self._network = httpcore2.AnyIOBackend()
        # An own pool: a dead name server must not block the event loop's default threads.
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")
        self._resolve = resolve or self._getaddrinfo

    def close(self) -> None:
        """Drop the resolver threads without waiting for a name server."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A stream to a checked address of `host`; AddressRefused, httpcore2.ConnectError or ConnectTimeout."""
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(host, port, timeout, socket_options)
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"no connection within {timeout:g} s") from None

    async def _connect(
        self, host: str, port: int, seconds: float | None, options: Iterable[Any] | None
    ) -> httpcore2.AsyncNetworkStream:
        route = route_of(host, self._routes)
        if route is not None:
            return await self._dial(route[0], route[1], seconds, options)
        if port not in PORTS:
            raise AddressRefused(f"port {port} is not a web port")
        addresses = await self._resolve(host, port)
        if not addresses:
            raise httpcore2.ConnectError("the name has no address")
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(f"{address} is not a public address")
        tried = addresses[:_TRIED_ADDRESSES]
        # A dead first address (often IPv6 without a way out) must not use up the time of the others.
        share = None if seconds is None else seconds / len(tried)
        for address in tried[:-1]:
            try:
                return await self._dial(address, port, share, options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._dial(tried[-1], port, share, options)

    async def _dial(
        self, address: str, port: int, seconds: float | None, options: Iterable[Any] | None
    ) -> httpcore2.AsyncNetworkStream:
        return _Stream(await self._network.connect_tcp(address, port, timeout=seconds, socket_options=options))

    async def _getaddrinfo(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (socket.gaierror, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name does not resolve ({error})") from None
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Never: no URL of ours leads to a local socket."""
        raise AddressRefused("local sockets are not connected to")

    async def sleep(self, seconds: float) -> None:
        """As httpcore2 asks for it between its own connection attempts."""
        await asyncio.sleep(seconds)


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake is cancelled by a deadline (httpcore2 leaves it open).

    It knows its socket: the pool asks every idle connection before every request whether the server has hung up, and
    asking anyio for the socket each time costs more than the request.
    """

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._socket: socket.socket = stream.get_extra_info("socket")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._stream.aclose()
            raise

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._socket)
        return self._stream.get_extra_info(info)


def _is_readable(connection: socket.socket) -> bool:
    """Whether there is something to read, which on an idle connection is its end; a closed one counts as readable."""
    number = connection.fileno()
    if number < 0:
        return True
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
