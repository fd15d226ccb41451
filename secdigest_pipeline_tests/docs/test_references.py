"""Nothing in the repository points to what is not there: links, files, modules, columns, sections of the contract."""

import ast
import re
from pathlib import Path

import pytest

import secdigest_pipeline
from secdigest_pipeline_tests.docs.dictionary import tables
from secdigest_pipeline_tests.docs.pages import PAGES, prose
from secdigest_pipeline_tests.places import REPOSITORY

PACKAGE = Path(secdigest_pipeline.__file__).parent
TESTS = REPOSITORY / "secdigest_pipeline_tests"
CONTRACT = (REPOSITORY / "docs" / "contract.md").read_text(encoding="utf-8")
# Where people write about the repository
FOLDERS = ("secdigest_pipeline", "secdigest_pipeline_tests", "benchmarks", "evals", "docs", ".github", ".ci")
ENDS = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ""}
# This file tells of the forms that must not stand anywhere
THIS = Path(__file__)
WRITTEN = sorted(
    {path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*") if path.suffix in ENDS and path.is_file()}
    | {path for path in REPOSITORY.glob("*") if path.suffix in ENDS and path.is_file() and path.name != ".git"} - {THIS}
)
TEXTS = {
    path: path.read_text(encoding="utf-8", errors="replace")
    for path in WRITTEN
    if path != THIS and "__pycache__" not in path.parts and path.stat().st_size < 1_000_000
}
PAGE_IDS = [str(page.relative_to(REPOSITORY)) for page in PAGES]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def modules() -> set[str]:
    """Dotted names below the package, of modules and folders."""
    found = {path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py")}
    return {".".join(path.parts) for path in found} | {".".join(path.parent.parts) for path in found}


MODULES = modules()


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in link or link.startswith("<"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_module_table_and_file_that_a_page_names_exists(page: Path) -> None:
    columns = {f"{table.name}.{column.name}" for table in tables() for column in table.columns}
    names = {table.name for table in tables()}
    wrong = [word for word in re.findall(r"`([^`\n]+)`", prose(page)) if not known(word, page, columns, names)]
    assert wrong == []


def known(word: str, page: Path, columns: set[str], names: set[str]) -> bool:
    """Whether a word in backticks that looks like a column, a module or a path is one; every other word is."""
    if re.fullmatch(r"[a-z_]+(?:\.[A-Za-z_0-9]+)+", word):
        first = word.split(".")[0]
        if first in names and word.rpartition(".")[2] not in ("parquet", "csv"):
            return word in columns
        if first in {module.split(".")[0] for module in MODULES}:
            return any(word == module or is_in(word, module) for module in MODULES)
    if re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+/?", word) and word.split("/")[0] in PLACES:
        return any((root / word).exists() for root in (REPOSITORY, page.parent, TESTS, PACKAGE))
    return True


def test_a_name_that_is_none_is_noticed() -> None:
    page, columns, names = PAGES[0], {"iocs.value"}, {"iocs"}
    for word in (
        "iocs.value",
        "base.files",
        "report.grammar.SECTIONS",
        "docs/contract.md",
        "cli/test_doctor.py",
        "pd.DataFrame",
    ):
        assert known(word, page, columns, names), word
    for word in ("iocs.nothing", "base.nothing", "report.grammar.nothing", "docs/nothing.md", "cli/test_nothing.py"):
        assert not known(word, page, columns, names), word


PLACES = {path.name for root in (REPOSITORY, TESTS) for path in root.iterdir() if path.is_dir()} - {
    "data",
    "out",
    "demo",
}


def is_in(word: str, module: str) -> bool:
    """Whether `module.name` is a name that the module defines."""
    head, _, name = word.rpartition(".")
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    return head == module and path.is_file() and name in defined(path)


def defined(path: Path) -> set[str]:
    """Functions, classes and constants of a file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_no_text_points_to_a_document_that_is_not_in_the_repository() -> None:
    gone = re.compile(
        r"report[- ]contract \d|(?<![\w/-])(?:intake|dagster|llm|japan|design|layout-moves|ioc-benchmark)\.md"
        r"|\bdesign \d(?:\.\d)?\b|\breference note\b"
    )
    here = {REPOSITORY / "docs" / "benchmarks.md"}  # links benchmarks/intake.md
    assert {
        f"{path.relative_to(REPOSITORY)}: {found[0]}"
        for path, text in TEXTS.items()
        if path not in here and (found := gone.search(text))
    } == set()


def test_every_page_of_docs_that_a_text_names_exists() -> None:
    wrong = {
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path, text in TEXTS.items()
        for name in re.findall(r"\bdocs/[\w./-]*\w", text)
        if not (REPOSITORY / name).exists() and not (TESTS / name).exists()
    }
    assert wrong == set()


def test_every_section_of_the_contract_that_a_text_names_exists() -> None:
    sections = set(re.findall(r"^##+ (\d(?:\.\d)?)\.? ", CONTRACT, re.MULTILINE))
    numbers = r"docs/contract\.md\s+(\d(?:\.\d)?(?:(?:, | to |-| and )\d(?:\.\d)?)*)"
    wrong = {
        f"{path.relative_to(REPOSITORY)}: {number}"
        for path, text in TEXTS.items()
        for found in re.findall(numbers, text)
        for number in re.findall(r"\d(?:\.\d)?", found)
        if number not in sections
    }
    assert {"1.5", "2.3", "4.2"} <= sections
    assert wrong == set()


def test_every_test_that_the_security_page_names_exists() -> None:
    named = re.findall(r"`(\w+(?:/\w+)*\.py)`", (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) >= 10
    assert [name for name in named if not (TESTS / name).is_file()] == []
