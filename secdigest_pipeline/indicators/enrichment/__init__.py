"""What CISA KEV and FIRST EPSS said of an edition's CVEs on its day: bulk files fetched and kept like a feed.

`sources.sources` is imported from its module, whose name it has.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from .archive import EnrichmentArchive
    from .facts import cve_facts, facts_line, facts_of
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
    "facts_line",
    "facts_of",
    "fetch_files",
]

__getattr__ = lazy(
    __name__,
    {
        "archive": ("EnrichmentArchive",),
        "facts": ("cve_facts", "facts_line", "facts_of"),
        "fetching": ("fetch_files",),
        "files": ("EnrichmentError",),
        "records": ("CVE_FACTS", "ENRICHMENT_FILES", "CveFacts", "EnrichmentFetch"),
    },
)
