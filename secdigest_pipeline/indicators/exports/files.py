"""Which export files there are: those of one edition below the output folder, those of a range below any folder, and as they lie.

That other tools read them is a matter of the code, not of the day: the tests hold it with the tools' own libraries
(docs/decisions/stix-and-misp.md).
"""

from collections.abc import Collection, Mapping, Sequence

from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.indicators.exports.formats import FORMATS, edition_folder
from secdigest_pipeline.indicators.exports.records import ExportFile
from secdigest_pipeline.indicators.exports.values import EditionIocs, exported
from secdigest_pipeline.indicators.records import Ioc


def edition_files(edition: Edition, ledger: Sequence[Ioc], out: UPath) -> dict[str, bytes]:
    """Path below the output folder `out` -> bytes, of every format that is written with an edition.

    The same rows give the same bytes.
    """
    iocs = EditionIocs(edition, ledger, exported(ledger))
    return {path: data for format in FORMATS.values() for path, data in format.with_edition(iocs, out).items()}


def range_files(ledgers: Sequence[tuple[Edition, Sequence[Ioc]]], formats: Collection[str]) -> dict[str, bytes]:
    """Relative path -> bytes over several editions, oldest first, in the formats of these names."""
    stem = f"iocs-{ledgers[0][0].stem}-{ledgers[-1][0].stem}"
    editions = [EditionIocs(edition, ledger, exported(ledger)) for edition, ledger in ledgers]
    return {
        path: data
        for name, format in FORMATS.items()
        if name in formats
        for path, data in format.of_range(stem, editions).items()
    }


def listed(edition: Edition, files: Mapping[str, bytes]) -> list[ExportFile]:
    """One row a file of the edition itself (the feed's files belong to all)."""
    return [
        ExportFile(edition.key, path, len(data), sha256(data))
        for path, data in files.items()
        if path.startswith(f"{edition_folder(edition)}/")
    ]


def unlike_listed(out: UPath, files: Sequence[ExportFile]) -> list[str]:
    """Files that are missing from `out` or hold other bytes than listed, each with its path; empty when all is well."""
    wrong = []
    for file in files:
        path = out / file.path
        try:
            if sha256(path.read_bytes()) != file.sha256:
                wrong.append(f"{path}: holds other bytes than were written")
        except OSError as error:
            wrong.append(f"{path}: cannot be read ({error.strerror or error})")
    return wrong
