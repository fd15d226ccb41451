"""Japanese clauses: what the words behind a stem do to it, since negation, doubt and plan all follow there."""

import re
from collections.abc import Iterator

from secdigest_pipeline.analysis.grounding.meaning.events import Event, Mark, japanese_stems

# Negative forms that deny nothing.
_NO_DENIAL = re.compile(
    "な(?:ければ|くては|いと)(?:なら|いけ|だめ)(?:ない|ず|ません)?|ねばなら(?:ない|ず)|ざるを得(?:ない|ず)|かもしれ(?:ない|ません|ず)|"
    "(?:だけ|のみ|ばかり)(?:で|では|じゃ)?なく|のみならず|間違い(?:は|が)?ない|間違いなく|に違いない|に過ぎない|にすぎない|少なく(?!な)|"
    "やむを得(?:ない|ず)|やむなく|問題(?:は|が)?ない|にかかわらず|に関わらず|を問わず|に限らず|にとどまらず|思わず|必ず|まず|"
    "問わず|絶えず|わず(?=か)|とは限らない|ないか(?=と|を|、|。|$)|少なくとも|なくなる恐れ"
)
_NOT = re.compile(
    "ない|なかった|なく|なけれ|なし|ません|[かさたなまらわばべめけげせれねえきぎしじちにびみりでい]ず(?![つれ])|ぬ(?=[、。」]|$)|"
    "否定|否認|不可能|不能|免れ|失敗|拒否|拒ん|断っ|断り|見送|避け|防い|防ぐ|至らな|困難|難し|禁止|禁じ|対象外|無関係|ゼロ"
)
_HEDGED = re.compile(
    "可能性|恐れ|おそれ|疑[いわうっえ]|かもしれ|とみ[らてる]|と見ら|と見て|模様|もよう|推定|推測|推察|考え|と思わ|とされ|ようだ|ようで|"
    "らしい|だろう|懸念|見方|見立て|未確認|といわれ|と言われ|示唆|うかがえ|窺え|得る|うる|ありえ|見込ま|みられ|見られ(?=る|て)|"
    "不明|分かっていない|わかっていない|判明していない|定かで|という(?:情報|指摘)|か(?:どうか|は)|のか|かを"
)
_IF = re.compile("場合|れば|たら(?=、|$)|仮に|なら(?=、|ば)|限り|と、|際(?=[はに、])|ときは|でき|可能|られる|うる|得る")
_SUPPOSED = re.compile("れば、|たら、|なら、|ならば")
_CLAIMED = re.compile("主張|自称|名乗|犯行声明|称し|訴え|言い分|触れ込み|うたう|うたっ")
_REPORTED = re.compile(
    "によると|によれば|による(?:と)?、|という|ことを明らか|との(?:考え|見方|見解|認識|情報|報告|立場)|"
    "と(?:述べ|話し|話す|語|説明|発表|指摘|コメント|明らかに|報告|報じ|伝え|回答|答え|評価|分析|判断|主張|見て|みて|"
    "し(?:て(?:いる|おり|いた|、|おる)|た)|した(?:。|$)|という)"
)
_PLANNED = re.compile(
    "予定|方針|計画(?!に基づ|書|的)|検討|見込|見通し|予測|予想|構え|考え(?=だ|を|。|、|が|で|て)|意向|つもり|目指|めど|準備|提案|約束|表明|予告|命じ|合意|脅[しすさ]|案(?=を|が|は|に|。)|"
    "(?:する|行う|始める|開く|出す|設ける|増やす|置く|なる|される|られる|れる)"
    "(?:と(?:発表|述べ|し|明らか|説明|表明|話|い)|よう|こと(?:を|に|で)(?:決|検討|計画|発表|合意|約束|目指))|"
    "よう(?:求め|呼び|指示|勧告|要請|命じ|促)|へ(?=。|$)|今後(?!の)|来(?:年|月|週|春|夏|秋|冬)"
)
# Nouns that hand on to what they belong what is said of them: 流出した可能性はない, 悪用された形跡は見つかっていない.
_FORMAL = "可能性|恐れ|疑い|形跡|証拠|事実|報告|痕跡|兆候|事例|予定|方針|計画|見込み|見通し|根拠|必要|意向|考え|様子|ケース|証明|確証"
_FORMAL_NOUN = re.compile(f"(?:[一-龯]{{1,3}}な|直接の|と(?:い|の)う?)?(?:{_FORMAL})")
# 流出が確認された, 修正は提供されない: the verb says of the noun before whether it is.
_SEEN = re.compile(
    f"(?:や[^、。]{{1,16}}?)?(?:の(?:{_FORMAL})|版|プログラム|パッチ)?(?:は|が|も|を|について(?:は|も)?)、?[^、。ぁ-ん]{{0,6}}(?:まだ|既に|すでに)?"
    "(?:確認|報告|見つか|見つけ|認め|把握|検出|観測|検知|判明|な(?=[いかくし])|あり(?=ま)|行(?=[わっいう])|受け|得(?=ら)|起き|発生|寄せ|届|"
    "上が|出[てしさす]|提供|公開|実施|配布|配信|言い渡|下さ|可能|悪用|突[いかく]|利用|使[わっうい])"
)
_REFUSED = re.compile("禁止|禁じ|拒否|拒|断|見送|避け|防|阻止|免れ|否定|否認|不可|失敗|回避|できな|できず")
# 拡散する機能がない: what is done by a thing that is not there.
_WITHOUT = re.compile("[ぁ-ん]*[るたうくすつむ][一-龯ァ-ヶー]{1,8}[はがも](?:な[いくかし]|ありませ|存在しな)")
_RUN = re.compile("[ぁ-ん]*")
_KANA_END = re.compile("[ぁ-ん]$")
_COMPOUND = re.compile("[一-龯々]{2,}|[ァ-ヶー]+|[一-龯ァ-ヶー]+化")
_VERBAL = re.compile(
    "(?:を|は|が|も|に)?(?:し|さ|す|せ|でき|出来|行[いわっう]|済|可能|不可|な[いかくし]|あ[りるっ])|中(?=[で。、だと])|が?始|"
    "[わいうっえきくけりらるれんみまむめび]|だ|で(?:は|あ|す)|のまま|(?=[。、])"
)
_OKURIGANA = re.compile("[ぁ-ん]")
# 更新する。 at the end of a sentence: of a deed not yet done, or of a habit.
_WILL = re.compile("(?:を|が)?(?:する|行う|始める|[うくすつむるぐぶ])(?:という)?。?$")
# What lasts is no deed to come.
_STATES = frozenset(
    ("exceed", "reach", "contain", "link", "affect", "require", "know", "own", "live", "cover", "belong", "same")
)
_WILL_END = re.compile("(?<![いあ])(?<!でき)(?<![な回含占異至])(?<!超え)[うくすつむるぐぶ]。?$")
# 更新した, 更新している, 更新済み; but not 更新した会社, which tells what is known of a thing that the clause speaks of.
_DONE = re.compile(
    "(?![ぁ-ん]{0,3}うと)(?:を|が|は)?(?:(?:[ぁ-ん]{0,5}?|行[わっ]|始め|続け|終え)[ぁ-ん]{0,3}?"
    "(?:(?:た|ていた|ている)(?![いくらめ一-龯々ァ-ヶA-Za-z0-9])|てい(?![たる])|てお|だ(?=[。、])|でい(?![たる]))|"
    "[ぁ-ん]{0,3}済み|中[でだの]|完了|を?(?:始め|終え)た|ず?みだ)"
    "|(?:の[一-龯]{2})?[はがもを]、?[^、。ぁ-ん]{0,6}(?:まだ|既に|すでに)?[一-龯]{1,4}[いりけみ]?[一-龯]{0,2}[ぁ-ん]{0,4}?"
    "(?:(?:た|ていた|ている)(?![いくらめ一-龯々ァ-ヶA-Za-z0-9])|てい(?![たる])|てお)"
)
# 更新し、...した: the last verb of a sentence tells the time of those before it.
_GOES_ON = re.compile("(?:し|され|て|で|り|き|い|え|れ|られ)?、")
_ENDED = re.compile("(?:た|てい(?:る|ます)|済みだ)。?$")
_CONTRAST = re.compile("(?:[るただいう]が|ものの|けれども?|一方で?|のに対し)、")
_REACH = 60
_SENTENCE = re.compile("(?<=[。！？\n])")
_BREAK = re.compile("[、。；;！？!?\n]")
_VERB = re.compile("[一-龯々]{2}(?=を?(?:し|さ[れせ]|す[るべ]|でき))")
# One ideograph is a verb where kana follow and it is not the end of a longer word: 残さない, but neither 残高 nor 名残.
_ALONE = re.compile("(?:^|[^一-龯々])[一-龯](?=[ぁ-ん])")
# What is left out is denied as well, though by no verb.
_NOT_YET = re.compile("除[きいく]|以外|未(?![明満曾来遂知然だ]|成年)|不要")
_BEFORE = re.compile("[未非不無]$")


