"""What speaks for and against one value of one article, and the role, category and phrases that follow from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.indicators.finding import addresses
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.indicators.finding.hosts import bare_host, is_address
from secdigest_pipeline.indicators.judging import wording
from secdigest_pipeline.indicators.judging.scoring import Reason
from secdigest_pipeline.indicators.judging.sections import Place
from secdigest_pipeline.indicators.records import IocRole, Role
from secdigest_pipeline.indicators.warninglists import (
    PLATFORM_NAMES,
    RESOLVERS,
    WELL_KNOWN_HOSTS,
    Hit,
    LocalList,
    WarningLists,
    is_known_service,
)

HASHES = frozenset(("md5", "sha1", "sha256", "sha512"))
ADDRESSES = frozenset(("ipv4", "ipv6"))
# Types of finding/artifacts.py that are a file's or lie on the victim's machine, and all of them.
FILE_ARTIFACTS = frozenset(("file_name", "imphash", "ssdeep", "registry_key", "mutex"))
ARTIFACTS = FILE_ARTIFACTS | {"cidr", "ip_range", "attack_id", "wallet", "ja3", "thumbprint"}
NOT_COLLECTED = ARTIFACTS | {"cve", "email"}
_MALICIOUS_ROLES = frozenset(("attacker_infrastructure", "malware_sample", "abused_service"))
_BENIGN_ROLES = frozenset(("victim", "researcher", "reference"))
_REFERRING = frozenset(
    (
        "own_outlet",
        "live_link",
        "link_target",
        "reference_section",
        "benign_wording",
        "called_innocent",
        "warning_list",
        "inside_link",
    )
)
_HASH, _ADDRESS, _NAME = Reason("hash"), Reason("address"), Reason("name")
_HASH_BESIDE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Za-z])")
# A file's name, whose words (Git-Update.msi, Serial.zip) say nothing of the hash beside it.
_FILE_NAME = re.compile(
    r"[\w.@$%()+~-]{1,120}\.(?:exe|msi|dll|sys|scr|zip|rar|7z|gz|iso|img|cab|js|vbs|ps1|bat|hta|lnk|docx?|docm|xlsx?|xlsm|pdf|rtf|apk|dmg|pkg|jar|bin"
    r"|dat|elf|py|sh|txt|php|html?)\b",
    re.IGNORECASE,
)
# Surroundings that are remembered: the values of one list stand in the same ones, one after the other.
_ASKED = 256


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a page is read: the vendored warning lists and the newsroom's own list."""

    lists: WarningLists
    local: LocalList


@dataclass(frozen=True, slots=True)
class Setting:
    """What one article as a whole says.

    `outlet`: its registered domain. `gives_indicators`: it holds a hash, a defanged value or a section of indicators, or is
    nothing but a list. Hosts have no `www.`.
    """

    outlet: str
    defangs: bool
    gives_indicators: bool
    fanged_hosts: frozenset[str]
    link_urls: frozenset[str]
    link_hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """Every occurrence of one value on one page, in page order, with the places of the first ones.

    `host` is spelling.host_in() of the value. `defanged`: any occurrence is. `inside_links`: every occurrence is a part of a live
    URL. `elsewhere`: another article of the edition gives the value as an indicator.
    """

    type: str
    value: str
    host: str
    items: Sequence[Observable]
    places: tuple[Place, ...]
    defanged: bool
    inside_links: bool
    elsewhere: bool = False


def bare_url(url: str) -> str:
    """A URL without scheme, `www.` and closing slash, as URLs are compared."""
    return bare_host(url.partition("://")[2].rstrip("/").lower())


def has_path(value: str) -> bool:
    """Whether a URL names more than its host."""
    rest = value.partition("://")[2] or value
    return bool(rest.partition("/")[2].strip("/") or "?" in rest or "#" in rest)


