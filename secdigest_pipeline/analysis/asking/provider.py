"""Whose models are asked, by settings alone: Anthropic's API, the same models at Amazon or Google, or any server that speaks
its Messages.

What differs is who is let in (`missing`, `client`), what a model costs, and whether a reply is held to the schema: Bedrock
does that (docs.aws.amazon.com, bedrock/structured-output); of Vertex it is not documented, and a server of one's own
ignores the request. There the schema stands in the prompt, and the reply is looked for in what comes back.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import httpx2

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.models import Model
from secdigest_pipeline.base.setting_values import ProviderName
from secdigest_pipeline.base.settings import Settings, has_key

_STRUCTURED: frozenset[ProviderName] = frozenset({"anthropic", "bedrock"})
# A server of one's own often has no keys; the SDK sends none without one.
_NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose models are asked. `prices`: USD per million tokens in and out by name, before those of the price table."""

    name: ProviderName = "anthropic"
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "Provider":
        """The one that the settings name."""
        return cls(settings.provider, settings.model_prices)

    @property
    def has_batches(self) -> bool:
        """Whether Message Batches can be handed in."""
        return self.name == "anthropic"

    def model(self, name: str) -> Model:
        """A model that is to be asked; UnknownModel when nobody says what it costs."""
        price = self.prices.get(name)
        row = models.priced(name, *price) if price else models.model(name)
        return row if self.name in _STRUCTURED else models.unstructured(row)

    def missing(self, env: Mapping[str, str] | None = None) -> str | None:
        """What must be set or installed before anything can be asked, in one line; None when all is there."""
        env = os.environ if env is None else env
        match self.name:
            case "anthropic":
                if not has_key(env):
                    return "no key for the model: set ANTHROPIC_API_KEY, or SECDIGEST_ANALYST=extractive"
            case "compatible":
                if not env.get("ANTHROPIC_BASE_URL"):
                    return "SECDIGEST_PROVIDER=compatible needs the server's address: set ANTHROPIC_BASE_URL"
            case "bedrock":
                if not env.get("AWS_BEARER_TOKEN_BEDROCK") and find_spec("boto3") is None:
                    return "SECDIGEST_PROVIDER=bedrock needs the extra `bedrock`, or AWS_BEARER_TOKEN_BEDROCK"
                if not any(env.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")):
                    return "SECDIGEST_PROVIDER=bedrock needs a region: set AWS_REGION"
            case "vertex":
                if not env.get("CLOUD_ML_REGION"):
                    return "SECDIGEST_PROVIDER=vertex needs a region: set CLOUD_ML_REGION"
                if find_spec("google") is None or find_spec("google.auth") is None:
                    return "SECDIGEST_PROVIDER=vertex needs the extra `vertex`"
        return None

    def client(self, http: httpx2.AsyncClient, retries: int) -> Any:
        """The SDK's client, not entered; ValueError or InvalidURL for an address that is none."""
        # imported here: two seconds that a code location without a model call need not pay
        import anthropic

        match self.name:
            case "bedrock":
                return anthropic.AsyncAnthropicBedrock(http_client=http, max_retries=retries)
            case "vertex":
                return anthropic.AsyncAnthropicVertex(http_client=http, max_retries=retries)
            case "compatible" if not has_key():
                return anthropic.AsyncAnthropic(api_key=_NO_KEY, http_client=http, max_retries=retries)
            case _:
                return anthropic.AsyncAnthropic(http_client=http, max_retries=retries)
