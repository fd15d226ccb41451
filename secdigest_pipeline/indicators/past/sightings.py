"""Rows of the IOC history: what is remembered of a ledger row, and what the past says of an IOC of an edition."""

from dataclasses import dataclass
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Table
from secdigest_pipeline.indicators.records import ObservableType, Role


@dataclass(frozen=True, slots=True)
class IocSighting:
    """One value in one article of one edition, as its ledger row said."""

    edition: Annotated[str, "edition date"]
    article_id: Annotated[str, "article it stands in"]
    type: Annotated[ObservableType, "type of observable"]
    value: Annotated[str, "normalised value, refanged"]
    role: Annotated[Role, "role in the article"]
    is_ioc: Annotated[bool, "whether it went into the report and the CSV"]
    confidence: Annotated[float, "0 to 1"]
    suppressed: Annotated[str, "list or rule that kept it out; empty when is_ioc"]
    actor: Annotated[str, "actor named by the source, else `unknown`"]
    malware: Annotated[str, "malware named by the source, `N/A` or `unknown`"]
    source_url: Annotated[str, "page the value stands on"]
    evidence: Annotated[str, "text around the first place, one line"]


IOC_SIGHTINGS = Table("ioc_sightings", IocSighting, key=("edition", "article_id", "type", "value"))

MatchKind = Literal["exact", "host_overlap"]


@dataclass(frozen=True, slots=True)
class PastMatch:
    """A row of an earlier edition that an IOC of this one meets (docs/contract.md 4.2)."""

    kind: Annotated[MatchKind, "exact: same type and value; host_overlap: another value on the same unshared host"]
    edition: Annotated[DayKey, "edition of the earlier row"]
    article_id: Annotated[str, "article of the earlier row"]
    type: Annotated[ObservableType, "type of the earlier value"]
    value: Annotated[str, "the earlier value"]
    source_url: Annotated[str, "page the earlier value stands on"]
    actor: Annotated[str, "actor the earlier source named, else `unknown`"]
    malware: Annotated[str, "malware the earlier source named, `N/A` or `unknown`"]
    same_reference: Annotated[bool, "both stand on the same page: a listing seen twice, no relation"]
    same_actor: Annotated[bool, "both sources name the same actor; never true of `unknown`"]
    same_malware: Annotated[bool, "both sources name the same malware; never true of `unknown` or `N/A`"]


@dataclass(frozen=True, slots=True)
class IocPast:
    """The past of one IOC of an edition, as known from the editions before it."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "article it stands in"]
    type: Annotated[ObservableType, "type of observable"]
    value: Annotated[str, "normalised value, refanged"]
    first_seen: Annotated[DayKey, "first edition that had the value as an IOC; this one when it is new"]
    last_seen: Annotated[DayKey | None, "newest earlier edition that had it; null when it is new"]
    sightings: Annotated[int, "earlier (edition, article) pairs that had it"]
    editions: Annotated[int, "earlier editions that had it"]
    host_overlaps: Annotated[int, "earlier rows with another value on the same unshared host"]
    matches: Annotated[
        tuple[PastMatch, ...], "earlier rows, exact ones first, then the newest; at most 50 of each kind"
    ]


IOC_HISTORY = Table("ioc_history", IocPast, key=("article_id", "type", "value"))
