"""Actor and malware of a reply, believed only where the article says the very name (docs/contract.md 2.2)."""

import re
import unicodedata
from collections.abc import Callable

from secdigest_pipeline.analysis.reply.claims import ActorClaim, MalwareClaim, Reply
from secdigest_pipeline.analysis.reply.schema import ACTOR_ATTRIBUTES, MALWARE_TYPES, closed
from secdigest_pipeline.indicators.records import Threat

MAX_NAME = 80

# A name goes into CSV cells and tags: letters first, nothing that a spreadsheet, Markdown or a URL would take up.
_NAME = re.compile(r"\w[\w .+&'’!・ー\-()/#]*")
_NOBODY = re.compile(
    r"(?:an? |the |unknown |unidentified |suspected )*(?:unknown|none|n/?a|not (?:named|specified|known)|unidentified|"
    r"(?:threat |malicious )?actors?|attackers?|hackers?|cyber ?criminals?|criminals?|hacking groups?|groups?|malware|"
    r"ransomware|backdoor|trojan|stealer|infostealer|botnet|spyware|worm|loader|不明|なし|未詳|攻撃者|犯罪者|ハッカー|"
    r"マルウェア|ランサムウェア|攻撃グループ)",
)
_ATTRIBUTE_WORDS = {
    "china": r"chin(?:a|ese)|\bprc\b|中国",
    "russia": r"russia|kremlin|\bgru\b|\bfsb\b|\bsvr\b|ロシア",
    "north-korea": r"north[ -]korea|dprk|pyongyang|北朝鮮",
    "iran": r"\biran|\birgc\b|イラン",
    "cybercrime": r"ransom|cyber-?\s?crim|criminal|financially|fraud|extort|\bgang|ランサム|犯罪|金銭|恐喝|詐欺",
    "hacktivist": r"hacktivis|ハクティビス",
}
_TYPE_WORDS = {
    "ransomware": r"ransom|ランサム",
    "stealer": r"steal|infostealer|スティーラー|窃取",
    "backdoor": r"back-?\s?door|バックドア",
    "RAT": r"\brats?\b|remote access (?:trojan|tool)|リモートアクセス|遠隔操作",
    "loader": r"loader|ローダー",
    "dropper": r"dropper|ドロッパー",
    "worm": r"\bworm|ワーム",
    "trojan": r"trojan|トロイ",
    "spyware": r"spyware|スパイウェア",
    "wiper": r"wiper|wip(?:es|ed|ing)|ワイパー|データ破壊",
    "webshell": r"web\s?-?shell|webシェル|ウェブシェル",
    "botnet": r"botnet|ボットネット",
    "phishing-kit": r"phish\w*[ -](?:kit|as-a-service)|フィッシングキット",
    "downloader": r"downloader|ダウンローダー",
    "tool": r"\btools?\b|ツール",
}


def threat(reply: Reply, text: str, trusted: Callable[[str], bool]) -> tuple[Threat, list[str]]:
    """The first actor and malware of a reply that `text` says, and the claims that were not believed.

    Without a `trusted` quote (one that stands in the article) nothing is believed.
    """
    dropped: list[str] = []
    believed: dict[str, ActorClaim | MalwareClaim | None] = {}
    for field, claims in (("actor", reply.actors), ("malware", reply.malware)):
        real = [claim for claim in claims if claim.name and not _NOBODY.fullmatch(_folded(claim.name))]
        said = [claim for claim in real if trusted(claim.quote) and is_named(claim.name, text)]
        dropped += [f"{field}: {claim.name[:MAX_NAME]}" for claim in real if claim not in said]
        believed[field] = said[0] if said else None
    actor, malware = believed["actor"], believed["malware"]
    attributes = [claim.attribute for claim in reply.actors if trusted(claim.quote)]
    attribute = closed(attributes[0], ACTOR_ATTRIBUTES, "unknown") if attributes else "unknown"
    kinds = [claim.type for claim in reply.malware if trusted(claim.quote)]
    kind = closed(kinds[0], MALWARE_TYPES, "unknown") if kinds else "unknown"
    # none in the list: none is involved; an unnamed one stands there as `unknown`
    nothing = not reply.malware or any(closed(claim.name, ("N/A",), "") for claim in reply.malware)
    return Threat(
        actor=actor.name if actor else "unknown",
        actor_attribute=attribute if says_attribute(attribute, text) else "unknown",
        malware=malware.name if malware else "N/A" if nothing else "unknown",
        malware_type="N/A" if nothing and not malware else kind if says_type(kind, text) else "unknown",
    ), dropped


def says_attribute(attribute: str, text: str) -> bool:
    """Whether `text` has a word for what an attacker is said to be."""
    return _said(_ATTRIBUTE_WORDS.get(attribute), _folded(text))


def says_type(kind: str, text: str) -> bool:
    """Whether `text` has a word for a type of malware."""
    return _said(_TYPE_WORDS.get(kind), _folded(text))


def is_named(name: str, text: str) -> bool:
    """Whether `text` uses this very name, and it is one (not `attackers`)."""
    return not _NOBODY.fullmatch(_folded(name)) and _occurs(name, _folded(text))


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).casefold()


def _occurs(name: str, hay: str) -> bool:
    wanted = _folded(name)
    if not 2 <= len(wanted) <= MAX_NAME or not _NAME.fullmatch(name):
        return False
    return re.search(rf"(?<![0-9a-z]){re.escape(wanted)}(?![0-9a-z])", hay) is not None


def _said(words: str | None, hay: str) -> bool:
    return words is not None and re.search(words, hay) is not None
