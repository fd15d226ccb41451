"""Indicators: finding observables in a text, the ledger that says what each is, and the report's IOC files."""

from .csvs import check_ioc_csv, csv_rows, ioc_csv
from .defang import defang, refang
from .find import Observable, find
from .ledger import ledger
from .lines import ioc_line
from .placed import misplaced
from .states import ioc_state
from .worklog import work_log

__all__ = [
    "Observable",
    "check_ioc_csv",
    "csv_rows",
    "defang",
    "find",
    "ioc_csv",
    "ioc_line",
    "ioc_state",
    "ledger",
    "misplaced",
    "refang",
    "work_log",
]
