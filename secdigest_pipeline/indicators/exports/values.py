"""What is exported of an edition: its IOCs, one a value, and which of them nobody is hurt by blocking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.indicators.finding.addresses import scope
from secdigest_pipeline.indicators.finding.hosts import is_address
from secdigest_pipeline.indicators.finding.spelling import host_in
from secdigest_pipeline.indicators.judging.roles import ADDRESSES
from secdigest_pipeline.indicators.past.history import is_shared
from secdigest_pipeline.indicators.records import Ioc, ObservableType
from secdigest_pipeline.indicators.warninglists import RESOLVERS, vendored

_ATTACKERS = frozenset(("attacker_infrastructure", "malware_sample"))
_INNOCENT = frozenset(("victim", "abused_service", "researcher"))
# The CSV has no column type for it (docs/contract.md 2.2); every other format has.
_EXPORTED_ALTHOUGH = frozenset(("", "csv:type_not_in_csv"))


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
    return ioc.is_ioc and ioc.suppressed in _EXPORTED_ALTHOUGH


def exported(ledger: Sequence[Ioc]) -> list[Exported]:
    """The exported values of an edition (all its rows given), in the order of type and value."""
    rows: dict[tuple[ObservableType, str], list[Ioc]] = defaultdict(list)
    for ioc in ledger:
        if is_exported(ioc):
            rows[ioc.type, ioc.value].append(ioc)
    spared = {(ioc.type, ioc.value) for ioc in ledger if ioc.role in _INNOCENT or ioc.known}
    victims = {_host(ioc.type, ioc.value) for ioc in ledger if ioc.role == "victim"} - {""}
    return [
        Exported(
            edition=found[0].edition,
            type=type,
            value=value,
            rows=tuple(found),
            blockable=any(ioc.role in _ATTACKERS for ioc in found)
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
    lists = vendored()
    host = _host(type, value)
    if not host:
        return lists.hash(value) is None
    if is_address(host):
        return scope(host) == "global" and host not in RESOLVERS and lists.address(host) is None
    # Below a public suffix everybody has a name of their own
    is_suffix = registered_domain(f"x.{host}") == f"x.{host}"
    return not is_shared(host) and not (type == "domain" and is_suffix)