def reasons_of(sighting: Sighting, setting: Setting, known: Known, roles: Sequence[IocRole]) -> tuple[Reason, ...]:
    """Named reasons of the scoring table that hold for a value, in the table's order of kinds."""
    type, value, host, live = sighting.type, sighting.value, sighting.host, not sighting.defanged
    is_hash = type in HASHES
    numeric = type in ADDRESSES or (type == "url" and is_address(host))
    found = [_HASH if is_hash else _ADDRESS if numeric else _NAME]
    found += _for(sighting.places, live, is_hash, setting.gives_indicators)
    if live and bare_host(host or value) in setting.fanged_hosts:
        found.append(Reason("same_host_defanged"))
    if sighting.elsewhere:
        found.append(Reason("other_articles"))
    if live:
        found += _links(sighting, setting, numeric)
    if is_hash and sighting.inside_links:
        found.append(Reason("inside_link"))
    if type == "url" and _is_fetched(sighting.places):
        found.append(Reason("download_command"))
    if type == "file_name" and any(_HASH_BESIDE.search(f"{place.before} {place.after}") for place in sighting.places):
        found.append(Reason("beside_hash"))
    if live and host.endswith(".onion"):
        found.append(Reason("onion"))
    found += _against(sighting.places, live, is_hash)
    hit = _listed(sighting, known.lists)
    if hit:
        # A list knows the service; what lies at one of its paths is for the article to say.
        service = type == "url" and has_path(value) and is_known_service(host)
        listed = any(place.section == "indicators" and place.listed for place in sighting.places)
        found.append(
            Reason(("service_path_listed" if listed else "service_path") if service else "warning_list", hit.list)
        )
    found += _analysis(roles)
    found += _rules(sighting, setting, known)
    return tuple(found)


@lru_cache(maxsize=_ASKED)
def _for(places: tuple[Place, ...], live: bool, is_hash: bool, gives_indicators: bool) -> tuple[Reason, ...]:
    """What the surroundings of a value say for it."""
    found = []
    if not live:
        found.append(Reason("defanged"))
    inside = [place for place in places if place.section == "indicators"]
    section = next((place for place in inside if place.listed or not live or is_hash), None)
    if section:
        found.append(Reason("indicator_section", _word(section.heading or section.label)))
    elif inside:
        found.append(Reason("indicator_prose", _word(inside[0].heading or inside[0].label)))
    if any(place.listed for place in places):
        found.append(Reason("listed"))
    # In a page without any sign of indicators such lines are its list of sister sites or of links.
    if gives_indicators and any(place.block for place in places):
        found.append(Reason("block"))
    elif any(place.row for place in places):
        found.append(Reason("row"))
    if any(wording.ATTACKER(text) for place in places for text in _beside(place)):
        found.append(Reason("attacker_wording"))
    elif any(wording.MALICIOUS(text) for place in places for text in _beside(place)):
        found.append(Reason("malicious_wording"))
    return tuple(found)


def _links(sighting: Sighting, setting: Setting, numeric: bool) -> list[Reason]:
    """What speaks against a live value because it is one, or because the page links to it."""
    found = []
    type, value = sighting.type, sighting.value
    # Nobody cites a source by its address: a live URL on one is no reference.
    if type == "url" and not numeric and value.startswith(("http://", "https://")):
        found.append(Reason("live_link" if setting.defangs else "live_url"))
    elif type == "domain" and setting.defangs:
        found.append(Reason("live_name"))
    if (
        bare_url(value) in setting.link_urls
        if type == "url"
        else bare_host(sighting.host or value) in setting.link_hosts
    ):
        found.append(Reason("link_target"))
    return found


@lru_cache(maxsize=_ASKED)
def _against(places: tuple[Place, ...], live: bool, is_hash: bool) -> tuple[Reason, ...]:
    """What the surroundings of a value say against it."""
    found = []
    if all(place.section == "references" for place in places):
        found.append(Reason("reference_section"))
    if is_hash:
        said = (text for place in places for text in (place.before[-60:], place.label))
        if any(wording.NOT_A_FILE(text) and wording.NOT_A_FILE(_FILE_NAME.sub(" ", text)) for text in said):
            found.append(Reason("not_a_file_hash"))
    elif any(_is_innocent(place) for place in places):
        found.append(Reason("called_innocent"))
    elif live and any(wording.VICTIM(text) for place in places for text in _beside(place)):
        found.append(Reason("victim_wording"))
    elif live and any(wording.BENIGN(text) for place in places for text in _beside(place)):
        found.append(Reason("benign_wording"))
    return tuple(found)


@lru_cache(maxsize=_ASKED)
def _is_fetched(places: tuple[Place, ...]) -> bool:
    """Whether a command that fetches and runs a URL stands right before it."""
    return any(len(place.before) > 3 and wording.FETCHES(place.before) for place in places)


def _is_innocent(place: Place) -> bool:
    """Whether the words right beside a value call it nobody's weapon, and none that it was made or only looks like one."""
    if not wording.may_be_innocent(f"{place.before}\n{place.after}"):
        return False
    if wording.COMPROMISED(place.after) or wording.COMPROMISED(place.before):
        return False
    # 正規サイト a.example を装う: somebody else imitates it.
    return wording.INNOCENT_BEFORE(place.before) or (
        wording.INNOCENT_AFTER(place.after) and not wording.IMITATES(place.after)
    )


