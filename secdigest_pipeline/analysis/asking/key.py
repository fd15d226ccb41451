"""Whether the endpoint takes the key, asked before anything is fetched or paid: its list of models costs nothing."""

import asyncio
import os
from dataclasses import dataclass

import httpx2

from secdigest_pipeline.analysis.asking.endpoint import credentials
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable

SECONDS = 10.0  # for the whole answer


@dataclass(frozen=True, slots=True)
class KeyTried:
    """What asking brought: whether the key is turned down, whether the endpoint answered at all, and a line that says so.

    The line holds nothing that the endpoint wrote, so never the key.
    """

    refused: bool
    answered: bool
    said: str


def try_key() -> KeyTried:
    """Ask with the key of the environment. Only 401 is a wrong key: an endpoint need not know /v1/models (404, 405, 403)."""
    try:
        credentials()
        status = asyncio.run(_status())
    except AnalystUnavailable as error:
        return KeyTried(True, False, str(error))
    if status is None:
        return KeyTried(False, False, "the endpoint cannot be reached, so the key is not tried")
    if status == 401:
        return KeyTried(
            True, True, "the Messages API turns the key down (HTTP 401); check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL"
        )
    if status != 200:
        return KeyTried(False, True, f"not tried: the endpoint answers HTTP {status} when asked for its models")
    return KeyTried(False, True, "the endpoint answers it")


async def _status() -> int | None:
    """Status of GET /v1/models, None without an answer in time; its body is not read.

    Asked as the SDK asks (anthropic 2.x, `auth_headers`), without it: its import takes longer than all else of a start.
    """
    base = (os.environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com").rstrip("/")
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as http,
            http.stream("GET", f"{base}/v1/models", params={"limit": 1}, headers=_headers()) as answer,
        ):
            return answer.status_code
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError) as error:
        raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
    except (httpx2.HTTPError, TimeoutError):
        return None


def _headers() -> dict[str, str]:
    key = os.environ.get("ANTHROPIC_API_KEY") or os.environ.get("ANTHROPIC_AUTH_TOKEN") or ""
    lines = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").splitlines()
    custom = {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}
    return {"Authorization": f"Bearer {key}", "anthropic-version": "2023-06-01", **custom}