def sentences(text: str) -> list[str]:
    """The sentences of a statement or passage; quotation marks do not hold them together."""
    return _SENTENCE.split(text)


def plain_negatives(text: str) -> str:
    """`text` with each negative form that denies nothing blotted out, offset by offset the same."""
    return _NO_DENIAL.sub(lambda match: "・" * len(match.group()), text)


def denials(text: str) -> int:
    """How many negative forms a Japanese text has."""
    return len(_NOT.findall(plain_negatives(text))) + len(_NOT_YET.findall(text))


def is_denied(rest: str) -> bool:
    """Whether the words behind a stem deny it; `rest` begins behind the stem."""
    run = _RUN.match(rest)
    end = run.end() if run else 0
    if _NOT.search(rest, 0, end) or _REFUSED.match(rest, end) or _WITHOUT.match(rest):
        return True
    formal = _FORMAL_NOUN.match(rest, end) or _SEEN.match(rest)
    if not formal:
        return False
    stop = _BREAK.search(rest, formal.end())
    return _NOT.search(rest, formal.start(), stop.start() if stop else len(rest)) is not None


def doubts(text: str) -> bool:
    """Whether a text marks anything as possible, believed or claimed."""
    return bool(_HEDGED.search(text) or _CLAIMED.search(text))


def guesses(text: str) -> bool:
    """Whether a text marks anything as possible or believed; what somebody claims is not meant."""
    return _HEDGED.search(text) is not None


