"""Bulk files of the sample world in the forms of CISA KEV and FIRST EPSS, for its invented CVE ids; all invented."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.sample.world import Shown

KEV_URL = "http://kev.bulk-files.example/known_exploited_vulnerabilities.json"
EPSS_URL = "http://epss.bulk-files.example/epss_scores-current.csv.gz"

# CVE id, product, shown from (Asia/Tokyo), dateAdded, dueDate, knownRansomwareCampaignUse
_EXPLOITED = (
    ("CVE-2026-90077", "Invented IP Camera", "2026-03-12 04:00", "2026-03-11", "2026-04-01", "Unknown"),
    ("CVE-2026-90117", "Orrin TunnelGate", "2026-10-01 04:00", "2026-09-30", "2026-10-21", "Unknown"),
    ("CVE-2026-90231", "ShuttleDrop", "2026-10-02 05:00", "2026-10-01", "2026-10-22", "Known"),
    ("CVE-2026-90455", "Kestrel Browser", "2026-10-03 05:00", "2026-10-02", "2026-10-23", "Unknown"),
)
# CVE id, score and percentile of each day from 30 September on; CVE-2026-90513 is not scored yet
_SCORES = (
    ("CVE-2026-90077", ((0.91233, 0.99612),)),
    ("CVE-2026-90117", ((0.02411, 0.84790), (0.37128, 0.97035), (0.61904, 0.98244))),
    ("CVE-2026-90231", ((0.00398, 0.60112), (0.00817, 0.74305), (0.28861, 0.96418))),
    ("CVE-2026-90344", ((0.04120, 0.88507),)),
    ("CVE-2026-90402", ((0.00112, 0.29874),)),
    ("CVE-2026-90455", ((0.00051, 0.15322),)),
    ("CVE-2026-90510", ((0.00093, 0.25110),)),
    ("CVE-2026-90511", ((0.00261, 0.49017),)),
    ("CVE-2026-90512", ((0.00044, 0.12009),)),
)
_FIRST_SCORES = datetime(2026, 9, 30, 12, tzinfo=UTC)


def bulk_file(host: str, path: str, at: datetime) -> Shown | None:
    """The bulk file at this address as it stands at `at`; None when there is none."""
    for url, body, content_type, changed in (
        (KEV_URL, kev_body, "application/json", _last_added(at)),
        (EPSS_URL, epss_body, "application/gzip", _scored_at(at)),
    ):
        place = urlsplit(url)
        if (host, path) == (place.netloc, place.path):
            data = body(at)
            etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
            return Shown(200, content_type, data, etag=etag, last_modified=format_datetime(changed, usegmt=True))
    return None


def kev_body(at: datetime) -> bytes:
    """The catalogue at that moment."""
    listed = [row for row in _EXPLOITED if _shown_from(row[2]) <= at]
    catalogue = {
        "title": "Invented catalogue of exploited vulnerabilities (sample world of secdigest-pipeline)",
        "catalogVersion": f"{_last_added(at):%Y.%m.%d}",
        "dateReleased": f"{_last_added(at):%Y-%m-%dT%H:%M:%S}.0000Z",
        "count": len(listed),
        "vulnerabilities": [
            {
                "cveID": cve,
                "vendorProject": "Invented",
                "product": product,
                "vulnerabilityName": f"{product} Vulnerability",
                "dateAdded": added,
                "shortDescription": f"{product} contains an invented vulnerability.",
                "requiredAction": "Apply updates per vendor instructions.",
                "dueDate": due,
                "knownRansomwareCampaignUse": ransomware,
                "notes": "",
                "cwes": [],
            }
            for cve, product, _, added, due, ransomware in listed
        ],
    }
    return json.dumps(catalogue, indent=1).encode()


def epss_body(at: datetime) -> bytes:
    """The scores at that moment, as gzip."""
    scored = _scored_at(at)
    day = max(0, (scored - _FIRST_SCORES).days)
    lines = [f"#model_version:v0.sample,score_date:{scored:%Y-%m-%dT00:00:00}+0000", "cve,epss,percentile"]
    for cve, days in _SCORES:
        score, percentile = days[min(day, len(days) - 1)]
        lines.append(f"{cve},{score:.5f},{percentile:.5f}")
    return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)


def _shown_from(local: str) -> datetime:
    return datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=JST).astimezone(UTC)


def _last_added(at: datetime) -> datetime:
    return max(
        (_shown_from(row[2]) for row in _EXPLOITED if _shown_from(row[2]) <= at), default=_shown_from(_EXPLOITED[0][2])
    )


def _scored_at(at: datetime) -> datetime:
    """When the newest scores came out: every day at noon, UTC."""
    noon = at.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon <= at else noon - timedelta(days=1)
