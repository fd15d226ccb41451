"""A key of the model is in no file, no table, no line of output and no event of Dagster, whatever the endpoint does with it."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from secdigest_pipeline.sample import messages
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.end_to_end.conftest import Sample

pytestmark = [pytest.mark.slow, pytest.mark.long]
MARK = "hunter2-of-the-invented-desk"
KEY = f"sk-ant-api03-{MARK}"
EDITION = EDITIONS[0].key


def written(sample: Sample) -> Iterator[tuple[str, str]]:
    """Everything a run leaves behind: (where, text) of each file, unpacked, and of each row of Dagster's tables."""
    for path in sample.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            text = gzip.decompress(data).decode("utf-8", "replace") if path.suffix == ".gz" else ""
            if path.suffix == ".parquet":
                text = str(pq.read_table(path).to_pylist())
            yield str(path), text + data.decode("utf-8", "replace")
    engine = sqlalchemy.create_engine(sample.env["SECDIGEST_PG_URL"], poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        for table in sqlalchemy.inspect(engine).get_table_names():
            for (row,) in connection.execute(sqlalchemy.text(f'select t::text from "{table}" t')):
                yield f"table {table}", row


def echo(status: int) -> Starlette:
    """An endpoint that knows no list of models, refuses every call and repeats the request's headers in its message."""

    async def answer(request: Request) -> Response:
        error = {"type": "authentication_error", "message": f"not with {dict(request.headers)}"}
        return JSONResponse({"type": "error", "error": error}, status)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (401, 1)])
def test_a_key_is_written_nowhere(sample: Sample, status: int, exit_code: int) -> None:
    sample.api.key = KEY
    url, stop = messages.serve(sample.api.app if status == 200 else echo(status))
    env = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
    try:
        done = [sample.secdigest(*command, env=env) for command in (["poll"], ["run", EDITION], ["doctor"])]
    finally:
        stop()
    assert [one.returncode for one in done[:2]] == [0, exit_code], done[1].stdout + done[1].stderr
    assert bool(sample.api.requests) == (status == 200)
    for one in done:
        assert MARK not in one.stdout + one.stderr
    places = dict(written(sample))
    assert any(place.startswith("table event_logs") for place in places)
    assert any(Path(place).suffix == ".parquet" for place in places)
    assert [place for place, text in places.items() if MARK in text] == []


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}鍵"])
def test_a_key_that_no_header_can_hold_ends_in_one_line_without_it(sample: Sample, key: str) -> None:
    done = sample.secdigest("run", EDITION, env={"ANTHROPIC_API_KEY": key})
    assert done.returncode == 1
    assert MARK not in done.stdout + done.stderr
    assert done.stderr.count("\n") == 1 and "ANTHROPIC_API_KEY" in done.stderr
    assert [place for place, text in written(sample) if MARK in text] == []
