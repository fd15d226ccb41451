"""IOC history: when a value was first and last seen, where, and what of the past an edition's IOCs meet.

The matches are those of docs/contract.md 4.2 without its errors: the past of an edition is what lies before that edition (not before an
IOC's own date), `unknown` never equals `unknown`, and hosts of shared services don't match. An address written alone is a host as
well, so it meets the URLs on it. Answers depend on the set of editions that were added, not on their order.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from upath import UPath

from secdigest_pipeline.base.arrow import array_of
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.finding.spelling import host_in
from secdigest_pipeline.indicators.judging.roles import ADDRESSES
from secdigest_pipeline.indicators.past.segments import KEYS, Segments
from secdigest_pipeline.indicators.past.sightings import IOC_SIGHTINGS, IocPast, IocSighting, MatchKind, PastMatch
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.indicators.warninglists import is_known_service, vendored

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

MAX_MATCHES = 50
# Names below these are their customers' own, so one seen twice is the same customer (docs/contract.md 4.2).
_CUSTOMER_NAMES = (".workers.dev", ".pages.dev")
_SHARED = frozenset(("service", "popular", "benign", "vendor", "bank"))
_UNNAMED = frozenset(("", "unknown", "n/a"))
_AUTHORITY = re.compile(r"[^/?#]*")
_DEFAULT_PORTS = {"http": ":80", "https": ":443", "ftp": ":21"}

_COLUMNS = [column.name for column in IOC_SIGHTINGS.columns]


class Found(NamedTuple):
    """One row of the ledger that a search met, and how."""

    kind: MatchKind
    sighting: IocSighting


class History:
    """The history below `root`: IOCs, and apart from them the values that were kept out.

    `on_damage` is called with one line for each file that was found damaged, and what was done about it.
    """

    def __init__(self, root: UPath, on_damage: Callable[[str], None] = log.warning) -> None:
        self._iocs = Segments(root / "iocs", on_damage)
        self._suppressed = Segments(root / "suppressed", on_damage)

    def add(self, edition: Edition, ledger: Sequence[Ioc]) -> None:
        """Make these rows the edition's, in place of any it had. ValueError names a row of another edition; raises StorageError."""
        for ioc in ledger:
            if ioc.edition != edition.key:
                raise ValueError(
                    f"IOC of article {ioc.article_id}: edition {ioc.edition} in the history of {edition.key}"
                )
        self._iocs.put(edition, _rows(ioc for ioc in ledger if ioc.is_ioc))
        self._suppressed.put(edition, _rows(ioc for ioc in ledger if not ioc.is_ioc))

    def restore(self, stored: Callable[[Edition], Sequence[Ioc]]) -> list[str]:
        """Add the editions whose file was damaged once more, from what is `stored` of their ledgers; which ones that were."""
        restored = []
        for key in sorted({*self._iocs.torn(), *self._suppressed.torn()}):
            edition = Edition.parse(key)
            if rows := stored(edition):
                self.add(edition, rows)
                restored.append(key)
        return restored

    def past_of(self, edition: Edition, ledger: Sequence[Ioc]) -> list[IocPast]:
        """One row for each IOC of the edition, in ledger order, from the editions before it."""
        current = [ioc for ioc in ledger if ioc.is_ioc]
        keys = {_key(*compared(ioc.type, ioc.value)) for ioc in current}
        keys |= {_host_key(host) for ioc in current if (host := unshared_host(ioc.type, ioc.value))}
        same: dict[tuple[str, str], list[IocSighting]] = defaultdict(list)
        neighbours: dict[str, list[IocSighting]] = defaultdict(list)
        for row in _found(self._iocs, keys, edition.shifted(-1).key):
            same[compared(row.type, row.value)].append(row)
            neighbours[_host(row.type, row.value)].append(row)
        return [
            _past(ioc, same[compared(ioc.type, ioc.value)], neighbours[unshared_host(ioc.type, ioc.value) or "\0"])
            for ioc in current
        ]

    def search(self, type: str, value: str) -> list[Found]:
        """Every row of the ledger with this value, IOC or suppressed, and every IOC on the same unshared host; newest first."""
        wanted, host = compared(type, value), unshared_host(type, value)
        keys = {_key(*wanted), _host_key(host)}
        rows = [*_found(self._iocs, keys), *_found(self._suppressed, {_key(*wanted)})]
        found = []
        for row in rows:
            if compared(row.type, row.value) == wanted:
                found.append(Found("exact", row))
            elif row.is_ioc and host and _host(row.type, row.value) == host:
                found.append(Found("host_overlap", row))
        found.sort(key=_place)
        found.sort(key=lambda item: item.sighting.edition, reverse=True)
        return sorted(found, key=lambda item: item.kind)