def _listed(sighting: Sighting, lists: WarningLists) -> Hit | None:
    """The warning list that speaks against a live host or address; one the article defangs is meant as it stands."""
    if sighting.defanged:
        return None
    host = sighting.host
    hit = lists.address(sighting.value) if sighting.type in ADDRESSES else lists.host(host) if host else None
    if hit is None or hit.says in ("shared_network", "placeholder", "platform"):
        return None
    return hit


def _analysis(roles: Sequence[IocRole]) -> list[Reason]:
    """One reason at most: with roles of both kinds the analysis contradicts itself and says nothing."""
    malicious = [role for role in roles if role.role in _MALICIOUS_ROLES]
    benign = [role for role in roles if role.role in _BENIGN_ROLES]
    if bool(malicious) == bool(benign):
        return []
    quoted = any(role.quote.strip() for role in malicious or benign)
    return [Reason(("analysis_malicious" if malicious else "analysis_benign") + ("" if quoted else "_unquoted"))]


def _rules(sighting: Sighting, setting: Setting, known: Known) -> list[Reason]:
    type, value, host = sighting.type, sighting.value, sighting.host
    found = []
    entry = known.local.entry(value, host)
    if entry:
        found.append(Reason(f"local_{entry.verdict}", entry.why))
    if type == "cidr" and addresses.scope(value.partition("/")[0]) != "global":
        found.append(Reason("private_address"))
    if type in NOT_COLLECTED:
        found.append(Reason("not_collected"))
    if host and not sighting.defanged and setting.outlet and registered_domain(host) == setting.outlet:
        found.append(Reason("own_outlet"))
    if type in HASHES:
        hit = known.lists.hash(value)
        if hit:
            found.append(Reason("harmless_hash", hit.list))
        return found
    address = value if type in ADDRESSES else host if type == "url" and is_address(host) else ""
    if address:
        found += _address_rules(type, address, sighting, known.lists)
    elif host in WELL_KNOWN_HOSTS and (type != "url" or not has_path(value)):
        found.append(Reason("well_known_host"))
    hit = known.lists.host(host) if host and not address else None
    if hit and hit.says == "placeholder":
        found.append(Reason("placeholder", hit.list))
    elif hit and hit.list in PLATFORM_NAMES and type in ("domain", "url") and not (type == "url" and has_path(value)):
        found.append(Reason("platform_name", hit.list))
    return found


def _address_rules(type: str, address: str, sighting: Sighting, lists: WarningLists) -> list[Reason]:
    if address in RESOLVERS:
        return [Reason("public_resolver")]
    hit = lists.address(address) if type in ADDRESSES else None
    if hit and hit.says == "platform":
        return [Reason("platform_address", hit.list)]
    scope = addresses.scope(address)
    if scope == "reserved":
        return [Reason("reserved_address")]
    if scope == "private":
        # A URL on a private address has no scope column that would say so: only addresses are reported.
        listed = type != "url" and any(place.section == "indicators" for place in sighting.places)
        return [Reason("private_address_listed" if listed else "private_address")]
    return []


def _beside(place: Place) -> tuple[str, ...]:
    # A heading speaks of the list below it, not of every host that a sentence of its chapter names.
    texts = (place.before, place.after, place.label, place.heading if place.listed else "")
    return tuple(text for text in texts if text)


def _word(text: str) -> str:
    """A heading, label or note as a reason's detail: one line, at most 60 characters."""
    return plain_line(text)[:60]


def role_of(
    sighting: Sighting, reasons: tuple[Reason, ...], malicious: bool, lists: WarningLists, roles: Sequence[IocRole]
) -> Role:
    """Role of a value: the analysis' own where it agrees with the outcome, else by rule."""
    type = sighting.type
    names = {reason.name for reason in reasons}
    agreed = _MALICIOUS_ROLES if malicious else _BENIGN_ROLES
    if "analysis_malicious" in names or "analysis_benign" in names:
        said = next((role.role for role in roles if role.role in agreed and role.quote.strip()), None)
        if said:
            return said
    if type in ("cve", "attack_id"):
        return "reference"
    if malicious:
        if type in HASHES or type in FILE_ARTIFACTS:
            return "malware_sample"
        return "abused_service" if type != "email" and is_known_service(sighting.host) else "attacker_infrastructure"
    hit = _listed(sighting, lists)
    if hit and hit.says == "vendor":
        return "researcher"
    if "victim_wording" in names or (hit and hit.says == "bank"):
        return "victim"
    return "reference" if names & _REFERRING else "unknown"
