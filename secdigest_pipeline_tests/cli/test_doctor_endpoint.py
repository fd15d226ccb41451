"""What `secdigest doctor` says of the endpoint: it is asked for real."""

from collections.abc import Iterator

import pytest

from secdigest_pipeline.sample import messages
from secdigest_pipeline.sample.plain import PlainServer
from secdigest_pipeline_tests.cli.conftest import Secdigest

KEY = "sk-ant-hunter2-key"


@pytest.fixture(autouse=True)
def endpoint(request: pytest.FixtureRequest, secdigest: Secdigest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = request.param
    url, stop = messages.serve(server.app)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("SECDIGEST_ANALYST", "auto")
    if isinstance(server, PlainServer):
        monkeypatch.setenv("SECDIGEST_PROVIDER", "compatible")
        monkeypatch.setenv("SECDIGEST_MODELS", "qwen3-30b")
        monkeypatch.setenv("SECDIGEST_MODEL_PRICES", "qwen3-30b=0/0")
    yield
    stop()


def told(stdout: str, what: str) -> list[str]:
    return [
        " ".join(line.split())
        for line in stdout.splitlines()
        if line.split()[1:2] == [what.split()[0]] and what in line
    ]


@pytest.mark.parametrize("endpoint", [messages.MessagesApi(key="another"), PlainServer(key="another", listed=["x"]),
                                      PlainServer(key="another")], indirect=True)  # fmt: skip
def test_a_wrong_key_ends_it_with_exit_code_1(endpoint: None, secdigest: Secdigest) -> None:
    done = secdigest("doctor")
    [line] = told(done.stdout, "key")
    assert done.exit_code == 1 and line.startswith("no key") and "HTTP 401" in line
    assert "hunter2" not in done.output


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (messages.MessagesApi(key=KEY), "ok key the endpoint answers it with a list of 0 models"),
        (PlainServer(listed=["qwen3-30b"]), "ok key the endpoint answers it with a list of 1 models"),
        (PlainServer(), "ok key not tried: the endpoint answers HTTP 404 when asked for its models; one token was asked for "
                        "and is answered"),
    ],
    indirect=["endpoint"],
)  # fmt: skip
def test_it_says_what_the_endpoint_answered(endpoint: None, secdigest: Secdigest, said: str) -> None:
    assert told(secdigest("doctor").stdout, "key") == [said]


@pytest.mark.parametrize("endpoint", [PlainServer(listed=["another-model"])], indirect=True)
def test_a_model_that_the_endpoint_does_not_list_is_told_with_its_price(endpoint: None, secdigest: Secdigest) -> None:
    stdout = secdigest("doctor").stdout
    assert told(stdout, "model qwen3-30b") == [
        "ok model qwen3-30b $0 in, $0 out per million tokens by SECDIGEST_MODEL_PRICES",
        "ok model qwen3-30b is not among the models that the endpoint lists",
    ]
