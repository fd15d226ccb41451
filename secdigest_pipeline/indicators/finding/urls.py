"""Where a URL ends: the tail behind the host, cut where the author's sentence, table or list goes on."""

import re

from secdigest_pipeline.indicators.finding import hosts

# RFC 9110 4.1 asks servers for 8,000 octets at least; nothing a report prints is longer, a longer run is an encoded
# file.
MAX_URL = 8_192

# A URL ends at blanks, quotes, angle brackets, table bars, braces and backslashes (RFC 3986 allows none of them raw),
# at CJK, general punctuation (dashes, curly quotes, ellipsis) and lone surrogates: Japanese follows a URL without a
# blank. Letters of alphabetic scripts go on: a Cyrillic or accented path is one.
_STOP = (
    r"\s\x00-\x20\x7f\"'<>`{}|\\^"
    r"\u00ab\u00bb\u00b7\u2000-\u206f\u2190-\u2bff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\ud800-\udfff\uf900-\ufaff"
    r"\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
)
# A stretch in which nothing has to be decided; what ends it is decided by what stands next to it, so no character is
# read twice.
_STRETCH = re.compile(rf"[^{_STOP}:,()\[\]*]*+")
_FIELD = re.compile(rf"[^{_STOP},]{{0,64}}+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
_HOST = re.compile(r"[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++(?=[/:]|\Z)")
_SCHEME = re.compile(r"(?:h(?:tt|xx)ps?|ftp)\Z", re.IGNORECASE)
_TRUNCATED = re.compile(r"\u2026|\.\.")
_TRAILING = ".,;:!?*~(["


def is_truncated(text: str, end: int) -> bool:
    """Whether an ellipsis follows: the author cut the URL short, and what is left is no URL of anybody."""
    return bool(_TRUNCATED.match(text, end))


def tail_end(text: str, start: int) -> int:
    """End offset of the URL tail (path, query, fragment) that begins at `start`; `start` itself if there is none."""
    if text[start : start + 1] not in ("/", "?", "#"):
        return start
    at = start
    round_open = square_open = 0
    query = False
    while True:
        stretch = _STRETCH.match(text, at)
        end = stretch.end() if stretch else at
        query = query or text.find("?", at, end) >= 0
        sign = text[end : end + 1]
        at = end + 1
        if sign == ":":
            glued = None if query else _glued(text, start, end)
            if glued is None:
                continue
            end = glued
        elif sign == ",":
            if not _ends_field(text, at):
                continue
        elif sign == "(":
            round_open += 1
            continue
        elif sign == ")" and round_open:
            round_open -= 1
            continue
        elif sign == "[" and query:
            # In a query it is an array's; in a path it opens AsciiDoc's label (http://a/x[label]), RFC 3986 allows
            # none there.
            square_open += 1
            continue
        elif sign == "]" and square_open:
            square_open -= 1
            continue
        elif sign == "*" and text[at : at + 1] != "*":
            continue
        return start + len(text[start:end].rstrip(_TRAILING))


def _glued(text: str, start: int, colon: int) -> int | None:
    """Where the next URL begins that is glued on (`hxxp://a/x.exehxxp://b/y`). Behind a "/" it is a part of this one."""
    if not text.startswith("://", colon):
        return None
    scheme = _SCHEME.search(text, max(start, colon - 5), colon)
    if scheme is None or text[scheme.start() - 1] in "=/&#:%":
        return None
    return scheme.start()


def _ends_field(text: str, at: int) -> bool:
    """Whether the comma before `at` is one of a comma row (`/x,URL,…`): nothing, a word or another host follows it."""
    match = _FIELD.match(text, at)
    field = match.group().rstrip(_TRAILING) if match else ""
    if not field or _WORD.fullmatch(field):
        return True
    host = _HOST.match(field)
    name = hosts.host(host.group()) if host else None
    return (name is not None and (hosts.ipv4(name) is not None or hosts.is_known(name))) or "://" in field
