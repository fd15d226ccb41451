"""Rows of the IOC ledger, and what an analysis may say of an observable."""

from dataclasses import dataclass
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Named, Table

# The ten that find() gives, then those that the ledger alone holds (finding/artifacts.py).
ObservableType = Literal[
    "ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "cve",
    "cidr", "ip_range", "attack_id", "file_name", "wallet", "registry_key", "mutex", "imphash", "ssdeep", "ja3", "thumbprint",
]  # fmt: skip
Role = Literal[
    "attacker_infrastructure", "malware_sample", "abused_service", "victim", "researcher", "reference", "unknown"
]
IocState = Literal["あり", "本当になし", "取得不能", "未確認"]


@dataclass(frozen=True, slots=True)
class PlacedObservable:
    """One occurrence of an observable in one text of an article: found once, read by every later step."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "article whose text it is"]
    place: Annotated[
        Literal["article", "page", "primary"],
        "text it stands in, where its offsets count. article: title, newline and text; page: page_text of the article; "
        "primary: page_text of a primary page",
    ]
    url: Annotated[str, "canonical URL of the article, or URL of the primary page"]
    type: Annotated[ObservableType, "type of observable"]
    value: Annotated[str, "normalised value, refanged"]
    raw: Annotated[str, "as spelled there"]
    start: Annotated[int, "offset, characters", Named("start_offset")]
    end: Annotated[int, "end, characters", Named("end_offset")]
    defanged: Annotated[bool, "whether the author broke it on purpose"]
    port: Annotated[int | None, "port written behind an address or a host; null when none"]


@dataclass(frozen=True, slots=True)
class IocRole:
    """What an analysis says of one observable that code had found. Grounded by `quote`."""

    type: Annotated[ObservableType, "type of the observable"]
    value: Annotated[str, "normalised value, exactly as found by code"]
    role: Annotated[Role, "role in the article"]
    context_ja: Annotated[str, "Japanese phrase saying why the value is listed; empty when none"]
    quote: Annotated[str, "verbatim source text behind the role; empty when none"]
    category: Annotated[str | None, "category of the CSV (docs/contract.md 2.2); null when the model was not asked"] = (
        None
    )
    description: Annotated[str | None, "English phrase for the CSV; empty when none holds, null when not asked"] = None
    check: Annotated[
        str | None, "what the checking call says of it; null when none was made", Named("check_verdict")
    ] = None


@dataclass(frozen=True, slots=True)
class Threat:
    """Actor and malware an article names; every field is `unknown` unless the source says it."""

    actor: Annotated[str, "actor as the source names it, else `unknown`"]
    actor_attribute: Annotated[str, "china, russia, north-korea, iran, cybercrime, hacktivist or `unknown`"]
    malware: Annotated[str, "malware as the source names it, `N/A` when none is involved, else `unknown`"]
    malware_type: Annotated[str, "ransomware, stealer, backdoor, RAT, loader ..., `N/A` or `unknown`"]


UNKNOWN_THREAT = Threat("unknown", "unknown", "unknown", "unknown")


@dataclass(frozen=True, slots=True)
class Ioc:
    """One observable of one article: kept as an IOC, or suppressed with the reason."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "article it stands in"]
    type: Annotated[ObservableType, "type of observable"]
    value: Annotated[str, "normalised value, refanged"]
    port: Annotated[int | None, "port written beside an IP address; null when none"]
    raw: Annotated[str, "as spelled at its first place"]
    start: Annotated[
        int, "offset of the first place in the page_text of `source_url`, characters", Named("start_offset")
    ]
    end: Annotated[int, "end of the first place, characters", Named("end_offset")]
    occurrences: Annotated[int, "how often the value stands in the page"]
    defanged: Annotated[bool, "whether any place is defanged"]
    source_url: Annotated[str, "page the value really stands on"]
    role: Annotated[Role, "role in the article"]
    is_ioc: Annotated[bool, "whether the article gives it as malicious or abused: it goes into the report and the CSV"]
    confidence: Annotated[float, "0 to 1, computed from `reasons`"]
    reasons: Annotated[tuple[str, ...], "named reasons behind role, is_ioc and confidence"]
    suppressed: Annotated[
        str,
        "list or rule that keeps it out; for an IOC `csv:` and the rule that keeps it out of the CSV alone, else empty",
    ]
    known: Annotated[bool, "よく知られている: a shared or legitimate service, abused"]
    context_ja: Annotated[str, "Japanese phrase of the report line, without half-width comma"]
    evidence: Annotated[str, "text around the first place, one line"]
    date: Annotated[DayKey, "YYYY-MM-DD: observation or publication date (docs/contract.md 2.2)"]
    category: Annotated[str, "category of the CSV (docs/contract.md 2.2)"]
    actor: Annotated[str, "actor named by the source, else `unknown`"]
    actor_attribute: Annotated[str, "attribute named by the source, else `unknown`"]
    malware: Annotated[str, "malware named by the source, `N/A` or `unknown`"]
    malware_type: Annotated[str, "type of the malware, `N/A` or `unknown`"]
    description: Annotated[str, "one English line starting with `AI generated.`"]


OBSERVABLES = Table("observables", PlacedObservable, key=("article_id", "place", "url", "start_offset", "type"))
IOCS = Table("iocs", Ioc, key=("article_id", "type", "value"))
