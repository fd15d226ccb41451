"""Exports of the IOC ledger: STIX 2.1, MISP, block lists, JSON Lines and CSV, for an edition and for a range."""

from .check import check_misp, check_stix
from .files import FORMATS, IOC_EXPORTS, Format, edition_files, edition_folder, listed, range_files

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
