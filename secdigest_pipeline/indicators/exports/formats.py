"""The formats of exports: the one place that knows which there are. How to add one: docs/how-to/add-an-export-format.md."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import HEADER, csv_rows
from secdigest_pipeline.indicators.exports.blocklists import block_lists
from secdigest_pipeline.indicators.exports.misp import event_uuid, feed_files, misp_event, whole_feed
from secdigest_pipeline.indicators.exports.stix import stix_bundle
from secdigest_pipeline.indicators.exports.values import EditionIocs, carried, is_exported
from secdigest_pipeline.indicators.records import IOCS

# The MISP feed over all exported editions lies beside the years.
FEED = "exports/misp-feed"
_COLUMNS = tuple(column.field for column in IOCS.columns)


Files = Mapping[str, bytes]  # path -> content; the same ledgers give the same bytes


def edition_folder(edition: Edition) -> str:
    """Folder of an edition's exports below the output folder."""
    return f"exports/{edition.day.year:04d}/{edition.stem}"


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: its name on the command line, and what it is.

    `of_range` gives the files of one or several editions, oldest first, by their path below any folder; a file that holds
    the whole range is named after the stem it is given. With every edition the same files are written for it alone, in its
    folder; where it is to be others, `of_edition` gives them by their path below the output folder, which it is given.
    """

    name: str
    what: str
    of_range: Callable[[str, Sequence[EditionIocs]], Files]
    of_edition: Callable[[EditionIocs, UPath], Files] | None = None

    def with_edition(self, iocs: EditionIocs, out: UPath) -> Files:
        """Path below the output folder `out` -> bytes of what is written with every edition."""
        if self.of_edition is not None:
            return self.of_edition(iocs, out)
        files = self.of_range(iocs.edition.stem, [iocs])
        return {f"{edition_folder(iocs.edition)}/{path}": data for path, data in files.items()}


def _csv(stem: str, editions: Sequence[EditionIocs]) -> Files:
    """The CSV of docs/contract.md 2.2 over any number of editions; check_ioc_csv holds for it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(csv_rows([ioc for day in editions for ioc in day.ledger]))
    return {f"{stem}.csv": out.getvalue().encode()}


def _in_the_report(_iocs: EditionIocs, _out: UPath) -> Files:
    """Nothing: the CSV of an edition is the contract's and lies where the contract wants it."""
    return {}


def _jsonl(stem: str, editions: Sequence[EditionIocs]) -> Files:
    """Every exported row with all its columns, in ledger order, one JSON object a line."""
    rows = (
        {name: getattr(ioc, name) for name in _COLUMNS} for day in editions for ioc in day.ledger if is_exported(ioc)
    )
    return {f"{stem}.jsonl": "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()}


def _stix(stem: str, editions: Sequence[EditionIocs]) -> Files:
    return {f"{stem}.stix.json": stix_bundle([(day.edition, carried(day.values, "stix")) for day in editions])}


def _misp_feed(_stem: str, editions: Sequence[EditionIocs]) -> Files:
    events = {event_uuid(day.edition): misp_event(day.edition, carried(day.values, "misp")) for day in editions}
    return {f"misp-feed/{path}": data for path, data in whole_feed(events).items()}


def _misp_event(iocs: EditionIocs, out: UPath) -> Files:
    """The event in the edition's folder, and the feed of all editions with the event in it."""
    edition = iocs.edition
    event = misp_event(edition, carried(iocs.values, "misp"))
    feed = feed_files(out / FEED, {event_uuid(edition): event})
    return {
        f"{edition_folder(edition)}/{edition.stem}.misp.json": event,
        **{f"{FEED}/{path}": data for path, data in feed.items()},
    }


def _block(_stem: str, editions: Sequence[EditionIocs]) -> Files:
    return block_lists(value for day in editions for value in day.values)


FORMATS: Mapping[str, ExportFormat] = {
    format.name: format
    for format in (
        ExportFormat("csv", "the 12 columns of the report's IOC CSV", _csv, _in_the_report),
        ExportFormat("jsonl", "all columns of the ledger", _jsonl),
        ExportFormat("stix", "a STIX 2.1 bundle", _stix),
        ExportFormat("misp", "a feed directory", _misp_feed, _misp_event),
        ExportFormat("block", "plain lists by type and least confidence of what may be blocked", _block),
    )
}
