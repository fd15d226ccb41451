"""Which IP addresses are ordinary public unicast ones, by the special-purpose registries of IANA (RFC 6890).

A table of our own: what Python's `is_global` knows depends on its patch release (3.11.7 takes 192.0.0.192 and 3fff::/20
for public, 3.12.1 also 64:ff9b::7f00:1 and 2002:7f00:1::, which embed 127.0.0.1; docs/decisions/connection-guard.md).
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not globally reachable by iana-ipv4-special-registry and iana-ipv6-special-registry, as of 2025; multicast (RFC 5771).
# 192.0.0.0/24 as a whole: two addresses of it are anycast services, the others are local (192.0.0.192 tells the cloud's
# credentials to its machine).
_UNREACHABLE_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *(
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ),
)
# Of IPv6 only 2000::/3 is global unicast (iana-ipv6-address-space); of that again by the registry. 2001::/23 as a whole:
# what of it is reachable are anycast services, identifiers and Teredo, which embeds an IPv4 address.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_UNREACHABLE_6 = ("2001::/23", "2001:db8::/32", "3fff::/20")
# Reachable, but by no web site: AS112, AMT, the 6to4 relays and addresses that embed an IPv4 address (6to4); Azure's
# 168.63.129.16 answers to the machine alone (learn.microsoft.com, what-is-ip-address-168-63-129-16).
_NO_WEB_SITES_4 = ("192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "168.63.129.16/32")
_NO_WEB_SITES_6 = ("2002::/16", "2620:4f:8000::/48")

_UNREACHABLE = tuple(map(ipaddress.ip_network, (*_UNREACHABLE_4, *_UNREACHABLE_6)))
_NO_WEB_SITES = tuple(map(ipaddress.ip_network, (*_NO_WEB_SITES_4, *_NO_WEB_SITES_6)))


def is_public(address: str) -> bool:
    """Whether `address` (an IP literal, perhaps with a zone) is an ordinary public unicast address.

    An IPv4-mapped address counts as the IPv4 address it is dialled as. Every other embedding (NAT64, 6to4, Teredo,
    IPv4-compatible and -translated) is not public, whatever is embedded; a NAT64 prefix of a network's own cannot be known.
    """
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return is_globally_reachable(ip) and not any(ip in net for net in _NO_WEB_SITES if ip.version == net.version)


def is_globally_reachable(ip: Address) -> bool:
    """Whether the registries have `ip` as a unicast address reached from anywhere; protocols' own blocks count as none."""
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    return not any(ip in net for net in _UNREACHABLE if ip.version == net.version)
