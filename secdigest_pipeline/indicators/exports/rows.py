"""The ledger's own rows as JSON Lines and as the 12-column CSV."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from secdigest_pipeline.indicators.csv.rows import HEADER, csv_rows
from secdigest_pipeline.indicators.exports.values import is_exported
from secdigest_pipeline.indicators.records import IOCS, Ioc

_COLUMNS = tuple(column.field for column in IOCS.columns)


def json_lines(ledger: Iterable[Ioc]) -> bytes:
    """Every exported row with all its columns, in ledger order, one JSON object a line."""
    rows = ({name: getattr(ioc, name) for name in _COLUMNS} for ioc in ledger if is_exported(ioc))
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def csv_of(ledger: Sequence[Ioc]) -> bytes:
    """The CSV of report-contract 2.2 over any number of editions; check_ioc_csv holds for it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(csv_rows(ledger))
    return out.getvalue().encode()
