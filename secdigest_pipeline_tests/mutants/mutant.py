"""One planted mistake: where it goes, and which tests must notice it."""

import ast
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

PACKAGE, TESTS = "secdigest_pipeline", "secdigest_pipeline_tests"


class Stale(Exception):
    """A mutant that no longer fits its module; the message names both."""


class Mutant(NamedTuple):
    """`fragment` of `module` (a path below `secdigest_pipeline/`) becomes `replacement`.

    `tests` are the narrowest files below `secdigest_pipeline_tests/` of which one must fail, separated by blanks.
    """

    decision: str
    module: str
    fragment: str
    replacement: str
    tests: str

    @property
    def name(self) -> str:
        """Module and change, on one line."""
        return f"{self.module}: {_line(self.fragment)} -> {_line(self.replacement) or '(gone)'}"


def planted(mutant: Mutant, source: str) -> str:
    """`source` with the mistake in it. Stale unless the fragment stands there once, in code, and the result is other code."""
    found = source.count(mutant.fragment)
    if found != 1:
        raise Stale(f"{mutant.name}: the fragment stands {found} times in the module, not once")
    changed = source.replace(mutant.fragment, mutant.replacement)
    try:
        same = _code(changed) == _code(source)
    except SyntaxError as error:
        raise Stale(f"{mutant.name}: the replacement is no code (line {error.lineno})") from None
    if same:
        raise Stale(f"{mutant.name}: nothing but words or layout changes")
    return changed


def stale(mutants: Iterable[Mutant], root: Path) -> list[str]:
    """What keeps `mutants` from being planted and noticed in the repository at `root`, one line each."""
    faults = []
    for mutant in mutants:
        gone = [path for path in mutant.tests.split() if not (root / TESTS / path).is_file()]
        try:
            planted(mutant, (root / PACKAGE / mutant.module).read_text("utf-8"))
        except FileNotFoundError:
            faults.append(f"{mutant.name}: there is no such module")
        except Stale as fault:
            faults.append(str(fault))
        if gone or not mutant.tests:
            faults.append(f"{mutant.name}: there is no test file {' or '.join(gone) or 'named'}")
    return faults


def sample(mutants: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """`number` of `mutants` (all where there are no more), the same for the same seed."""
    return random.Random(seed).sample(mutants, min(number, len(mutants)))


def _code(source: str) -> str:
    """The syntax tree without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return ast.dump(tree)


def _line(text: str) -> str:
    return " ".join(text.split())
