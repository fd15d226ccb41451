"""The import rules of the design, held over the real import statements of every module."""

import ast
from pathlib import Path

import pytest

import secdigest_pipeline

ROOT = Path(secdigest_pipeline.__file__).parent
BASE = {
    "tables",
    "editions",
    "files",
    "settings",
    "workers",
    "lazy",
    "suffixes",
    "environment",
    "redaction",
    "__init__",
}
DOMAIN = ["intake", "articles", "indicators", "analysis", "report"]
MODULES = sorted(path for path in ROOT.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT.parent).parts[: -node.level] if node.level else ()
            module = ".".join([*package, *filter(None, [node.module])])
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def ours(path: Path) -> set[tuple[str, ...]]:
    return {tuple(name.split(".")[1:]) for name in imported(path) if name.split(".")[0] == "secdigest_pipeline"}


def room(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room(p) in {*DOMAIN, *BASE}], ids=lambda p: str(p.relative_to(ROOT))
)
def test_domain_and_base_modules_import_no_dagster_and_nothing_to_their_right(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0].startswith("dagster")}
    here = room(path)
    allowed = BASE if here in BASE else BASE | set(DOMAIN[: DOMAIN.index(here) + 1])
    assert {name[0] for name in ours(path) if name} - {"__version__"} <= allowed


@pytest.mark.parametrize("path", sorted((ROOT / "assets").glob("*.py")), ids=lambda p: p.name)
def test_no_asset_module_imports_another(path: Path) -> None:
    siblings = {name[1] for name in ours(path) if name[:1] == ("assets",) and len(name) > 1}
    assert siblings <= {"handback"}


def test_only_definitions_and_the_command_line_gather_assets() -> None:
    gathering = {str(p.relative_to(ROOT)) for p in MODULES if any(n[:1] == ("assets",) for n in ours(p))}
    assert {name for name in gathering if not name.startswith("assets/")} == {"definitions.py"}


def test_python_files_stay_short() -> None:
    assert {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text().splitlines())) > 400} == {}
