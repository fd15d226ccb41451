"""The sample Messages API server turns down what the real one would, and counts what it saw."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.reply.prompt import SYSTEM, Candidate, user_turn
from secdigest_pipeline.analysis.reply.schema import SCHEMA
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline_tests.analysis.conftest import REPLY, make_article

HEADERS = {"authorization": f"Bearer {KEY}", "anthropic-version": "2026-10-21"}


@pytest.fixture
def server() -> Iterator[tuple[MessagesApi, httpx2.Client]]:
    api = MessagesApi()
    base_url, stop = serve(api.app)
    with httpx2.Client(base_url=base_url, headers=HEADERS, trust_env=False) as client:
        yield api, client
    stop()


def body(name: str = "claude-haiku-5-5", **changes: Any) -> dict[str, Any]:
    listed = [Candidate(4, "domain", "relay.tunnel-metrics.example")]
    turn = user_turn(make_article(), listed, "00ff00ff").text
    return {**models.model(name).request(SYSTEM, turn, SCHEMA, 8_000), **changes}


def refusal(client: httpx2.Client, changed: dict[str, Any], **headers: str) -> tuple[int, str]:
    answer = client.post("/v1/messages", json=changed, headers=headers)
    assert answer.headers["request-id"].startswith("req_")
    error = answer.json()
    assert error["type"] == "error" and error["request_id"] == answer.headers["request-id"]
    return answer.status_code, error["error"]["type"]


def test_requests_that_the_real_api_turns_down_are_turned_down(server: tuple[MessagesApi, httpx2.Client]) -> None:
    api, client = server
    open_schema = {"format": {"type": "json_schema", "schema": {**SCHEMA, "additionalProperties": True}}}
    optional = {"format": {"type": "json_schema", "schema": {**SCHEMA, "required": ["title"]}}}
    for changed in (
        {"temperature": 0.1},
        {"top_p": 0.5},
        {"top_k": 1},
        {"messages": []},
        {"messages": [{"role": "user", "content": "no article"}]},
        {"output_config": {}},
        {"output_config": open_schema},
        {"output_config": optional},
        {"max_tokens": 0},
    ):
        assert refusal(client, body(**changed)) == (400, "invalid_request_error")
    with_effort = {**body("claude-haiku-4-5")["output_config"], "effort": "low"}
    assert refusal(client, body("claude-haiku-4-5", output_config=with_effort))[0] == 400
    assert refusal(client, body(model="claude-invented-1")) == (404, "not_found_error")
    assert refusal(client, body(), authorization="Bearer wrong") == (401, "authentication_error")
    assert refusal(client, body(), **{"anthropic-version": "1999-01-01"})[0] == 400
    assert client.post("/v1/messages", content=b"{").status_code == 400
    assert not api.calls


def test_recorded_iocs_are_mapped_to_the_candidates_of_the_prompt(server: tuple[MessagesApi, httpx2.Client]) -> None:
    api, client = server
    ioc = REPLY["iocs"][0]
    spelled = {**ioc, "value": "hxxps://Relay[.]tunnel-metrics[.]example"}
    iocs = [ioc, {**ioc, "value": "RELAY[.]tunnel-metrics[.]example"}, spelled, {**ioc, "id": 4, "value": "no.example"}]
    api.replies = {make_article().url: {**REPLY, "iocs": iocs}}
    answer = client.post("/v1/messages", json=body()).json()
    reply = json.loads(answer["content"][0]["text"])
    assert [one["id"] for one in reply["iocs"]] == [4, 4, 9_999, 4]
    assert all("value" not in one for one in reply["iocs"])


def test_a_recorded_reply_of_another_form_is_an_error_and_no_retry(server: tuple[MessagesApi, httpx2.Client]) -> None:
    api, client = server
    api.replies = {make_article().url: {**REPLY, "iocs": [{"role": "victim"}]}}
    assert refusal(client, body()) == (400, "invalid_request_error")


def test_the_prompt_cache_is_per_model_and_prefix(server: tuple[MessagesApi, httpx2.Client]) -> None:
    _, client = server

    def counters(**changes: Any) -> tuple[bool, bool]:
        usage = client.post("/v1/messages", json=body(**changes)).json()["usage"]
        return usage["cache_creation_input_tokens"] > 0, usage["cache_read_input_tokens"] > 0

    assert counters() == (True, False)
    assert counters() == (False, True)
    assert counters(model="claude-sonnet-5") == (True, False)
    assert counters(system=[{"type": "text", "text": SYSTEM}]) == (False, False)
    marked = {"type": "text", "text": "short", "cache_control": {"type": "ephemeral"}}
    assert counters(
        system=[marked], model="claude-haiku-4-5", output_config={"format": body()["output_config"]["format"]}
    ) == (
        False,
        False,
    ), "below the model's minimum nothing is cached"


def test_tokens_are_counted_without_an_answer(server: tuple[MessagesApi, httpx2.Client]) -> None:
    api, client = server
    request = {key: value for key, value in body().items() if key != "max_tokens"}
    assert client.post("/v1/messages/count_tokens", json=request).json()["input_tokens"] > 1_000
    assert client.post("/v1/messages/count_tokens", json={"model": "x"}).status_code == 400
    assert not api.calls
