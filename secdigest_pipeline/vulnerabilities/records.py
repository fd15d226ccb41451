"""Rows of the enrichment tables: each fetch of a bulk file, and what the files say of an edition's CVEs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Table

SourceName = Literal["kev", "epss"]


@dataclass(frozen=True, slots=True)
class EnrichmentFetch:
    """One request for one bulk file and what came back. Written once, never changed."""

    source: Annotated[SourceName, "kev: CISA's catalogue of exploited vulnerabilities; epss: FIRST's scores"]
    fetched_at: Annotated[datetime, "when the answer was complete, UTC"]
    url: Annotated[str, "URL asked"]
    outcome: Annotated[
        Literal["new", "unchanged", "error"],
        "new: a body was stored; unchanged: 304 or the same bytes; error: see reason",
    ]
    status: Annotated[int | None, "HTTP status, null when none came"]
    reason: Annotated[str, "why outcome is error; empty when all is well"]
    body_sha256: Annotated[str | None, "stored body this fetch saw (for unchanged and error: the earlier one)"]
    etag: Annotated[str, "ETag to send next time"]
    last_modified: Annotated[str, "Last-Modified to send next time"]
    entries: Annotated[int | None, "CVEs in that body"]
    dated: Annotated[date | None, "the body's own date (KEV: released, EPSS: score date); null when it gives none"]
    failures: Annotated[int, "fetches in a row, up to this one, that ended in an error"]
    not_before: Annotated[datetime, "the source is not asked again before, UTC"]


@dataclass(frozen=True, slots=True)
class CveFacts:
    """One CVE of an edition's ledger with what the files of its day say of it, and what nobody can tell."""

    edition: Annotated[DayKey, "edition date"]
    cve: Annotated[str, "CVE id"]
    article_ids: Annotated[tuple[str, ...], "articles of the edition on whose pages it stands"]
    kev: Annotated[
        Literal["listed", "not_listed", "unavailable"],
        "whether the catalogue of the day lists it; unavailable: no catalogue of that day is kept",
    ]
    kev_date_added: Annotated[date | None, "date it was added to the catalogue"]
    kev_due_date: Annotated[date | None, "date by which US agencies must have acted"]
    kev_ransomware: Annotated[
        Literal["known", "unknown"] | None, "use in ransomware campaigns by the catalogue; null when it is not listed"
    ]
    epss: Annotated[
        Literal["scored", "not_scored", "unavailable"],
        "whether the scores of the day have it; unavailable: no readable score of that day is kept",
    ]
    epss_score: Annotated[float | None, "probability of exploitation within 30 days, 0 to 1"]
    epss_percentile: Annotated[float | None, "share of scored CVEs at or below that score, 0 to 1"]
    kev_as_of: Annotated[date | None, "release date of the catalogue used (date of its fetch when it gives none)"]
    epss_as_of: Annotated[date | None, "score date of the file used (date of its fetch when it gives none)"]
    missing: Annotated[tuple[str, ...], "what is not known, and why; empty when both files were there"]
    own_article_ids: Annotated[
        tuple[str, ...] | None, "those of the articles whose own title or text names it; null in tables of before"
    ] = None


ENRICHMENT_FILES = Table("enrichment_files", EnrichmentFetch, key=("source",))
CVE_FACTS = Table("cve_facts", CveFacts, key=("cve",))


@dataclass(frozen=True, slots=True)
class Source:
    """Where one bulk file comes from: a URL of the settings."""

    name: SourceName
    url: str


def sources(kev_url: str, epss_url: str) -> tuple[Source, ...]:
    """The sources that are on; an empty URL is off."""
    named: tuple[tuple[SourceName, str], ...] = (("kev", kev_url), ("epss", epss_url))
    return tuple(Source(name, url) for name, url in named if url)
