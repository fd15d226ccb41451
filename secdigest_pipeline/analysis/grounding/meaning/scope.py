"""Extent: all, always and only, which a statement may say where its passages do."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning.events import is_japanese

# 全て, 全社, 全台; but not 安全, 完全, 全国, 全体の2割, 全面.
_ALL = re.compile(
    "すべて|全て|(?<![安完健保万十])全(?=(?:部|員|機|社|台|店|校|件|数|額|量|製品|端末|顧客|利用者|会員|職員|社員|従業員|病院|施設|組織|企業|拠点|支店|店舗|"
    "バージョン|モデル|ユーザー|システム|サーバー|データ|アカウント|世界の|項目|期間|機能|車|職|国の|自治体|学校|工場|加盟|契約|患者|生徒|学生|版|シリーズ|種))"
    "|あらゆる|ことごと|残らず|例外なく|一律|みな(?=、)|皆(?=、)|丸ごと|どの(?=[^、。]{1,12}(?:も|でも))|誰でも|誰もが|どこでも|何でも|いかなる|どんな(?=[^、。]{1,12}(?:も|でも))"
    "|(?:いずれ|どちら|両方とも|双方とも)も(?![し])"
)
_ALWAYS = re.compile(
    "必ず(?!しも)|(?<![異正通平非日])常に|いつでも|いつも|絶対に|確実に|無条件|一切|毎回|(?<!不)完全に|全面的に|恒常的|(?<!不)可避|不可避"
)
_REGARDLESS = re.compile(
    "(?:何|どう|誰|どこ|いつ)で(?:あっても|も)|(?:に|を)?(?:かかわらず|関わらず|関係なく|問わず|よらず)|(?:有無|如何)に"
)
REGARDLESS_OR_ALWAYS = re.compile(f"{_REGARDLESS.pattern}|{_ALWAYS.pattern}")
_ALL_SAID = re.compile(
    r"\b(?:all|every\w*|each|any\w*|both|entire(?:ly)?|whole|always|no|none|never|neither|nor|full(?:y)?|complete(?:ly)?|total(?:ly)?|"
    r"across|throughout|wherever|whoever|whatever|whichever|regardless|irrespective|universal(?:ly)?|without exception|"
    r"worldwide|nationwide|invariably|certain(?:ly)?|only|either|together|remaining|rest|others?|in full|100|two|overall|"
    r"guarantee[sd]?|not a single|nothing|sure|permanent(?:ly)?)\b|100 ?%",
    re.IGNORECASE,
)
_ALL_SAID_JA = re.compile(
    f"{_ALL.pattern}|{_ALWAYS.pattern}|{_REGARDLESS.pattern}|全|各|毎|両|いずれ|どちら|ともに|とも(?=[、に])|皆|何れ|のみ|だけ|限|網羅|一斉|"
    "例外|総|ほか|まで|残る|100%|ない|ず|どれ"
)


# A part of a whole: beside it, a statement that says all speaks of another set than the passage, or says too much.
_PART = re.compile(
    r"\b\w+ of (?:the|its|their|our|his|her|those|these|about|some|around)? ?\d[\d,.]*|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|some|most|"
    r"part|half|many|several|few|thirds?|quarters?|majority|minority|none) of\b|\b(?:all but|except|apart from|other than|aside from|"
    r"not (?:all|every)|only|mainly|mostly|largely|partly|partially|up to|the (?:rest|others?|remaining)|"
    r"the other \w+|remaining|at least one|"
    r"not affected|unaffected|is not|are not|was not|were not|has not|have not|half|majority)\b|"
    r"\bsome\b|\bmost\b|per ?cent\b|\b\w+ (?:in|out of) (?:two|three|four|five|ten|every|\d+)\b|\d ?%",
    re.IGNORECASE,
)
_PART_JA = re.compile(
    "うち|一部|多く(?=の|は|が)|大半|ほとんど|半数|過半|半分|割(?=[がはをの、])|%|％|最大|除|以外|だけ|のみ|限|しか|を中心|主に|部分|ない|ず(?=[、。])|いずれも[^。]{1,30}による|"
    "少なくとも|[0-9一二三四五六七八九十]つ(?=[をがはで])|片方|一方(?=[はが])"
)
_PART_SAID = re.compile(
    "うち|一部|除|以外|残[るりっ]|だけ|のみ|限[らりる定]|ほか|他の|別の|ない|ず(?=[、。])|しか|割|%|％|半数|大半"
)
_BOTH = re.compile("両(?=[社方者国機名種製])|双方|ともに|とも(?=、)")
# Beside these, an "all" of the passage is not all; and beside an "all" of its own, a part is of something else.
_EXCEPT = re.compile(
    r"\b(?:all but|except|apart from|other than|aside from|not (?:all|every)|excluding|nearly all|almost all)\b|除|以外|ほぼ全",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:all|every\w*|each|both|entire|any|whole)\b|全て|すべて|いずれも|全(?=[員社機])|どちらも|両", re.IGNORECASE
)


def _said(passages: Sequence[str]) -> bool:
    return any((_ALL_SAID_JA if is_japanese(p) else _ALL_SAID).search(p) for p in passages)


def _parted(passages: Sequence[str]) -> bool:
    return any((_PART_JA if is_japanese(p) else _PART).search(p) for p in passages)


def unlimited(statement: str, passages: Sequence[str]) -> bool:
    """Whether a statement says all, every or always where its passages do not, or where they speak of a part."""
    every = _ALL.search(statement) or _ALWAYS.search(statement) or _REGARDLESS.search(statement)
    if every and not _said(passages):
        return True
    if not (every or _BOTH.search(statement)) or _PART_SAID.search(statement):
        return False
    return any(map(_EXCEPT.search, passages)) or (_parted(passages) and not any(map(_WHOLE.search, passages)))
