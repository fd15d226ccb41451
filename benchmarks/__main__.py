"""Run every benchmark, each in a process of its own, one after the other."""

import subprocess
import sys
from pathlib import Path

failed = [
    script.stem
    for script in sorted(Path(__file__).parent.glob("bench_*.py"))
    if subprocess.run([sys.executable, "-m", f"benchmarks.{script.stem}"], check=False).returncode
]
sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
