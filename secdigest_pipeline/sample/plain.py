"""A server of one's own that speaks Messages and little of it, as llama.cpp, vLLM or LiteLLM do.

It ignores `output_config`: only a prompt that says so gets JSON, and with words around it when the model feels like it.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from secdigest_pipeline.sample import faults
from secdigest_pipeline.sample.messages import built_reply

_ARTICLE = re.compile(r"<article [^>]*>(\{.*\})</article>", re.DOTALL)
_STYLES: Mapping[str, str] = {
    "bare": "%s",
    "fenced": "```json\n%s\n```",
    "prose": "Here is the entry you asked for:\n\n%s\n\nLet me know if you need {anything} else!",
    "thought": "<think>The schema wants {\"title\": ...}, so {} it is.</think>\n\n%s",
    "twice": "%s\n\nOr rather:\n\n{\"title\": \"x\"}",
    "cut": "```json\n%s",
    "none": "I am sorry, I can only talk about the weather.",
}  # fmt: skip


@dataclass(slots=True)
class PlainServer:
    """What the server answers, and what it was asked. `app` is the ASGI application.

    `style`: how the JSON stands in the answer (bare, fenced, prose, thought, twice, cut, none). `key`: the one it wants, None: it
    looks at none. `listed`: ids that GET /v1/models tells, None: it has no such list. `usage`: what its answers say of tokens.
    """

    style: str = "bare"
    key: str | None = None
    listed: Sequence[str] | None = None
    usage: Any = None
    replies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def app(self) -> Starlette:
        """The application: POST /v1/messages and, where there is a list, GET /v1/models."""
        routes = [Route("/v1/messages", self._messages, methods=["POST"])]
        if self.listed is not None:
            routes.append(Route("/v1/models", self._models, methods=["GET"]))
        return Starlette(routes=routes)

    async def _models(self, request: Request) -> Response:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return faults.error(401, "invalid key")
        return JSONResponse({"object": "list", "data": [{"id": name} for name in self.listed or ()]})

    async def _messages(self, request: Request) -> Response:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return faults.error(401, "invalid key")
        body = await request.json()
        self.requests.append(body)
        if body["max_tokens"] == 1:
            return JSONResponse(self._message(body, "I", "max_tokens"))
        found = _ARTICLE.search(body["messages"][0]["content"])
        article = json.loads(found[1]) if found else {}
        self.calls[article.get("url", "")] += 1
        system = body["system"] if isinstance(body["system"], str) else "".join(one["text"] for one in body["system"])
        if not found or '"additionalProperties": false' not in system:
            return JSONResponse(self._message(body, "A fine article about security.", "end_turn"))
        reply = self.replies.get(article["url"]) or built_reply(article)
        text = _STYLES[self.style].replace("%s", json.dumps(reply, ensure_ascii=False))
        return JSONResponse(self._message(body, text[:300] if self.style == "cut" else text, "end_turn"))

    def _message(self, body: Mapping[str, Any], text: str, stop: str) -> dict[str, Any]:
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_reason": stop,
            "content": [{"type": "text", "text": text}], "usage": self.usage or {"input_tokens": 900, "output_tokens": 400},
        }  # fmt: skip
