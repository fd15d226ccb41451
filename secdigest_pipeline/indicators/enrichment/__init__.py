"""What CISA KEV and FIRST EPSS said of an edition's CVEs on its day: bulk files fetched and kept like a feed."""

from .archive import EnrichmentArchive
from .facts import cve_facts, kev_notes
from .fetching import fetch_files
from .files import EnrichmentError
from .records import CVE_FACTS, ENRICHMENT_FILES, CveFacts, EnrichmentFetch
from .sources import Source, sources

__all__ = [
    "CVE_FACTS",
    "ENRICHMENT_FILES",
    "CveFacts",
    "EnrichmentArchive",
    "EnrichmentError",
    "EnrichmentFetch",
    "Source",
    "cve_facts",
    "fetch_files",
    "kev_notes",
    "sources",
]
