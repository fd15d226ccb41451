"""Which IP addresses a report may name: global ones, private ones of a victim's network, and those that are nobody's."""

import ipaddress
from functools import lru_cache
from typing import Literal

Scope = Literal["global", "private", "reserved"]

# RFC 1918 and RFC 4193: the ranges a network numbers its own hosts from.
_PRIVATE = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
# RFC 5737 and RFC 3849, named by report-contract 2.3.
_DOCUMENTATION = tuple(
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


@lru_cache(maxsize=4096)
def scope(value: str) -> Scope:
    """Scope of an address; ValueError when it is none. Reserved: everything that is neither global nor RFC 1918/4193."""
    address = ipaddress.ip_address(value)
    if any(address.version == network.version and address in network for network in _PRIVATE):
        return "private"
    return "reserved" if refusal(value) or not address.is_global else "global"


@lru_cache(maxsize=4096)
def refusal(value: str) -> str:
    """Why report-contract 2.3 rejects an address, in English; empty when it is accepted. ValueError when it is none."""
    address = ipaddress.ip_address(value)
    for name in ("unspecified", "loopback", "link_local", "multicast"):
        if getattr(address, f"is_{name}"):
            return f"a {name.replace('_', '-')} address"
    if any(address.version == network.version and address in network for network in _DOCUMENTATION):
        return "a documentation address"
    if address.is_private:
        return "a private address"
    return "a reserved address" if address.is_reserved else ""
