"""Mutants planted one at a time in a copy of the repository, and the tests run that must notice them there."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Literal, NamedTuple

from secdigest_pipeline_tests.mutants.mutant import PACKAGE, TESTS, Mutant, planted

# What tests read of the repository besides the package.
_PARTS = (PACKAGE, TESTS, "benchmarks", "docs", "evals", "README.md", "dagster.yaml", "feeds.yaml", "pyproject.toml")
# A mutant that makes a test wait for ever is noticed by then.
_TEST_SECONDS = 60
_PASSED, _FAILED = 0, 1

Fate = Literal["killed", "survived", "broken"]


class Outcome(NamedTuple):
    """What became of a mutant. `broken`: its tests could not run, which says nothing; `said` are pytest's last lines."""

    mutant: Mutant
    fate: Fate
    seconds: float
    said: str


class Unsound(Exception):
    """The tests fail without any mutant, or do not run against the copy."""


def check(mutants: Sequence[Mutant], processes: int, told: Callable[[Outcome], None], root: Path) -> list[Outcome]:
    """The fate of each of `mutants`, in the order in which they ended; `told` hears of each at once.

    The work tree at `root` is only read. Raises Unsound before the first mutant where the tests do not pass without one.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        sound = Path(folder) / "sound"
        sound.mkdir()
        for part in filter(Path.exists, (root / name for name in _PARTS)):
            if part.is_dir():
                shutil.copytree(part, sound / part.name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(part, sound)
        _prove_sound(sound, mutants)
        with ThreadPoolExecutor(processes) as pool:
            asked = [pool.submit(_fate, mutant, sound, Path(folder) / str(at)) for at, mutant in enumerate(mutants)]
            outcomes = []
            for done in as_completed(asked):
                outcomes.append(done.result())
                told(outcomes[-1])
        return outcomes


def _prove_sound(sound: Path, mutants: Iterable[Mutant]) -> None:
    """The tests run against the copy, and pass there. What they compile on the way is there for every mutant's copy."""
    where = subprocess.run(
        [sys.executable, "-c", f"import {PACKAGE}; print({PACKAGE}.__file__)"],
        cwd=sound, env=_environment(sound), capture_output=True, text=True, check=True,
    )  # fmt: skip
    if Path(where.stdout.strip()).resolve() != (sound / PACKAGE / "__init__.py").resolve():
        raise Unsound(f"the tests would run against {where.stdout.strip()} and not against the copy")
    code, said = _pytest(sound, sorted({path for mutant in mutants for path in mutant.tests.split()}))
    if code != _PASSED:
        raise Unsound(f"the tests do not pass without a mutant:\n{said}")


def _fate(mutant: Mutant, sound: Path, copy: Path) -> Outcome:
    start = time.monotonic()
    shutil.copytree(sound, copy)
    module = copy / PACKAGE / mutant.module
    module.write_text(planted(mutant, module.read_text("utf-8")), "utf-8")
    # Compiled before, it would count as current where size and second of writing are the same.
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
        compiled.unlink()
    code, said = _pytest(copy, mutant.tests.split())
    shutil.rmtree(copy)
    fate: Fate = "survived" if code == _PASSED else "killed" if code == _FAILED else "broken"
    return Outcome(mutant, fate, time.monotonic() - start, said)


def _pytest(root: Path, paths: Iterable[str]) -> tuple[int, str]:
    """(exit code, last lines) of the test files at `paths` below the copy's tests, up to the first failure."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=line",
            f"--timeout={_TEST_SECONDS}", *(f"{TESTS}/{path}" for path in paths),
        ],
        cwd=root, env=_environment(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, "\n".join(done.stdout.splitlines()[-5:])


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": ""}
