"""Which export files there are: those of one edition below the output folder, and those of a range below any folder."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.indicators.exports.blocklists import block_lists
from secdigest_pipeline.indicators.exports.misp import event_uuid, feed_files, misp_event, whole_feed
from secdigest_pipeline.indicators.exports.records import ExportFile
from secdigest_pipeline.indicators.exports.rows import csv_of, json_lines
from secdigest_pipeline.indicators.exports.stix import stix_bundle
from secdigest_pipeline.indicators.exports.values import exported
from secdigest_pipeline.indicators.records import Ioc

Format = Literal["csv", "jsonl", "stix", "misp", "block"]
FORMATS: tuple[Format, ...] = get_args(Format)
# The feed over all exported editions lies beside the years.
FEED = "exports/misp-feed"


def edition_folder(edition: Edition) -> str:
    """Folder of an edition's exports below the output folder."""
    return f"exports/{edition.day.year:04d}/{edition.stem}"


def edition_files(edition: Edition, ledger: Sequence[Ioc], out: UPath) -> dict[str, bytes]:
    """Path below the output folder `out` -> bytes: STIX bundle, MISP event, JSON Lines, block lists, and the feed with the event in it.

    The CSV of an edition is the contract's and lies where the contract wants it. The same rows give the same bytes.
    """
    values = exported(ledger)
    event = misp_event(edition, values)
    files = {
        f"{edition.stem}.stix.json": stix_bundle([(edition, values)]),
        f"{edition.stem}.misp.json": event,
        f"{edition.stem}.jsonl": json_lines(ledger),
        **block_lists(values),
    }
    feed = feed_files(out / FEED, {event_uuid(edition): event})
    return {
        **{f"{edition_folder(edition)}/{name}": data for name, data in files.items()},
        **{f"{FEED}/{name}": data for name, data in feed.items()},
    }


def range_files(ledgers: Sequence[tuple[Edition, Sequence[Ioc]]], formats: Sequence[Format]) -> dict[str, bytes]:
    """Relative path -> bytes of one file a format over several editions (MISP: a feed, block lists: one a type and level)."""
    name = f"iocs-{ledgers[0][0].stem}-{ledgers[-1][0].stem}"
    rows = [ioc for _, ledger in ledgers for ioc in ledger]
    values = [(edition, exported(ledger)) for edition, ledger in ledgers]
    files: dict[str, bytes] = {}
    if "csv" in formats:
        files[f"{name}.csv"] = csv_of(rows)
    if "jsonl" in formats:
        files[f"{name}.jsonl"] = json_lines(rows)
    if "stix" in formats:
        files[f"{name}.stix.json"] = stix_bundle(values)
    if "misp" in formats:
        events = {event_uuid(edition): misp_event(edition, found) for edition, found in values}
        files |= {f"misp-feed/{path}": data for path, data in whole_feed(events).items()}
    if "block" in formats:
        files |= block_lists(value for _, found in values for value in found)
    return files


def listed(edition: Edition, files: Mapping[str, bytes]) -> list[ExportFile]:
    """One row a file of the edition itself (the feed's files belong to all)."""
    return [
        ExportFile(edition.key, path, len(data), sha256(data))
        for path, data in files.items()
        if not path.startswith(f"{FEED}/")
    ]
