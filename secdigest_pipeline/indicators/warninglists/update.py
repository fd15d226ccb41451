"""Takes newer warning lists from a MISP lists folder into the vendored data: host names brought into one form, stamped in a manifest."""

import gzip
import ipaddress
import json
import re
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from secdigest_pipeline.indicators.warninglists.catalog import CATALOG, Listed

LICENCE = "CC0-1.0"
SOURCE = "MISP warninglists"
# Bounds of a list: nothing the catalog names has a tenth of it.
MAX_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 100_000

_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)*[a-z0-9_](?:[a-z0-9_-]{0,62})")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}")


class ListFolderError(ValueError):
    """A MISP lists folder that cannot be read; the message names the file and what is wrong."""


def update(source: Path, target: Path) -> list[str]:
    """Writes every list of the catalog from `source` (`<name>/list.json` each) to `target`; gives one line a list.

    Nothing is written unless every list can be read. The bytes written depend on the lists (and the public suffix list) alone.
    Raises ListFolderError naming the file.
    """
    suffixes = PublicSuffixList()
    taken = [(listed, *_read(listed, source, suffixes)) for listed in CATALOG]
    manifest = {"source": SOURCE, "licence": LICENCE, "lists": {listed.name: about for listed, about, _ in taken}}
    target.mkdir(parents=True, exist_ok=True)
    for listed, _, entries in taken:
        packed = gzip.compress("\n".join(entries).encode(), 9, mtime=0)
        (target / f"{listed.name}.txt.gz").write_bytes(packed)
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return [f"{listed.name} version {about['version']}: {about['count']} entries" for listed, about, _ in taken]


def _read(listed: Listed, source: Path, suffixes: PublicSuffixList) -> tuple[dict[str, object], list[str]]:
    path = source / listed.name / "list.json"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ListFolderError(f"{path}: larger than {MAX_BYTES} bytes")
        data = json.loads(path.read_text("utf-8"))
        version, values = int(data["version"]), [str(value) for value in data["list"]]
        description = str(data["description"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ListFolderError(f"{path}: not a MISP warning list ({error!r})") from error
    if len(values) > MAX_ENTRIES:
        raise ListFolderError(f"{path}: more than {MAX_ENTRIES} entries")
    entries = sorted({entry for value in values if (entry := _entry(listed, value, suffixes))})
    if not entries:
        raise ListFolderError(f"{path}: holds no entry of the form {listed.form}")
    about = {
        "version": version,
        "date": _date(version),
        "count": len(entries),
        "licence": LICENCE,
        "form": listed.form,
        "description": " ".join(description.split()),
    }
    return about, entries


def _entry(listed: Listed, value: str, suffixes: PublicSuffixList) -> str:
    """One entry in vendored form, or "" when it is no value of the list's form (e.g. an address in a list of hosts)."""
    text = value.strip().lower()
    if listed.form == "hashes":
        return text if _HASH.fullmatch(text) else ""
    if listed.form == "networks":
        try:
            return ipaddress.ip_network(text, strict=False).compressed
        except ValueError:
            return ""
    covers = listed.subdomains or text.startswith((".", "*."))
    host = text.removeprefix("*").strip(".").partition("/")[0]
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    if "." not in host or not _HOST.fullmatch(host) or host[-1].isdigit():
        return ""
    # privatesuffix() is None at a public suffix: names below it belong to its customers, not to the listed service.
    return "." + host if covers and suffixes.privatesuffix(host) else host


def _date(version: int) -> str:
    """YYYY-MM-DD where MISP's version number is a date (20251223), else empty: small lists just count up."""
    text = str(version)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"20\d\d[01]\d[0-3]\d", text) else ""
