"""Message Batches of the sample Messages API: submit, list, retrieve and results, in another order than they were asked.

Our reading of the documented API: results exist once every request has ended, and stay at zero counts until then.
"""

import asyncio
import json
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
Verify = Callable[[Request], Awaitable[dict[str, Any]]]
Answer = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class BatchDesk:
    """What was submitted and how often it was asked for. A batch ends at its `polls_to_end`-th retrieval.

    `failures`: what befalls the next submissions, in order: `lost` (taken, but the answer never arrives), an HTTP status,
    or ok. `cut_results`: how many reads of results break off in the middle. `delay`: time that a submission takes, seconds.
    """

    polls_to_end: int = 2
    failures: list[str] = field(default_factory=list)
    cut_results: int = 0
    delay: float = 0.0
    submitted: list[dict[str, Any]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    polls: Counter[str] = field(default_factory=Counter)

    def routes(self, verify: Verify, answer: Answer) -> list[Route]:
        """Endpoints; `verify` checks a request's headers and reads its body, `answer` plays one request of a batch."""

        async def create(request: Request) -> Response:
            await asyncio.sleep(self.delay)
            return await self._guarded(request, verify, lambda body: self._create(body, answer))

        async def listed(request: Request) -> Response:
            return await self._guarded(request, verify, lambda _: self._list())

        async def retrieve(request: Request) -> Response:
            return await self._guarded(request, verify, lambda _: self._retrieve(request))

        async def results(request: Request) -> Response:
            return await self._guarded(request, verify, lambda _: self._results(request))

        base = "/v1/messages/batches"
        return [
            Route(base, create, methods=["POST"]),
            Route(base, listed, methods=["GET"]),
            Route(f"{base}/{{id}}", retrieve, methods=["GET"]),
            Route(f"{base}/{{id}}/results", results, methods=["GET"]),
        ]

    async def _guarded(
        self, request: Request, verify: Verify, answer: Callable[[dict[str, Any]], Response]
    ) -> Response:
        try:
            return answer(await verify(request))
        except Exception as refused:  # the server's own refusals carry their status
            return _error(getattr(refused, "status", 500), str(refused))

    def _create(self, body: dict[str, Any], answer: Answer) -> Response:
        step = self.failures.pop(0) if self.failures else "ok"
        if step.isdigit():
            return _error(int(step), f"scripted {step}")
        requests = body.get("requests")
        if not isinstance(requests, list) or not requests:
            return _error(400, "requests: at least one request is required")
        ids = [request.get("custom_id") for request in requests]
        if len(set(ids)) < len(ids) or not all(isinstance(one, str) and _CUSTOM_ID.fullmatch(one) for one in ids):
            return _error(400, "requests.custom_id: must be unique and match ^[a-zA-Z0-9_-]{1,64}$")
        lines = [{"custom_id": one["custom_id"], "result": answer(one["params"])} for one in requests]
        batch = {"id": f"msgbatch_{secrets.token_hex(12)}", "at": datetime.now(UTC), "lines": lines[::-1]}
        batch["params"] = [one["params"] for one in requests]
        self.submitted.append(batch)
        # an answer that is cut short: the client can't know whether there is a batch
        return Response("{", media_type="application/json", status_code=503) if step == "lost" else self._shown(batch)

    def _list(self) -> Response:
        data = [json.loads(bytes(self._shown(batch).body)) for batch in reversed(self.submitted)]
        return JSONResponse({"data": data, "has_more": False, "first_id": None, "last_id": None})

    def _retrieve(self, request: Request) -> Response:
        batch = self._batch(request)
        if batch is None:
            return _error(404, "no such batch")
        self.polls[batch["id"]] += 1
        return self._shown(batch, str(request.base_url))

    def _results(self, request: Request) -> Response:
        batch = self._batch(request)
        if batch is None or not self._is_ended(batch):
            return _error(404, "no results yet")
        text = "".join(json.dumps(line) + "\n" for line in batch["lines"])
        if self.cut_results:
            self.cut_results -= 1
            text = text[: len(text) * 2 // 3]
        return PlainTextResponse(text, media_type="application/x-jsonl")

    def _batch(self, request: Request) -> dict[str, Any] | None:
        return next((batch for batch in self.submitted if batch["id"] == request.path_params["id"]), None)

    def _is_ended(self, batch: dict[str, Any]) -> bool:
        return self.polls[batch["id"]] >= self.polls_to_end

    def _shown(self, batch: dict[str, Any], base: str = "") -> Response:
        ended = self._is_ended(batch)
        kinds = Counter(line["result"]["type"] for line in batch["lines"]) if ended else Counter()
        counts = {name: kinds[name] for name in ("succeeded", "errored", "canceled", "expired")}
        return JSONResponse(
            {
                "id": batch["id"],
                "type": "message_batch",
                "processing_status": "ended" if ended else "in_progress",
                "request_counts": {"processing": 0 if ended else len(batch["lines"]), **counts},
                "created_at": batch["at"].isoformat(),
                "ended_at": (batch["at"] + timedelta(minutes=1)).isoformat() if ended else None,
                "expires_at": (batch["at"] + timedelta(hours=24)).isoformat(),
                "archived_at": None,
                "cancel_initiated_at": None,
                "results_url": f"{base}v1/messages/batches/{batch['id']}/results" if ended else None,
            }
        )


def _error(status: int, message: str) -> Response:
    kind = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error"}.get(status, "api_error")
    return JSONResponse({"type": "error", "error": {"type": kind, "message": message}}, status)
