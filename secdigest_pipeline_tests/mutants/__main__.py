"""`make mutants`: every planted mistake must make a test fail. Exit code 1 for one that survives or no longer fits."""

import argparse
import os
import sys
import time

from secdigest_pipeline_tests.mutants.check import Outcome, Unsound, check
from secdigest_pipeline_tests.mutants.mutant import sample, stale
from secdigest_pipeline_tests.mutants.table import MUTANTS
from secdigest_pipeline_tests.places import REPOSITORY


def main(arguments: list[str] | None = None) -> int:
    """Prints a line for each mutant as it ends, then the survivors; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m secdigest_pipeline_tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default 0)")
    chosen = parser.parse_args(arguments)
    faults = stale(MUTANTS, REPOSITORY)
    if faults:
        print("\n".join(f"stale: {fault}" for fault in faults))
        return 1
    mutants = MUTANTS if chosen.sample is None else sample(MUTANTS, chosen.sample, chosen.seed)
    start = time.monotonic()
    try:
        outcomes = check(mutants, processes=os.cpu_count() or 1, told=_print, root=REPOSITORY)
    except Unsound as error:
        print(error)
        return 1
    left = [outcome for outcome in outcomes if outcome.fate != "killed"]
    print(f"\n{len(outcomes) - len(left)} of {len(outcomes)} killed in {time.monotonic() - start:.0f} s")
    for outcome in left:
        print(f"\n{outcome.fate}: {outcome.mutant.name}\n  {outcome.mutant.tests}\n{outcome.said}")
    return 1 if left else 0


def _print(outcome: Outcome) -> None:
    print(f"{outcome.fate:8} {outcome.seconds:5.1f} s  {outcome.mutant.decision:12} {outcome.mutant.name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
