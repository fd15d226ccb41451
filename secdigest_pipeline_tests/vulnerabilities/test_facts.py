"""KEV and EPSS as of the day: fetched over real HTTP, kept like a feed, and never more said than the files said."""

import asyncio
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, KEV_URL, epss_body, kev_body
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.facts import cve_facts, facts_line, facts_of
from secdigest_pipeline.vulnerabilities.fetching import fetch_files
from secdigest_pipeline.vulnerabilities.files import MAX_CSV_BYTES, MAX_ROWS, EnrichmentError, read_epss, read_kev
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS, ENRICHMENT_FILES, CveFacts, EnrichmentFetch
from secdigest_pipeline.vulnerabilities.sources import sources

FIRST, SECOND, THIRD = EDITIONS
BOTH = sources(KEV_URL, EPSS_URL)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def served() -> Iterator[SampleWeb]:
    with web.serve() as pages:
        yield pages


@pytest.fixture
def archive(tmp_path: Path) -> EnrichmentArchive:
    return EnrichmentArchive(UPath(tmp_path / "enrichment"))


def fetch(served: SampleWeb, archive: EnrichmentArchive, at: datetime, on=BOTH) -> list[EnrichmentFetch]:
    """One round at that moment of the world."""

    async def work() -> list[EnrichmentFetch]:
        async with open_client(connect_to={"*.example": ("127.0.0.1", served.port)}) as client:
            return await fetch_files(on, archive, client, lambda: at)

    served.at(at)
    return asyncio.run(work())


def cves(*ids: str, article_id: str = "a1") -> list[tuple[str, str]]:
    return [(cve, article_id) for cve in ids]


def fact(rows: list[CveFacts], cve: str) -> CveFacts:
    (row,) = [row for row in rows if row.cve == cve]
    return row


def test_both_files_are_fetched_kept_and_not_asked_again_before_they_are_due(
    served: SampleWeb, archive: EnrichmentArchive
) -> None:
    served.forget_counts()
    kev, epss = fetch(served, archive, FIRST.cutoff)
    assert (kev.outcome, kev.entries, kev.dated) == ("new", 2, date(2026, 9, 30))
    assert (epss.outcome, epss.entries, epss.dated) == ("new", 9, date(2026, 9, 30))
    assert archive.bodies.get(kev.body_sha256 or "") == kev_body(FIRST.cutoff)
    assert fetch(served, archive, FIRST.cutoff + HOUR) == [kev, epss]
    assert served.counts() == {KEV_URL: 1, EPSS_URL: 1}
    again = fetch(served, archive, FIRST.cutoff + 5 * HOUR)
    assert [row.outcome for row in again] == ["unchanged", "unchanged"]
    assert [row.status for row in again] == [304, 304]
    assert served.counts() == {KEV_URL: 2, EPSS_URL: 2}
    ENRICHMENT_FILES.arrow(again)


def test_an_edition_goes_by_what_was_known_at_its_close_however_late_it_is_made(
    served: SampleWeb, archive: EnrichmentArchive
) -> None:
    for edition in EDITIONS:
        fetch(served, archive, edition.cutoff)
    ledger = cves("CVE-2026-90231", "CVE-2026-90117", "CVE-2026-90513")
    first, second = (cve_facts(edition, ledger, [], archive, BOTH) for edition in (FIRST, SECOND))
    assert fact(first, "CVE-2026-90231").kev == "not_listed"
    listed = fact(second, "CVE-2026-90231")
    assert (listed.kev, listed.kev_date_added, listed.kev_due_date, listed.kev_ransomware) == (
        "listed", date(2026, 10, 1), date(2026, 10, 22), "known",
    )  # fmt: skip
    assert fact(second, "CVE-2026-90117").kev_ransomware == "unknown"
    assert fact(first, "CVE-2026-90117").epss_score == 0.02411
    scored = fact(second, "CVE-2026-90117")
    assert (scored.epss, scored.epss_score, scored.epss_percentile) == ("scored", 0.37128, 0.97035)
    assert (scored.kev_as_of, scored.epss_as_of, scored.missing) == (date(2026, 10, 1), date(2026, 10, 1), ())
    assert [row.cve for row in second] == sorted(row.cve for row in second)
    CVE_FACTS.arrow(second)


def test_what_the_files_do_not_have_is_said(served: SampleWeb, archive: EnrichmentArchive) -> None:
    fetch(served, archive, FIRST.cutoff)
    row = fact(cve_facts(FIRST, cves("CVE-2026-90513"), [], archive, BOTH), "CVE-2026-90513")
    assert (row.kev, row.epss, row.epss_score) == ("not_listed", "not_scored", None)
    assert row.missing == ("epss: not in the scores of 2026-09-30",)


