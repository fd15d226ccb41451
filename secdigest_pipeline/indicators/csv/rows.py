"""The 12-column IOC CSV of docs/contract.md 2: writing it from the ledger, and checking any file of that form."""

import csv
import io
from collections.abc import Sequence

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.judging import csv_rules
from secdigest_pipeline.indicators.records import Ioc

HEADER = (
    "ioc_type",
    "ioc_value",
    "date",
    "category",
    "actor",
    "actor_attribute",
    "malware",
    "malware_type",
    "reference",
    "description",
    "author",
    "confidence",
)


def csv_rows(iocs: Sequence[Ioc]) -> list[tuple[str, ...]]:
    """Rows of the CSV in ledger order: IOCs that meet every rule, one row a (type, value, reference).

    A value that stands under two types keeps the first: readers of the contract take type and value for one identity (7, trap 4).
    """
    rows: list[tuple[str, ...]] = []
    seen: set[tuple[str, str]] = set()
    types: dict[str, str] = {}
    for ioc in iocs:
        if not ioc.is_ioc or ioc.suppressed:
            continue
        ioc_type = csv_rules.CSV_TYPES[ioc.type]
        key = ioc.value, ioc.source_url
        if key in seen or types.setdefault(ioc.value, ioc_type) != ioc_type:
            continue
        seen.add(key)
        rows.append(
            (
                ioc_type,
                ioc.value,
                ioc.date,
                ioc.category,
                ioc.actor,
                ioc.actor_attribute,
                ioc.malware,
                ioc.malware_type,
                ioc.source_url,
                ioc.description,
                csv_rules.AUTHOR,
                csv_rules.CONFIDENCE,
            )
        )
    return rows


def ioc_csv(edition: Edition, iocs: Sequence[Ioc]) -> bytes:
    """The edition's CSV, UTF-8 with LF; a header alone when there is no IOC. ValueError names an IOC of another edition."""
    for ioc in iocs:
        if ioc.edition != edition.key:
            raise ValueError(f"IOC of article {ioc.article_id}: edition {ioc.edition} in the CSV of {edition.key}")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(csv_rows(iocs))
    return out.getvalue().encode()


def check_ioc_csv(data: bytes) -> list[str]:
    """Every violation of docs/contract.md 2.3 in a CSV file, each naming row (the header is row 1), column and rule; empty = valid."""
    if data.startswith(b"\xef\xbb\xbf"):
        return ["row 1: file begins with a byte order mark"]
    errors = ["file holds a carriage return"] if b"\r" in data else []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [*errors, f"file is not UTF-8 (byte {error.start})"]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen: dict[tuple[str, ...], int] = {}
    types: dict[str, str] = {}
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                if tuple(cells) != HEADER:
                    errors.append(f"row 1: the header is not {','.join(HEADER)}")
            else:
                errors += _row_errors(number, cells, seen, types)
    except csv.Error as error:
        errors.append(f"row {number + 1}: cannot be read as CSV ({error})")
    return errors if number else [*errors, "row 1: the header is missing"]


def _row_errors(number: int, cells: list[str], seen: dict[tuple[str, ...], int], types: dict[str, str]) -> list[str]:
    if not any(cell.strip() for cell in cells):
        return [f"row {number}: is blank"]
    if len(cells) != len(HEADER):
        return [f"row {number}: {len(cells)} cells instead of {len(HEADER)}"]
    row = dict(zip(HEADER, cells, strict=True))
    found = {name: csv_rules.cell_error(cell) for name, cell in row.items()}
    found["ioc_type"] = found["ioc_type"] or _one_of(row["ioc_type"], csv_rules.CSV_TYPES.values())
    found["category"] = found["category"] or _one_of(row["category"], csv_rules.CATEGORIES)
    found["ioc_value"] = found["ioc_value"] or csv_rules.value_error(row["ioc_type"], row["ioc_value"])
    found["date"] = found["date"] or csv_rules.date_error(row["date"])
    found["reference"] = found["reference"] or csv_rules.reference_error(row["reference"])
    if not row["description"].startswith(csv_rules.DESCRIPTION_PREFIX):
        found["description"] = found["description"] or f"does not begin with {csv_rules.DESCRIPTION_PREFIX!r}"
    found["author"] = found["author"] or _one_of(row["author"], (csv_rules.AUTHOR,))
    found["confidence"] = found["confidence"] or _one_of(row["confidence"], (csv_rules.CONFIDENCE,))
    errors = [f"row {number}, column {name}: {row[name][:80]!r} {rule}" for name, rule in found.items() if rule]
    key = row["ioc_type"], row["ioc_value"], row["reference"]
    first = seen.setdefault(key, number)
    if first != number:
        errors.append(f"row {number}: repeats ioc_type, ioc_value and reference of row {first}")
    if types.setdefault(row["ioc_value"], row["ioc_type"]) != row["ioc_type"]:
        errors.append(f"row {number}, column ioc_type: the value stands under {types[row['ioc_value']]} above")
    return errors


def _one_of(text: str, values: object) -> str:
    allowed = sorted(set(values))  # type: ignore[call-overload]
    return "" if text in allowed else f"is not one of {', '.join(allowed)}"
