"""No credential is in a file, a table, a line of output or a child's environment, whatever the endpoint does with it."""

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import pyarrow.parquet as pq
import pytest
import sqlalchemy
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from upath import UPath

from secdigest_pipeline.orchestration.database import database
from secdigest_pipeline.sample import messages
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
MARK = "hunter2-of-the-invented-desk"
# the half that an endpoint may tell without the other
HALF = MARK[: len(MARK) // 2]
KEY = f"sk-ant-api03-{MARK}"
TOKEN = f"bearer-{MARK}"
EDITION = EDITIONS[0].key
# The server trusts whoever reaches its socket: any password does, and none of them may be told.
PASSWORD = "hunter2-of-the-database"
WORKER = "secdigest_pipeline.base.workers"


def written(sample: Sample) -> Iterator[tuple[str, str]]:
    """Everything a run leaves behind: (where, text) of each file, unpacked, and of each row of each table of PostgreSQL."""
    for path in sample.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            text = gzip.decompress(data).decode("utf-8", "replace") if path.suffix == ".gz" else ""
            if path.suffix == ".parquet":
                text = str(pq.read_table(path).to_pylist())
            yield str(path), text + data.decode("utf-8", "replace")
    engine = sqlalchemy.create_engine(sample.env["SECDIGEST_PG_URL"], poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        schemas = sqlalchemy.inspect(engine).get_schema_names()
        for schema in (name for name in schemas if name != "information_schema"):
            for table in sqlalchemy.inspect(engine).get_table_names(schema):
                rows = connection.execute(sqlalchemy.text(f'select t::text from "{schema}"."{table}" t'))
                yield f"table {schema}.{table}", "\n".join(row for (row,) in rows)


def holds(text: str, *marks: str) -> list[str]:
    """Those of `marks` that are in `text`, in either case, their separators and a layer of escapes left aside."""
    lowered = text.casefold()
    return [mark for mark in marks if mark.casefold() in lowered or mark.casefold().replace("-", "%2d") in lowered]


def with_password(url: str) -> str:
    return url.replace("postgres@", f"postgres:{PASSWORD}@") + f"&passfile=/nonexistent/{PASSWORD}"


class Children:
    """The environments of the worker processes below one process, looked at for as long as it lives."""

    def __init__(self, pid: int) -> None:
        self.seen: dict[int, Mapping[str, str]] = {}
        self._process = psutil.Process(pid)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            for child in self._children():
                try:
                    # Before its exec a child still shows what its parent has; its command line changes with it.
                    if child.pid not in self.seen and WORKER in " ".join(child.cmdline()):
                        self.seen[child.pid] = child.environ()
                except psutil.Error:
                    continue
            time.sleep(0.02)

    def _children(self) -> list[psutil.Process]:
        try:
            return self._process.children(recursive=True)
        except psutil.Error:
            return []

    def join(self) -> dict[int, Mapping[str, str]]:
        self._thread.join()
        return self.seen


Answer = Callable[[int, list[str]], Response]


def in_every_field(status: int, spelt: list[str]) -> Response:
    """The credentials as type, message, code, details, request id, and in headers that are read and others."""
    said = " ".join(spelt)
    error = {"type": spelt[0], "message": f"not with {said}", "details": {"error_code": spelt[0], "why": said}}
    names = ("request-id", "anthropic-workspace-id", "x-api-key", "server", "retry-after")
    headers = {**dict.fromkeys(names, spelt[0]), "x-should-retry": "false"}
    return JSONResponse({"type": spelt[0], "error": error, "request_id": spelt[0], "x": said}, status, headers)


def as_text(status: int, spelt: list[str]) -> Response:
    """A page of something in between that shows the request's headers."""
    return Response(f"<h1>{spelt[0]}</h1>{' '.join(spelt)}", status, media_type="text/html")


def in_a_message(status: int, spelt: list[str]) -> Response:
    """A message of the right form with the credentials in each of its words."""
    body = {
        "id": spelt[0], "type": "message", "role": "assistant", "model": spelt[0], "stop_reason": spelt[0],
        "content": [{"type": "text", "text": f'{{"title": "{spelt[0]}"}}'}, {"type": spelt[0], "text": spelt[0]}],
        "stop_details": {"type": "refusal", "category": spelt[0]}, "stop_sequence": spelt[0],
        "usage": {"input_tokens": 1, "output_tokens": 1, "service_tier": spelt[0]},
    }  # fmt: skip
    return JSONResponse(body, status, {"request-id": spelt[0]})


def repeating(status: int, answer: Answer) -> Starlette:
    """An endpoint that answers every call with the credentials it was sent."""

    async def endpoint(request: Request) -> Response:
        sent = request.headers.get("x-api-key") or request.headers["authorization"].partition(" ")[2]
        halves = f"{sent[: len(sent) // 2]} {sent[len(sent) // 2 :]}"
        escaped = "".join(f"%{ord(char):02x}" for char in sent)
        return answer(status, [sent, sent.upper(), quote(sent), escaped, halves, f"{dict(request.headers)}"])

    # It knows no list of models, which a run asks for before it begins
    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["POST"])])


