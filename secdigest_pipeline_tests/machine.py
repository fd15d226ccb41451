"""A machine of its own for tests of embedded servers: its clusters as root, and commands as root or as another user."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import sqlalchemy
from upath import UPath

from secdigest_pipeline.orchestration.database import database

OTHER_USER = pwd.getpwnam("nobody").pw_uid  # initdb wants a user that has a name

STEP = """
import os, sys
from pathlib import Path
import psycopg2
import sqlalchemy.dialects.postgresql.psycopg2
from upath import UPath
from secdigest_pipeline.orchestration import database
database.ROOT_HOME = Path(sys.argv[1])
if user := int(os.environ.pop("TEST_AS_USER")):
    # Here and not before: the interpreter may lie in a home that is closed to that user
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
try:
    with database.database(UPath(sys.argv[2])) as url:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        for statement in sys.argv[3:]:
            with engine.begin() as connection:
                result = connection.execute(sqlalchemy.text(statement))
                print(result.scalar() if result.returns_rows else "done", flush=True)
        if len(sys.argv) == 3:
            print(url, flush=True)
            sys.stdin.read()
except database.DatabaseError as error:
    sys.exit(f"refused: {error}")
"""


def ask(url: str, statement: str) -> str:
    """The one value that a statement answers, "done" when it answers none."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return str(result.scalar()) if result.returns_rows else "done"


@dataclass
class Machine:
    """`clusters` stands for /var/lib/secdigest; `user` is whom the commands run as (None: whoever runs the tests)."""

    folder: Path
    user: int | None = None
    before: Sequence[str] = ()  # a program that starts the commands
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def clusters(self) -> Path:
        return self.folder / "clusters"

    def data(self, name: str) -> Path:
        """A new data directory in a folder that the user owns."""
        above = self.folder / "home"
        above.mkdir(exist_ok=True)
        if self.user is not None:
            os.chown(above, self.user, self.user)
        return above / name

    def start(self, data: Path, *statements: str) -> "subprocess.Popen[str]":
        """A command that runs the statements on the server of `data`, or holds the server until its input ends."""
        return subprocess.Popen(
            [*self.before, sys.executable, "-c", STEP, str(self.clusters), str(data), *statements],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={
                **os.environ,
                "HOME": str(self.folder / "home"),
                "TEST_AS_USER": str(self.user or 0),
                **self.env,
            },
        )

    def try_to_ask(self, data: Path, *statements: str) -> tuple[list[str], str]:
        """Answers of the server of `data`, one a statement, and standard error."""
        out, err = self.start(data, *statements).communicate(timeout=100)
        return out.splitlines(), err

    def ask(self, data: Path, *statements: str) -> list[str]:
        """The same for a command that must succeed (in this process, when that makes no difference)."""
        if self.user is None and not self.env:
            with database(UPath(data)) as url:
                return [ask(url, statement) for statement in statements]
        answers, err = self.try_to_ask(data, *statements)
        assert len(answers) == len(statements), err
        return answers

    @contextmanager
    def held(self, data: Path) -> Iterator[str]:
        """URL of the server of `data`, used by another command for the length of the block."""
        command = self.start(data)
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        try:
            yield url
        finally:
            _, err = command.communicate(timeout=100)
            assert command.returncode == 0, err

    def pgdata(self, data: Path) -> Path:
        """Where the cluster of `data` lies."""
        if self.user is None and os.geteuid() == 0:
            return self.clusters / (data / ".postgres").read_text().strip() / "pgdata"
        return data / "postgres" / "pgdata"

    def postmaster(self, data: Path) -> psutil.Process | None:
        """The running server of `data`."""
        found = [process for process in self.servers() if Path(process.cwd()).samefile(self.pgdata(data))]
        return next((process for process in found if process.ppid() not in {other.pid for other in found}), None)

    def servers(self) -> list[psutil.Process]:
        """Every process of a server on this machine."""
        return [
            process
            for process in psutil.process_iter(["name", "cwd"])
            if process.info["name"] == "postgres" and str(process.info["cwd"]).startswith(f"{self.folder}/")
        ]

    def close(self) -> None:
        """End what a failed test has left."""
        for process in self.servers():
            process.send_signal(signal.SIGKILL)
