"""Bytes of a primary source to text: HTML, plain text, CSV, JSON, STIX, MISP and PDF. Runs in a worker process.

What the bytes are decides, not what the server calls them. Nothing here opens a file or a connection.
"""

import io
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from secdigest_pipeline.articles.extraction import extract_page
from secdigest_pipeline.articles.primary.formats import csv_text, json_file
from secdigest_pipeline.base.characters import cut, one_line, visible
from secdigest_pipeline.fetching.charset import decode

MAX_TEXT = 500_000
MAX_LINKS = 500
MAX_PDF_PAGES = 200

_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|article|meta|p|div)\b", re.IGNORECASE)
_META_DATE = re.compile(
    r"""<meta[^>]{0,200}?(?:property|name|itemprop)\s*=\s*["'](?:article:published_time|og:published_time|datePublished|pubdate"""
    r"""|publish[-_]?date|date|dc\.date(?:\.issued)?|dcterms\.(?:date|issued|created)|parsely-pub-date|sailthru\.date)["']"""
    r"""[^>]{0,200}?content\s*=\s*["']([^"']{8,40})["']""",
    re.IGNORECASE,
)
_META_DATE_TURNED = re.compile(
    r"""<meta[^>]{0,200}?content\s*=\s*["']([^"']{8,40})["'][^>]{0,200}?(?:property|name|itemprop)\s*=\s*["']"""
    r"""(?:article:published_time|og:published_time|datePublished|pubdate|dc\.date(?:\.issued)?|dcterms\.(?:date|issued|created))["']""",
    re.IGNORECASE,
)
_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_TIME_DATE = re.compile(
    r"""<time[^>]{0,200}?datetime\s*=\s*["']([^"']{8,40})["'][^>]{0,200}?(?:pubdate|datePublished|entry-date|published)""",
    re.IGNORECASE,
)
_HEAD = 400_000

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a source says. `format` is what it was read as; `published` is what the page states itself, UTC."""

    format: str
    title: str
    published: datetime | None
    page_text: str
    links: tuple[tuple[str, str], ...] = ()


class Unreadable(ValueError):
    """A body that is none of the formats read here; the message names what it is or lacks."""


def read_source(body: bytes, content_type: str, url: str) -> SourceText:
    """The text of a primary source; `content_type` is the header as sent. Raises Unreadable."""
    if body[:1024].lstrip().startswith(b"%PDF"):
        return _pdf(body)
    kind = content_type.partition(";")[0].strip().lower()
    text = decode(body, content_type)
    if "\0" in text[:4096]:
        raise Unreadable(f"binary ({kind})" if kind else "binary")
    if "html" in kind or (not _is_data(kind, url) and _HTML.search(text, 0, 3000)):
        return _html(body, content_type, text, url)
    text = visible(text)
    if text.lstrip()[:1] in ("{", "["):
        file = json_file(text)
        if file is not None:
            published = file.published
            return SourceText(file.format, one_line(file.title)[:300], published, cut(file.text(), MAX_TEXT))
    if "csv" in kind or "tab-separated" in kind or url.lower().partition("?")[0].endswith((".csv", ".tsv")):
        rows = csv_text(text)
        if rows is not None:
            return SourceText("csv", "", None, cut(rows, MAX_TEXT))
    if kind and not (kind.startswith("text/") or _is_data(kind, url) or kind == "application/octet-stream"):
        raise Unreadable(kind[:80])
    lines = (line.rstrip() for line in text.split("\n"))
    return SourceText("text", "", None, cut("\n".join(line for line in lines if line), MAX_TEXT))


def _is_data(kind: str, url: str) -> bool:
    data_types = ("application/json", "text/csv", "application/stix+json", "application/taxii+json", "text/markdown")
    return kind in data_types or url.lower().partition("?")[0].endswith(
        (".csv", ".tsv", ".json", ".stix", ".txt", ".md")
    )


def _html(body: bytes, content_type: str, text: str, url: str) -> SourceText:
    found = extract_page(body, content_type, url, "")
    links = found.links[:MAX_LINKS]
    return SourceText("html", found.title, _stated_date(text), cut(found.page_text, MAX_TEXT), links)


def _stated_date(html: str) -> datetime | None:
    """The publication date a page states in its markup; None when it states none that can be read."""
    for pattern in (_META_DATE, _META_DATE_TURNED, _JSON_LD_DATE, _TIME_DATE):
        for match in pattern.finditer(html, 0, _HEAD):
            with suppress(ValueError):
                moment = datetime.fromisoformat(match[1].strip())
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _pdf(body: bytes) -> SourceText:
    """Text of a PDF, at most MAX_PDF_PAGES pages; its creation date is no publication date and is left aside."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PDF: encrypted")
        pages: list[str] = []
        room = MAX_TEXT
        for page in reader.pages[:MAX_PDF_PAGES]:
            pages.append(page.extract_text() or "")
            room -= len(pages[-1])
            if room <= 0:
                break
        title = reader.metadata.title if reader.metadata else ""
    except (PyPdfError, KeyError, IndexError, TypeError, AttributeError, RecursionError, NotImplementedError) as error:
        raise Unreadable(f"PDF: {type(error).__name__}") from error
    lines = (line.strip() for line in visible("\n".join(pages)).split("\n"))
    text = cut("\n".join(line for line in lines if line), MAX_TEXT)
    return SourceText("pdf", one_line(visible(str(title or "")))[:300], None, text)
