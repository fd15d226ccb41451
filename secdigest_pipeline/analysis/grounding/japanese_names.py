"""Names in Japanese script: whether an article in Latin letters can be their source, by how they sound.

A katakana spelling writes down how a name is spoken, so both are taken apart into sounds and compared; no list of names.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}")
_ROWS = {
    "ア": "a", "イ": "i", "ウ": "u", "エ": "e", "オ": "o", "カ": "ka", "キ": "ki", "ク": "ku", "ケ": "ke", "コ": "ko",
    "サ": "sa", "シ": "si", "ス": "su", "セ": "se", "ソ": "so", "タ": "ta", "チ": "ti", "ツ": "tu", "テ": "te", "ト": "to",
    "ナ": "na", "ニ": "ni", "ヌ": "nu", "ネ": "ne", "ノ": "no", "ハ": "ha", "ヒ": "hi", "フ": "fu", "ヘ": "he", "ホ": "ho",
    "マ": "ma", "ミ": "mi", "ム": "mu", "メ": "me", "モ": "mo", "ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ラ": "ra", "リ": "ri",
    "ル": "ru", "レ": "re", "ロ": "ro", "ワ": "wa", "ヲ": "o", "ン": "n", "ガ": "ga", "ギ": "gi", "グ": "gu", "ゲ": "ge",
    "ゴ": "go", "ザ": "za", "ジ": "zi", "ズ": "zu", "ゼ": "ze", "ゾ": "zo", "ダ": "da", "ヂ": "zi", "ヅ": "zu", "デ": "de",
    "ド": "do", "バ": "ba", "ビ": "bi", "ブ": "bu", "ベ": "be", "ボ": "bo", "パ": "pa", "ピ": "pi", "プ": "pu", "ペ": "pe",
    "ポ": "po", "ヴ": "bu", "ァ": "A", "ィ": "I", "ゥ": "U", "ェ": "E", "ォ": "O", "ャ": "ya", "ュ": "yu", "ョ": "yo", "ヮ": "wa",
    "ッ": "", "ー": "", "ヵ": "ka", "ヶ": "ke",
}  # fmt: skip
# Letters of Latin spellings as katakana hears them, longest first; the sounds are those of _ROWS.
_LETTERS = (
    ("igh", "ai"), ("augh", "o"), ("tch", "t"), ("sch", "s"), ("ough", "o"), ("ck", "k"),
    ("zh", "z"), ("ch", "t"), ("sh", "s"), ("th", "s"), ("ph", "f"), ("gh", "g"),
    ("qu", "ku"), ("wh", "w"), ("kn", "n"), ("wr", "r"), ("ps", "ps"), ("dg", "z"), ("ce", "se"), ("ci", "si"), ("cy", "si"),
    ("x", "ks"), ("q", "k"), ("c", "k"), ("l", "r"), ("v", "b"), ("j", "z"), ("y", "i"),
)  # fmt: skip
_VOWELS = "aiueo"
# Sounds that one spelling may be heard as: th in Smith and in Thomas, g in Gibson and in Genoa; a vowel next to another.
_NEAR = {
    frozenset(pair): cost
    for pairs, cost in (
        ("au wb ie ou wu wo yi", 0.1), ("ae ao", 0.15), ("sz hf nm", 0.2), ("iu eu", 0.25), ("st zg tk hg ai eo yz", 0.3),
        ("ei", 0.1), ("io tz", 0.4), ("td zd bf kg hk", 0.5), ("bp ks", 0.6),
    )
    for pair in pairs.split()
}  # fmt: skip
# What it costs that only one spelling has a sound. Katakana adds vowels where Latin has none, above all u and o; Latin writes
# letters that are not heard.
_ADDED = {"u": 0.05, "o": 0.1, "i": 0.15, "a": 0.3, "e": 0.3, "y": 0.1, "w": 0.2, "h": 0.6, "n": 0.8}
_SILENT = {
    **dict.fromkeys(_VOWELS, 0.12),
    "h": 0.2,
    "w": 0.3,
    "y": 0.15,
    "g": 0.5,
    "t": 0.6,
    "d": 0.6,
    "p": 0.7,
    "b": 0.7,
}
_SILENT_R = 0.2
_MAX_SOUNDS = 40
# What two spellings of one name may differ in, for each consonant of the longer.
_LIMIT = 0.24
# Behind a name: what it is the name of.
_BEHIND = re.compile(
    "社(?![会員長債内外用])|市(?![場販])|州|県(?!境)|郡|大学|銀行|病院|省(?![略電])|庁|氏|容疑者|被告|教授|首相|大統領|大臣|空港|新聞|電力|証券|保険|鉄道|航空"
    "|地裁|高裁|警察|政府|軍|諸島|半島|王国|共和国"
)
# Katakana before one of those that is a kind of thing and no name.
_KINDS = frozenset(
    "グループ メーカー ベンダー サイバー ネット インターネット オンライン デジタル "
    "ソフトウェア ソフトウエア ソフト ハードウェア セキュリティ "
    "セキュリティー クラウド システム サービス スマート ハブ メガ テレビ ネットワーク データ "
    "モバイル コンサルティング スタートアップ エネルギー ガス "
    "インフラ ホテル ゲーム メディア リース クレジット カード ユーザー パートナー サプライヤー プロバイダー "
    "プロバイダ コンピューター コンピュータ "
    "ロボット バイオ ロー ビジネス ペット タクシー バス ダミー フロント ペーパー ホールディングス トップ ライバル サイエンス".split()
)
_KIND_ENDS = ("グループ", "メーカー", "ベンダー", "サービス")
_KANJI_NAME = re.compile(
    "(?<![一-鿿])(?P<name>[一-鿿]{2,4}?)(?P<kind>銀行|大学|信用金庫|病院|電力|市(?![場販民])|県(?![内外民警])|町(?![民内])|村(?!民))"
)
_KANJI_KINDS = re.compile(
    "地方|都市|中央|商業|投資|大手|国立|公立|私立|市立|県立|州立|総合|大学|救急|地域|取引|外国|国内|海外|同|各|他|両|全|某|複数|一部|当該|対象|被害|"
    "専門|提携|政令|中核|民間|国有|準備|信託|決済|暗号|血液|医科|工科|女子|短期|有力|近隣|周辺|自|大|小|中|数|本|首|州|新興|自治|指定|消滅|管轄|主要"
)


@lru_cache(maxsize=4096)
def sounds(word: str) -> str:
    """The sounds of a word in katakana or Latin letters (lower case), one letter each."""
    if _KATAKANA.match(word):
        # ティ and チャ are one sound: the small vowel takes the place of the large one
        heard = re.sub("[aiueo](?=[yAIUEO])", "", "".join(_ROWS.get(char, "") for char in word)).lower()
    else:
        heard = _heard(word[:_MAX_SOUNDS])
    heard = re.sub(r"(.)\1+", r"\1", heard)
    return heard[:_MAX_SOUNDS]


def _heard(word: str) -> str:
    word = re.sub("[^a-z]", "", word)
    word = (
        re.sub(r"(?<=[^aeiou])e(?=s?$)", "", re.sub("ce(?=s?$)", "se", re.sub("ge(?=s?$)", "je", word)))
        if len(word) > 3
        else word
    )
    heard, at = "", 0
    while at < len(word):
        for letters, sound in _LETTERS:
            if word.startswith(letters, at):
                heard += sound
                at += len(letters)
                break
        else:
            heard += word[at]
            at += 1
    return heard


def _silent(latin: str, at: int) -> float:
    """What it costs that a letter is not heard: little for an r behind a vowel, as in Carter."""
    if latin[at] == "r" and at and latin[at - 1] in _VOWELS and latin[at + 1 : at + 2] not in tuple(_VOWELS):
        return _SILENT_R
    return _SILENT.get(latin[at], 1.0)


def _swap(one: str, other: str) -> float:
    return 0.0 if one == other else _NEAR.get(frozenset((one, other)), 1.0)


@lru_cache(maxsize=4096)
def sound_alike(katakana: str, latin: str) -> bool:
    """Whether a katakana word can be the spelling of a Latin one (lower case)."""
    one, other = sounds(katakana), sounds(latin)
    weight = max((sum(char not in _VOWELS for char in text) for text in (one, other)), default=0)
    if not one or not other or not weight or abs(len(one) - len(other)) > 2 + len(other) // 2:
        return False
    row = [0.0]
    for at in range(len(other)):
        row.append(row[-1] + _silent(other, at))
    for char in one:
        added = _ADDED.get(char, 1.0)
        last, row = row, [row[0] + added]
        for at, letter in enumerate(other):
            row.append(min(last[at] + _swap(char, letter), last[at + 1] + added, row[at] + _silent(other, at)))
        if min(row) > _LIMIT * weight:
            return False
    return row[-1] <= _LIMIT * weight


def unknown(text: str, listed: Iterable[str], article: str, words: Callable[[], tuple[str, ...]]) -> Iterator[str]:
    """Names of a folded statement that a word behind them makes a place, firm or person, and that the article does not have.

    `listed` are those a list knows, `article` is folded, `words` gives its Latin names in lower case.
    """
    known = set(listed)
    for match in _KATAKANA.finditer(text):
        name = match.group()
        if (
            _BEHIND.match(text, match.end())
            and name not in _KINDS | known
            and not name.endswith(_KIND_ENDS)
            and name not in article
            and not _is_spoken(name, words())
        ):
            yield name
    for match in _KANJI_NAME.finditer(text):
        name = match.group()
        if not _KANJI_KINDS.search(match["name"]) and name not in article and not any(one in name for one in known):
            yield name


def _is_spoken(katakana: str, words: tuple[str, ...]) -> bool:
    """Whether a katakana name sounds like one of an article's Latin words or like two in a row (all in lower case)."""
    first = sounds(katakana)[:1]
    return any(_may(first, word) and sound_alike(katakana, word) for word in words)


def _may(first: str, word: str) -> bool:
    """A first look that most words fail: whether they begin alike."""
    heard = sounds(word)[:1]
    return heard == first or _swap(first, heard) <= 0.5 or (heard in "hwg" and first in _VOWELS + "nw")
