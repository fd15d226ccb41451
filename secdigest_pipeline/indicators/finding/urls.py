"""Where a URL ends: the tail behind the host, cut where the author's sentence, table or list goes on."""

import re

from secdigest_pipeline.indicators.finding import hosts
from secdigest_pipeline.indicators.finding.grammar import CJK

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
# Letters of Japanese, Chinese and Korean file names; 々, kana, kanji, hangul.
_CJK = f"{CJK}\u30fb"
# A folder or file named in them: from the "/" or "=" before it to the "/" or the extension behind it.
_CJK_SEGMENT = re.compile(
    rf"[{_CJK}A-Za-z0-9_()-]{{1,80}}(?:/(?=[{_CJK}A-Za-z0-9])|\.[A-Za-z][A-Za-z0-9]{{1,4}}(?![A-Za-z0-9./:]))"
)
# The same with punctuation that an escape behind it makes a part of the name.
_CJK_ESCAPED = re.compile(
    rf"[{_CJK}、]{{1,60}}%[0-9A-Fa-f]{{2}}[{_CJK}、A-Za-z0-9_%-]{{0,80}}\.[A-Za-z][A-Za-z0-9]{{1,4}}(?![A-Za-z0-9./:])"
)
# The same behind ASCII letters of its own segment: only up to an extension, `a.exeを` is a sentence.
_CJK_NAME = re.compile(rf"[{_CJK}]{{1,80}}(?:[_-][A-Za-z0-9_-]{{0,40}})?\.[A-Za-z][A-Za-z0-9]{{1,4}}(?![A-Za-z0-9./:])")
# The last folder of a path: up to the kana of the sentence, or all of a list's line.
_CJK_LAST = re.compile(r"[\u3005\u3400-\u4dbf\u4e00-\u9fff\u30a1-\u30fa\u30fc]{1,40}+")
_ROW_END = re.compile(
    rf"(?:(?![をはがへとに])[{_CJK}A-Za-z0-9_-]){{1,80}}+(?=[ \t\u3000]{{0,4}}(?:\Z|[\r\n|\"'`」』]))"
)
# What follows a finished URL in a sentence.
_PROSE = re.compile(
    "[をはがへとにでのもやか]|配下|直下|経由|以下|以上|以外|内部?|上|下|中|等|及び|および|または|など|から|より|まで|宛|側|の?ような|という|および|です|である|だ|経路"
)
_BRACKETED = re.compile(r"\[[A-Za-z0-9 _.+-]{1,60}\](?=[A-Za-z0-9_.-]*[A-Za-z0-9_])")
_POSSESSIVE = re.compile(r"['\u2019](?:s|re|ll|ve|d|t)(?![A-Za-z0-9])")
# What a pattern has and a URL has not: a class of characters, a count, a placeholder.
_TEMPLATE = re.compile(
    r"\[(?:\^|[A-Za-z0-9]-[A-Za-z0-9]|\\[dws])[^\]\s]{0,40}\]"
    r"|\{[0-9]{1,3}(?:,[0-9]{0,3})?\}|\[[a-z]+_[a-z_]+\]|\\[dw][+*{]|\{\{|(?<=/)<[a-z][a-z_ -]{1,30}>"
    r"|(?<=/)\{[A-Za-z_][A-Za-z0-9_ -]{0,30}\}|\$\{|%[sd]\b"
)


def is_truncated(text: str, end: int) -> bool:
    """Whether an ellipsis follows: the author cut the URL short, and what is left is no URL of anybody."""
    return bool(_TRUNCATED.match(text, end))


def is_template(text: str, start: int, end: int) -> bool:
    """Whether a tail is a pattern of URLs (`/[0-9]{18}/a`, `/<id>`): what stands before it is no URL of anybody."""
    if text[start : start + 1] not in ("/", "?", "#"):
        return False
    # What a pattern writes ends a URL, but for a class of characters in a query.
    return _TEMPLATE.search(text, start, end) is not None or _TEMPLATE.match(text, end) is not None


def tail_end(text: str, start: int, *, quoted: bool = False) -> int:
    """End offset of the URL tail (path, query, fragment) that begins at `start`; `start` itself if there is none.

    `quoted`: a single quote stands in front of the URL, so the next one ends it.
    """
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
        elif sign == "[" and (inside := _BRACKETED.match(text, end)):
            # Multi_[x].zip: a file's name goes on behind it, a label's does not.
            at = inside.end()
            continue
        elif sign in ("'", "\u2019") and not quoted and text[at : at + 1].isalnum() and text[end - 1].isalnum():
            if not _POSSESSIVE.match(text, end):
                continue
        elif sign > "\u3004" and (beyond := _cjk_end(text, start, end)) > end:
            at = beyond
            continue
        elif sign == "*" and text[at : at + 1] != "*":
            continue
        return start + len(text[start:end].rstrip(_TRAILING))


def _cjk_end(text: str, start: int, at: int) -> int:
    """Where the folder or file name ends whose first letter in such a script stands at `at`; `at` when a sentence goes on there."""
    if _PROSE.match(text, at):
        return at
    if text[at - 1] in "/=":
        # Behind the host alone a sentence is likelier than a folder.
        last = _ROW_END if at - 1 == start else _CJK_LAST
        found = _CJK_SEGMENT.match(text, at) or _CJK_ESCAPED.match(text, at) or last.match(text, at)
    else:
        found = _CJK_NAME.match(text, at)
    if found is None:
        return at
    return found.end() - (text[found.end() - 1] == "/")


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
