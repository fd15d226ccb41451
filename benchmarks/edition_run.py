"""One edition by the daily job with the clock half an hour before its window closes: `python -m benchmarks.edition_run DATE`.

A bench starts this as a process of its own and reads what a person would read; exit code 1 when the run failed.
"""

import sys
from datetime import timedelta

from rich.console import Console

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services

if __name__ == "__main__":
    edition = Edition.parse(sys.argv[1])
    services = Services(now=lambda: edition.cutoff - timedelta(minutes=30))
    with instance(services.settings) as opened:
        sys.exit(execute("daily", services, opened, Console(), edition.key))
