"""A Messages API server on loopback: replays recorded replies and plays every failure the real one can show.

Our reading of the documented API (version 2026-10-21), strict where the real one is strict. It has no model: an article
without a recorded reply gets one built from its own first sentences.
"""

import asyncio
import hashlib
import json
import math
import re
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from secdigest_pipeline.analysis.asking.models import model
from secdigest_pipeline.analysis.grounding.sentences import sentences
from secdigest_pipeline.analysis.reply.claims import todays
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.sample import faults
from secdigest_pipeline.sample.batches import BatchDesk
from secdigest_pipeline.sample.requests import ARTICLE, Refused, article_of, check_body

# (article with its statements, statement) -> verdict and passage
Checker = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[str, str]]
KEY = "sample-key"
VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
_NO_CANDIDATE = 9_999


@dataclass(slots=True)
class MessagesApi:
    """What the server answers, and what it saw. `app` is the ASGI application.

    `replies`: reply by article URL, in the schema of analysis.reply (of any version) but with each ioc naming its candidate by
    `value` (or, to lie, by `id`), `{{system}}` and `{{nonce}}` filled in from the request. Beside it under `check` the verdict of
    a statement by its text (`overstated`, or `{verdict, passage}`; all others are supported by their first quote), and under
    `mend` the reply to what fell. `checker` judges every statement in place of that.
    `failures`: steps by article URL, one a request, the last one repeats; `*` is for all others. Steps of the later calls stand
    under `URL#check`, `URL#mend`, `URL#recheck` or `*#check` ..., and so do `calls`.
    Steps: ok, 400 401 402 403 404 413 429 500 502 503 529 (with `ra=SECONDS` for retry-after), credit, html_403, drop,
    truncated_body, not_json, html, list, null, empty_message, bad_usage, bad_content, invalid_reply, missing_field, wrong_enum_case,
    max_tokens, context, refusal, thinking, endless, `slow=SECONDS`; `says TYPE CODE MESSAGE` is a 400 in these words, `fields
    MODEL STOP ID` a message whose fields are these. `delay` is the time of every answer, seconds.
    """

    replies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    checker: Checker | None = None
    delay: float = 0.0
    bad_usage: Any = field(default_factory=lambda: {"input_tokens": "many", "output_tokens": -5})
    key: str = KEY
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[dict[str, Any]] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0
    batches: BatchDesk = field(default_factory=BatchDesk)
    _cached: set[str] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        """The application: POST /v1/messages and /v1/messages/count_tokens, GET /v1/models, and Message Batches."""
        return Starlette(
            routes=[
                Route("/v1/messages", self._messages, methods=["POST"]),
                Route("/v1/messages/count_tokens", self._count_tokens, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                *self.batches.routes(self._verified, self._outcome),
            ]
        )

    async def _messages(self, request: Request) -> Response:
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            body = await self._checked(request)
            article = article_of(body)
            name = self._name(article)
            step = self._step(name)
            self.calls[name] += 1
            self.requests.append(body)
            await asyncio.sleep(self.delay + _option(step, "slow", 0.0))
            return self._answer(step, body, article)
        except Refused as refused:
            return faults.error(refused.status, str(refused))
        except (KeyError, TypeError, ValueError) as error:
            # a recorded reply of another form: say so, or the SDK would retry it in silence
            return faults.error(400, f"sample server: recorded reply or step is broken: {error!r}")
        finally:
            self.in_flight -= 1

    async def _count_tokens(self, request: Request) -> Response:
        try:
            body = await self._checked(request, counted=True)
        except Refused as refused:
            return faults.error(refused.status, str(refused))
        return JSONResponse({"input_tokens": _tokens(json.dumps(body, ensure_ascii=False))})

    async def _models(self, request: Request) -> Response:
        try:
            await self._verified(request)
        except Refused as refused:
            return faults.error(refused.status, str(refused))
        return JSONResponse({"data": [], "has_more": False, "first_id": None, "last_id": None})  # it has no model

    def _outcome(self, params: dict[str, Any]) -> dict[str, Any]:
        """The result of one request of a batch; steps errored, expired and canceled end it without a message."""
        try:
            check_body(params, False)
            article = article_of(params)
        except Refused as refused:
            return {"type": "errored", "error": json.loads(bytes(faults.error(refused.status, str(refused)).body))}
        call = self._name(article)
        name = self._step(call).split()[0].partition("=")[0]
        self.batches.asked[call] += 1
        if name in ("expired", "canceled"):
            return {"type": name}
        if name == "errored" or name.isdigit():
            status = int(name) if name.isdigit() else 500
            return {"type": "errored", "error": json.loads(bytes(faults.error(status, f"scripted {status}").body))}
        return {"type": "succeeded", "message": self._message(name, params, article)}

    async def _checked(self, request: Request, counted: bool = False) -> dict[str, Any]:
        body = await self._verified(request)
        check_body(body, counted)
        return body

    async def _verified(self, request: Request) -> dict[str, Any]:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(401, "invalid bearer token")
        if request.headers.get("anthropic-version") not in VERSIONS:
            raise Refused(400, "anthropic-version: header is required")
        try:
            return dict(json.loads(await request.body() or b"{}"))
        except (ValueError, TypeError):
            raise Refused(400, "the request body is not JSON") from None

    def _name(self, article: Mapping[str, Any]) -> str:
        """What steps and counts of a call stand under: the article's URL, of later calls with their kind behind it."""
        url = str(article["url"])
        if "fell" in article:
            return f"{url}#mend"
        if "statements" not in article:
            return url
        # a mending holds title and lines, and nothing else
        fields = {row["field"] for row in article["statements"]}
        mended = self.calls[f"{url}#mend"] + self.batches.asked[f"{url}#mend"]
        return f"{url}#{'recheck' if mended and fields <= {'title', 'summary'} else 'check'}"

    def _step(self, name: str) -> str:
        _, mark, call = name.rpartition("#") if name.endswith(_LATER) else ("", "", "")
        steps = self.failures.get(name, self.failures.get(f"*{mark}{call}", ("ok",)))
        return steps[min(self.calls[name] + self.batches.asked[name], len(steps) - 1)]

    def _answer(self, step: str, body: dict[str, Any], article: dict[str, Any]) -> Response:
        name = step.split()[0].partition("=")[0]
        if name.isdigit():
            return faults.error(int(name), f"scripted {name}", _option(step, "ra", None))
        if name == "credit":
            return faults.error(400, "Your credit balance is too low to access the API.")
        if name == "says":
            return faults.said(*step.split()[1:])
        if name == "html_403":
            return Response("<html>blocked by a filter</html>", 403, media_type="text/html")
        if name in faults.BODIES:
            content, media_type = faults.BODIES[name]
            return Response(content, media_type=media_type)
        message = self._message(name, body, article)
        if name == "drop":
            return StreamingResponse(
                faults.dropped(message), headers={"content-length": "100000"}, media_type="application/json"
            )
        if name == "endless":
            return StreamingResponse(faults.endless(), media_type="application/json")
        headers = {"request-id": f"req_{secrets.token_hex(12)}"}
        if name == "fields":
            _, message["model"], message["stop_reason"], headers["request-id"] = step.split()
        encoded = json.dumps(message).encode()
        if name == "truncated_body":
            encoded = encoded[: len(encoded) // 2]
        return Response(encoded, media_type="application/json", headers=headers)

    def _message(self, name: str, body: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
        text = _obedient(_text(name, self._reply(article)), body)
        content = [{"type": "text", "text": text}]
        if name == "thinking":
            content.insert(0, {"type": "thinking", "thinking": "", "signature": "c2lnbmF0dXJl"})
        message: dict[str, Any] = {
            "id": f"msg_{secrets.token_hex(12)}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": _STOPS.get(name, "end_turn"),
            "stop_sequence": None,
            "stop_details": None,
            "usage": self._usage(body, text),
        }
        if name == "refusal":
            message |= {"content": [], "stop_details": {"type": "refusal", "category": "cyber"}}
            message["usage"] |= {"input_tokens": 0, "output_tokens": 0}
        if name == "bad_usage":
            message["usage"] = self.bad_usage
        if name == "bad_content":
            message["content"] = ["text", {"type": "text"}, {"type": "text", "text": None}, {"type": "new_kind"}, 7]
        return message

    def _reply(self, article: dict[str, Any]) -> dict[str, Any]:
        recorded = self.replies.get(article["url"])
        if "statements" in article:
            return {"verdicts": [self._judgement(article, row, recorded or {}) for row in article["statements"]]}
        if "fell" in article:
            return {"title_quotes": [], "title": "", "summary": [], **(recorded or {}).get("mend", {})}
        if recorded is None:
            return built_reply(article)
        recorded = {**_EMPTY, **{name: value for name, value in todays(dict(recorded)).items() if name in _EMPTY}}
        ids = {_same(candidate["value"]): candidate["id"] for candidate in article["candidates"]}
        iocs = [
            {
                "id": ids.get(_same(ioc["value"]), ioc.get("id", _NO_CANDIDATE)) if "value" in ioc else ioc["id"],
                **{name: ioc.get(name, "") for name in ("quote", "role", "category", "context", "description")},
            }
            for ioc in recorded["iocs"]
        ]
        return {**recorded, "iocs": iocs}

    def _judgement(
        self, article: dict[str, Any], statement: dict[str, Any], recorded: Mapping[str, Any]
    ) -> dict[str, Any]:
        if self.checker is not None:
            verdict, passage = self.checker(article, statement)
            return {"id": statement["id"], "passage": passage, "verdict": verdict}
        said = recorded.get("check", {}).get(statement["text"], "supported")
        given = said if isinstance(said, Mapping) else {"verdict": said}
        return {"id": statement["id"], "passage": passage_for(article, statement), **given}

    def _usage(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Counters of the prompt cache: a prefix up to the marked block is written once and read from then on."""
        prefix = "".join(block["text"] for block in body["system"])
        cached = _tokens(prefix + json.dumps(body["output_config"], ensure_ascii=False))
        mark = body["system"][-1].get("cache_control")
        key = hashlib.sha256(json.dumps([body["model"], prefix, body["output_config"]]).encode()).hexdigest()
        is_cached = mark is not None and cached >= model(body["model"]).min_cacheable
        reads = is_cached and key in self._cached
        if is_cached:
            self._cached.add(key)
        turn = _tokens(body["messages"][0]["content"])
        return {
            "input_tokens": turn + (0 if is_cached else cached),
            "cache_creation_input_tokens": cached if is_cached and not reads else 0,
            "cache_read_input_tokens": cached if reads else 0,
            "output_tokens": _tokens(text),
            "service_tier": "standard",
        }


def passage_for(article: Mapping[str, Any], statement: Mapping[str, Any]) -> str:
    """The passage that a checker without an opinion gives: the statement's first quote, else the first one of all."""
    quotes = [statement["quotes"], *(other["quotes"] for other in article["statements"])]
    found = next((quote for given in quotes for quote in given if quote in article["text"]), "")
    return str(found)[:200]


def built_reply(article: Mapping[str, Any]) -> dict[str, Any]:
    """A grounded reply out of an article's own first sentences, each named as what it is (no translation, no role is claimed)."""
    text = article["text"]
    spans = [s for s in sentences(text) if 20 <= s.end - s.start <= 110 and not s.heading][:7]
    lines = [
        {"quotes": [text[s.start : s.end]], "text": f"原文は「{' '.join(text[s.start : s.end].split())}」としている。"}
        for s in spans
    ]
    return {**_EMPTY, "title_quotes": [article["title"]], "title": article["title"], "summary": lines}


def serve(app: Starlette) -> tuple[str, Callable[[], None]]:
    """Serve `app` on a free loopback port in a thread of its own; returns base URL and a function that stops it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level=_SILENT, access_log=False, lifespan="off", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="messages-api", daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop


# Calls after the first, as their names end
_LATER = ("#check", "#mend", "#recheck")
_EMPTY: Mapping[str, Any] = {
    "title_quotes": [],
    "title": "",
    **{name: [] for name in ("summary", "recommendations", "notes", "iocs", "actors", "malware", "products")},
    **{name: [] for name in ("techniques", "victims")},
    "basis": {"quote": "", "basis": "unknown"},
    "relevance": {"score": 1, "reason": "research"},
    "section": "news",
    "advice": "",
    "event": {
        "quote": "",
        "slug": "",
        "event_type": "none",
        "confidence": "low",
        "needs_review": True,
        "followup": "no",
    },
    "tags": [],
}
_STOPS = {"max_tokens": "max_tokens", "context": "model_context_window_exceeded", "refusal": "refusal"}
# Above every level: a scripted drop is an application error to uvicorn.
_SILENT = 100


def _option(step: str, name: str, default: Any) -> Any:
    found = re.search(rf"\b{name}=([0-9.]+)", step)
    return float(found[1]) if found else default


def _text(name: str, reply: dict[str, Any]) -> str:
    if name == "invalid_reply":
        return "Sure! Here is the summary you asked for: {"
    if name == "missing_field":
        reply = {key: value for key, value in reply.items() if key != "summary"}
    if name == "wrong_enum_case":
        reply = {
            **reply,
            "section": reply["section"].upper(),
            "actors": [{**actor, "attribute": actor["attribute"].title()} for actor in reply["actors"]],
            "malware": [{**item, "type": item["type"].upper()} for item in reply["malware"]],
            "iocs": [{**ioc, "role": ioc["role"].title().replace("_", " ")} for ioc in reply["iocs"]],
        }
    text = json.dumps(reply, ensure_ascii=False)
    return text[: len(text) // 2] if name == "max_tokens" else text


def _obedient(text: str, body: dict[str, Any]) -> str:
    """The reply with `{{system}}` and `{{nonce}}` filled in: a model that tells its prompt to whoever asks for it."""
    if "{{" not in text:
        return text
    found = ARTICLE.fullmatch(body["messages"][0]["content"])
    told = {"{{system}}": body["system"][0]["text"][:2_000], "{{nonce}}": found[1] if found else ""}
    for mark, secret in told.items():
        text = text.replace(mark, json.dumps(secret, ensure_ascii=False)[1:-1])
    return text


def _same(value: str) -> str:
    return refang(value).strip().casefold()


def _tokens(text: str) -> int:
    return math.ceil(sum(0.22 if char.isascii() else 1.0 for char in text))
