"""The primary sources of the sample world as bytes: pages, files of indicators, and a PDF written by hand."""

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from secdigest_pipeline.sample.content import CONTENT, as_html

_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta property="article:published_time" content="{published}T09:00:00+09:00"></head>'
    '<body><nav><a href="/">Home</a></nav><main><article><h1>{title}</h1>{body}</article></main>'
    "<footer>This page belongs to the sample world of secdigest-pipeline. Everything in it is invented.</footer></body></html>\n"
)


def load_sources(path: Path = CONTENT / "sources.yaml") -> dict[tuple[str, str], tuple[str, bytes]]:
    """(host, path) -> (Content-Type, body) of every primary source."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {(urlsplit(one["url"]).netloc, urlsplit(one["url"]).path): _served(one) for one in entries}


def _served(one: dict[str, Any]) -> tuple[str, bytes]:
    if "pdf" in one:
        return "application/pdf", pdf(one["pdf"])
    if "html" in one:
        page = _PAGE.format(title=escape(one["title"]), published=one["published"], body=as_html(one["html"]))
        return "text/html; charset=utf-8", page.encode()
    return one["type"], str(one["data"]).encode()


def pdf(lines: list[str]) -> bytes:
    """A PDF of one page with `lines` of ASCII text without brackets (ISO 32000-1, 7.5: header, objects, table, trailer)."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 9 Tf 40 780 Td 14 TL {shown} ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(places)
    return body + table + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
