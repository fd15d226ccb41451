"""docs/coverage.md out of what `make coverage` measured: lines and branches, room by room."""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

PACKAGE = "secdigest_pipeline"


def room_of(path: str) -> str:
    """The folder of a measured file below the package, dotted; the module itself where it stands alone."""
    parts = Path(path).with_suffix("").parts
    below = parts[parts.index(PACKAGE) + 1 :]
    return ".".join(below[:-1]) or below[-1]


def table(measured: Mapping[str, Mapping[str, Mapping[str, int]]]) -> str:
    """A Markdown table of `coverage json`'s files: per room, what was run of its statements and branches."""
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for path, about in measured.items():
        found = about["summary"]
        counted = (
            found["covered_lines"], found["num_statements"], found.get("covered_branches", 0), found.get("num_branches", 0),
        )  # fmt: skip
        for name in (room_of(path), "all"):
            rooms[name] = [before + more for before, more in zip(rooms[name], counted, strict=True)]
    lines = ["| room | statements | run | branches | taken | together |", "|---|---:|---:|---:|---:|---:|"]
    for name in sorted(rooms, key=lambda name: (name == "all", name)):
        ran, statements, taken, branches = rooms[name]
        lines.append(
            f"| `{name}` | {statements} | {_share(ran, statements)} | {branches} | {_share(taken, branches)} "
            f"| {_share(ran + taken, statements + branches)} |"
        )
    return "\n".join(lines)


def page(measured: Mapping[str, Mapping[str, Mapping[str, int]]], day: date, command: str) -> str:
    """docs/coverage.md."""
    return f"""# Coverage

Branch coverage by room, measured on {day} with `{command}`.
The gate is `fail_under` in `pyproject.toml`: it is what was reached, and is raised when more is.
Worker processes, runs and servers that tests start are measured too; a process that is killed is not.

{table(measured)}
"""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    json_file, command = sys.argv[1:]
    measured = json.loads(Path(json_file).read_text("utf-8"))
    sys.stdout.write(page(measured["files"], date.today(), command))  # noqa: DTZ011 - the day of the machine that measured
