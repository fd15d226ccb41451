"""One IOC as the five-column line of the Markdown report (docs/contract.md 1.5)."""

from urllib.parse import quote

from secdigest_pipeline.base.characters import UNPRINTABLE
from secdigest_pipeline.indicators.finding import addresses
from secdigest_pipeline.indicators.finding.defang import defang
from secdigest_pipeline.indicators.records import Ioc

_TYPES = {"ipv4": "IPアドレス", "ipv6": "IPアドレス", "url": "URL", "domain": "FQDN名"}
_SCOPES = {"global": "グローバル", "private": "プライベート"}


def ioc_line(ioc: Ioc) -> str | None:
    """`<value>,<type>,<known>,<context>,<scope>` with the value defanged; None for what the report does not list.

    Listed are well-formed addresses of somebody, URLs and host names with `is_ioc`. The line has exactly four half-width
    commas: one inside a URL is written `%2C` and the context says so (RFC 3986 2.1; the CSV and the ledger keep the URL as
    it is). A port has no column and goes into the context.
    """
    type_ja = _TYPES.get(ioc.type)
    if type_ja is None or not ioc.is_ioc:
        return None
    scope = "NA(IP以外)"
    if ioc.type in ("ipv4", "ipv6"):
        try:
            named = _SCOPES.get(addresses.scope(ioc.value))
        except ValueError:
            # No row of find() is one; a row from elsewhere that is no address has no scope to print.
            named = None
        if named is None:
            return None
        scope = named
    value = defang(ioc.value, ioc.type)
    notes = []
    if ioc.port is not None and ioc.type != "url":
        notes.append(f"ポート{ioc.port}")
    if "," in value:
        value = value.replace(",", "%2C")
        notes.append("URL中のカンマは%2Cで表記")
    # `](` would make a Markdown link of a URL's brackets, and a character nobody sees could turn the line around.
    value = UNPRINTABLE.sub(lambda char: quote(char[0]), value.replace("](", "]%28"))
    context = ioc.context_ja.replace(",", "、") + (f"（{'、'.join(notes)}）" if notes else "")
    known = "よく知られている" if ioc.known else "知られていない"
    return ",".join((value, type_ja, known, context, scope))
