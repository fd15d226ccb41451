"""What a sitemap lists, and what a page says of its own title and date; both run in a worker process."""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from secdigest_pipeline.fetching.charset import feed_text
from secdigest_pipeline.fetching.plain import plain_text_line
from secdigest_pipeline.intake.polling.dates import parse_date

MAX_LISTED = 50_000  # entries of a sitemap, and
MAX_BYTES = 50 * 1024 * 1024  # its size, by sitemaps.org
MAX_PAGE = 5 * 1024 * 1024
_MAX_TITLE = 500
_MAX_SUMMARY = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry; `published` and `title` are those of a news sitemap (None and empty elsewhere)."""

    url: str
    modified: datetime | None
    published: datetime | None
    title: str


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The entries of a sitemap, or of an index of sitemaps."""

    index: bool
    listed: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page's own word on itself; `published` is None when it names no date."""

    title: str
    summary: str
    published: datetime | None


def read_sitemap(body: bytes, url: str, lang: str) -> Sitemap:
    """The sitemap in `body` (XML, perhaps gzipped), which was found at `url`; ValueError when it is none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(_unpacked(body), parser)
    kind = _local(root) if root is not None else ""
    if kind not in ("urlset", "sitemapindex"):
        raise ValueError("not a sitemap")
    listed: list[Listed] = []
    for element in root:
        if _local(element) not in ("url", "sitemap"):
            continue
        if len(listed) == MAX_LISTED:
            raise ValueError(f"more than {MAX_LISTED} entries")
        fields = {_local(part): (part.text or "").strip() for part in element.iter() if _local(part)}
        if fields.get("loc"):
            listed.append(
                Listed(
                    url=urljoin(url, fields["loc"]),
                    modified=parse_date(fields.get("lastmod", ""), lang),
                    published=parse_date(fields.get("publication_date", ""), lang),
                    title=plain_text_line(fields.get("title", ""), _MAX_TITLE),
                )
            )
    return Sitemap(kind == "sitemapindex", tuple(listed))


def read_page(body: bytes, content_type: str, lang: str) -> PageFacts:
    """Title, summary and publication date as the page states them, best source first."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    root = html.document_fromstring(feed_text(body[:MAX_PAGE], content_type, lang).encode("utf-8", "replace"), parser)
    meta = {
        (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower(): tag.get("content") or ""
        for tag in reversed(root.xpath("//meta[@content]"))
    }
    titles = [meta.get("og:title", ""), *root.xpath("//h1//text()")[:1], *root.xpath("//title//text()")[:1]]
    return PageFacts(
        title=next((title for text in titles if (title := plain_text_line(str(text), _MAX_TITLE))), ""),
        summary=plain_text_line(meta.get("og:description") or meta.get("description") or "", _MAX_SUMMARY),
        published=next((moment for text in _dates(root, meta) if (moment := parse_date(text, lang))), None),
    )


def _dates(root: Any, meta: dict[str, str]) -> Iterator[str]:
    """Where pages write the date of their publication, surest first; never where they write that of a change."""
    for name in ("article:published_time", "datepublished", "dc.date.issued", "date", "pubdate"):
        yield meta.get(name, "")
    for script in root.xpath("//script[@type='application/ld+json']/text()")[:10]:
        yield _json_date(str(script))
    for time in root.xpath("//time[@itemprop='datePublished' or @pubdate]/@datetime")[:1]:
        yield str(time)
    # A list of other articles carries times too; the first one inside the article's own header is its own.
    for time in root.xpath("(//article//header//time | //main//header//time)/@datetime")[:1]:
        yield str(time)


def _json_date(text: str) -> str:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    nodes = tree if isinstance(tree, list) else [tree]
    inner = [one for node in nodes if isinstance(node, dict) for one in _graph(node)]
    for node in [*nodes, *inner]:
        if isinstance(node, dict) and isinstance(node.get("datePublished"), str):
            return str(node["datePublished"])
    return ""


def _graph(node: dict[str, Any]) -> list[Any]:
    inner = node.get("@graph")
    return inner if isinstance(inner, list) else []


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(body, MAX_BYTES)
    if unpacker.unconsumed_tail:
        raise ValueError(f"more than {MAX_BYTES} bytes unpacked")
    return text


def _local(element: Any) -> str:
    """Name of an element without its namespace; empty for comments and processing instructions."""
    return re.sub(r"^\{[^}]*\}", "", element.tag) if isinstance(element.tag, str) else ""
