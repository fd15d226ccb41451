"""Reading KEV and EPSS: bounded, whatever the bytes are, and one bad row costs that row."""

import gzip
import json
from collections.abc import Callable
from datetime import date

import pytest

from secdigest_pipeline.vulnerabilities.files import MAX_CSV_BYTES, MAX_ROWS, EnrichmentError, read_epss, read_kev


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
