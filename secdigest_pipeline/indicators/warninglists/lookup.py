"""Look-up of what is well known: services that everybody uses, public resolvers, and the vendored warning lists.

The lists are loaded once a process at the first question, then a few dictionary reads answer each.
"""

import gzip
import ipaddress
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from secdigest_pipeline.base.suffixes import is_customers
from secdigest_pipeline.indicators.warninglists.catalog import CATALOG, OWN_SAYS, Listed, Says

# docs/contract.md 2.3: as a domain, or as a URL without a path, these are rejected.
WELL_KNOWN_HOSTS = frozenset(("google.com", "microsoft.com", "github.com", "npmjs.com", "t.me", "telegram.org"))

# Public resolvers by their operators' own documentation (Google, Cloudflare, Quad9, OpenDNS, AdGuard, Verisign, Level 3, 114DNS,
# AliDNS, DNSPod, Yandex, Comodo, CleanBrowsing, Hurricane Electric): nobody's command server, but in every sandbox trace.
RESOLVERS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 1.1.1.2 1.0.0.2 1.1.1.3 1.0.0.3 9.9.9.9 9.9.9.10 9.9.9.11 149.112.112.112 208.67.222.222 "
    "208.67.220.220 94.140.14.14 94.140.15.15 64.6.64.6 64.6.65.6 4.2.2.1 4.2.2.2 4.2.2.3 4.2.2.4 209.244.0.3 209.244.0.4 "
    "114.114.114.114 114.114.115.115 223.5.5.5 223.6.6.6 119.29.29.29 77.88.8.8 77.88.8.1 8.26.56.26 8.20.247.20 185.228.168.9 "
    "74.82.42.42 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe 2620:fe::9".split()
)
# Services that give each customer a name below theirs and are not in the public suffix list.
_GIVE_NAMES = (
    ".firebaseio.com .lhr.life .serveo.net .loca.lt .devtunnels.ms .portmap.io .sharepoint.com .weebly.com .glitch.me .wordpress.com "
    ".bc.googleusercontent.com .files.1drv.com .wasabisys.com .backblazeb2.com .gofile.io"
).split()
# Suffixes of that list below which the service itself answers.
_OWN_NAMES = tuple(
    ".googleapis.com .githubusercontent.com .akamai.net .akamaiedge.net .akamaized.net .akamaihd.net .edgekey.net .edgesuite.net "
    ".fastly.net .fastlylb.net .translate.goog".split()
)
_NO_CUSTOMER = re.compile(r"(?:www|api|app|apps|login|account|accounts|auth|cdn|static|store[0-9]*|s3|f[0-9]{3})\.")
# Names of more labels than this are looked up by their last ones: no listed host has more.
_MAX_LABELS = 8


class Hit(NamedTuple):
    """A listed value: the list's name at MISP, what that list says of it, and its place in the catalog."""

    list: str
    says: Says
    rank: int


class WarningLists:
    """Hosts, networks and hashes by list.

    `entries` maps each list to its entries: hosts as `host` (this name only) or `.host` (with its subdomains), networks in
    CIDR form, hashes in lower-case hexadecimal. Entries at a public suffix, private ones such as `ddns.net` included, have no
    leading dot in the vendored data (update.py sees to it), so a customer's name below one is never taken for the listed service.
    """

    def __init__(self, entries: Iterable[tuple[Listed, Iterable[str]]]) -> None:
        self._hosts: dict[str, Hit] = {}
        self._hashes: dict[str, Hit] = {}
        networks: list[tuple[int, int, int, Hit]] = []
        # Last first, so that the first list of the catalog has the last word.
        for rank, (listed, values) in reversed(list(enumerate(entries))):
            hit = Hit(listed.name, listed.says, rank)
            if listed.form == "hosts":
                self._hosts.update(dict.fromkeys(values, hit))
            elif listed.form == "hashes":
                self._hashes.update(dict.fromkeys(values, hit))
            else:
                networks.extend((*_range(value), hit) for value in values)
        networks.sort(key=lambda item: item[:3])
        self._networks = networks
        self._starts = [item[:2] for item in networks]
        # The furthest end of all networks up to each.
        self._furthest = list(accumulate(((item[0], item[2]) for item in networks), max))

    def host(self, name: str) -> Hit | None:
        """The list that holds a lower-case host name or covers it as a subdomain; None when none does."""
        bare = name.removeprefix("www.")
        hits = [hit for key in (name, "." + name, bare, "." + bare) if (hit := self._hosts.get(key))]
        if hits:
            return min(hits, key=lambda hit: hit.rank)
        labels = name.split(".")
        for at in range(max(1, len(labels) - _MAX_LABELS), len(labels) - 1):
            parent = "." + ".".join(labels[at:])
            # Names below a service that gives names to its customers are theirs, whether or not it is a public suffix.
            if parent in services():
                return None
            covering = self._hosts.get(parent)
            if covering is not None:
                return covering
        return None

    def address(self, value: str) -> Hit | None:
        """The first list of the catalog whose networks hold an IP address; None when none does."""
        address = ipaddress.ip_address(value)
        this, number = address.version, int(address)
        at = bisect_right(self._starts, (this, number)) - 1
        found: Hit | None = None
        # A wider network begins before the narrow ones inside it: look back as long as one can still hold the address.
        while at >= 0 and self._furthest[at] >= (this, number):
            _, _, end, hit = self._networks[at]
            if end >= number and (found is None or hit.rank < found.rank):
                found = hit
            at -= 1
        return found

    def names(self, host: str) -> bool:
        """Whether a list holds this very name."""
        return host in self._hosts or "." + host in self._hosts

    def hash(self, digest: str) -> Hit | None:
        """The list that holds a lower-case hexadecimal hash; None when none does."""
        return self._hashes.get(digest)


