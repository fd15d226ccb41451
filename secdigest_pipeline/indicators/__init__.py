"""Indicators: finding observables in a text, the ledger that says what each is, and the report's IOC files.

`find` and `defang` are here at once, so that they stand before the modules whose names they have; `ledger.ledger` is
imported from its module.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.indicators.defang import defang, refang
from secdigest_pipeline.indicators.find import Observable, find
from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from secdigest_pipeline.indicators.csvs import check_ioc_csv, csv_rows, ioc_csv
    from secdigest_pipeline.indicators.lines import ioc_line
    from secdigest_pipeline.indicators.placed import misplaced
    from secdigest_pipeline.indicators.states import ioc_state
    from secdigest_pipeline.indicators.worklog import work_log

__all__ = [
    "Observable",
    "check_ioc_csv",
    "csv_rows",
    "defang",
    "find",
    "ioc_csv",
    "ioc_line",
    "ioc_state",
    "misplaced",
    "refang",
    "work_log",
]

__getattr__ = lazy(
    __name__,
    {
        "csvs": (
            "check_ioc_csv",
            "csv_rows",
            "ioc_csv",
        ),
        "lines": ("ioc_line",),
        "placed": ("misplaced",),
        "states": ("ioc_state",),
        "worklog": ("work_log",),
    },
)
