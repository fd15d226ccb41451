"""What an answer is: an article's page, a refusal, a missing page, a file; and whether asking again may help."""

import re
from collections.abc import Mapping

from secdigest_pipeline.articles.pages.blockers import redirected_away, wall
from secdigest_pipeline.articles.records import Page, ReadState
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.fetching.http import Answer, FetchError, shown

_BLOCKED = frozenset({401, 402, 403, 429, 451})
_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429})
_READABLE_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
_UNSURE_TYPES = frozenset(
    {"application/octet-stream", "binary/octet-stream", "application/xml", "text/xml", "unknown/unknown"}
)
_MAGIC: Mapping[bytes, str] = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "zip archive",
    b"\x89PNG": "image",
    b"GIF8": "image",
    b"\xff\xd8\xff": "image",
    b"RIFF": "media file",
    b"\x1f\x8b": "gzip archive",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"\xd0\xcf\x11\xe0": "Office document",
    b"7z\xbc\xaf": "7z archive",
    b"Rar!": "rar archive",
    b"\x00\x00\x00": "binary",
}
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|article|meta|p|div)\b", re.IGNORECASE)
_NOT_PUBLIC = re.compile(r"(\S+) is not a public address")
_BOM_WITH_NULS = (b"\xff\xfe", b"\xfe\xff")


def is_passing(page: Page) -> bool:
    if page.status is None:
        return page.read_state in ("timeout", "unreachable")
    failed = page.reason.startswith("HTTP ")
    return failed and (page.status in _PASSING or page.status >= 500)


def state_of(error: FetchError) -> ReadState:
    if error.kind == "timeout" or error.kind == "too_large":
        return error.kind
    return "blocked" if error.kind == "refused" else "unreachable"


def reason_of(error: FetchError, url: str) -> str:
    what = header_line(str(error).removeprefix(f"{shown(url)}: "))
    return _NOT_PUBLIC.sub(r"address not public: \1", what)


def judged(answer: Answer) -> tuple[ReadState, str]:
    """State and reason of a complete answer."""
    stands = wall(answer.status, answer.headers, answer.body)
    if stands is not None:
        return stands
    if not 200 <= answer.status < 300:
        return _state_of_status(answer.status), _status_reason(answer)
    away = redirected_away(answer.url, answer.final_url)
    if away is not None:
        return away
    if not answer.body.strip():
        return "empty", "empty body"
    other = _not_text(answer.headers.get("content-type", ""), answer.body)
    return ("not_html", other) if other else ("read", "")


def _state_of_status(status: int) -> ReadState:
    return "blocked" if status in _BLOCKED else "gone" if status in _GONE else "unreachable"


def _status_reason(answer: Answer) -> str:
    reason = f"HTTP {answer.status}"
    if answer.status in (429, 503) and answer.headers.get("retry-after"):
        reason += f", Retry-After: {header_line(answer.headers['retry-after'])[:40]}"
    return reason


def _not_text(content_type: str, body: bytes) -> str:
    """What the body is when it is neither HTML nor text; "" when it is."""
    kind = content_type.partition(";")[0].strip().lower()
    start = body.lstrip()[:1024]
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            return name
    if kind not in _READABLE_TYPES and not (kind in _UNSURE_TYPES and _HTML_START.match(start)):
        return header_line(kind)[:80]
    if b"\0" in body[:4096] and not body.startswith(_BOM_WITH_NULS) and body[:4096].count(0) > 8:
        return "binary"
    return ""


def header_line(text: str) -> str:
    """A header's value fit for a table: printable, one line, at most 400 characters."""
    return " ".join(printable(text[:400]).split())
