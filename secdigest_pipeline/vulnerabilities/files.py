"""The two bulk files read: bounded in size, typed row by row, so that one bad row costs that row and nothing else."""

import io
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import pydantic_core
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

MAX_BYTES = 20 * 1024 * 1024  # of a file as it is sent (2026: KEV 1.5 MB, EPSS 2 MB)
MAX_CSV_BYTES = 64 * 1024 * 1024  # of the scores unpacked (2026: 10 MB)
MAX_LISTED = 100_000
MAX_ROWS = 2_000_000  # 2026: 300,000
_MAX_LINE = 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SCORE_DATE = re.compile(rb"score_date:(\d{4}-\d{2}-\d{2})")
_COLUMNS = b"cve,epss,percentile"
_GZIP = b"\x1f\x8b"


class EnrichmentError(ValueError):
    """A body that is not the file it should be; the message says why."""


def _day(value: Any) -> date | None:
    """The date a text begins with; None for everything else."""
    found = _DAY.match(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


Day = Annotated[date | None, BeforeValidator(_day)]
CveId = Annotated[str, Field(pattern=r"^CVE-\d{4}-\d{4,19}$")]


class KevEntry(BaseModel):
    """One vulnerability of the catalogue; a date that cannot be read is None."""

    cve: CveId = Field(alias="cveID")
    date_added: Day = Field(default=None, alias="dateAdded")
    due_date: Day = Field(default=None, alias="dueDate")
    ransomware: Annotated[
        Literal["known", "unknown"], BeforeValidator(lambda value: "known" if value == "Known" else "unknown")
    ] = Field(default="unknown", alias="knownRansomwareCampaignUse")


class _Catalogue(BaseModel):
    dateReleased: Day = None
    vulnerabilities: list[Any] = Field(max_length=MAX_LISTED)


class EpssScore(BaseModel):
    """Score and percentile of one CVE, both 0 to 1."""

    score: float = Field(ge=0, le=1, allow_inf_nan=False)
    percentile: float = Field(ge=0, le=1, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Kev:
    """The catalogue: its release date and its entries by CVE id."""

    dated: date | None
    entries: Mapping[str, KevEntry]


@dataclass(frozen=True, slots=True)
class Epss:
    """The scores: their date, how many there are, and those asked for (None: its row cannot be read)."""

    dated: date | None
    rows: int
    scores: Mapping[str, EpssScore | None]


def read_kev(data: bytes) -> Kev:
    """The catalogue in CISA's JSON; EnrichmentError when it is not that, or lists nothing."""
    try:
        catalogue = _Catalogue.model_validate(pydantic_core.from_json(data))
    except ValidationError as error:
        raise EnrichmentError(f"not a KEV catalogue ({error.errors()[0]['msg'][:100]})") from None
    except ValueError as error:
        raise EnrichmentError(f"not JSON ({str(error)[:100]})") from None
    entries: dict[str, KevEntry] = {}
    for row in catalogue.vulnerabilities:
        try:
            entry = KevEntry.model_validate(row)
        except ValidationError:
            continue
        entries.setdefault(entry.cve, entry)
    if not entries:
        raise EnrichmentError("a KEV catalogue without a vulnerability")
    return Kev(catalogue.dateReleased, entries)


def read_epss(data: bytes, wanted: Collection[str]) -> Epss:
    """The scores of the CVE ids `wanted` in FIRST's CSV (gzip or plain); EnrichmentError when it is not that."""
    lines = iter(io.BytesIO(_unpacked(data)))
    head = next(lines, b"")
    dated = None
    if head.startswith(b"#"):
        found = _SCORE_DATE.search(head[:_MAX_LINE])
        dated = _day(found[1].decode()) if found else None
        head = next(lines, b"")
    if head.strip().lower() != _COLUMNS:
        raise EnrichmentError("not EPSS scores (its columns are not cve,epss,percentile)")
    names = {cve.encode(): cve for cve in wanted}
    scores: dict[str, EpssScore | None] = {}
    rows = 0
    for line in lines:
        rows += 1
        if rows > MAX_ROWS:
            raise EnrichmentError(f"EPSS scores with more than {MAX_ROWS} rows")
        cve = names.get(line[:30].partition(b",")[0].strip())
        if cve is not None:
            scores.setdefault(cve, _score(line))
    if not rows:
        raise EnrichmentError("EPSS scores without a row")
    return Epss(dated, rows, scores)


def _score(line: bytes) -> EpssScore | None:
    cells = line[:_MAX_LINE].decode("utf-8", "replace").strip().split(",")
    try:
        return EpssScore.model_validate(dict(zip(("cve", "score", "percentile"), cells, strict=True)))
    except ValueError:
        return None


def _unpacked(data: bytes) -> bytes:
    """`data` out of gzip if it is in it, at most MAX_CSV_BYTES."""
    if not data.startswith(_GZIP):
        return data
    text = bytearray()
    while data.startswith(_GZIP):  # a file may be made of several members
        stream = zlib.decompressobj(wbits=31)
        try:
            text += stream.decompress(data, MAX_CSV_BYTES + 1 - len(text))
        except zlib.error as error:
            raise EnrichmentError(f"damaged gzip ({error})") from None
        if len(text) > MAX_CSV_BYTES:
            raise EnrichmentError(f"unpacks to more than {MAX_CSV_BYTES} bytes")
        if not stream.eof:
            raise EnrichmentError("gzip that ends too early")
        data = stream.unused_data
    return bytes(text)
