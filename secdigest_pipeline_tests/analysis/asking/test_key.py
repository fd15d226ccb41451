"""A wrong key is known before anything is started; what does not answer, or has no list of models, is no wrong key."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from secdigest_pipeline.analysis.asking.key import try_key
from secdigest_pipeline.sample import messages

KEY = "sk-ant-hunter2-key"


@pytest.fixture
def endpoint(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    url, stop = messages.serve(request.param)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    yield
    stop()


def repeats(status: int) -> Starlette:
    """An endpoint that repeats the key in its answer."""

    async def answer(request: Request) -> Response:
        error = {"type": f"not {request.headers['authorization']}", "message": str(dict(request.headers))}
        return JSONResponse({"type": "error", "error": error}, status)

    return Starlette(routes=[Route("/v1/models", answer, methods=["GET"])])


@pytest.mark.parametrize("endpoint", [messages.MessagesApi(key=KEY).app], indirect=True)
def test_the_key_that_the_endpoint_takes_is_no_wrong_one(endpoint: None) -> None:
    tried = try_key()
    assert (tried.refused, tried.answered) == (False, True)


@pytest.mark.parametrize("endpoint", [messages.MessagesApi(key="another").app, repeats(401)], indirect=True)
def test_a_key_that_is_turned_down_is_said_to_be_without_being_shown(endpoint: None) -> None:
    tried = try_key()
    assert (tried.refused, tried.answered) == (True, True)
    assert "HTTP 401" in tried.said and "ANTHROPIC_API_KEY" in tried.said
    assert "hunter2" not in repr(tried)


@pytest.mark.parametrize(
    ("endpoint", "status"), [(Starlette(), 404), (repeats(403), 403), (repeats(500), 500)], indirect=["endpoint"]
)
def test_an_endpoint_that_does_not_know_the_list_of_models_says_nothing_of_the_key(endpoint: None, status: int) -> None:
    tried = try_key()
    assert (tried.refused, tried.answered) == (False, True)
    assert f"HTTP {status}" in tried.said
    assert "hunter2" not in repr(tried)


def test_an_endpoint_that_cannot_be_reached_says_nothing_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    tried = try_key()
    assert (tried.refused, tried.answered) == (False, False)
    assert "cannot be reached" in tried.said


def test_a_key_that_no_header_can_hold_is_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", f"{KEY} {KEY}")
    tried = try_key()
    assert tried.refused and "ANTHROPIC_API_KEY" in tried.said and "hunter2" not in tried.said
