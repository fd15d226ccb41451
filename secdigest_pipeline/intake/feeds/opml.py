"""OPML, the exchange format of feed readers, as entries of feeds.yaml; hostile input, so nothing in it is expanded."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.fetching.plain import plain_text_line
from secdigest_pipeline.fetching.urls import canonical_url, host_of, is_public_host
from secdigest_pipeline.intake.records import Kind

MAX_OPML_BYTES = 5_000_000
MAX_OUTLINES = 5_000
_MAX_NAME = 100
_MAX_ID = 40
_KANA = re.compile(r"[\u3041-\u30fa]")


class OpmlError(ValueError):
    """A file that is no OPML feed list; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an OPML file gives: entries in the form of feeds.yaml, and each outline left out as (address, reason)."""

    entries: tuple[dict[str, Any], ...]
    refused: tuple[tuple[str, str], ...]


def read_opml(data: bytes, ids: Collection[str], urls: Mapping[str, str], kind: Kind = "news") -> Imported:
    """The feeds of an OPML file that are not listed yet; OpmlError when it is none.

    `ids` are taken already; `urls` maps canonical URL -> id of the feeds that are listed. The language is the outline's
    own, else Japanese for a name with kana or a host below .jp, else English.
    """
    taken, known, numbers = set(ids), dict(urls), Counter[str]()
    entries: list[dict[str, Any]] = []
    refused: list[tuple[str, str]] = []
    for number, outline in enumerate(_outlines(data)):
        if number == MAX_OUTLINES:
            raise OpmlError(f"lists more than {MAX_OUTLINES} feeds")
        url = outline["xmlurl"].strip()
        reason = _refusal(url)
        canonical = canonical_url(url) or ""
        if not reason and canonical in known:
            reason = f"is already listed as {known[canonical]!r}"
        if reason:
            refused.append((printable(_without_credentials(url)[:200], "?"), reason))
            continue
        entry = _entry(outline, url, kind, taken, numbers)
        taken.add(entry["id"])
        known[canonical] = entry["id"]
        entries.append(entry)
    return Imported(tuple(entries), tuple(refused))


def _outlines(data: bytes) -> Iterator[dict[str, str]]:
    """Attributes (lower-case names) of every outline that has an xmlUrl."""
    if len(data) > MAX_OPML_BYTES:
        raise OpmlError(f"is larger than {MAX_OPML_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, huge_tree=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise OpmlError(f"is not well-formed XML ({' '.join(str(error).split())[:200]})") from None
    # No feed reader writes a document type; what it could declare is entities, which attributes would expand.
    if root.getroottree().docinfo.internalDTD is not None:
        raise OpmlError("carries a document type declaration")
    if etree.QName(root).localname.lower() != "opml":
        raise OpmlError(f"is no OPML: its root element is {etree.QName(root).localname[:40]!r}")
    for outline in root.iter("{*}outline"):
        attributes = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        if "xmlurl" in attributes:
            yield attributes


def _refusal(url: str) -> str:
    if not url:
        return "has an empty address"
    if canonical_url(url) is None or not url.isprintable() or len(url) > 500:
        return "is no http or https URL"
    if "@" in urlsplit(url).netloc:
        return "carries credentials"
    if not is_public_host(host_of(url)):
        return "leads to no public host"
    return ""


def _without_credentials(url: str) -> str:
    return re.sub(r"//[^/?#]*@", "//***@", url, count=1)


def _entry(
    outline: Mapping[str, str], url: str, kind: Kind, taken: Collection[str], numbers: Counter[str]
) -> dict[str, Any]:
    host = host_of(url)
    title = plain_text_line(outline.get("title", "") or outline.get("text", ""), _MAX_NAME)
    name = "".join(c for c in title if c.isprintable()).strip() or host
    site = outline.get("htmlurl", "").strip()
    if _refusal(site):
        site = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/"
    return {
        "id": _unique(_slug(name) or _slug(host.removeprefix("www.")) or "feed", taken, numbers),
        "name": name,
        "url": url,
        "site": site,
        "lang": _language(outline.get("language", ""), name, host),
        "kind": kind,
        "enabled": True,
    }


def _slug(text: str) -> str:
    """`text` as an id of feeds.yaml; empty when fewer than three Latin letters or digits are in it."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_MAX_ID].rstrip("-")
    return slug if len(slug.replace("-", "")) > 2 else ""


def _unique(slug: str, taken: Collection[str], numbers: Counter[str]) -> str:
    while True:
        numbers[slug] += 1
        unique = slug if numbers[slug] == 1 else f"{slug}-{numbers[slug]}"
        if unique not in taken:
            return unique


def _language(stated: str, name: str, host: str) -> str:
    if match := re.fullmatch(r"([a-z]{2})(?:[-_][a-z0-9]+)*", stated.strip().lower()):
        return match[1]
    return "ja" if _KANA.search(name) or host.endswith(".jp") else "en"
