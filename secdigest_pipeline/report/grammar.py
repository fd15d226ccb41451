"""The fixed words of the Markdown report and the grammar of its IOC lines (docs/contract.md 1.2, 1.3, 1.5)."""

import re

from secdigest_pipeline.base.characters import NOT_OF_A_LINE
from secdigest_pipeline.intake.records import Section

TITLE = "# Daily Security Info"
NEWS_HEADING = "日々のニュース要約"
JP_HEADING = "日本のインシデント事例"
# Every section of the report in its order, with the heading it is printed under.
SECTIONS: tuple[tuple[Section, str], ...] = (
    ("tools", "Tools"),
    ("malware_campaign", "malware campaign"),
    ("security_report", "security report"),
    ("cybercrime", "cybercrime topics"),
    ("news", NEWS_HEADING),
    ("jp_incidents", JP_HEADING),
    ("memo", "その他のメモ"),
)
EMPTY_SECTION = "N/A"

SUMMARY, IOCS, RECOMMENDATIONS, NOTES, ADVICE = LABELS = (
    "要約",
    "IOCの列挙",
    "推奨事項",
    "その他",
    "ChatGPTの推奨事項",
)
# What the original's parser takes for a label at the head of a bullet.
KNOWN_LABELS = frozenset((*LABELS, "ChatGPTの推奨事項を記載", "追記", "タイトル"))
PRIMARY_SOURCE = "一次ソース"
RELATED = "関連"

NO_IOCS = "IOC情報なし"
NO_RECOMMENDATIONS = "推奨事項なし"
NO_NOTES = "なし"

# What a Markdown renderer makes a link of by itself, or a reader clicks.
LIVE_URL = re.compile(r"(?:https?|ftp)://|(?<![a-z0-9])www\.", re.IGNORECASE | re.ASCII)
# One URL as one token: RFC 3986 characters only, so that neither a blank nor a bracket of Markdown ends it early.
URL_TOKEN = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=:@%])[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*"
)

_IOC_TYPES = frozenset(("IPアドレス", "URL", "FQDN名"))
_IOC_KNOWN = frozenset(("知られていない", "よく知られている"))
_IP_SCOPES = frozenset(("グローバル", "プライベート"))
_NO_SCOPE = "NA(IP以外)"
# Begins as a scheme, host or address does, and holds nothing that ends a token or makes markup of it.
_IOC_VALUE = re.compile(r"[A-Za-z0-9_:](?:(?!\]\()[^\s<>`|])*")


def ioc_line_fault(line: str) -> str | None:
    """The rule of docs/contract.md 1.5 that a five-column IOC line breaks, in words; None when it keeps them all."""
    columns = line.split(",")
    if len(columns) != 5:
        return f"an IOC line has 5 comma-separated columns, not {len(columns)}"
    value, kind, known, context, scope = columns
    if any(column != column.strip() or not column for column in columns):
        return "a column of an IOC line is neither empty nor padded with blanks"
    if kind not in _IOC_TYPES:
        return f"column 2 of an IOC line is IPアドレス, URL or FQDN名, not {kind!r}"
    if known not in _IOC_KNOWN:
        return f"column 3 of an IOC line is 知られていない or よく知られている, not {known!r}"
    allowed = _IP_SCOPES if kind == "IPアドレス" else {_NO_SCOPE}
    if scope not in allowed:
        return f"column 5 of an IOC line of type {kind} is {' or '.join(sorted(allowed))}, not {scope!r}"
    if "." in value.replace("[.]", "") or LIVE_URL.search(value):
        return "the value of an IOC line is defanged: every dot [.], hxxp(s)://"
    if not _IOC_VALUE.fullmatch(value) or NOT_OF_A_LINE.search(value):
        return "the value of an IOC line is one token without markup"
    if LIVE_URL.search(context):
        return "the context of an IOC line holds no live URL"
    return None
