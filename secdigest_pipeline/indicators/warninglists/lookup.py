"""Look-up in the vendored warning lists: loaded once a process at the first question, then a few dictionary reads each."""

import gzip
import ipaddress
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from secdigest_pipeline.indicators.warninglists.catalog import CATALOG, Listed, Says
from secdigest_pipeline.indicators.warninglists.services import services

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

    def host(self, name: str) -> Hit | None:
        """The list that holds a lower-case host name or covers it as a subdomain; None when none does."""
        bare = name.removeprefix("www.")
        hits = [hit for key in (name, "." + name, bare, "." + bare) if (hit := self._hosts.get(key))]
        if hits:
            return min(hits, key=lambda hit: hit.rank)
        labels = name.split(".")
        for at in range(max(1, len(labels) - _MAX_LABELS), len(labels) - 1):
            parent = "." + ".".join(labels[at:])
            covering = self._hosts.get(parent)
            # Names below a service that gives names to its customers are theirs, whether or not it is a public suffix.
            if covering is not None and parent not in services():
                return covering
        return None

    def address(self, value: str) -> Hit | None:
        """The list whose networks hold an IP address (no two listed networks overlap but by nesting); None when none does."""
        address = ipaddress.ip_address(value)
        this, number = address.version, int(address)
        at = bisect_right(self._starts, (this, number))
        # A wider network begins before the narrow ones inside it: look back over the few that can still hold the address.
        for version, start, end, hit in reversed(self._networks[max(0, at - 4) : at]):
            if version == this and start <= number <= end:
                return hit
        return None

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
    return WarningLists(
        (listed, gzip.decompress(folder.joinpath(f"{listed.name}.txt.gz").read_bytes()).decode().split())
        for listed in CATALOG
    )
