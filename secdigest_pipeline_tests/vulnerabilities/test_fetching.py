"""Fetching KEV and EPSS: kept like a feed, asked when due, and a bad answer takes the place of nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.sample.enrichment_files import EPSS_URL, KEV_URL, kev_body
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.records import ENRICHMENT_FILES, sources
from secdigest_pipeline_tests.vulnerabilities.rounds import HOUR, fetch

FIRST, SECOND, THIRD = EDITIONS


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


def test_an_archive_that_cannot_be_written_is_named(served: SampleWeb, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        fetch(served, EnrichmentArchive(UPath(tmp_path / "file")), FIRST.cutoff)
