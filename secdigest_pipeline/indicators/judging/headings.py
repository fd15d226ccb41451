"""What a heading, label or table head announces: indicators, references, or another part of the article."""

import re
from functools import lru_cache
from typing import Literal

Announces = Literal["indicators", "references", "other", ""]


def _any_of(*patterns: str) -> re.Pattern[str]:
    # ASCII: between Japanese and Latin letters there is a word boundary ("IOC一覧").
    return re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)


# Terms that announce indicators wherever they stand in a heading.
_NAMED = _any_of(
    r"\bindicators? of (?:compromise|attack|interest)|\bio[ca]s?\b|\bindicators? \(|^indicators?$|\bobservables?\b",
    r"\bnetwork(?:-| )(?:based )?(?:indicators?|iocs?|artifacts?)",
    r"\b(?:host|file|malware|technical|threat|atomic|observed)(?:-| )(?:based )?indicators?\b",
    r"侵害(?:の)?(?:痕跡|指標|インジケータ)|インジケータ|攻撃の痕跡|通信先|接続先|検体(?:の)?(?:情報|一覧|ハッシュ)|ハッシュ値",
)
_KIND = (
    r"(?:c2|c&c|cnc|c and c|command[- ](?:and|&)[- ]control|malicious|phishing|malware|attacker(?:'s)?|payload|download(?:er)?"
    r"|distribution|delivery|exfil(?:tration)?|staging|drop(?:per)?|landing(?: page)?|redirect(?:or)?|network|related|associated|known"
    r"|hosting|ftp|smtp|sha-?\d+|md5|file|ransomware|backdoor|loader|stealer|botnet|scam|fake|spoofed|lure)"
)
_NOUN = (
    r"(?:servers?|domains?(?: names?)?|ips?|ip address(?:es)?|addresses|urls?|uris?|hosts?|hostnames?|infrastructure|traffic"
    r"|sites?|endpoints?|panels?|hashes|files?|samples?|network|indicators?|communications?)"
)
_HASH = r"(?:sha-?(?:1|256|512)|md5)(?:s| hash(?:es)?| sums?)?"
# Terms that announce indicators only when they are all the heading says ("Domains" is a list, "Domains and trust" a chapter).
_WHOLE = _any_of(
    rf"(?:(?:list of|all|observed|additional|the|other) )*(?:{_KIND}[ /,&-]*(?:and )?)*{_NOUN}(?:(?: ?[/,&+-] ?| and | or ){_NOUN})*",
    rf"{_HASH}(?:[ /,&-]+{_HASH})*",
    r"c2s?|c&c|cnc|command[- ]and[- ]control|hash(?:es)?|samples?|ips?|appendix(?: [a-z0-9])?|付録 ?[a-z0-9]?|ファイルハッシュ(?:値)?",
    r"(?:c2|c&c|悪性|不正(?:な)?|フィッシング(?:サイト)?(?:の)?|マルウェア(?:の)?|攻撃者(?:の)?|攻撃元(?:の)?)?"
    r"(?:サーバー?|ドメイン(?:名)?|url|ipアドレス|ip|ファイル|ハッシュ(?:値)?|検体)"
    r"(?:[・、/と](?:ドメイン(?:名)?|url|ipアドレス|ハッシュ(?:値)?))*(?:一覧|リスト)?",
)
_REFERENCES = _any_of(
    r"(?:external |additional |further |useful |other )?(?:references?|sources?|links?|resources?|reading|credits?)(?: (?:and|&) \w+)?",
    r"(?:related|recent|popular|latest|trending|more|recommended|similar|previous)(?: security| threat| cyber)? (?:articles?|posts?"
    r"|stor(?:y|ies)|news|content|reading|links?|research|resources?|topics?|blogs?|blog posts?|coverage|reports?)",
    r"see also|further reading|read (?:more|next)|acknowledge?ments?|about(?: .{0,40})?|share(?: .{0,20})?|tags?|categor(?:y|ies)",
    r"comments?|footnotes?|contact(?: us)?|subscribe|newsletter|follow us|download(?:s| the report)?|media contacts?",
    r"(?:関連|参考|外部)(?:記事|リンク|情報|文献|資料|サイト|url)?|出典|引用(?:元)?|脚注|一次ソース|情報源|お問い合わせ.{0,10}",
    r"おすすめ.{0,10}|人気記事.{0,6}",
)
_OTHER = _any_of(
    r"introduction|overview|background|(?:executive )?summary|key (?:points|findings|takeaways)|timeline|attribution|conclusions?",
    r"mitigations?|recommendations?|remediation|workarounds?|protections?|detections?(?: .{0,30})?|coverage|prevention|defen[cs]e",
    r"(?:technical )?analysis|what (?:to do|you should do)|victims?|targets?|affected (?:versions?|products?)|patch(?:es)?|updates?",
    r"solutions?|(?:mitre )?att&ck.{0,40}|tactics.{0,40}|yara(?: rules?)?|sigma(?: rules?)?|snort(?: rules?)?|faq",
    r"はじめに|概要|背景|まとめ|おわりに|終わりに|結論|対策.{0,8}|推奨(?:事項|対策)?|緩和策|回避策|影響(?:範囲|を受ける.{0,12})?|時系列",
    r"検知(?:方法)?|分析|解説|要約|その他|被害(?:状況|組織)?|chatgptの推奨事項",
)
_TABLE_HEAD = _any_of(
    r"indicators?|iocs?|observables?|sha-?(?:1|256|512)|md5|hash(?:es)?(?: value)?|c2(?: .{0,16})?|malicious .{0,20}",
    r"インジケータ|ハッシュ(?:値)?|通信先|接続先|侵害指標",
)
_DRESS = _any_of(
    r"<[^<>]{0,200}>",
    r"^[\s\u3000#=*•・●■◆▼◇□▶>_~`|-]+",
    r"^\(?(?:\d{1,2}[.)-]?){1,4}\s+",
    r"[\s\u3000#=*_`|:：]+$",
    r"\[\w{1,12}\]\(#[^)]{0,80}\)$",
)
_COUNT = re.compile(r"\s*[(（][^()（）]{0,40}[)）]\s*$")
# Headings are cut here before any pattern looks at them: a page may hold a heading of a megabyte.
_LONGEST = 400


