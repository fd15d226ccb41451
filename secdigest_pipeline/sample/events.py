"""Event and tags of the recorded replies, by rule from what they say: what a careful model would add to them."""

import re
from collections.abc import Mapping
from typing import Any

_KINDS = (
    ("takedown", "押収|逮捕|摘発|停止措置|テイクダウン|復号ツール"),
    ("supply_chain", "パッケージ|サプライチェーン|委託先|更新サーバー"),
    ("active_exploitation", "脆弱性.*悪用|ゼロデイ|悪用.*脆弱性"),
    ("incident", "漏えい|漏洩|流出|停止|不正アクセス|ランサムウェア攻撃|侵害"),
    ("malware_campaign", "スティーラー|バックドア|マルウェア|ボットネット|RAT|Webシェル|フィッシング"),
    ("vulnerability_advisory", "脆弱性"),
    ("security_research", "調査|研究|報告|分析"),
)
_ATTRIBUTION = {
    **dict.fromkeys(("china", "russia", "north-korea", "iran"), ("nation_state", "国家支援系")),
    "cybercrime": ("cybercrime", "サイバー犯罪"),
    "hacktivist": ("hacktivist", "ハクティビスト"),
}
_METHODS = {"ransomware": ("ransomware", "ランサムウェア"), "backdoor": ("backdoor", "バックドア")}
_NOBODY = ("unknown", "N/A", "")


def with_event(reply: Mapping[str, Any]) -> dict[str, Any]:
    """`reply` with `event` and `tags` of schema version 2; kind `none` where no rule is sure."""
    first = reply["summary"][0]
    said = f"{reply['title']} {first['text']}"
    kind = next((name for name, words in _KINDS if re.search(words, said)), "none")
    event = {
        "quote": first["quote"],
        "event_type": kind,
        "title": reply["title"],
        "summary": first["text"],
        "confidence": "high",
        "needs_review": kind == "none",
        "followup": "yes" if kind == "active_exploitation" else "maybe",
    }
    return {**reply, "event": event, "tags": _tags(reply)}


def _tags(reply: Mapping[str, Any]) -> list[dict[str, str]]:
    named = [(field, reply[field], reply[field]) for field in ("actor", "malware") if reply[field] not in _NOBODY]
    closed = (
        ("actor_attribution", _ATTRIBUTION.get(reply["actor_attribute"])),
        ("attack_method", _METHODS.get(reply["malware_type"])),
    )
    found = [*named, *((dimension, *value) for dimension, value in closed if value)]
    return [
        {
            "quote": reply["threat_quote"],
            "dimension": dimension,
            "raw_value": raw,
            "value": value,
            "confidence": "high",
            "note": "",
        }
        for dimension, value, raw in found
    ]
