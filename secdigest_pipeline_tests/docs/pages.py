"""The Markdown pages of the repository: their text, fenced blocks and links."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from secdigest_pipeline_tests.places import REPOSITORY

# What a benchmark printed is no page of ours to keep true: its command writes it anew
PAGES = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted(path for path in (REPOSITORY / "docs").rglob("*.md") if path.parent.name != "benchmarks"),
    REPOSITORY / "evals" / "README.md",
]
_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, the line it begins on, the words behind the fence, the text."""

    page: Path
    line: int
    kind: str
    text: str

    @property
    def where(self) -> str:
        """`docs/contract.md:12`."""
        return f"{self.page.relative_to(REPOSITORY)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 2, found[2].strip(), dedent(found[3]))
        for found in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands() -> list[tuple[str, str]]:
    """(where, command) for every line of a shell block: comments cut off, lines that go on joined."""
    found = []
    for page in PAGES:
        for block in blocks(page):
            if block.kind == "sh":
                for line in block.text.replace("\\\n", " ").splitlines():
                    command = re.sub(r"(?:^|\s+)#.*", "", line).strip()
                    if command:
                        found.append((block.where, command))
    return found