def qualifies(text: str) -> bool:
    """Whether a text marks what it says as possible, conditional, claimed or told by somebody."""
    return doubts(text) or bool(_IF.search(text) or _REPORTED.search(text))


def supposes(text: str) -> bool:
    """Whether a text thinks of a case: 更新していれば防げた."""
    return _SUPPOSED.search(text) is not None


def goes_on(text: str, end: int) -> bool:
    """Whether a verb stem that ends at `end` has no time of its own: 辞任し、..."""
    return _GOES_ON.match(text, end) is not None


def plans(text: str) -> bool:
    """Whether a text has a word for what is planned or asked for."""
    return _PLANNED.search(text) is not None


def ends_in_will(text: str) -> bool:
    """Whether a sentence of a text ends in the plain present of a deed: 補助金を新設する。"""
    return any(_WILL_END.search(sentence.strip()) for sentence in sentences(text))


def _is_head(stem: str, rest: str) -> bool:
    """Whether a stem is the verb of its clause: 流出した, 流出はなかった, 流出が確認された, but neither 流出先 nor 流出を防ぐ."""
    if _KANA_END.search(stem):
        return True
    verb = _VERBAL.match(rest) if _COMPOUND.fullmatch(stem) else _OKURIGANA.match(rest)
    return (verb or _SEEN.match(rest)) is not None


def _parts(sentence: str) -> list[tuple[int, set[Mark]]]:
    """The parts of a sentence, each with its end and what its words of doubt, claim and plan make of it.

    Such a word governs all before it, but nothing on the other side of a "but".
    """
    found = []
    start = 0
    for end in [*(match.end() for match in _CONTRAST.finditer(sentence)), len(sentence)]:
        part = sentence[start:end]
        marks: set[Mark] = set()
        if _HEDGED.search(part):
            marks.add("hedged")
        if _CLAIMED.search(part):
            marks.add("claimed")
        if _PLANNED.search(part):
            marks.add("planned")
        found.append((end, marks))
        start = end
    return found


def _stems(text: str, listed: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Every listed stem of a text, and the verbs that are not: one stands for itself in two Japanese texts."""
    taken: set[int] = set()
    for match in listed.finditer(text):
        if len(match.group()) > 1 or _ALONE.search(text, max(0, match.start() - 1), match.end() + 1):
            taken.update(range(*match.span()))
            yield match
    for match in _VERB.finditer(text):
        if taken.isdisjoint(range(*match.span())):
            yield match


def events(text: str) -> list[Event]:
    """Every concept that a Japanese text names, with its marks."""
    pattern, concepts = japanese_stems()
    found: list[Event] = []
    begin = 0
    for sentence in sentences(text):
        plain = plain_negatives(sentence)
        parts = _parts(sentence)
        ended = _ENDED.search(sentence.rstrip()) is not None
        for match in _stems(plain, pattern):
            known = concepts.get(match.group(), (f"={match.group()}",))
            stem, rest = match.group(), plain[match.end() : match.end() + _REACH]
            marks = set(next(common for end, common in parts if match.start() < end))
            if _WILL.match(rest) and _STATES.isdisjoint(known):
                marks.add("planned")
            prefixed = stem in ("不要", "未定") or _BEFORE.search(plain, 0, match.start()) is not None
            if is_denied(rest) != prefixed:
                marks.add("not")
            head = _is_head(stem, rest)
            done = head and bool(_DONE.match(rest) or (ended and _GOES_ON.match(rest)))
            start = begin + match.start()
            found.append(Event(known, start, start + len(stem), frozenset(marks), head, done))
        begin += len(sentence)
    found.sort(key=lambda event: event.start)
    return found
