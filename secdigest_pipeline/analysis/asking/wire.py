"""The HTTP transport below the SDK: an answer that was lost is told from a call that was never made.

The SDK asks again after a read timeout and after a connection that dropped, though either may be billed each time (it
sends no idempotency key). Here both become an answer of our own that it does not retry; what fails before a request is
out stays its business.
"""

import asyncio

import httpx2

# Stands in the answers made here, with what happened; an endpoint that sends it too is believed that its answer was lost.
LOST_HEADER = "x-secdigest-lost"
TIMEOUT, DROPPED, TOO_LARGE, PACKED = "read_timeout", "dropped", "too_large", "packed"
# A reply may have 400,000 characters; escaped and with all around it that is 3 MB.
_MAX_BYTES = 16_000_000


class Wire(httpx2.AsyncBaseTransport):
    """`inner` with lost answers made plain. Whoever cancels a call can ask whether it was under way."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self._cut: set[asyncio.Task[object] | None] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer to a call of a model; anything else passes through."""
        if request.method != "POST" or request.url.path.endswith("/batches"):
            return await self._inner.handle_async_request(request)
        try:
            answer = await self._inner.handle_async_request(request)
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _MAX_BYTES:
                    await answer.aclose()
                    return _lost(TOO_LARGE)
            await answer.aclose()
        except httpx2.ReadTimeout:
            return _lost(TIMEOUT)
        except (httpx2.ReadError, httpx2.RemoteProtocolError):
            return _lost(DROPPED)
        except asyncio.CancelledError:
            self._cut.add(asyncio.current_task())
            raise
        try:
            # once for trial: the SDK would take what cannot be unpacked for a connection that failed
            httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(bytes(body))).read()
        except httpx2.DecodingError:
            return _lost(PACKED)
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(bytes(body)))

    def was_cut(self) -> bool:
        """Whether this task's last call was cancelled while its answer was waited for."""
        task = asyncio.current_task()
        was = task in self._cut
        self._cut.discard(task)
        return was

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _lost(what: str) -> httpx2.Response:
    error = {"type": "error", "error": {"type": "api_error", "message": what}}
    return httpx2.Response(504, headers={LOST_HEADER: what, "x-should-retry": "false"}, json=error)
