"""Category of the CSV and the closed sets of phrases for a value: Japanese for the report line, English for the CSV description."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.judging import wording
from secdigest_pipeline.indicators.judging.roles import HASHES, Sighting
from secdigest_pipeline.indicators.judging.scoring import Reason
from secdigest_pipeline.indicators.judging.sections import Place
from secdigest_pipeline.indicators.records import IocRole

# docs/contract.md 1.5: phrases have a median of 30 characters; twice the longest real one bounds what an analysis may say.
_LONGEST = 80
# Surroundings that are remembered, as in roles.py.
_ASKED = 256


class Says(NamedTuple):
    """Category (docs/contract.md 2.2), phrase of the report line and sentence of the CSV."""

    category: str
    context_ja: str
    description: str


_NETWORK: tuple[tuple[Callable[[str], bool], Says], ...] = (
    (
        wording.PHISHING,
        Says("phishing-site", "フィッシングに使われたサイトとして記載", "The article describes it as a phishing site."),
    ),
    (
        wording.C2,
        Says("c2", "マルウェアの通信先として記載", "The article describes it as a malware communication endpoint."),
    ),
    (
        wording.DELIVERY,
        Says(
            "c2", "マルウェアの配布に使われた先として記載", "The article describes it as a delivery or download host."
        ),
    ),
    (
        wording.LURE,
        Says("unknown", "誘導や設置に使われた先として記載", "The article describes it as a place victims are led to."),
    ),
)
_SOURCE_ADDRESS = Says("srcip", "攻撃元のIPアドレスとして記載", "The article describes it as a source of attacks.")
_FILES: tuple[tuple[Callable[[str], bool], Says], ...] = (
    (
        wording.ABUSED_FILE,
        Says(
            "abusefile",
            "悪用された正規ファイルとして記載",
            "The article describes it as a legitimate file that was abused.",
        ),
    ),
    (
        wording.RELATED_FILE,
        Says(
            "related-file",
            "攻撃に関連するファイルとして記載",
            "The article describes it as a file related to the attack.",
        ),
    ),
    (
        wording.TOOL,
        Says("tool", "攻撃に使われたツールとして記載", "The article describes it as a tool used in the attack."),
    ),
)
_MALWARE = Says("malware", "マルウェアのハッシュとして記載", "File hash of malware in the article.")
_LISTED = Says("unknown", "記事のIOC一覧に記載", "Listed among the indicators of the article.")
_FANGED = Says("unknown", "記事中で無害化表記", "Defanged in the article.")
_CALLED = Says("unknown", "記事中で悪性として記載", "The article calls it malicious.")
_ELSE = Says("unknown", "記事中に記載", "Named in the article.")
_ATTACKERS = ("attacker_infrastructure", "malware_sample", "abused_service")
_SERVICE_JA = "悪用された正規サービスとして記載"
_LIVE = re.compile(r"https?://|h..ps?://|www\.", re.IGNORECASE)


def says_of(sighting: Sighting, reasons: Sequence[Reason], role: str, roles: Sequence[IocRole]) -> Says:
    """Category and phrases of a value by what stands beside it; the analysis' own phrase where it gave one with a quote."""
    if role not in _ATTACKERS:
        return Says("unknown", "", f"AI generated. {_noun(sighting.type)} Not given as an indicator by the article.")
    ruled = _ruled(sighting.type, sighting.places, tuple(reasons), role)
    own = next(
        (text for item in roles if item.role == role and item.quote.strip() and (text := phrase(item.context_ja))), ""
    )
    return ruled._replace(context_ja=own) if own else ruled


@lru_cache(maxsize=_ASKED)
def _ruled(type: str, places: tuple[Place, ...], reasons: tuple[Reason, ...], role: str) -> Says:
    """Category and phrases by what stands beside a value; the values of one list stand in the same surroundings."""
    said = _said(type, places, {reason.name for reason in reasons})
    # What is said of a service's place in an attack does not change what it is.
    shown = _SERVICE_JA if role == "abused_service" and type not in HASHES else said.context_ja
    return Says(said.category, shown, f"AI generated. {_noun(type)} {said.description}")


def _said(type: str, places: tuple[Place, ...], names: set[str]) -> Says:
    near = [text for place in places for text in (place.before, place.after, place.label) if text]
    headings = [place.heading for place in places]
    if type in HASHES:
        return next((says for words, says in _FILES if _any(words, near)), _MALWARE)
    if type in ("ipv4", "ipv6") and _any(wording.SOURCE_ADDRESS, near + headings):
        return _SOURCE_ADDRESS
    said = next((says for texts in (near, headings) for words, says in _NETWORK if _any(words, texts)), None)
    by_place = (
        ("indicator_section", _LISTED),
        ("defanged", _FANGED),
        ("attacker_wording", _CALLED),
        ("malicious_wording", _CALLED),
    )
    return said or next((says for name, says in by_place if name in names), _ELSE)


def _any(words: Callable[[str], bool], texts: Sequence[str]) -> bool:
    return any(words(text) for text in texts)


def _noun(type: str) -> str:
    nouns = {
        "ipv4": "IP address.",
        "ipv6": "IP address.",
        "domain": "Domain.",
        "url": "URL.",
        "email": "E-mail address.",
        "cve": "CVE id.",
        "cidr": "Network.",
        "ip_range": "Range of IP addresses.",
        "attack_id": "ATT&CK technique.",
        "file_name": "File name.",
        "wallet": "Cryptocurrency wallet.",
        "registry_key": "Registry key.",
        "mutex": "Mutex.",
        "thumbprint": "Certificate thumbprint.",
    }
    return nouns.get(type, f"{type.upper()}.")


def phrase(text: str) -> str:
    """An analysis' phrase as a cell of the report line (docs/contract.md 1.5), or "" when it cannot be one.

    One line, no half-width comma, no marks that Markdown or a table would read; a phrase that holds a host, address or link is
    not taken, for the line's first column is the only place for those.
    """
    line = plain_line(text.replace(",", "、").translate(_MARKS))
    if not line or len(line) > _LONGEST or _LIVE.search(line):
        return ""
    return "" if any(item.type != "cve" for item in find(line)) else line


_MARKS = {ord(char): None for char in "`*_[]<>|#\\~"}
