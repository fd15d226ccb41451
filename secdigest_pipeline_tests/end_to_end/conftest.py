"""The sample world served on loopback, and `secdigest` as a process of its own against it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.sample import messages, web
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import EDITIONS, World

SECDIGEST = (sys.executable, "-m", "secdigest_pipeline.cli")


@dataclass
class Sample:
    """A deployment of its own in `home`, reading the world that is served."""

    world: World
    web: SampleWeb
    api: messages.MessagesApi
    home: Path
    env: dict[str, str]

    @property
    def out(self) -> Path:
        return self.home / "out"

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*SECDIGEST, *arguments],
            env={**self.env, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def secdigest(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=280)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def published(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.out)): path.read_bytes() for path in sorted(self.out.rglob("*")) if path.is_file()
        }

    def report(self, edition: Edition) -> str:
        return (self.out / edition.news_path).read_text(encoding="utf-8")


@pytest.fixture
def sample(tmp_path: Path, fresh_database: str) -> Iterator[Sample]:
    """The world as it stands after its last edition, and nothing stored yet."""
    world = World.load()
    api = messages.MessagesApi(replies=world.replies(), failures=world.failures())
    url, stop = messages.serve(api.app)
    with web.serve(world) as pages:
        pages.at(EDITIONS[-1].cutoff)
        env = {
            **os.environ,
            **web.settings_for(pages.port, url),
            "SECDIGEST_DATA": str(tmp_path / "data"),
            "SECDIGEST_OUT": str(tmp_path / "out"),
            "SECDIGEST_PG_URL": fresh_database,
            "COLUMNS": "200",
        }
        yield Sample(world, pages, api, tmp_path, env)
    stop()
