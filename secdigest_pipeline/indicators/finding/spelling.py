"""From a refanged spelling to the one stored value: what find() and everybody who compares values must agree on."""

import re

from secdigest_pipeline.indicators.finding import grammar, hosts
from secdigest_pipeline.indicators.finding.defang import live_schemes

_AUTHORITY_END = re.compile(r"[/?#]")


def normal(type: str, refanged: str) -> str | None:
    """The stored value of a refanged spelling, or None if it is none of that type.

    Hosts in lower case and punycode, addresses compressed, hashes in lower case, CVE ids in upper case, ports of
    addresses and hosts dropped, a URL's path as written. For every observable that find() gives, `normal(o.type,
    refang(o.raw)) == o.value`.
    """
    if type == "ipv4":
        return hosts.ipv4(refanged.partition(":")[0])
    if type == "ipv6":
        return hosts.ipv6(refanged)
    if type == "domain":
        return hosts.host(refanged.partition(":")[0])
    if type == "email":
        local, _, name = refanged.rpartition("@")
        host = hosts.host(name)
        return email(local, host) if local and host else None
    if type == "url":
        return _normal_url(refanged)
    if type == "cve":
        match = grammar.CVE_RUN.fullmatch(refanged)
        return cve(match) if match else None
    return refanged.lower()


def host_in(type: str, value: str) -> str:
    """Host of a domain, URL or e-mail value in lower case, brackets of IPv6 off; empty for the other types.

    Never raises; of a link that is no URL of ours it gives what stands where a host would.
    """
    if type == "domain":
        return value
    if type == "email":
        return value.rpartition("@")[2]
    if type != "url":
        return ""
    authority = _AUTHORITY_END.split(value.partition("://")[2] or value, 1)[0]
    name = authority.rpartition("@")[2]
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].lower()


def cve(match: re.Match[str]) -> str:
    return f"CVE-{match[1]}-{match[2]}"


def email(local: str, host: str) -> str:
    """Both sides in lower case: no mail system in use tells `A@x` from `a@x`."""
    return f"{local.lower()}@{host}"


def scheme(text: str, floor: int, mark: int) -> tuple[str, int, bool] | None:
    """(live scheme, where it begins, whether it was defanged) of the scheme spelling that ends at `mark`, not before
    `floor`.
    """
    match = grammar.SCHEME.search(text, max(floor, mark - grammar.SCHEME_REACH), mark)
    if match is None:
        return None
    written = match.group().rstrip().lower()
    live = "http" + match["s"].lower() if match["http"] else written
    if written[0] == "f":
        live = "ftps" if written.endswith("s") else "ftp"
    return live, match.start(), live != written


def authority_host(authority: re.Match[str]) -> str | None:
    """The normalised host of an authority: a name, a dotted quad, or an IPv6 address in brackets."""
    if authority["six"]:
        address = hosts.ipv6(authority["six"])
        return f"[{address}]" if address else None
    name = authority["host"] or authority["wide"] or authority["number"]
    return hosts.ipv4(name) or hosts.encoded_ipv4(name) or hosts.host(name)


def url(scheme: str | None, authority: re.Match[str], host: str, tail: str) -> str:
    """The stored URL; without a scheme if none was written, because which one it would be is not in the text."""
    user = authority["user"] + "@" if authority["user"] else ""
    port = ":" + authority["port"] if authority["port"] else ""
    rest = live_schemes(tail) if ":" in tail else tail
    return (scheme + "://" if scheme else "") + user + host + port + rest


def _normal_url(refanged: str) -> str | None:
    mark = grammar.SCHEME_MARK.search(refanged)
    found = scheme(refanged, 0, mark.start()) if mark else None
    # A mark further on is one in a scheme-less URL's query.
    if mark is None or found is None or found[1] > 0:
        live, start = None, 0
    else:
        live, start = found[0], mark.end()
    authority = grammar.AUTHORITY.match(refanged, start)
    host = authority_host(authority) if authority else None
    if authority is None or host is None:
        return None
    return url(live, authority, host, refanged[authority.end() :])
