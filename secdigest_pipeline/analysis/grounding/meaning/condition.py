"""Conditions: what holds in one case only, told as if it held in any."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning.events import Event, is_japanese
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, mentions, read
from secdigest_pipeline.analysis.grounding.meaning.scope import REGARDLESS_OR_ALWAYS

_ANYWAY = re.compile(
    r"\b(?:regardless|irrespective|whatever|whichever|whoever|wherever|any\w*|even|all|every\w*|either|always|no matter|"
    r"independent\w*|both)\b|"
    "かかわらず|関わらず|関係なく|問わず|よらず|どんな|どの|全|すべて|いずれ|誰|何でも|どこ|も(?=[、。])|有無",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|unless|only|when|where|provided|as long as|except|limited to|requires?|until|depend\w*)\b|"
    r"場合|れば|たら|なら|限|のみ|だけ|条件|次第",
    re.IGNORECASE,
)
_ONLY_IF = re.compile(
    r",? \b(?:only (?:if|when|where|for|by|after)|provided that|as long as|on condition that)\b", re.IGNORECASE
)
_IF_JA = re.compile("場合に限|場合のみ|場合だけ|人に限|者に限|企業に限|ときだけ|条件に|条件で|限り")
_CASE_SAID = re.compile(
    "場合|れば|たら|なら|限|のみ|だけ|条件|次第|際|とき|時は|時に|うえで|上で|ても|でも|ないと|すると|ると、|まま|により異な|うち|以外|除|中の|ない|ず|前提|"
    "(?:た|る|ない|ている)(?:人|者|企業|利用者|顧客|組織|装置|端末|環境|会員|製品|版)"
)


def dropped(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether a statement says that something holds in any case, or leaves out the only case in which its passages say it does."""
    texts = [reading.text for reading in told]
    if (
        REGARDLESS_OR_ALWAYS.search(said.text)
        and any(map(_CONDITION.search, texts))
        and not any(map(_ANYWAY.search, texts))
    ):
        return True
    if _CASE_SAID.search(said.text):
        return False
    cases = [read(case) for text in texts for case in _limited(text)]
    return any(event.head and 0 < _count(event, cases) == _count(event, told) for event in said.events)


def _count(event: Event, told: Sequence[Reading]) -> int:
    return sum(1 for _ in mentions(event, told))


def _limited(text: str) -> list[str]:
    """The parts of a passage that hold in one case only: a Japanese sentence, in English what stands before the condition."""
    if is_japanese(text):
        return [sentence for sentence in text.split("。") if _IF_JA.search(sentence)]
    return [re.split(r"[.;]", text[: match.start()])[-1] for match in _ONLY_IF.finditer(text)]