def _range(network: str) -> tuple[int, int, int]:
    parsed = ipaddress.ip_network(network, strict=False)
    return parsed.version, int(parsed.network_address), int(parsed.broadcast_address)


@cache
def manifest() -> Mapping[str, Mapping[str, object]]:
    """name -> version, date, count, licence and description of each vendored list, as update.py wrote it."""
    text = files(__package__).joinpath("data", "manifest.json").read_text("utf-8")
    lists: Mapping[str, Mapping[str, object]] = json.loads(text)["lists"]
    return lists


@cache
def vendored() -> WarningLists:
    """The lists that come with this package."""
    folder = files(__package__).joinpath("data")
    misp = (
        (listed, gzip.decompress(folder.joinpath(f"{listed.name}.txt.gz").read_bytes()).decode().split())
        for listed in CATALOG
    )
    return WarningLists([*misp, *own_networks()])


def own_networks() -> list[tuple[Listed, list[str]]]:
    """The networks of data/platform-networks.txt by what is said of them and operator."""
    text = files(__package__).joinpath("data", "platform-networks.txt").read_text("utf-8")
    lists: dict[tuple[str, str], list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            says, operator, network = line.split(" ")
            lists.setdefault((says, operator), []).append(network)
    return [
        (Listed(f"platform-{operator}", "networks", says, False), networks)
        for says in OWN_SAYS
        for (said, operator), networks in lists.items()
        if said == says
    ]


@cache
def services() -> frozenset[str]:
    """Entries of services.txt: `host`, or `.host` where customers have names of their own below it."""
    text = files(__package__).joinpath("data", "services.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=4096)
def names_a_thing(spelled: str) -> bool:
    """Whether a host that stands in prose is the name of a well-known thing (`Booking.com`, `crates.io`), which nobody needs to break.

    That is a bare registrable name, as spelled (so undefanged), of a popular site, a vendor or a shared service.
    """
    host = spelled.casefold()
    return host.count(".") == 1 and (is_known_service(host) or vendored().host(host) is not None)


@lru_cache(maxsize=4096)
def is_known_service(host: str) -> bool:
    """Whether a lower-case host belongs to a shared service (よく知られている of docs/contract.md 1.5)."""
    listed = services()
    bare = host.removeprefix("www.")
    if bare in WELL_KNOWN_HOSTS or bare in listed or host in listed or "." + host in listed:
        return True
    labels = host.split(".")
    return any("." + ".".join(labels[at:]) in listed for at in range(1, len(labels) - 1))


@lru_cache(maxsize=4096)
def is_customer_name(host: str) -> bool:
    """Whether a lower-case host is the name of one customer of a platform: whoever blocks it hurts nobody else.

    Below a suffix of the public suffix list's private part, or of a service that gives names as those do; never a name of the service
    itself, nor one that a list of well-known hosts holds for its own sake.
    """
    if host in services() or host in WELL_KNOWN_HOSTS or host.endswith(_OWN_NAMES) or _NO_CUSTOMER.match(host):
        return False
    if not (is_customers(host) or any(host.endswith(suffix) for suffix in _GIVE_NAMES)):
        return False
    return not vendored().names(host)
