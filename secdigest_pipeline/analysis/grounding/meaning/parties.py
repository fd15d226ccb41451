"""Parties of a text: the names in it that may speak, act or be acted on."""

import re

# Words that begin with a capital letter only because a sentence or a title does.
_COMMON = frozenset(
    "the a an in on at by for from to of and or but if when while after before since as with without it its they their he she we our you "
    "this that these those there here one two three four five six seven eight nine ten both all some most many no none neither not "
    "however according although because security researchers researcher attackers attacker police company firm users customers "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december chief officer head spokesman spokeswoman spokesperson mr ms mrs dr professor last next yesterday today "
    "version windows linux macos android ios vpn it pc api url http https cve ceo ciso cto inc ltd corp who what how".split()
)
_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
# 緑川電機, 青葉通信, サイバー協会: a run of ideographs or katakana that ends in nothing else.
_JAPANESE = re.compile("[一-龯々ァ-ヶー]{2,}|(?<![一-龯々ァ-ヶー])[県市国都府町村女男](?![一-龯々ァ-ヶー])")
# What ends the name of a person, an office or a firm.
_ACTOR = re.compile(
    "(?:者|師|員|犯|人|社|会|署|警|行|省|庁|局|府|県|市|町|村|大|院|校|部|課|室|団|隊|氏|所|店|組|堂|電機|電器|電鉄|通信|工業|製薬|製作所|"
    "銀行|病院|大学|センター|グループ|ホールディングス|ソフト|システムズ|ネットワークス|警察|政府|機構|連盟|教授|社長|会長|院長)$"
)


def latin(text: str) -> frozenset[str]:
    """Every Latin name of a text in lower case, word by word; a possessive s is no part of it."""
    found = (match.group().lower() for match in _LATIN.finditer(text))
    return frozenset(name for name in found if name not in _COMMON and len(name) > 1 and not name.startswith("cve-"))


def japanese(text: str) -> frozenset[str]:
    """Every run of ideographs or katakana of a text."""
    return frozenset(match.group() for match in _JAPANESE.finditer(text))


def actors(phrase: str) -> frozenset[str]:
    """The names of a noun phrase that can act: any Latin one, and the Japanese ones that end like a person's or a firm's."""
    return latin(phrase) | {name for name in japanese(phrase) if _ACTOR.search(name)}


def named_in(phrase: str) -> frozenset[str]:
    """The names of a noun phrase in either script."""
    return latin(phrase) | japanese(phrase)


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two noun phrases may mean the same party: one name in common, or two characters of a Japanese one."""
    if one & other:
        return True
    return any((len(a) == 1 and a in b) or (len(b) == 1 and b in a) for a in one for b in other) or any(
        a[n : n + 2] in b for a in one for b in other if not a.isascii() and not b.isascii() for n in range(len(a) - 1)
    )
