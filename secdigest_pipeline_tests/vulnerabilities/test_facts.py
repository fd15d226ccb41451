"""KEV and EPSS as of the day: fetched over real HTTP, kept like a feed, and never more said than the files said."""

import gzip
import re
from dataclasses import replace
from datetime import UTC, date

import pytest

from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, epss_body, kev_body
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.facts import cve_facts, facts_line, facts_of
from secdigest_pipeline.vulnerabilities.files import read_epss, read_kev
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS, CveFacts, EnrichmentFetch, sources
from secdigest_pipeline_tests.vulnerabilities.rounds import BOTH, HOUR, fetch
from secdigest_pipeline_tests.vulnerabilities.test_files import HEAD

FIRST, SECOND, THIRD = EDITIONS


def cves(*ids: str, article_id: str = "a1") -> list[tuple[str, str]]:
    return [(cve, article_id) for cve in ids]


def fact(rows: list[CveFacts], cve: str) -> CveFacts:
    (row,) = [row for row in rows if row.cve == cve]
    return row


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
