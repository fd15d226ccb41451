"""The rules of docs/contract.md 2.3 for single cells of the IOC CSV. Each gives what is wrong in English, or ""."""

import re
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from secdigest_pipeline.base.characters import UNPRINTABLE
from secdigest_pipeline.indicators.finding import addresses
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.indicators.warninglists import WELL_KNOWN_HOSTS

CSV_TYPES = {
    "ipv4": "ip",
    "ipv6": "ip",
    "domain": "domain",
    "url": "url",
    "md5": "file_hash_md5",
    "sha1": "file_hash_sha1",
    "sha256": "file_hash_sha256",
}
# Refusals of the CSV's columns alone (docs/contract.md 2.3): every other form takes such a value. Names as ioc_refusal() gives them.
OF_THE_CSV_ALONE = frozenset(
    (
        "type_not_in_csv",
        "url_without_scheme",
        "value_is_not_a_domain_name_the_contract_takes",
        "value_is_not_a_URL_with_scheme_http,_https,_ftp_or_wss_and_a_host",
    )
)
CATEGORIES = frozenset(("c2", "srcip", "phishing-site", "malware", "tool", "abusefile", "related-file", "unknown"))
DESCRIPTION_PREFIX = "AI generated."
AUTHOR = "AI agent"
CONFIDENCE = "medium"

_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?!-)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\.?")
_DEFANGED = re.compile(r"hxxp|\[\.\]|\(\.\)|\[:\]", re.IGNORECASE)
_HEX = {"file_hash_md5": 32, "file_hash_sha1": 40, "file_hash_sha256": 64}
_SCHEMES = ("http", "https", "ftp", "wss")
_ADDRESSES = ("127.0.0.1", "0.0.0.0", "1.1.1.1", "8.8.8.8", "8.8.4.4")  # noqa: S104 - named by the contract, not listened on


def cell_error(text: str) -> str:
    """Rules of every cell: not empty, no outer blanks, one line, nothing a spreadsheet would compute."""
    if not text:
        return "is empty"
    if text != text.strip():
        return "begins or ends with a blank"
    if UNPRINTABLE.search(text):
        return "holds a line break or control character"
    if text[0] in "=+-@":
        return "begins like a spreadsheet formula"
    return ""


def value_error(ioc_type: str, value: str) -> str:
    """Rules of ioc_value by ioc_type (a type outside the enum has none here)."""
    if _DEFANGED.search(value):
        return "is defanged"
    if ioc_type == "ip":
        return _ip_error(value)
    if ioc_type == "domain":
        return _domain_error(value)
    if ioc_type == "url":
        return _url_error(value)
    length = _HEX.get(ioc_type)
    if length and not (len(value) == length and re.fullmatch(r"[0-9a-fA-F]+", value)):
        return f"is not {length} hexadecimal digits"
    return ""


@lru_cache(maxsize=256)
def reference_error(url: str) -> str:
    """Rules of reference: a live URL with scheme and host."""
    if _DEFANGED.search(url):
        return "is defanged"
    return "" if all(_split(url)) else "has no scheme and host"


def date_error(text: str) -> str:
    """Rule of date: YYYY-MM-DD, and a day of the calendar."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or not text.isascii():
        return "is not YYYY-MM-DD"
    try:
        date.fromisoformat(text)
    except ValueError:
        return "is no day of the calendar"
    return ""


def ioc_refusal(ioc: Ioc) -> str:
    """Why an IOC of the ledger can be no row of the CSV: a rule's name without blanks; "" when it can."""
    ioc_type = CSV_TYPES.get(ioc.type)
    if ioc_type is None:
        return "type_not_in_csv"
    if ioc_type == "url" and "://" not in ioc.value:
        # The column wants a scheme and the source names none: one made up would be a statement nobody made.
        return "url_without_scheme"
    error = value_error(ioc_type, ioc.value) or cell_error(ioc.value)
    if error:
        return "value_" + error.replace(" ", "_")
    error = reference_error(ioc.source_url) or cell_error(ioc.source_url)
    return "reference_" + error.replace(" ", "_") if error else ""


def _ip_error(value: str) -> str:
    if value in _ADDRESSES:
        return "is a well-known resolver or placeholder address"
    if "%" in value:
        return "is not an IP address"
    try:
        reason = addresses.refusal(value)
    except ValueError:
        return "is not an IP address"
    return f"is {reason}" if reason else ""


def _domain_error(value: str) -> str:
    if any(mark in value for mark in ("/", ":", "@")):
        return "is not a bare host name"
    if not _DOMAIN.fullmatch(value):
        return "is not a domain name the contract takes"
    return "is a well-known host" if value.lower().rstrip(".") in WELL_KNOWN_HOSTS else ""


def _url_error(value: str) -> str:
    scheme, host = _split(value)
    if scheme not in _SCHEMES or not host:
        return "is not a URL with scheme http, https, ftp or wss and a host"
    parts = urlsplit(value)
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    return "is the bare URL of a well-known host" if bare and host in WELL_KNOWN_HOSTS else ""


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""
