"""Run the benchmarks, each in a process of its own: all, or those named. `--write` puts what they print into docs/.

`python -m benchmarks [--write] [NAME ...]`, NAME without `bench_`, for example `edition`.
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs" / "benchmarks"
HEAD = """# Benchmarks

One file a benchmark in [benchmarks/](benchmarks/): what its command printed, with the date. `make bench` prints them all
anew. Every figure is a ratio or a count measured in one run against a stated reference or bound; seconds are those of
the machine it ran on (2 cores) and say nothing elsewhere.
"""


def run(name: str) -> tuple[str, bool]:
    """What the benchmark printed (shown as it comes), and whether it held its bounds."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.bench_{name}"], stdout=subprocess.PIPE, text=True, cwd=HERE.parent
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    return "".join(lines), process.wait() == 0


def main(arguments: list[str]) -> int:
    """Exit code 1 when a benchmark failed."""
    names = [a for a in arguments if not a.startswith("-")]
    names = names or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    failed = []
    for name in names:
        print(f"== {name}", flush=True)
        printed, held = run(name)
        if not held:
            failed.append(name)
        if "--write" in arguments:
            DOCS.mkdir(parents=True, exist_ok=True)
            stamp = f"`python -m benchmarks.bench_{name}`, {datetime.now(UTC):%Y-%m-%d}, 2 cores."
            verdict = "" if held else "\n**A bound was not held, see below.**\n"
            (DOCS / f"{name}.md").write_text(f"# {name}\n\n{stamp}\n{verdict}\n{printed.strip()}\n")
    if "--write" in arguments:
        listed = "".join(f"- [{path.stem}](benchmarks/{path.name})\n" for path in sorted(DOCS.glob("*.md")))
        (DOCS.parent / "benchmarks.md").write_text(f"{HEAD}\n{listed}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
