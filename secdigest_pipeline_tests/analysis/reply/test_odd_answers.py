"""What no Messages API should answer, by a server that does: every one ends in a state, within the deadline, in words."""

import json
from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secdigest_pipeline.analysis.analyse import AnalystUnavailable
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.base.redaction import WITHHELD
from secdigest_pipeline.sample.messages import KEY, serve
from secdigest_pipeline_tests.analysis.conftest import Run, make_article

JSON = {"content-type": "application/json"}
DEADLINE = 0.6
SECRET = "sk-ant-api03-hunter2-of-the-invented-desk"
Answered = Callable[[int, dict[str, str], bytes], list[str]]


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answered]:
    """`answered(status, headers, body)`: serve that to every request; the list fills with the paths asked for."""
    stops = []

    def start(status: int, headers: dict[str, str], body: bytes) -> list[str]:
        asked: list[str] = []

        async def endpoint(request: Request) -> Response:
            asked.append(request.url.path)
            return Response(body, status, headers)

        url, stop = serve(Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])]))
        stops.append(stop)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        return asked

    yield start
    for stop in stops:
        stop()


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason"),
    [
        (200, JSON, b"", "is not JSON"),
        (200, {"content-type": "text/html"}, b"", "is no message"),
        (200, {"content-type": "text/html"}, b"<html>a portal</html>", "is no message"),
        (200, JSON, b"[]", "is no message"),
        (200, JSON, b"{}", "is no message"),
        (200, JSON, b'"text"', "is no message"),
        (200, JSON, b"\xff\xfe{}", "is not JSON"),
        (200, JSON, b"[" * 100_000, "is not JSON"),
        (200, {**JSON, "content-encoding": "gzip"}, b"no gzip", "cannot be unpacked"),
        (204, {}, b"", "is no message"),
        (301, {}, b"", "HTTP 301"),
        (307, {"location": "http://127.0.0.1:9/elsewhere"}, b"", "HTTP 307"),
        (413, {"content-type": "text/html"}, b"<html>nginx</html>", "HTTP 413"),
        (400, {"x-should-retry": "true"}, b"{}", "deadline"),
        (429, {"retry-after": "86400"}, b"{}", "deadline"),
        (429, {"retry-after": "inf"}, b"{}", "deadline"),
        (429, {"retry-after": "nan"}, b"{}", "deadline"),
        (429, {"retry-after": "-5"}, b"{}", "deadline"),
        (429, {"retry-after-ms": "1e308"}, b"{}", "deadline"),
        (503, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, b"{}", "deadline"),
    ],
)
def test_an_odd_answer_is_a_failed_article_with_text(
    answered: Answered, run: Run, replies: Replies, status: int, headers: dict[str, str], body: bytes, reason: str
) -> None:
    asked = answered(status, headers, body)
    [analysis] = run([make_article()], deadline=DEADLINE)
    assert analysis.state == "failed" and reason in analysis.reason and analysis.summary
    assert analysis.reason.startswith("claude-haiku-5-5: ") and "\n" not in analysis.reason
    assert 1 <= len(asked) <= 3 and set(asked) == {"/v1/messages"}, "no redirect is followed with the key"
    calls = replies.calls("2026-10-01")
    assert {call.estimated for call in calls} == {status < 300} == {call.cost_usd > 0 for call in calls}, (
        "what was answered with success may be billed, whatever it is"
    )


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
@pytest.mark.parametrize("status", [400, 402, 403, 404, 429, 500, 529])
def test_an_error_that_repeats_the_key_in_every_field_is_told_without_it(
    answered: Answered,
    run: Run,
    replies: Replies,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variable: str,
    status: int,
) -> None:
    error = {"type": SECRET, "message": f"not with {SECRET}", "details": {"error_code": SECRET}}
    body = json.dumps({"type": SECRET, "error": error, "request_id": SECRET}).encode()
    answered(status, {**JSON, "request-id": SECRET, "x-should-retry": "false"}, body)
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv(variable, SECRET)
    said = ""
    try:
        said += str(run([make_article()]))
    except AnalystUnavailable as stopped:
        said += str(stopped)
    [call] = replies.calls("2026-10-01")
    assert f"HTTP {status}" in said and "not with sk-ant-api03-***" in said
    assert SECRET[13:20] not in said + str(call) + caplog.text
    assert call.outcome.endswith("Error"), "the SDK's name of the status, since the type is none"


def test_a_message_that_repeats_the_key_in_every_word_is_kept_without_it(
    answered: Answered, run: Run, replies: Replies, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    escaped = "".join(f"\\u00{ord(char):02x}" for char in SECRET)
    message = {
        "id": SECRET, "type": "message", "role": "assistant", "model": f"{'m' * 90}{SECRET}", "stop_reason": SECRET,
        "content": [{"type": "text", "text": f'{{"title": "{escaped}"}}'}], "stop_sequence": SECRET,
        "stop_details": {"type": "refusal", "category": f"{'c' * 190}{SECRET}"},
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    answered(200, {**JSON, "request-id": "%2d".join(SECRET.split("-"))}, json.dumps(message).encode())
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    [analysis] = run([make_article()])
    assert analysis.state == "failed"
    kept = [path.read_text() for path in replies.root.rglob("*.json")]
    assert any(WITHHELD in text for text in kept), "a reply that spells the key is kept as none"
    for text in (*kept, str(analysis), str(replies.calls("2026-10-01")), caplog.text):
        assert SECRET[13:20] not in text and escaped[80:120] not in text


def test_a_batch_whose_id_repeats_the_key_is_none(
    answered: Answered, run: Run, replies: Replies, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counts = dict.fromkeys(("succeeded", "errored", "canceled", "expired"), 0)
    batch = {
        "id": SECRET, "type": "message_batch", "processing_status": SECRET, "request_counts": {"processing": 1, **counts},
        "created_at": "2099-10-01T00:00:00Z", "expires_at": "2099-10-02T00:00:00Z",
    }  # fmt: skip
    answered(200, JSON, json.dumps({**batch, "data": [batch], "has_more": False}).encode())
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    [analysis] = run([make_article()], batch=True, poll_seconds=0.01, wait_seconds=0.1)
    assert analysis.state == "failed", "asked one by one, and answered no message"
    assert not list(replies.root.rglob("batches/*.json"))
    for text in (*(path.read_text() for path in replies.root.rglob("*.json")), str(analysis), caplog.text):
        assert SECRET[13:20] not in text
