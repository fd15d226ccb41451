"""Host names and addresses: which are well formed, and the one spelling they are compared and stored in."""

import ipaddress
import re
from functools import cache
from importlib.resources import files

# RFC 1035 2.3.4: 255 octets on the wire are 253 characters as written; a label has 63 at most.
MAX_HOST = 253

# Names outside the DNS root that reports hold: Tor (RFC 7686), I2P, and the blockchain roots malware families have
# used for C2 (Namecoin .bit, EmerDNS .bazar .coin .emc .lib, ENS .eth), and the names RFC 2606 sets aside for writing
# about hosts.
SPECIAL_TLDS = frozenset({"onion", "i2p", "bit", "bazar", "coin", "emc", "lib", "eth", "example", "test"})

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]{0,8}|[0-9]{1,11})(?:\.(?:0x[0-9a-f]{0,8}|[0-9]{1,11})){0,3}")
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


@cache
def tlds() -> frozenset[str]:
    """The top-level domains of the DNS root and SPECIAL_TLDS, IDN ones in punycode.

    data/tlds.txt says in its head which version of the Public Suffix List it was taken from.
    """
    lines = files(__package__).joinpath("data", "tlds.txt").read_text("utf-8").splitlines()
    return SPECIAL_TLDS.union(line for line in lines if not line.startswith("#"))


def ipv4(text: str) -> str | None:
    """Dotted quad without leading zeros, or None.

    Zeros are dropped, not read as octal: reports pad, they don't write C.
    """
    if not _IPV4.fullmatch(text):
        return None
    octets = [int(octet) for octet in text.split(".")]
    if max(octets) > 255:
        return None
    return ".".join(map(str, octets))


def encoded_ipv4(text: str) -> str | None:
    """The address that browsers make of a host written as numbers (WHATWG URL 3.5): hexadecimal, octal, or one number for all
    four octets; None when it is none.
    """
    parts = text.lower().split(".")
    # 38.27.99 and the like are read too, but only versions and section numbers are written so.
    if not _NUMBERS.fullmatch(text.lower()) or len(parts) not in (1, 4):
        return None
    numbers = []
    for part in parts:
        base = 16 if part.startswith("0x") else 8 if part.startswith("0") and len(part) > 1 else 10
        try:
            numbers.append(int(part[2:] or "0", base) if base == 16 else int(part, base))
        except ValueError:
            return None
    last = numbers.pop()
    if any(number > 255 for number in numbers) or last >= 256 ** (4 - len(numbers)):
        return None
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(numbers))
    # 0.0.0.0/8 and what begins with 224 and more is nobody's: a number that gives it is a number.
    return str(ipaddress.IPv4Address(value)) if 0 < value >> 24 < 224 else None


def ipv6(text: str) -> str | None:
    """RFC 5952 compressed form, or None."""
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        return None


def host(text: str) -> str | None:
    """Lower-case punycode name of two or more well-formed labels, or None. The top-level domain is not looked up."""
    if len(text) > MAX_HOST:
        return None
    name = text.lower()
    if not text.isascii():
        try:
            name = ".".join(
                label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
                for label in name.split(".")
            )
        except UnicodeError:
            return None
        if len(name) > MAX_HOST:
            return None
    return name if _NAME.fullmatch(name) else None


def is_known(host: str) -> bool:
    """Whether the last label of a normalised host is a top-level domain or one of SPECIAL_TLDS."""
    return host[host.rfind(".") + 1 :] in tlds()


def is_address(host: str) -> bool:
    """Whether the host of a URL is an IP address (no top-level domain ends in a digit)."""
    return host[-1:].isdigit() or ":" in host


def bare_host(host: str) -> str:
    """A host without `www.`, as hosts are compared."""
    return host.removeprefix("www.")
