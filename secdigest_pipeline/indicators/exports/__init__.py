"""Exports of the IOC ledger: STIX 2.1, MISP, block lists, JSON Lines and CSV, for an edition and for a range."""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from .check import check_misp, check_stix
    from .files import FORMATS, Format, edition_files, edition_folder, listed, range_files
    from .records import IOC_EXPORTS

__all__ = [
    "FORMATS",
    "IOC_EXPORTS",
    "Format",
    "check_misp",
    "check_stix",
    "edition_files",
    "edition_folder",
    "listed",
    "range_files",
]

__getattr__ = lazy(
    __name__,
    {
        "check": ("check_misp", "check_stix"),
        "files": ("FORMATS", "Format", "edition_files", "edition_folder", "listed", "range_files"),
        "records": ("IOC_EXPORTS",),
    },
)
