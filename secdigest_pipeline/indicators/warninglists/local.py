"""The newsroom's own list: values that are never, or always, an indicator, each with a reason and an owner.

A CSV file in UTF-8 with the header `verdict,value,reason,owner`; verdict `allow` keeps a value out, `deny` makes it an IOC wherever
an article holds it. Blank lines are passed over. A host covers its subdomains and the URLs on it; a URL, an address or a hash
stands for itself.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from secdigest_pipeline.base.suffixes import is_public_suffix
from secdigest_pipeline.indicators.finding.find import find

Verdict = Literal["allow", "deny"]
_HEADER = ["verdict", "value", "reason", "owner"]
MAX_BYTES = 4 * 1024 * 1024
# A reason of the ledger is one short line.
MAX_REASON, MAX_OWNER = 200, 60
_LINE_END = re.compile(r"\r\n|\r|\n")


class LocalListError(ValueError):
    """A local list that cannot be used; the message is one line and names file, line and rule."""


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """One line of the list, and the name of the file it stands in."""

    verdict: Verdict
    list: str
    reason: str
    owner: str

    @property
    def why(self) -> str:
        """List, reason and owner as a reason's detail."""
        return f"{self.list}: {self.reason} ({self.owner})"


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
    reader = csv.reader(_LINE_END.split(_text(path)), strict=True)
    entries: dict[str, LocalEntry] = {}
    try:
        if next(reader, None) != _HEADER:
            raise LocalListError(f"{path} line 1: the header is {','.join(_HEADER)}")
        for cells in reader:
            if not cells:
                continue
            where = f"{path} line {reader.line_num}"
            value, entry = _entry(cells, path.name, where)
            if value in entries:
                raise LocalListError(f"{where}: {value[:100]} stands in the list twice")
            entries[value] = entry
    except csv.Error as error:
        raise LocalListError(f"{path} line {reader.line_num}: {error}") from error
    return LocalList(entries)


def _text(path: Path) -> str:
    try:
        # A pipe or device would have no end
        if not path.is_file():
            raise LocalListError(f"{path}: there is no such file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise LocalListError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(data) > MAX_BYTES:
        raise LocalListError(f"{path}: larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(data[: error.start].decode("utf-8", "replace"))) + 1
        raise LocalListError(f"{path} line {line}: not UTF-8") from error


def _entry(cells: list[str], name: str, where: str) -> tuple[str, LocalEntry]:
    if len(cells) != len(_HEADER) or not all(cell.strip() for cell in cells):
        raise LocalListError(f"{where}: four cells, none of them empty")
    verdict, written, reason, owner = (" ".join(cell.split()) for cell in cells)
    if verdict not in ("allow", "deny"):
        raise LocalListError(f"{where}: verdict {verdict[:40]!r} is neither allow nor deny")
    for what, text, longest in (("reason", reason, MAX_REASON), ("owner", owner, MAX_OWNER)):
        if len(text) > longest or not text.isprintable():
            raise LocalListError(f"{where}: the {what} is not one line of at most {longest} printable characters")
    found = find(written)
    if len(found) != 1 or found[0].raw != written:
        raise LocalListError(f"{where}: {written[:100]!r} is not one address, host, URL or hash")
    if found[0].type == "domain" and is_public_suffix(found[0].value):
        raise LocalListError(f"{where}: {written[:100]!r} is a registry's suffix, below which everybody's names are")
    return found[0].value, LocalEntry(cast(Verdict, verdict), name, reason, owner)
