"""The Python code that a page of docs/ shows, to be run."""

import re
import sys
from types import ModuleType

import pytest

from secdigest_pipeline_tests.places import REPOSITORY


def snippets(page: str) -> list[str]:
    """The Python blocks of a page of docs/, in order."""
    return re.findall(
        r"^```python\n(.*?)^```$", (REPOSITORY / "docs" / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def as_module(code: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A block as the module that its first line names, importable until the test ends."""
    name = code.partition("\n")[0].removeprefix("# ").removesuffix(".py").replace("/", ".")
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(code, name, "exec"), module.__dict__)
    return module
