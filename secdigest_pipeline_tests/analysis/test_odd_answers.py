"""What no Messages API should answer, by a server that does: every one ends in a state, within the deadline, in words."""

from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from secdigest_pipeline.analysis import Replies
from secdigest_pipeline.sample.messages import KEY, serve
from secdigest_pipeline_tests.analysis.conftest import Run, make_article

JSON = {"content-type": "application/json"}
DEADLINE = 0.6
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
        (200, JSON, b"[" * 100_000, "the call failed"),
        (200, {**JSON, "content-encoding": "gzip"}, b"no gzip", "deadline"),
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
    assert {call.cost_usd for call in replies.calls("2026-10-01")} == {0.0}
