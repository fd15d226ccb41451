"""The import rules of docs/architecture.md, held over the real import statements of every module."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import secdigest_pipeline
from secdigest_pipeline_tests.places import REPOSITORY

ROOT = Path(secdigest_pipeline.__file__).parent
ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted(ROOT.rglob("*.py"))}
DAGSTER = {"definitions", "assets", "orchestration", "cli"}


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of docs/architecture.md, the cells without backticks."""
    section = ARCHITECTURE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\|.*", section, re.MULTILINE)
    ]
    return rows[2:]


ROOMS = [row[0] for row in table("Rooms")]  # from the top of the house to its ground
INSIDE = {
    library: {where.strip(" `") for where in rooms.split(",")}
    for library, _, rooms in table("Imports inside functions")
}


def room(module: str) -> str:
    """The room a module stands in: the longest that its name begins with; '' for `__init__` and `__main__` of the package."""
    parts = module.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((name for name in names if name in ROOMS), "")


@cache
def imports(module: str) -> list[tuple[str, bool]]:
    """(imported module by full dotted name, whether the statement stands inside a function), type-only ones left out."""
    return list(_imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), inside=False))


def _imports(node: ast.AST, inside: bool) -> Iterator[tuple[str, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from ((alias.name, inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are absolute"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield (whole if whole.removeprefix("secdigest_pipeline.") in MODULES else str(child.module)), inside
        yield from _imports(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def own(module: str) -> Iterator[str]:
    """The modules of ours that a module imports."""
    for name, _ in imports(module):
        if name.split(".")[0] == "secdigest_pipeline":
            found = name.removeprefix("secdigest_pipeline").lstrip(".")
            yield found if found in MODULES else f"{found}.__init__".lstrip(".")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_stands_in_a_room_and_imports_only_from_rooms_below(module: str) -> None:
    here = room(module)
    assert here or module in {"__init__", "indicators.__init__"}
    up = {name for name in own(module) if here and room(name) and ROOMS.index(room(name)) < ROOMS.index(here)}
    assert up == set()


def test_every_room_of_the_table_exists() -> None:
    assert {name for name in ROOMS if not any(room(module) == name for module in MODULES)} == set()


def test_no_files_import_each_other() -> None:
    reached: dict[str, set[str]] = {}

    def reach(module: str) -> set[str]:
        if module not in reached:
            reached[module] = set()
            reached[module] = {name for other in own(module) for name in ({other} | reach(other))}
        return reached[module]

    assert {module for module in MODULES if module in reach(module)} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if room(name) not in DAGSTER])
def test_the_domain_imports_no_dagster(module: str) -> None:
    assert {name for name, _ in imports(module) if name.split(".")[0].startswith("dagster")} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if room(name) == "assets"])
def test_no_asset_module_imports_another(module: str) -> None:
    assert {name for name in own(module) if room(name) == "assets"} <= {"assets.metadata"}


@pytest.mark.parametrize("module", MODULES)
def test_only_the_libraries_of_the_table_are_imported_inside_functions(module: str) -> None:
    inside = {name.split(".")[0] for name, within in imports(module) if within}
    assert inside == {library for library, where in INSIDE.items() if module in where}


def test_a_library_of_the_table_is_imported_nowhere_else() -> None:
    found = {(name.split(".")[0], module) for module in MODULES for name, _ in imports(module)}
    assert {(library, module) for library, module in found if library in INSIDE} == {
        (library, module) for library, where in INSIDE.items() for module in where
    }


def test_loading_the_code_location_imports_none_of_them() -> None:
    code = f"import sys, secdigest_pipeline.definitions; print(sorted({set(INSIDE)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_python_files_stay_short() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: n for name, n in lines.items() if n > 400} == {}
