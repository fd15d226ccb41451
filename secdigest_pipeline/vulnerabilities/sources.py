"""Where the bulk files come from: two URLs of the settings, each of which may be empty."""

from dataclasses import dataclass

from secdigest_pipeline.vulnerabilities.records import SourceName


@dataclass(frozen=True, slots=True)
class Source:
    """One bulk file."""

    name: SourceName
    url: str


def sources(kev_url: str, epss_url: str) -> tuple[Source, ...]:
    """The sources that are on; an empty URL is off."""
    named: tuple[tuple[SourceName, str], ...] = (("kev", kev_url), ("epss", epss_url))
    return tuple(Source(name, url) for name, url in named if url)
