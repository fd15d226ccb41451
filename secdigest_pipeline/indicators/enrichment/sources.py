"""Where the bulk files come from: two URLs of the settings, each of which may be empty."""

from dataclasses import dataclass

from secdigest_pipeline.intake.urls import canonical_url

from .records import SourceName

# The publishers' own addresses, for the settings table; nothing is asked unless a setting names it.
KEV_URL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
EPSS_URL = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"


@dataclass(frozen=True, slots=True)
class Source:
    """One bulk file."""

    name: SourceName
    url: str


def sources(kev_url: str, epss_url: str) -> tuple[Source, ...]:
    """The sources that are on; an empty URL is off. ValueError names a URL that is not http(s) or holds credentials."""
    named: tuple[tuple[SourceName, str], ...] = (("kev", kev_url), ("epss", epss_url))
    for name, url in named:
        if url and (canonical_url(url) is None or "@" in url.partition("//")[2].partition("/")[0]):
            raise ValueError(f"SECDIGEST_{name.upper()}_URL must be an http or https URL without credentials")
    return tuple(Source(name, url) for name, url in named if url)