def compared(type: str, value: str) -> tuple[str, str]:
    """(type, value) as values are compared: of a URL without a default port and a lone closing slash (docs/contract.md 4.2)."""
    if type != "url":
        return type, value
    scheme, mark, rest = value.partition("://")
    authority = _AUTHORITY.match(rest)[0]  # type: ignore[index]  # it matches the empty string too
    tail = rest[len(authority) :]
    bare = authority.removesuffix(_DEFAULT_PORTS.get(scheme.lower(), "\0"))
    return type, scheme.lower() + mark + bare + ("" if tail == "/" else tail)


@cache
def is_shared(host: str) -> bool:
    """Whether many parties answer under a host, so that two values on it have nothing to do with each other."""
    if host.endswith(_CUSTOMER_NAMES):
        return False
    if is_known_service(host):
        return True
    hit = None if host[-1:].isdigit() or ":" in host else vendored().host(host)
    return hit is not None and hit.says in _SHARED


def unshared_host(type: str, value: str) -> str:
    """Host of a domain, URL or address value unless it is a shared service's or there is none: then ''."""
    host = _host(type, value)
    return "" if not host or is_shared(host) else host


def _host(type: str, value: str) -> str:
    if type in ADDRESSES:
        return value
    return host_in(type, value) if type in ("domain", "url") else ""


def _key(type: str, value: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{type}\0{value}".encode(), digest_size=8).digest(), "big")


def _host_key(host: str) -> int:
    return _key("host", host) if host else 0


def _rows(iocs: Iterable[Ioc]) -> pa.Table:
    import pyarrow as pa

    rows = list(iocs)
    schema, key = IOC_SIGHTINGS.schema, pa.uint64()
    arrays = [array_of(field.type, [getattr(ioc, field.name) for ioc in rows]) for field in schema]
    arrays.append(array_of(key, [_key(*compared(ioc.type, ioc.value)) for ioc in rows]))
    arrays.append(array_of(key, [_host_key(_host(ioc.type, ioc.value)) for ioc in rows]))
    return pa.Table.from_arrays(
        arrays, schema=pa.schema([*schema, *(pa.field(name, key, nullable=False) for name in KEYS)])
    )


def _found(segments: Segments, keys: set[int], until: str = "9999-12-31") -> list[IocSighting]:
    return [IocSighting(**row) for row in segments.take(keys, _COLUMNS, until) if row["edition"] <= until]


def _past(ioc: Ioc, same: Sequence[IocSighting], neighbours: Sequence[IocSighting]) -> IocPast:
    this = compared(ioc.type, ioc.value)
    others = [row for row in neighbours if compared(row.type, row.value) != this]
    editions = {row.edition for row in same}
    return IocPast(
        edition=ioc.edition,
        article_id=ioc.article_id,
        type=ioc.type,
        value=ioc.value,
        first_seen=min(editions, default=ioc.edition),
        last_seen=max(editions, default=None),
        sightings=len({(row.edition, row.article_id) for row in same}),
        editions=len(editions),
        host_overlaps=len(others),
        matches=(*_matches("exact", ioc, same), *_matches("host_overlap", ioc, others)),
    )


def _matches(kind: MatchKind, ioc: Ioc, rows: Sequence[IocSighting]) -> list[PastMatch]:
    newest = sorted(rows, key=lambda row: (row.article_id, row.type, row.value))
    newest.sort(key=lambda row: row.edition, reverse=True)
    return [
        PastMatch(
            kind=kind,
            edition=row.edition,
            article_id=row.article_id,
            type=row.type,
            value=row.value,
            source_url=row.source_url,
            actor=row.actor,
            malware=row.malware,
            same_reference=bool(ioc.source_url) and row.source_url == ioc.source_url,
            same_actor=_same_name(ioc.actor, row.actor),
            same_malware=_same_name(ioc.malware, row.malware),
        )
        for row in newest[:MAX_MATCHES]
    ]


def _same_name(name: str, other: str) -> bool:
    return name.casefold() == other.casefold() and name.strip().casefold() not in _UNNAMED


def _place(item: Found) -> tuple[str, str, str]:
    return item.sighting.article_id, item.sighting.type, item.sighting.value