def test_without_a_file_of_the_day_nothing_is_claimed(served: SampleWeb, archive: EnrichmentArchive) -> None:
    ledger = cves("CVE-2026-90117")
    (none,) = cve_facts(FIRST, ledger, [], archive, BOTH)
    assert (none.kev, none.epss, none.kev_as_of, none.epss_as_of) == ("unavailable", "unavailable", None, None)
    assert none.missing == ("kev: no file of that day is kept", "epss: no file of that day is kept")
    (off,) = cve_facts(FIRST, ledger, [], archive, sources("", ""))
    assert off.missing[0] == "kev: the source is off (SECDIGEST_KEV_URL)"
    fetch(served, archive, THIRD.cutoff)
    assert cve_facts(FIRST, ledger, [], archive, BOTH) == [none], "a file from days later is not of the day"
    assert cve_facts(THIRD.shifted(8), ledger, [], archive, BOTH)[0].kev == "unavailable", "nor is one from last week"
    assert cve_facts(FIRST, [], cves("CVE-2026-90117"), archive, BOTH) == []


def test_an_edition_made_some_hours_late_goes_by_the_first_file_after_its_close_but_not_by_later_additions(
    served: SampleWeb, archive: EnrichmentArchive
) -> None:
    fetch(served, archive, FIRST.closes + 22 * HOUR)
    fetch(served, archive, SECOND.closes)
    row, late = cve_facts(FIRST, cves("CVE-2026-90117", "CVE-2026-90231"), [], archive, BOTH)
    assert (row.kev, row.kev_date_added) == ("listed", date(2026, 9, 30))
    assert (late.kev, late.kev_as_of) == ("not_listed", date(2026, 10, 1)), "added on US 1 October, after the close"


def test_every_article_a_cve_stands_in_is_named_once(served: SampleWeb, archive: EnrichmentArchive) -> None:
    rows = cves("CVE-2026-90117", article_id="b") + cves("CVE-2026-90117", article_id="a")
    (row,) = cve_facts(FIRST, rows, [], archive, BOTH)
    assert row.article_ids == ("b", "a")


@pytest.mark.parametrize("broken", ["kev", "epss"])
def test_a_body_that_is_not_the_file_never_takes_the_place_of_a_good_one(
    served: SampleWeb, archive: EnrichmentArchive, broken: str
) -> None:
    good = fetch(served, archive, FIRST.cutoff)
    # The two files swapped: each is an answer of status 200 that is something else.
    wrong = sources(EPSS_URL, "") if broken == "kev" else sources("", KEV_URL)
    (row,) = fetch(served, archive, FIRST.cutoff + 5 * HOUR, wrong)
    assert (row.outcome, row.failures, row.status) == ("error", 1, 200)
    assert row.reason and row.not_before == FIRST.cutoff + 5 * HOUR + timedelta(minutes=50)
    kept = archive.of("kev" if broken == "kev" else "epss", SECOND)
    assert kept == good[0 if broken == "kev" else 1]


def test_a_source_that_fails_is_asked_less_and_less_often(served: SampleWeb, archive: EnrichmentArchive) -> None:
    gone = sources("http://nowhere.example/kev.json", "")
    at, waits = FIRST.cutoff, []
    for _ in range(20):
        (row,) = fetch(served, archive, at, gone)
        assert (row.outcome, row.reason) == ("error", "HTTP 404")
        waits.append(row.not_before - at)
        at = row.not_before
    assert waits == sorted(waits) and waits[0] < HOUR and waits[-1] == 12 * HOUR


@pytest.mark.parametrize("url", ["ftp://a.example/x", "http://user:pw@a.example/x", "http://10.0.0.1/x", "nonsense"])
def test_an_address_that_is_not_asked_is_an_error_of_that_source(
    served: SampleWeb, archive: EnrichmentArchive, url: str
) -> None:
    bad, good = fetch(served, archive, FIRST.cutoff, sources(url, EPSS_URL))
    assert (bad.outcome, bad.status, good.outcome) == ("error", None, "new")
    assert "pw" not in bad.reason + bad.url


