"""Text from outside made one line of the report: defanged, without markup, without anything invisible.

Japanese punctuation and the wording stay; half-width characters that are Markdown or HTML become their full-width
twins, and a line that would begin as a heading, list item or spreadsheet formula begins with `・`.
"""

import re

from secdigest_pipeline.base.characters import one_line, shortened
from secdigest_pipeline.indicators.finding.defang import defang, refang
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.warninglists import names_a_thing
from secdigest_pipeline.report.grammar import KNOWN_LABELS, LIVE_URL, PRIMARY_SOURCE, RELATED

# Four times the longest line measured in a year of reports (136, docs/contract.md 1.4): English takes more characters.
MAX_LINE = 500
# The longest of them: what a model or a source says is cut there (docs/contract.md 9.10).
MAX_SENTENCE = 136
# The longest title measured (docs/contract.md 1.4); Latin letters are half as wide, and headlines in them longer.
MAX_TITLE = 101
MAX_LATIN_TITLE = 160
# More is never read: a line is cut long before, and what the search for observables costs stays small.
_MAX_READ = 4_000

_MARKUP = str.maketrans({"<": "＜", ">": "＞", "`": "｀", "|": "｜", "*": "＊"})
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]+;)")
# The defanged dot stays half-width, unless it would become the text of a link.
_BRACKET = re.compile(r"\[\.\](?!\()|[\[\]]")
_WIDE_BRACKETS = {"[": "［", "]": "］", "[.]": "[.]"}
# Heading, list marker, thematic break, fence, link definition, ordered list, spreadsheet formula (full-width as well:
# OWASP's page on CSV injection names them for Japanese locales).
_LEADING = re.compile(r"[#\-+=@~\[＝＋－＠]|_[_ ]*$|\d{1,9}[.)](?=\s|$)")
# A cut falls between words unless the word it falls into is longer.
_LONGEST_WORD = 20
_CLICKABLE = frozenset(("ipv4", "ipv6", "domain", "url", "email"))
_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff々]")
_SENTENCE_ENDS = "。！？!?…．."
_HEAD = re.compile(r"[^:：]*")
_RESERVED_HEADS = KNOWN_LABELS | {PRIMARY_SOURCE, RELATED}


def line(text: str, limit: int = MAX_LINE) -> str:
    """`text` inside a bullet, at most `limit` characters (a cut shows as `…`); empty when nothing is visible."""
    text = _defanged(one_line(text)[:_MAX_READ])
    text = _ENTITY.sub("＆", text.translate(_MARKUP)).replace("~~", "～～")
    text = _BRACKET.sub(lambda match: _WIDE_BRACKETS[match.group()], text)
    head = _HEAD.match(text)
    if head and ((label := head.group().strip()) in _RESERVED_HEADS or label.startswith(f"{RELATED}（")):
        text = f"「{label}」" + text[head.end() :]
    if _LEADING.match(text):
        text = "・" + text
    return shortened(text, limit, _LONGEST_WORD)


def sentence(text: str) -> str:
    """`line(text)` with the full stop of docs/contract.md 1.4 when it is Japanese and has no end of sentence."""
    text = line(text, MAX_SENTENCE)
    if text and text[-1] not in _SENTENCE_ENDS and _JAPANESE.search(text):
        return text + "。" if len(text) < MAX_SENTENCE else text
    return text


def title(text: str) -> str:
    """`text` as a heading: a line of at most 101 characters (160 without Japanese) that ends neither with `。` nor `#`."""
    text = line(text, MAX_TITLE if _JAPANESE.search(text) else MAX_LATIN_TITLE).rstrip("。 \u3000")
    return re.sub(r"(?<= )#+$", lambda match: "＃" * len(match.group()), text)


def link_text(text: str) -> str:
    """`title(text)` without a half-width bracket or a backslash, so that it stands between `[` and `]`."""
    return title(text).replace("[", "［").replace("]", "］").replace("\\", "＼")


def live_url(url: str) -> str | None:
    """`url` as one token, percent-encoded only where it must be; None when it is no http(s) URL with a host."""
    match = re.match(r"(https?://)([^/?#]+)(.*)", url, re.IGNORECASE | re.DOTALL)
    if match is None:
        return None
    scheme, authority, rest = match.groups()
    if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\](?::\d*)?", authority):
        authority = _encoded(authority, "")
    return scheme.lower() + authority + _encoded(rest, "/?#")


def link_target(url: str) -> str | None:
    """`live_url(url)` without round brackets, so that it stands between `(` and `)`."""
    token = live_url(url)
    return token.replace("(", "%28").replace(")", "%29") if token else None


def _encoded(part: str, delimiters: str) -> str:
    kept = r"A-Za-z0-9\-._~:@!$&'()*+,;=%" + delimiters
    return re.sub(rf"[^{kept}]", _percent, part)


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))


def _defanged(text: str) -> str:
    """Every address, host, URL and e-mail broken as docs/contract.md 1.5 spells it, but for the names of well-known things.

    Letters keep their case.
    """
    pieces: list[str] = []
    done = 0
    for found in find(text):
        if found.start >= done and found.type in _CLICKABLE and not names_a_thing(found.raw):
            pieces += text[done : found.start], defang(refang(found.raw), found.type)
            done = found.end
    return LIVE_URL.sub(_broken, "".join(pieces) + text[done:])


def _broken(match: re.Match[str]) -> str:
    live = match.group()
    if live[0] in "wW":
        return live[:-1] + "[.]"
    return "hxxp" + live[4:] if live[0] in "hH" else "fxp" + live[3:]
