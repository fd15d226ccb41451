"""What CISA KEV and FIRST EPSS said of an edition's CVEs on its day: bulk files fetched and kept like a feed.

`sources.sources` is imported from its module, whose name it has.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from .archive import EnrichmentArchive
    from .facts import cve_facts, kev_notes
    from .fetching import fetch_files
    from .files import EnrichmentError
    from .records import CVE_FACTS, ENRICHMENT_FILES, CveFacts, EnrichmentFetch

__all__ = [
    "CVE_FACTS",
    "ENRICHMENT_FILES",
    "CveFacts",
    "EnrichmentArchive",
    "EnrichmentError",
    "EnrichmentFetch",
    "cve_facts",
    "fetch_files",
    "kev_notes",
]

__getattr__ = lazy(
    __name__,
    {
        "archive": ("EnrichmentArchive",),
        "facts": ("cve_facts", "kev_notes"),
        "fetching": ("fetch_files",),
        "files": ("EnrichmentError",),
        "records": ("CVE_FACTS", "ENRICHMENT_FILES", "CveFacts", "EnrichmentFetch"),
    },
)