def test_a_damaged_record_counts_as_never_written(served: SampleWeb, archive: EnrichmentArchive) -> None:
    fetch(served, archive, FIRST.cutoff)
    for path in (archive.root / "fetches").glob("*/*.json"):
        path.write_bytes(b"{")
    assert archive.last("kev") is None and archive.of("epss", FIRST) is None
    assert [row.outcome for row in fetch(served, archive, FIRST.cutoff)] == ["new", "new"]


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b not gzip", gzip.compress(b"another body", mtime=0)])
def test_a_damaged_body_is_a_reason_and_not_the_end_of_the_day(
    served: SampleWeb, archive: EnrichmentArchive, damage: bytes
) -> None:
    kev, _ = fetch(served, archive, FIRST.cutoff)
    archive.bodies.path(kev.body_sha256 or "").write_bytes(damage)
    (row,) = cve_facts(FIRST, cves("CVE-2026-90117"), [], archive, BOTH)
    assert (row.kev, row.epss) == ("unavailable", "scored")
    assert row.missing == ("kev: the file of 2026-09-30 that is kept cannot be read",)


def test_an_archive_that_cannot_be_written_is_named(served: SampleWeb, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        fetch(served, EnrichmentArchive(UPath(tmp_path / "file")), FIRST.cutoff)


def catalogue(*rows: object, **more: object) -> bytes:
    return json.dumps({"vulnerabilities": rows, **more}).encode()


GOOD = {
    "cveID": "CVE-2026-90001",
    "dateAdded": "2026-10-01",
    "dueDate": "2026-10-22",
    "knownRansomwareCampaignUse": "Known",
}


def test_one_bad_row_of_the_catalogue_costs_that_row() -> None:
    rows = [
        None,
        7,
        {},
        {"cveID": "x"},
        {"cveID": ["CVE-2026-90002"]},
        GOOD,
        {"cveID": "CVE-2026-90003", "dateAdded": 5},
    ]
    kev = read_kev(catalogue(*rows, dateReleased="2026-10-01T12:00:00.000Z"))
    assert set(kev.entries) == {"CVE-2026-90001", "CVE-2026-90003"}
    assert kev.dated == date(2026, 10, 1)
    odd = kev.entries["CVE-2026-90003"]
    assert (odd.date_added, odd.due_date, odd.ransomware) == (None, None, "unknown")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b'{"vulnerabilities": 5}',
        b'{"vulnerabilities": []}',
        catalogue({"cveID": "no"}),
        b"[" * 1_000_000,
        b'{"vulnerabilities": [' + b"0," * 200_000 + b"0]}",
    ],
    ids=lambda data: data[:20].decode("latin-1"),
)
def test_what_is_no_catalogue_is_one_error(data: bytes) -> None:
    with pytest.raises(EnrichmentError) as error:
        read_kev(data)
    assert len(str(error.value)) < 200