def made(sample: Sample, env: Mapping[str, str], *commands: list[str]) -> tuple[list[int], str]:
    """Exit codes and output of commands, none of whose worker processes has a credential in its environment."""
    codes, output = [], ""
    environments: dict[int, Mapping[str, str]] = {}
    for command in commands:
        process = sample.start(*command, env=env)
        children = Children(process.pid)
        output += "".join(process.communicate(timeout=280))
        codes.append(process.returncode)
        environments |= children.join()
    assert environments, "no worker process was seen"
    for environment in environments.values():
        assert holds(str(environment), HALF, PASSWORD, "ANTHROPIC", "SECDIGEST") == []
        assert set(environment) - {"PYTHONPATH", "PATH", "LC_CTYPE", "ARROW_DEFAULT_MEMORY_POOL"} <= set(os.environ)
    return codes, output


# What the endpoint answers, and how the run ends. Each run asks anew for every article: none ever gets a usable reply.
REPEATED: tuple[tuple[str, str, int, Answer, int], ...] = (
    ("ANTHROPIC_API_KEY", KEY, 400, in_every_field, 0),
    ("ANTHROPIC_API_KEY", KEY, 403, in_every_field, 1),
    ("ANTHROPIC_AUTH_TOKEN", TOKEN, 403, in_every_field, 1),
    ("ANTHROPIC_API_KEY", KEY, 403, as_text, 0),
    ("ANTHROPIC_API_KEY", KEY, 500, in_every_field, 0),
    ("ANTHROPIC_API_KEY", KEY, 200, in_a_message, 0),
)


@pytest.mark.timeout(900)
def test_a_key_is_written_nowhere_by_runs_whose_endpoint_repeats_it(sample: Sample) -> None:
    env = {"SECDIGEST_PG_URL": with_password(sample.env["SECDIGEST_PG_URL"])}
    sample.api.key = KEY  # doctor tries the key
    codes, output = made(sample, {**env, "ANTHROPIC_API_KEY": KEY}, ["poll"], ["doctor"])
    assert codes == [0, 0], output
    for variable, secret, status, answer, exit_code in REPEATED:
        url, stop = messages.serve(repeating(status, answer))
        keys = {**dict.fromkeys(("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"), ""), variable: secret}
        try:
            codes, said = made(sample, {**env, **keys, "ANTHROPIC_BASE_URL": url}, ["run", EDITION])
        finally:
            stop()
        assert codes == [exit_code], f"{status} {answer.__name__}: {said}"
        output += said
    places = {"output": output, **dict(written(sample))}
    assert any(place.startswith("table public.event_logs") and text for place, text in places.items())
    assert any(Path(place).suffix == ".parquet" for place in places)
    assert any("/llm/calls/" in place for place in places) and any("/llm/replies/" in place for place in places)
    assert [
        (place, found) for place, text in places.items() if (found := holds(text, HALF, MARK[-14:], PASSWORD))
    ] == []


def test_a_key_is_written_nowhere_by_a_run_that_works(sample: Sample) -> None:
    sample.api.key = KEY
    env = {"ANTHROPIC_API_KEY": KEY, "SECDIGEST_PG_URL": with_password(sample.env["SECDIGEST_PG_URL"])}
    codes, output = made(sample, env, ["poll"], ["run", EDITION], ["doctor"])
    # doctor finds the report of an invented day old
    assert codes[:2] == [0, 0] and sample.api.requests, output
    places = {"output": output, **dict(written(sample))}
    assert [(place, found) for place, text in places.items() if (found := holds(text, HALF, PASSWORD))] == []


def test_a_key_and_a_password_are_written_nowhere_by_the_demo(sample: Sample) -> None:
    env = {"ANTHROPIC_AUTH_TOKEN": TOKEN, "SECDIGEST_PG_URL": with_password(sample.env["SECDIGEST_PG_URL"])}
    places = [str(sample.home / "data"), str(sample.home / "out")]
    codes, output = made(sample, env, ["demo", "--data", places[0], "--out", places[1]])
    assert codes == [0], output
    left = {"output": output, **dict(written(sample))}
    assert any(place.startswith(places[1]) and place.endswith(".md") for place in left)
    assert [(place, found) for place, text in left.items() if (found := holds(text, HALF, PASSWORD))] == []


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}鍵"])
def test_a_key_that_no_header_can_hold_ends_in_one_line_without_it(sample: Sample, key: str) -> None:
    done = sample.secdigest("run", EDITION, env={"ANTHROPIC_API_KEY": key})
    assert done.returncode == 1
    assert MARK not in done.stdout + done.stderr
    assert done.stderr.count("\n") == 1 and "ANTHROPIC_API_KEY" in done.stderr
    assert [place for place, text in written(sample) if MARK in text] == []


def test_the_embedded_server_has_no_credential_in_its_environment(
    tmp_path: Path, clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY", "NAMED_BY_NOBODY"):
        monkeypatch.setenv(name, KEY)
    with database(UPath(tmp_path)) as url:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            backend = psutil.Process(connection.execute(sqlalchemy.text("select pg_backend_pid()")).scalar_one())
            server = backend.parent()
            assert server is not None
            processes = [server, *server.children(recursive=True)]
            assert backend in processes
            for process in processes:
                # as anyone can who may speak SQL to it
                read = sqlalchemy.text("select encode(pg_read_binary_file(:path), 'escape')")
                environment = connection.execute(read, {"path": f"/proc/{process.pid}/environ"}).scalar_one()
                assert holds(environment + str(process.environ()), HALF) == []
