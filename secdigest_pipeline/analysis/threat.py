"""Actor and malware of a reply, believed only where the article says the very name (docs/contract.md 2.2)."""

import re
import unicodedata
from collections.abc import Callable

from secdigest_pipeline.analysis.reply.schema import ACTOR_ATTRIBUTES, MALWARE_TYPES, Reply, closed
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
    "webshell": r"web\s?-?shell|webシェル|ウェブシェル",
    "botnet": r"botnet|ボットネット",
    "phishing-kit": r"phish\w*[ -](?:kit|as-a-service)|フィッシングキット",
    "downloader": r"downloader|ダウンローダー",
    "tool": r"\btools?\b|ツール",
}


def threat(reply: Reply, text: str, trusted: Callable[[str], bool]) -> tuple[Threat, list[str]]:
    """The reply's actor and malware as far as `text` says them, and the claims that were not believed.

    Without a `trusted` quote (one that stands in the article) nothing is believed.
    """
    hay = _folded(text)
    dropped = []
    claims = {"actor": reply.actor, "malware": reply.malware}
    named: dict[str, str] = {}
    quoted = trusted(reply.threat_quote)
    for field, name in claims.items():
        is_claim = bool(name) and not _NOBODY.fullmatch(_folded(name))
        believed = is_claim and quoted and _occurs(name, hay)
        named[field] = name if believed else "unknown"
        if is_claim and not believed:
            dropped.append(f"{field}: {name[:MAX_NAME]}")
    if closed(reply.malware, ("N/A",), "") == "N/A":
        named["malware"] = "N/A"
    attribute = closed(reply.actor_attribute, ACTOR_ATTRIBUTES, "unknown")
    kind = "N/A" if named["malware"] == "N/A" else closed(reply.malware_type, MALWARE_TYPES, "unknown")
    if not quoted or not _said(_ATTRIBUTE_WORDS.get(attribute), hay):
        attribute = "unknown"
    if kind != "N/A" and (not quoted or not _said(_TYPE_WORDS.get(kind), hay)):
        kind = "unknown"
    return Threat(named["actor"], attribute, named["malware"], kind), dropped


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
