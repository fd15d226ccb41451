"""By settings alone: the same models elsewhere, and servers of one's own that hold no reply to a schema."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.cost import edition_price
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.key import try_key, try_model
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.sample.messages import serve
from secdigest_pipeline.sample.plain import PlainServer
from secdigest_pipeline_tests.analysis.conftest import make_article, numbered

EDITION = "2026-10-01"
OWN = Provider("compatible", {"qwen3-30b": (0.0, 0.0)})
Serve = Callable[[Starlette], None]


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve an application where the SDK looks for it, without any key."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    stops = []

    def serve_now(app: Starlette) -> None:
        url, stop = serve(app)
        stops.append(stop)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)

    yield serve_now
    for stop in stops:
        stop()


def run(
    articles: Sequence[Article], replies: Replies, provider: Provider, name: str = "qwen3-30b", **options: Any
) -> list[Analysis]:
    async def go() -> list[Analysis]:
        async with AnthropicAnalyst([name], replies, provider=provider, **options) as analyst:
            return await analyse(articles, {}, analyst, at_once=4)

    return asyncio.run(go())


@pytest.mark.parametrize("style", ["bare", "fenced", "prose", "thought"])
def test_a_server_that_ignores_the_schema_is_told_it_in_words_and_read_all_the_same(
    serving: Serve, replies: Replies, style: str
) -> None:
    server = PlainServer(style)
    serving(server.app)
    articles = numbered(3)
    analyses = run(articles, replies, OWN, max_usd=0.0, max_usd_month=0.0)
    assert {a.state for a in analyses} == {"analysed"} and all(len(a.summary) == 5 for a in analyses)
    assert all("output_config" not in body and "thinking" not in body for body in server.requests)
    calls = replies.calls(EDITION)
    assert [call.cost_usd for call in calls] == [0.0] * 3 and not any(call.estimated for call in calls)
    assert edition_price(analyses) == 0.0, "a price of nothing is a price"
    assert run(articles, replies, OWN) == analyses and set(server.calls.values()) == {1}, "what is kept is read alike"


@pytest.mark.parametrize("style", ["twice", "cut", "none"])
def test_an_answer_without_one_json_object_is_no_reply(serving: Serve, replies: Replies, style: str) -> None:
    server = PlainServer(style)
    serving(server.app)
    [analysis] = run([make_article()], replies, OWN)
    assert analysis.state == "failed" and "invalid reply" in analysis.reason
    assert set(server.calls.values()) == {2} and {call.outcome for call in replies.calls(EDITION)} == {"invalid"}


def test_a_price_by_setting_is_what_is_paid(serving: Serve, replies: Replies) -> None:
    serving(PlainServer(usage={"input_tokens": 1_000, "output_tokens": 100, "cache_read_input_tokens": 500}).app)
    analyses = run([make_article()], replies, Provider("compatible", {"qwen3-30b": (2.0, 10.0)}))
    [call] = replies.calls(EDITION)
    assert call.cost_usd == pytest.approx((1_500 * 2.0 + 100 * 10.0) / 1e6)
    assert edition_price(analyses) == pytest.approx(call.cost_usd), "known without the setting, from the kept reply"
    assert run([make_article()], replies, OWN) == analyses


def test_a_model_without_a_price_is_named_with_the_setting() -> None:
    with pytest.raises(AnalystUnavailable, match=r"SECDIGEST_MODEL_PRICES.*qwen3-30b=0/0"):
        AnthropicAnalyst(["qwen3-30b"], None, provider=Provider("compatible"))  # type: ignore[arg-type]


def test_batches_of_a_provider_that_has_none_are_asked_one_by_one(serving: Serve, replies: Replies) -> None:
    server = PlainServer()
    serving(server.app)
    assert {a.state for a in run(numbered(2), replies, OWN, batch=True)} == {"analysed"}
    assert sum(server.calls.values()) == 2


def test_bedrock_is_asked_through_the_clients_own_paths_and_priced_as_the_model_it_is(
    replies: Replies, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str | None, dict[str, Any]]] = []

    async def invoke(request: Request) -> JSONResponse:
        body = await request.json()
        seen.append((request.url.path, request.headers.get("authorization"), body))
        return JSONResponse({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, 400)

    url, stop = serve(Starlette(routes=[Route("/model/{model}/invoke", invoke, methods=["POST"])]))
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", url)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-token-hunter2")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    name = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
    try:
        [analysis] = run([make_article()], replies, Provider("bedrock"), name)
    finally:
        stop()
    assert analysis.state == "failed" and "HTTP 400" in analysis.reason
    [(path, key, body)] = seen
    assert path == f"/model/{name}/invoke" and key == "Bearer bedrock-token-hunter2" and "model" not in body
    assert body["output_config"]["format"]["type"] == "json_schema" and body["anthropic_version"]
    assert models.model(name).output_usd == models.model("claude-haiku-4-5").output_usd
    assert models.model("claude-haiku-4-5@20251001").input_usd == models.model("claude-haiku-4-5").input_usd


@pytest.mark.parametrize(
    ("provider", "env", "named"),
    [
        ("anthropic", {}, "ANTHROPIC_API_KEY"),
        ("compatible", {}, "ANTHROPIC_BASE_URL"),
        ("bedrock", {"AWS_BEARER_TOKEN_BEDROCK": "t"}, "AWS_REGION"),
        ("bedrock", {"AWS_REGION": "eu-central-1"}, "extra `bedrock`"),
        ("vertex", {}, "CLOUD_ML_REGION"),
        ("vertex", {"CLOUD_ML_REGION": "global"}, "extra `vertex`"),
    ],
)
def test_what_is_missing_is_one_line_that_names_it(provider: Any, env: dict[str, str], named: str) -> None:
    missing = Provider(provider).missing(env)
    assert missing is not None and named in missing and "\n" not in missing


def test_the_settings_name_the_provider_and_its_prices() -> None:
    settings = Settings.from_env(
        {"SECDIGEST_PROVIDER": "compatible", "SECDIGEST_MODEL_PRICES": "qwen3:30b=0/0, other/model=0.5/1.25"}
    )
    assert settings.analyst == "anthropic", "a provider is named to be asked"
    provider = Provider.of(settings)
    assert provider.prices == {"qwen3:30b": (0.0, 0.0), "other/model": (0.5, 1.25)}
    row = provider.model("other/model")
    assert (row.input_usd, row.output_usd, row.structured) == (0.5, 1.25, False)


def test_the_endpoint_is_asked_for_its_models_and_where_it_has_no_list_for_one_token(
    serving: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = OWN.model("qwen3-30b")
    serving(PlainServer(listed=["qwen3-30b", "more"]).app)
    tried = try_key(OWN)
    assert (tried.answered, tried.refused, tried.models) == (True, False, {"qwen3-30b", "more"})
    server = PlainServer()
    serving(server.app)
    assert try_key(OWN).models is None and "404" in try_key(OWN).said
    one = try_model(model, OWN)
    assert (one.answered, one.refused) == (True, False) and server.requests[-1]["max_tokens"] == 1
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hunter2-key")
    serving(PlainServer(key="another").app)
    one = try_model(model, OWN)
    assert one.refused and "HTTP 401" in one.said and "hunter2" not in one.said
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    assert "cannot be reached" in try_model(model, OWN).said
