"""Causes: a statement that gives one where its passages say it is unknown, another, or none."""

import re
from collections.abc import Sequence

_CAUSE = re.compile(
    "原因(?:だ|で(?!は)|と(?!は|み|なる|され)|は[^、。]{2,}(?:だ|った|ある|よる)|となっ)|(?:理由|要因|引き金|きっかけ)(?:だ|で(?!は)|と(?!は)|となっ)|ため(?:だ(?:った|と)?|である)|によるもの(?:だ|で)|せい(?:だ|で)|に起因|が招|を招|に(?:由来|つながっ)|したことが[^、。]*(?:押し上げ|原因|要因)"
)
_DOUBT = re.compile(
    "不明|調査中|調べ|分かってい|分かってお|わかってい|わかってお|特定され(?:て(?:い|お))|かどうか|可能性|とみ[らてる]|とは|ではな|でなく|疑い|恐れ|否定|未|ない"
)
_UNKNOWN = re.compile(
    r"\b(?:unknown|unclear|under investigation|still investigat\w+|being investigated|investigation (?:is|continues)|open question|"
    r"(?:not|n't|never|nor) (?:yet |been |publicly |directly |be )*(?:said|say|clear|known|know|disclosed|determined|"
    r"explained?|named|related|"
    r"caused|connected|linked|responsible|the cause|the reason|because|due|find|found|give|given|establish\w*)|no (?:cause|reason|"
    r"explanation|connection|"
    r"relation|link|evidence|sign)|nothing to do with|unrelated|unconnected|rul(?:ed|es) out|refused to say|declined to say|neither|"
    r"independent of|coinciden\w+|without giving)\b",
    re.IGNORECASE,
)
_UNKNOWN_JA = re.compile(
    "不明|調査中|調査を(?:続|進)|調べて|分かってい|分かっており|わかってい|明らかに(?:して|なって)い|特定(?:でき|され)て(?:い|お)(?:な|ら)|確認(?:でき|され)て(?:い|お)(?:な|ら)|関係(?:は|が)な|関連(?:は|が)な|"
    "無関係|ではなかった|ではない|によるものでは|行っていない|否定|説明してい|公表してい"
)


def invented(statement: str, passages: Sequence[str]) -> bool:
    """Whether a statement names a cause that its passages call unknown or deny, or of which they know nothing."""
    if not _CAUSE.search(statement) or _DOUBT.search(statement):
        return False
    text = "\n".join(passages)
    return bool(_UNKNOWN.search(text) or _UNKNOWN_JA.search(text))
