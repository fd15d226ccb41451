"""What is exported of an edition: its IOCs, one a value, and which of them nobody is hurt by blocking."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.indicators.finding.addresses import scope
from secdigest_pipeline.indicators.finding.hosts import bare_host, is_address
from secdigest_pipeline.indicators.finding.spelling import host_in
from secdigest_pipeline.indicators.judging import csv_rules
from secdigest_pipeline.indicators.judging.roles import ADDRESSES, ARTIFACTS, has_path
from secdigest_pipeline.indicators.past.history import is_shared
from secdigest_pipeline.indicators.records import Ioc, ObservableType
from secdigest_pipeline.indicators.warninglists import (
    RESOLVERS,
    WELL_KNOWN_HOSTS,
    is_customer_name,
    is_known_service,
    services,
    vendored,
)

_ATTACKERS = frozenset(("attacker_infrastructure", "malware_sample"))
_INNOCENT = frozenset(("victim", "researcher"))
# What keeps a row out of report and CSV alone; the other formats take it.
_EXPORTED_ALTHOUGH = frozenset(("", *(f"csv:{refusal}" for refusal in csv_rules.OF_THE_CSV_ALONE)))
# Types that report and CSV do not collect, and others do where the article gives the value as an attacker's.
_UNCOLLECTED = ARTIFACTS | {"email"}
# Forms that have no place for a type: STIX 2.1 has no observable for it (6), MISP no attribute type.
_WITHOUT = {
    "stix": frozenset(("ip_range", "attack_id", "wallet", "imphash", "ja3")),
    "misp": frozenset(("ip_range", "attack_id")),
    "block": ARTIFACTS | {"email", "cve"},
}
# What a list of hosts says where many parties put up what they like: one of their URLs is one party's.
_UPLOADS = frozenset(("service", "popular"))


@dataclass(frozen=True, slots=True)
class Exported:
    """One value of one edition with the ledger rows that hold it as an IOC, in ledger order."""

    edition: str
    type: ObservableType
    value: str
    rows: tuple[Ioc, ...]
    blockable: bool

    @property
    def confidence(self) -> float:
        """The greatest confidence of its rows, 0 to 1."""
        return max(row.confidence for row in self.rows)

    @property
    def references(self) -> list[str]:
        """The pages it stands on, each once."""
        return list(dict.fromkeys(row.source_url for row in self.rows if row.source_url))


@dataclass(frozen=True, slots=True)
class EditionIocs:
    """What there is to export of an edition: the rows of its ledger, and the exported values of them."""

    edition: Edition
    ledger: Sequence[Ioc]
    values: Sequence[Exported]


def is_exported(ioc: Ioc) -> bool:
    """Whether a ledger row leaves the house."""
    if ioc.is_ioc:
        return ioc.suppressed in _EXPORTED_ALTHOUGH
    if ioc.suppressed != "not_collected":
        return False
    # A technique is nobody's: it says what the article is about.
    return ioc.type == "attack_id" or (ioc.type in _UNCOLLECTED and ioc.role in _ATTACKERS)


def carried(values: Iterable[Exported], form: Literal["stix", "misp", "block"]) -> list[Exported]:
    """The values that a form has a place for.

    In STIX a URL is one of RFC 3986: one whose source names no scheme is none, and a made-up scheme would be a statement nobody made.
    """
    return [
        value
        for value in values
        if value.type not in _WITHOUT[form] and (form != "stix" or value.type != "url" or "://" in value.value)
    ]


def wire_url(url: str) -> str:
    """A URL as proxies see it: what is no ASCII is percent-encoded UTF-8 (RFC 3987 3.1)."""
    return url if url.isascii() else quote(url, safe="".join(map(chr, range(0x21, 0x7F))))


def exported(ledger: Sequence[Ioc]) -> list[Exported]:
    """The exported values of an edition (all its rows given), in the order of type and value."""
    rows: dict[tuple[ObservableType, str], list[Ioc]] = defaultdict(list)
    for ioc in ledger:
        if is_exported(ioc):
            rows[ioc.type, ioc.value].append(ioc)
    spared = {
        (ioc.type, ioc.value)
        for ioc in ledger
        if ioc.role in _INNOCENT
        or ((ioc.known or ioc.role == "abused_service") and not _is_one_partys(ioc.type, ioc.value))
    }
    victims = {_host(ioc.type, ioc.value) for ioc in ledger if ioc.role == "victim"} - {""}
    return [
        Exported(
            edition=found[0].edition,
            type=type,
            value=value,
            rows=tuple(found),
            blockable=any(ioc.role in _ATTACKERS or ioc.role == "abused_service" for ioc in found)
            and (type, value) not in spared
            and _host(type, value) not in victims
            and _is_blockable(type, value),
        )
        for (type, value), found in sorted(rows.items())
    ]


def _host(type: str, value: str) -> str:
    return value if type in ADDRESSES else host_in(type, value)


def _is_blockable(type: str, value: str) -> bool:
    """Whether a value of an attacker may be blocked: nobody else's address, host or file goes with it."""
    # A network is many people's, and what a file is called everybody may call theirs.
    if type in ARTIFACTS:
        return False
    lists = vendored()
    host = _host(type, value)
    if not host:
        return lists.hash(value) is None
    if is_address(host):
        return scope(host) == "global" and host not in RESOLVERS and lists.address(host) is None
    # Below a public suffix everybody has a name of their own
    is_suffix = registered_domain(f"x.{host}") == f"x.{host}"
    return _is_one_partys(type, value) or (not is_shared(host) and not (type == "domain" and is_suffix))


@lru_cache(maxsize=4096)
def _is_one_partys(type: str, value: str) -> bool:
    """Whether a value on a shared service is one party's alone: a customer's own name, or a path where everybody uploads."""
    host = host_in(type, value)
    if type == "email":
        return True
    if not host or is_address(host):
        return False
    if is_customer_name(host):
        return True
    if type != "url" or not has_path(value):
        return False
    bare = bare_host(host)
    # Of the six hosts of docs/contract.md 2.3 those that are no place for uploads are the companies' own sites.
    if bare in WELL_KNOWN_HOSTS and bare not in services():
        return False
    hits = vendored().host(host), vendored().host(registered_domain(host))
    return is_known_service(host) or all(hit is None or hit.says in _UPLOADS for hit in hits)
