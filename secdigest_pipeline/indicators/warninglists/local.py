"""The newsroom's own list: values that are never, or always, an indicator, each with a reason and an owner.

A CSV file with the header `verdict,value,reason,owner`; verdict `allow` keeps a value out, `deny` makes it an IOC wherever an
article holds it. A host covers its subdomains and the URLs on it; a URL, an address or a hash stands for itself.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from secdigest_pipeline.indicators.find import find

Verdict = Literal["allow", "deny"]
_HEADER = ["verdict", "value", "reason", "owner"]
MAX_BYTES = 4 * 1024 * 1024


class LocalListError(ValueError):
    """A local list that cannot be used; the message names file, line and rule."""


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """One line of the list. `why` is the reason with its owner in parentheses."""

    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class LocalList:
    """Entries by normalised value."""

    entries: Mapping[str, LocalEntry] = field(default_factory=dict)

    def entry(self, value: str, host: str) -> LocalEntry | None:
        """The entry of a value, else of its host (`host` is "" for hashes and bare addresses) or the nearest parent of that."""
        if not self.entries:
            return None
        found = self.entries.get(value)
        while found is None and host:
            found = self.entries.get(host)
            host = host.partition(".")[2]
        return found


NO_LOCAL = LocalList()


def load_local(path: Path) -> LocalList:
    """The list in `path`; values may be defanged. LocalListError names file, line and rule."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LocalListError(f"{path}: larger than {MAX_BYTES} bytes")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LocalListError(f"{path}: cannot be read ({error})") from error
    reader = csv.reader(text.splitlines(), strict=True)
    entries: dict[str, LocalEntry] = {}
    try:
        if next(reader, None) != _HEADER:
            raise LocalListError(f"{path} line 1: the header is {','.join(_HEADER)}")
        for cells in reader:
            where = f"{path} line {reader.line_num}"
            value, entry = _entry(cells, where)
            if value in entries:
                raise LocalListError(f"{where}: {value} stands in the list twice")
            entries[value] = entry
    except csv.Error as error:
        raise LocalListError(f"{path} line {reader.line_num}: {error}") from error
    return LocalList(entries)


def _entry(cells: list[str], where: str) -> tuple[str, LocalEntry]:
    if len(cells) != len(_HEADER) or not all(cell.strip() for cell in cells):
        raise LocalListError(f"{where}: four cells, none of them empty")
    verdict, written, reason, owner = (" ".join(cell.split()) for cell in cells)
    found = find(written)
    if len(found) != 1 or found[0].raw != written:
        raise LocalListError(f"{where}: {written!r} is not one address, host, URL or hash")
    if verdict == "allow":
        return found[0].value, LocalEntry("allow", f"{reason} ({owner})")
    if verdict == "deny":
        return found[0].value, LocalEntry("deny", f"{reason} ({owner})")
    raise LocalListError(f"{where}: verdict {verdict!r} is neither allow nor deny")
