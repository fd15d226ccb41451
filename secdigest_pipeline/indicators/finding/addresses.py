"""Which IP addresses a report may name: global ones, private ones of a victim's network, and those that are nobody's."""

import ipaddress
from functools import lru_cache
from typing import Literal

from secdigest_pipeline.fetching.public_addresses import is_globally_reachable
from secdigest_pipeline.indicators.finding import hosts

Scope = Literal["global", "private", "reserved"]

# RFC 1918 and RFC 4193: the ranges a network numbers its own hosts from.
_PRIVATE = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
# RFC 5737 and RFC 3849, named by docs/contract.md 2.3; RFC 9637.
_DOCUMENTATION = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)

# First octets of every IPv4 network that is not simply somebody's global address (IANA IPv4 special-purpose registry):
# with another one there is nothing to look up. From 224 on: multicast and reserved.
_SPECIAL = frozenset((0, 10, 100, 127, 169, 172, 192, 198, 203, *range(224, 256)))


def _is_ordinary(value: str) -> bool:
    """Whether a value is an IPv4 address outside all special networks."""
    return hosts.ipv4(value) == value and int(value[: value.index(".")]) not in _SPECIAL


@lru_cache(maxsize=4096)
def _scope(value: str) -> Scope:
    address = ipaddress.ip_address(value)
    if any(address.version == network.version and address in network for network in _PRIVATE):
        return "private"
    return "reserved" if _refusal(value) or not is_globally_reachable(address) else "global"


@lru_cache(maxsize=4096)
def _refusal(value: str) -> str:
    address = ipaddress.ip_address(value)
    for name in ("unspecified", "loopback", "link_local", "multicast"):
        if getattr(address, f"is_{name}"):
            return f"a {name.replace('_', '-')} address"
    if any(address.version == network.version and address in network for network in _DOCUMENTATION):
        return "a documentation address"
    if address.is_private:
        return "a private address"
    return "a reserved address" if address.is_reserved else ""


def scope(value: str) -> Scope:
    """Scope of an address; ValueError when it is none. Reserved: everything that is neither global nor RFC 1918/4193."""
    return "global" if _is_ordinary(value) else _scope(value)


def refusal(value: str) -> str:
    """Why docs/contract.md 2.3 rejects an address, in English; empty when it is accepted. ValueError when it is none."""
    return "" if _is_ordinary(value) else _refusal(value)
