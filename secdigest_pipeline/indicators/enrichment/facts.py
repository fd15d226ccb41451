"""The CVEs of an edition with what the bulk files of its day say of them: a pure function of ledger and archive."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.editions import Edition
from secdigest_pipeline.files import StorageError
from secdigest_pipeline.indicators.find import find
from secdigest_pipeline.indicators.records import Ioc

from .archive import EnrichmentArchive
from .files import EnrichmentError, EpssScore, Kev, read_epss, read_kev
from .records import CveFacts, SourceName
from .sources import Source

MAX_NAMED = 5  # CVEs in one line of the report


def cve_facts(
    edition: Edition, iocs: Sequence[Ioc], archive: EnrichmentArchive, sources: Sequence[Source]
) -> list[CveFacts]:
    """One row for every CVE id of the edition's ledger, kept or suppressed, in order of id.

    A file that is not there or cannot be read is a reason in `missing`; StorageError when the archive cannot be listed.
    """
    articles: dict[str, dict[str, None]] = defaultdict(dict)
    for ioc in iocs:
        if ioc.type == "cve":
            articles[ioc.value][ioc.article_id] = None
    if not articles:
        return []
    rows = [_unknown(edition, cve, articles[cve]) for cve in sorted(articles)]
    on = {source.name for source in sources}
    rows = _told(rows, "kev", edition, archive, on, _with_kev)
    return _told(rows, "epss", edition, archive, on, _with_epss)


def _told(
    rows: list[CveFacts],
    source: SourceName,
    edition: Edition,
    archive: EnrichmentArchive,
    on: set[SourceName],
    tell: Callable[[list[CveFacts], bytes, date, Edition], list[CveFacts]],
) -> list[CveFacts]:
    """The rows with what one file of the day says, or with why it says nothing."""
    fetch = archive.of(source, edition)
    if fetch is None or fetch.body_sha256 is None:
        off = f"the source is off (SECDIGEST_{source.upper()}_URL)"
        why = "no file of that day is kept" if source in on else off
        return [_missing(row, f"{source}: {why}") for row in rows]
    as_of = fetch.dated or fetch.fetched_at.astimezone(UTC).date()
    try:
        return tell(rows, archive.bodies.get(fetch.body_sha256), as_of, edition)
    except (StorageError, EnrichmentError):
        return [_missing(row, f"{source}: the file of {as_of} that is kept cannot be read") for row in rows]


def kev_notes(facts: Iterable[CveFacts], articles: Sequence[Article]) -> dict[str, str]:
    """By article id, one Japanese line on those of its CVEs that the catalogue of the day lists.

    Only CVEs in an article's own title or text count: a page also shows the headlines of others.
    """
    listed = [row for row in facts if row.kev == "listed"]
    texts = {article.article_id: f"{article.title}\n{article.text}" for article in articles}
    wanted = {article_id for row in listed for article_id in row.article_ids if article_id in texts}
    own = {
        article_id: {found.value for found in find(texts[article_id]) if found.type == "cve"} for article_id in wanted
    }
    notes: dict[str, list[str]] = defaultdict(list)
    for row in listed:
        for article_id in row.article_ids:
            if row.cve in own.get(article_id, ()):
                added = f"（{row.kev_date_added:%Y-%m-%d}追加）" if row.kev_date_added else ""
                notes[article_id].append(f"{row.cve} はCISA KEVに収録{added}")
    return {article_id: _line(told) for article_id, told in notes.items()}


def _line(told: Sequence[str]) -> str:
    rest = len(told) - MAX_NAMED
    return "、".join(told[:MAX_NAMED]) + (f"、ほか{rest}件" if rest > 0 else "")


def _unknown(edition: Edition, cve: str, articles: Mapping[str, None]) -> CveFacts:
    return CveFacts(
        edition=edition.key,
        cve=cve,
        article_ids=tuple(articles),
        kev="unavailable",
        kev_date_added=None,
        kev_due_date=None,
        kev_ransomware=None,
        epss="unavailable",
        epss_score=None,
        epss_percentile=None,
        kev_as_of=None,
        epss_as_of=None,
        missing=(),
    )


def _missing(row: CveFacts, why: str) -> CveFacts:
    return replace(row, missing=(*row.missing, why))


def _with_kev(rows: list[CveFacts], body: bytes, as_of: date, edition: Edition) -> list[CveFacts]:
    kev = read_kev(body)
    return [_kev_row(row, kev, as_of, edition.day) for row in rows]


def _kev_row(row: CveFacts, kev: Kev, as_of: date, day: date) -> CveFacts:
    entry = kev.entries.get(row.cve)
    # A catalogue fetched after the close may hold what the edition could not know: CISA's day D (US Eastern) begins at
    # 13:00 JST or later, hours after edition D has closed.
    if entry is None or (entry.date_added is not None and entry.date_added >= day):
        return replace(row, kev="not_listed", kev_as_of=as_of)
    return replace(
        row,
        kev="listed",
        kev_date_added=entry.date_added,
        kev_due_date=entry.due_date,
        kev_ransomware=entry.ransomware,
        kev_as_of=as_of,
    )


def _with_epss(rows: list[CveFacts], body: bytes, as_of: date, edition: Edition) -> list[CveFacts]:
    scores = read_epss(body, [row.cve for row in rows]).scores
    return [_epss_row(row, scores, as_of) for row in rows]


def _epss_row(row: CveFacts, scores: Mapping[str, EpssScore | None], as_of: date) -> CveFacts:
    if row.cve not in scores:
        told = replace(row, epss="not_scored", epss_as_of=as_of)
        return _missing(told, f"epss: not in the scores of {as_of}")
    score = scores[row.cve]
    if score is None:
        return _missing(replace(row, epss_as_of=as_of), f"epss: its row in the scores of {as_of} cannot be read")
    return replace(row, epss="scored", epss_score=score.score, epss_percentile=score.percentile, epss_as_of=as_of)
