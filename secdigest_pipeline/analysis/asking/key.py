"""Whether the endpoint takes the key, asked before anything is fetched or paid: its list of models costs nothing."""

import asyncio
from dataclasses import dataclass

from secdigest_pipeline.analysis.analyse import AnalystUnavailable
from secdigest_pipeline.analysis.asking.endpoint import credentials

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
    """Status of GET /v1/models, None without an answer in time; its body is not read."""
    import anthropic
    import httpx2

    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as http, asyncio.timeout(SECONDS):
            client = anthropic.AsyncAnthropic(http_client=http, max_retries=0)
            async with client.models.with_streaming_response.list(limit=1) as answer:
                return answer.status_code
    except anthropic.APIStatusError as error:
        return error.status_code
    except (anthropic.APIError, httpx2.HTTPError, TimeoutError):
        return None
    except (ValueError, httpx2.InvalidURL) as error:
        raise AnalystUnavailable(f"ANTHROPIC_BASE_URL is no URL ({type(error).__name__})") from None
