"""httpx2 over an httpcore2 pool with our own network backend, which httpx2's transport does not let one choose."""

import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpcore2
import httpx2

_KEEPALIVE_SECONDS = 5.0


class PoolTransport(httpx2.AsyncBaseTransport):
    """Sends the requests of an httpx2.AsyncClient through `backend`; httpcore2's exceptions come out as they are."""

    def __init__(self, backend: httpcore2.AsyncNetworkBackend, tls: ssl.SSLContext, at_once: int) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls, network_backend=backend, max_connections=at_once, keepalive_expiry=_KEEPALIVE_SECONDS
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, one response whose body streams."""
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        # Old servers say x-gzip (RFC 9110 8.4.1.3); httpx2 knows only gzip.
        headers = [
            (name, b"gzip" if name.lower() == b"content-encoding" and value.strip().lower() == b"x-gzip" else value)
            for name, value in answer.headers
        ]
        return httpx2.Response(
            answer.status, headers=headers, stream=_Body(answer.stream), extensions=dict(answer.extensions)
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