def undressed(line: str) -> str:
    """A heading's words without marks, numbers, tags and the colon."""
    return _undressed(line[:_LONGEST])


# A page's lines are read twice, for its observables and for what the ledger alone holds.
@lru_cache(maxsize=4096)
def _undressed(line: str) -> str:
    text = line.strip()
    if _is_bare(text):
        return text
    for _ in range(4):
        bare = _DRESS.sub("", text).strip()
        if bare == text:
            break
        text = bare
    return text


def _is_bare(text: str) -> bool:
    """Whether _DRESS has no hold on a stripped text: most lines of a page begin with a letter and end with a word."""
    return text[:1].isalpha() and text[-1] not in "=*#_~`>|-:：)" and "<" not in text


def announces(line: str, marked: bool) -> Announces:
    """What a heading line announces; "" when it says nothing known. `marked`: the page marks the line as a heading.

    An unmarked line must be short and all about it: prose that mentions IOCs announces nothing.
    """
    return _announced(line[:_LONGEST], marked)


@lru_cache(maxsize=4096)
def _announced(line: str, marked: bool) -> Announces:
    text = _undressed(line)
    if not text or len(text) > (120 if marked else 60):
        return ""
    bare = _COUNT.sub("", text) or text
    if not marked and (bare[-1] in ".。!?！？;" or len(bare.split()) > 7):
        return ""
    if _REFERENCES.fullmatch(bare):
        return "references"
    if _OTHER.fullmatch(bare):
        return "other"
    if _NAMED.search(bare) or _WHOLE.fullmatch(bare):
        return "indicators"
    return ""


def names_indicators(line: str) -> bool:
    """Whether a heading says "indicators" in so many words, not just "Domains" or "Samples" as a menu might."""
    return bool(_NAMED.search(undressed(line)))


def titles_indicators(line: str) -> bool:
    """Whether a page's own title says that the page is a list of indicators (it begins or ends with the term)."""
    text = undressed(line)
    found = list(_NAMED.finditer(text))
    return bool(found) and (found[0].start() == 0 or len(text) - found[-1].end() <= 3)


def heads_indicators(cells: list[str]) -> bool:
    """Whether a table's head row has a column of indicators."""
    return any(_TABLE_HEAD.fullmatch(undressed(cell)) for cell in cells)
