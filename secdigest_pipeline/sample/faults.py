"""Answers of the sample Messages API that are no replies: errors, bodies of another kind, connections that break."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    529: "overloaded_error",
}
# By step: body and media type.
BODIES: Mapping[str, tuple[str, str]] = {
    "not_json": ("this is no JSON", "application/json"),
    "html": ("<html><body>a portal page</body></html>", "text/html"),
    "list": ("[]", "application/json"),
    "null": ("null", "application/json"),
    "empty_message": ('{"type": "message"}', "application/json"),
}


def error(status: int, message: str, retry_after: float | None = None) -> Response:
    """An error as the API words it."""
    headers = {"request-id": f"req_{secrets.token_hex(12)}"}
    if retry_after is not None:
        headers |= {"retry-after": f"{retry_after:g}", "retry-after-ms": f"{retry_after * 1000:g}"}
    told = {"type": _ERRORS.get(status, "api_error"), "message": message}
    return JSONResponse({"type": "error", "error": told, "request_id": headers["request-id"]}, status, headers)


def said(kind: str, code: str, message: str) -> Response:
    """A 400 whose every field is of the endpoint's own choice."""
    told = {"type": kind, "error_code": code, "message": message}
    return JSONResponse({"type": "error", "error": told, "request_id": code}, 400, {"request-id": code})


async def dropped(message: dict[str, Any]) -> AsyncIterator[bytes]:
    """A body that ends before its content-length: the server closes the connection in the middle of it."""
    yield json.dumps(message)[:40].encode()
    await asyncio.sleep(0)
    raise ConnectionResetError


async def endless() -> AsyncIterator[bytes]:
    """A body without an end."""
    while True:
        yield b'{"type": "message", ' + b" " * 10_000
        await asyncio.sleep(0)
