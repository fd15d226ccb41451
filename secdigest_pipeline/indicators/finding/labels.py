"""Host labels that hold Japanese, Chinese or Korean letters: taken whole or not at all.

Prose in these scripts touches a host without a blank, so where such a label begins is not in its letters but in what stands
around it: 「青葉銀行-card.example」 is one name, 攻撃者はcard.exampleを is a sentence with another. A label that is cut short
would be somebody else's domain.
"""

import re
from functools import cache

from secdigest_pipeline.indicators.finding import hosts
from secdigest_pipeline.indicators.finding.grammar import ANY_LABEL, CJK

# RFC 1035 2.3.4: no label is longer, and no punycode is shorter than what it stands for.
_REACH = 63
_LABELS = re.compile(rf"[{ANY_LABEL}{CJK}]{{1,{_REACH}}}\Z")
_CJK_LETTER = re.compile(f"[{CJK}]")
_HIRAGANA = re.compile("[\u3041-\u3096]")
# What a Japanese clause ends with in front of a host: particles and verb endings, or the noun the host is named by.
_CLAUSE_END = re.compile(
    "(?:は|を|が|に|へ|の|で|も|と|や|か|から|より|まで|など|ある|いる|した|する|れた|った|いう|その後|以降|以前|直後|同様|一方"
    "|[先元者側名例等他計宛各同新旧偽後前時内中上下]|基盤|正規|悪性|不正|悪意|公式|詐欺|検体|通信|接続|攻撃|中継|配布|配信|誘導|取得|送信|指令|関連"
    "|サーバー?|ドメイン|サイト|ホスト|アドレス|リンク|ページ|マルウェア|ファイル|インフラ|ノード|パネル|ボット|ツール|ローダー?|ペイロード|メール|プロキシ"
    "|システム|サービス|アプリ|ストア|ショップ|スクリプト|プログラム|パス|クライアント|ポータル|アクセス)\\Z"
)
_INNER_PARTICLE = re.compile("[はをがにへ]")
_OPENS = re.compile(
    r"(?:[「『“‘\"'`(（【<〈《［\[|,、，：:\t／=]|(?:\A|\n)[ \t\u3000>|*•・●■◆▪–—+-]{0,8}|[・•●■◆▪])[ \t\u3000]{0,4}\Z"
)
_CLOSES = re.compile(
    r"(?::[0-9]{1,5})?[ \t\u3000]{0,4}(?:\Z|[\r\n\t|,、，。」』”’\"'`)）】>〉》］\]／/;；])|(?::[0-9]{1,5})?[ \u3000]"
)


def touches_cjk(text: str, at: int) -> bool:
    """Whether a letter of these scripts stands right before `at`."""
    return at > 0 and text[at - 1] > "\u3004" and _CJK_LETTER.match(text[at - 1]) is not None


def label_start(text: str, start: int, end: int) -> int | None:
    """Where the host begins whose ASCII part is `text[start:end]` and that has such a letter in front.

    `start` itself where a clause ends there, an earlier offset where the letters are a part of the first label, None where the
    text does not tell: then it is nobody's host.
    """
    match = _LABELS.search(text, max(0, start - _REACH), start)
    if match is None:
        return None
    begin, before = match.start(), match.group()
    hyphen = text[start] == "-"
    if not hyphen and _CLAUSE_END.search(before):
        return start
    opened = begin == 0 or _OPENS.search(text, max(0, begin - 14), begin) is not None or text[begin - 1].isspace()
    # With a particle inside, or nothing in front that would end a name, the letters are a sentence's.
    if not opened or _INNER_PARTICLE.search(before):
        return None if hyphen else start
    if _CLOSES.match(text, end) or hyphen:
        return begin
    # 、青葉card.exampleに : a name or a noun.
    return start if _HIRAGANA.search(before) else None


def whole_label(text: str, dot: int, end: int) -> int | None:
    """Where the label begins that ends before the dot at `dot` with such a letter; None where the text does not tell.

    A label in one script with a boundary before it is whole; one in several scripts must be set apart on both sides.
    """
    match = _LABELS.search(text, max(0, dot - _REACH), dot)
    if match is None:
        return None
    begin, label = match.start(), match.group()
    if begin and text[begin - 1] == ".":
        return None
    if len(label) <= 15 and _ONE_SCRIPT.fullmatch(label):
        return begin
    opened = begin == 0 or _OPENS.search(text, max(0, begin - 14), begin) is not None or text[begin - 1].isspace()
    return begin if opened and _CLOSES.match(text, end) and not _INNER_PARTICLE.search(label) else None


_ONE_SCRIPT = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff]+|[\u30a1-\u30fa\u30fc]+|[\uac00-\ud7a3]+")


@cache
def cjk_roots() -> re.Pattern[str]:
    """A dot and one of the top-level domains in these scripts behind it, the longest first."""
    names = (name[4:].encode("ascii").decode("punycode") for name in hosts.tlds() if name.startswith("xn--"))
    roots = sorted((name for name in names if _CJK_LETTER.match(name)), key=lambda name: (-len(name), name))
    return re.compile(rf"\.(?=[{CJK}])(?P<root>{'|'.join(roots)})")
