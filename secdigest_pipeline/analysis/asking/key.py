"""Whether the endpoint takes the key, and what it answers: asked before anything is fetched or paid.

Its list of models costs nothing. Where there is none, `try_model` has one token written, which is a few millionths of a
dollar at the default model and stands in no ledger.
"""

import asyncio
import json
import os
from dataclasses import dataclass

import httpx2

from secdigest_pipeline.analysis.asking.endpoint import credentials
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, failure
from secdigest_pipeline.analysis.asking.models import Model
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.base.redaction import known_secrets

SECONDS = 10.0  # for the whole answer
_ONE_TOKEN_SECONDS = 60.0  # a server of one's own may have to load the model first
_MAX_BYTES = 1_000_000
_TURNED_DOWN = "the Messages API turns the key down (HTTP 401); check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL"


@dataclass(frozen=True, slots=True)
class KeyTried:
    """What asking brought: whether the key is turned down, whether the endpoint answered at all, and a line that says so.

    The line holds nothing that the endpoint wrote, so never the key. `models` are those it lists, None without a list.
    """

    refused: bool
    answered: bool
    said: str
    models: frozenset[str] | None = None


def try_key(provider: Provider = Provider()) -> KeyTried:  # noqa: B008 - frozen
    """Ask for the list of models. Only 401 is a wrong key: an endpoint need not know /v1/models (404, 405, 403)."""
    try:
        credentials(provider)
        if provider.name in ("bedrock", "vertex"):
            return KeyTried(False, True, f"{provider.name} has no list of models to ask for")
        status, listed = asyncio.run(_models()) or (0, None)
    except AnalystUnavailable as error:
        return KeyTried(True, False, str(error))
    if not status:
        return KeyTried(False, False, "the endpoint cannot be reached, so the key is not tried")
    if status == 401:
        return KeyTried(True, True, _TURNED_DOWN)
    if status != 200:
        return KeyTried(False, True, f"not tried: the endpoint answers HTTP {status} when asked for its models")
    many = "" if listed is None else f" with a list of {len(listed)} models"
    return KeyTried(False, True, f"the endpoint answers it{many}", listed)


def try_model(model: Model, provider: Provider) -> KeyTried:
    """Have `model` write one token: what was answered, in words. Anything but a message is `refused`."""
    try:
        credentials(provider)
        return asyncio.run(_one_token(model, provider))
    except AnalystUnavailable as error:
        return KeyTried(True, False, str(error))


async def _one_token(model: Model, provider: Provider) -> KeyTried:
    timeout = httpx2.Timeout(_ONE_TOKEN_SECONDS, connect=SECONDS)
    async with httpx2.AsyncClient(trust_env=False, timeout=timeout) as http:
        try:
            client = provider.client(http, 0)
            async with asyncio.timeout(_ONE_TOKEN_SECONDS):
                answer = await client.messages.create(
                    model=model.name, max_tokens=1, messages=[{"role": "user", "content": "Say: ok"}]
                )
        except Exception as error:
            failed = failure(error, known_secrets(os.environ))
            # what the server itself said may stand in the middle of it
            what = failed.outcome if failed.reason.startswith("HTTP") else failed.reason
            status = getattr(error, "status_code", None)
            said = (
                _TURNED_DOWN
                if status == 401
                else f"one token was asked for: {f'HTTP {status}: ' if status else ''}{what}"
            )
            return KeyTried(True, isinstance(status, int), said)
    if getattr(answer, "type", None) != "message" or not isinstance(getattr(answer, "content", None), list):
        return KeyTried(True, True, "one token was asked for, and the answer is no message of the Messages API")
    return KeyTried(False, True, "one token was asked for and is answered")


async def _models() -> tuple[int, frozenset[str] | None] | None:
    """Status of GET /v1/models and the ids it lists, None without an answer in time.

    Asked as the SDK asks (anthropic 2.x, `auth_headers`), without it: its import takes longer than all else of a start.
    """
    base = (os.environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com").rstrip("/")
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as http,
            http.stream("GET", f"{base}/v1/models", params={"limit": 1_000}, headers=_headers()) as answer,
        ):
            body = b""
            if answer.status_code == 200:
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _MAX_BYTES:
                        return answer.status_code, None
            return answer.status_code, _ids(body)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError) as error:
        raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
    except (httpx2.HTTPError, TimeoutError):
        return None


def _ids(body: bytes) -> frozenset[str] | None:
    try:
        rows = json.loads(body)["data"]
        return frozenset(row["id"] for row in rows if isinstance(row["id"], str))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _headers() -> dict[str, str]:
    key = os.environ.get("ANTHROPIC_API_KEY") or os.environ.get("ANTHROPIC_AUTH_TOKEN") or "none"
    lines = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").splitlines()
    custom = {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}
    return {"Authorization": f"Bearer {key}", "anthropic-version": "2023-06-01", **custom}