HEAD = b"#model_version:v1,score_date:2026-10-01T00:00:00+0000\ncve,epss,percentile\n"


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda data: gzip.compress(data[:80], mtime=0) + gzip.compress(data[80:])]
)
def test_scores_are_read_packed_and_unpacked(pack: Callable[[bytes], bytes]) -> None:
    rows = b"CVE-2026-90001,0.5,0.9\nCVE-2026-90002,1.5,0.9\nCVE-2026-90003,nan,1\nCVE-2026-90004\nCVE-2026-90001,0.1,0.1\n"
    epss = read_epss(pack(HEAD + rows), {f"CVE-2026-9000{n}" for n in range(1, 6)})
    assert (epss.dated, epss.rows) == (date(2026, 10, 1), 5)
    good = epss.scores["CVE-2026-90001"]
    assert good is not None and (good.score, good.percentile) == (0.5, 0.9)
    assert {cve for cve, score in epss.scores.items() if score is None} == {f"CVE-2026-9000{n}" for n in (2, 3, 4)}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not EPSS scores"),
        (b"<html>", "not EPSS scores"),
        (HEAD, "without a row"),
        (b"cve,score\nCVE-2026-90001,1\n", "not EPSS scores"),
        (gzip.compress(HEAD, mtime=0)[:-9], "ends too early"),
        (b"\x1f\x8b" + b"\x00" * 50, "damaged gzip"),
        (gzip.compress(b"\0" * (MAX_CSV_BYTES + 1), mtime=0), "unpacks to more than"),
        (gzip.compress(HEAD + b"\n" * (MAX_ROWS + 1), mtime=0), "more than 2000000 rows"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_list_of_scores_is_one_error(data: bytes, says: str) -> None:
    with pytest.raises(EnrichmentError, match=says):
        read_epss(data, ())


def test_a_score_that_cannot_be_read_is_not_called_unscored(archive: EnrichmentArchive) -> None:
    body = HEAD + b"CVE-2026-90001,high,0.9\n"
    archive.add(
        EnrichmentFetch(
            "epss", FIRST.cutoff, EPSS_URL, "new", 200, "", archive.bodies.put(body), "", "", 1, None, 0, FIRST.closes
        )
    )
    (row,) = cve_facts(FIRST, cves("CVE-2026-90001"), [], archive, BOTH)
    assert (row.epss, row.missing[-1]) == (
        "unavailable",
        f"epss: its row in the scores of {FIRST.cutoff.astimezone(UTC).date()} cannot be read",
    )


def test_the_line_of_an_article_tells_its_own_cves_of_the_catalogue_first(
    served: SampleWeb, archive: EnrichmentArchive
) -> None:
    fetch(served, archive, FIRST.cutoff)
    pages = cves("CVE-2026-90117", "CVE-2026-90077", "CVE-2026-90231", article_id="a")
    # b's page shows the headline of another article
    pages += cves("CVE-2026-90117", article_id="b")
    own = cves("CVE-2026-90117", "CVE-2026-90077", article_id="a") + cves("CVE-2026-90231", article_id="b")
    told = facts_of(cve_facts(FIRST, pages, own, archive, BOTH))
    assert {article_id: [row.cve for row in rows] for article_id, rows in told.items()} == {
        "a": ["CVE-2026-90077", "CVE-2026-90117"]
    }
    line = facts_line(told["a"])
    assert re.fullmatch(
        r"CVE-2026-90077（KEV登録日 2026-03-11、EPSS [\d.]+%、百分位[\d.]+%）、"
        r"CVE-2026-90117（KEV登録日 2026-09-30(?:、EPSS [\d.]+%、百分位[\d.]+%)?）。|"
        r"CVE-2026-90117（KEV登録日 2026-09-30、EPSS [\d.]+%、百分位[\d.]+%）、"
        r"CVE-2026-90077（KEV登録日 2026-03-11(?:、EPSS [\d.]+%、百分位[\d.]+%)?）。",
        line,
    ), line
    assert facts_of([]) == {} and facts_line(()) == ""


FACT = CveFacts(
    FIRST.key, "CVE-2026-90000", ("a",), "listed", None, None, "unknown", "unavailable", None, None, None, None, (), ("a",)
)  # fmt: skip


def test_what_a_catalogue_does_not_say_is_not_told() -> None:
    scored = replace(FACT, kev="not_listed", epss="scored", epss_score=0.0004, epss_percentile=None)
    assert facts_line([FACT]) == "CVE-2026-90000（KEV登録済み）。"
    assert facts_line([scored]) == "CVE-2026-90000（EPSS 0.1%未満）。"
    assert facts_of([replace(FACT, kev="not_listed"), replace(FACT, kev="unavailable")]) == {}


def test_a_table_of_before_is_read_and_what_it_cannot_say_is_an_error_that_says_what_to_do() -> None:
    before = CVE_FACTS.arrow([FACT]).drop_columns(["own_article_ids"])
    rows = CVE_FACTS.rows(CVE_FACTS.current(before))
    assert rows == [replace(FACT, own_article_ids=None)]
    with pytest.raises(TableError, match=r"cve_facts: .* CVE-2026-90000: materialize it again"):
        facts_of(rows)


def test_many_cves_are_counted_after_five_the_most_dangerous_first() -> None:
    ids = [f"CVE-2026-9{n:04}" for n in range(8)]
    rows = [
        replace(FACT, cve=cve, kev="not_listed", epss="scored", epss_score=n / 100, epss_percentile=0.5)
        for n, cve in enumerate(ids)
    ]
    rows[2] = replace(rows[2], kev="listed", kev_date_added=FIRST.day)
    line = facts_line(rows)
    assert line.startswith(
        f"CVE-2026-90002（KEV登録日 {FIRST.day}、EPSS 2.0%、百分位50.0%）、CVE-2026-90007（EPSS 7.0%、"
    )
    assert line.endswith("、ほか3件。") and line.count("CVE-") == 5


def test_the_sample_files_name_only_cves_of_the_sample_world() -> None:
    end = THIRD.closes
    kev = read_kev(kev_body(end))
    assert set(kev.entries) == {"CVE-2026-90077", "CVE-2026-90117", "CVE-2026-90231", "CVE-2026-90455"}
    assert all(cve.startswith("CVE-2026-9") for cve in kev.entries)
    assert read_epss(epss_body(end), kev.entries).rows == 9
    assert kev_body(FIRST.start) != kev_body(end) and epss_body(FIRST.start) != epss_body(end)
