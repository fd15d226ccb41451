"""The CVEs of an edition with what the bulk files of its day say of them: a pure function of its texts and the archive."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.files import EnrichmentError, EpssScore, Kev, read_epss, read_kev
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS, CveFacts, Source, SourceName

MAX_NAMED = 5  # CVEs in one line of the report


def cve_facts(
    edition: Edition,
    on_pages: Iterable[tuple[str, str]],
    in_text: Iterable[tuple[str, str]],
    archive: EnrichmentArchive,
    sources: Sequence[Source],
) -> list[CveFacts]:
    """One row for every CVE id that stands on a page of the edition, in order of id.

    (CVE id, article_id): `on_pages` of every page, in article order; `in_text` of the articles' own titles and texts.
    A file that is not there or cannot be read is a reason in `missing`; StorageError when the archive cannot be listed.
    """
    articles: dict[str, dict[str, None]] = defaultdict(dict)
    for cve, article_id in on_pages:
        articles[cve][article_id] = None
    if not articles:
        return []
    own = set(in_text)
    rows = [
        _unknown(edition, cve, article_ids, [article_id for article_id in article_ids if (cve, article_id) in own])
        for cve, article_ids in sorted(articles.items())
    ]
    on = {source.name for source in sources}
    rows = _with_file(rows, "kev", edition, archive, on, _with_kev)
    return _with_file(rows, "epss", edition, archive, on, _with_epss)


def _with_file(
    rows: list[CveFacts],
    source: SourceName,
    edition: Edition,
    archive: EnrichmentArchive,
    on: set[SourceName],
    read: Callable[[list[CveFacts], bytes, date, Edition], list[CveFacts]],
) -> list[CveFacts]:
    """The rows with what one file of the day says, or with why it says nothing."""
    fetch = archive.of(source, edition)
    if fetch is None or fetch.body_sha256 is None:
        off = f"the source is off (SECDIGEST_{source.upper()}_URL)"
        why = "no file of that day is kept" if source in on else off
        return [_missing(row, f"{source}: {why}") for row in rows]
    as_of = fetch.dated or fetch.fetched_at.astimezone(UTC).date()
    try:
        return read(rows, archive.bodies.get(fetch.body_sha256), as_of, edition)
    except (StorageError, EnrichmentError):
        return [_missing(row, f"{source}: the file of {as_of} that is kept cannot be read") for row in rows]


def facts_of(facts: Iterable[CveFacts]) -> dict[str, list[CveFacts]]:
    """By article id, what there is to tell of its CVEs: those the catalogue of the day lists, or that have a score, by id.

    Only CVEs in an article's own title or text count: a page also shows the headlines of others. TableError when the table
    does not say (one of before).
    """
    by_article: dict[str, list[CveFacts]] = defaultdict(list)
    for row in facts:
        if row.own_article_ids is None:
            raise TableError(f"{CVE_FACTS.name}: it does not say whose own text names {row.cve}: materialize it again")
        if row.kev == "listed" or row.epss == "scored":
            for article_id in row.own_article_ids:
                by_article[article_id].append(row)
    return dict(by_article)


def facts_line(facts: Iterable[CveFacts]) -> str:
    """One Japanese sentence for その他 of an entry (docs/contract.md 1.6: exploitation state), "" when there is nothing to tell.

    CVEs of the catalogue first, then the highest scores; the others are counted.
    """
    rows = sorted(facts, key=lambda row: (row.kev != "listed", -(row.epss_score or 0), row.cve))
    rest = len(rows) - MAX_NAMED
    line = "、".join(f"{row.cve}（{'、'.join(_words(row))}）" for row in rows[:MAX_NAMED])
    return line and line + (f"、ほか{rest}件。" if rest > 0 else "。")


def _words(row: CveFacts) -> list[str]:
    words = []
    if row.kev == "listed":
        words.append(f"KEV登録日 {row.kev_date_added:%Y-%m-%d}" if row.kev_date_added else "KEV登録済み")
    if row.epss_score is not None:
        rank = "" if row.epss_percentile is None else f"、百分位{100 * row.epss_percentile:.1f}%"
        share = "0.1%未満" if row.epss_score < 0.001 else f"{100 * row.epss_score:.1f}%"
        words.append(f"EPSS {share}{rank}")
    return words


def _unknown(edition: Edition, cve: str, articles: Iterable[str], own: Iterable[str]) -> CveFacts:
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
        own_article_ids=tuple(own),
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
        unscored = replace(row, epss="not_scored", epss_as_of=as_of)
        return _missing(unscored, f"epss: not in the scores of {as_of}")
    score = scores[row.cve]
    if score is None:
        return _missing(replace(row, epss_as_of=as_of), f"epss: its row in the scores of {as_of} cannot be read")
    return replace(row, epss="scored", epss_score=score.score, epss_percentile=score.percentile, epss_as_of=as_of)
