"""Certainty: what may be, is believed or claimed, told as a fact."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning import english, japanese
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, claimed_done, mentions

# That it is settled, in a statement and in its sources.
_SETTLED = re.compile(
    "確定|断定|突き止め|間違いな[いく]|裏付け|証明[しさ]|実証さ|立証|確かめ|(?:こと|と)(?:が|を)?(?:判明|確認)(?:し|さ|でき)|"
    "(?:と|こと)が(?:明らか|分か)|と特定|確実|認めた|決定的"
)
_SURE = re.compile(
    r"confirm\w*|prov(?:e|es|ed|en|ing)|establish\w*|verif\w+|determin\w+|identif\w+|found|show\w*|admit\w*|conclud\w+|certain\w*|"
    r"definit\w+|acknowledg\w+|discover\w*|reveal\w*|know|matched|sure"
)
_SURE_JA = re.compile("確認[しさで]|判明|特定|断定|確定|明らか|裏付|証明|認め|分かった|わかった|突き止")
_REACH = 60
# A second clause may be the source.
_MORE = re.compile(r"[、,;:]|[.。](?=.)|\b(?:and|but|which|who|because|after|before|when|while|that|said|says)\b")
_TOPIC = re.compile("^[^、。]{1,15}は、")
_DOUBT_AT_END = re.compile(
    "(?:可能性がある|可能性がある(?:という|とみている)|恐れがある|おそれがある|とみ(?:られる|られている|ている|る)|と推定され(?:る|ている)|模様だ|疑いがある|かもしれない)。?$"
)


def overstated(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether a statement settles or tells as done what its passages leave open wherever they speak of it."""
    if (
        _SETTLED.search(said.text)
        and not japanese.guesses(said.text)
        and not said.denials
        and any(reading.doubts for reading in told)
        and not any(map(_sure, told))
    ):
        return True
    if japanese.qualifies(said.text):
        return False
    for event in claimed_done(said):
        if said.text[event.start : event.end] == "悪用":
            # exploitation.py has looked further than the quotes
            continue
        seen = [not marks.isdisjoint(("hedged", "claimed")) for marks in mentions(event, told)]
        if seen and all(seen):
            return True
    return not said.denials and "悪用" not in said.text and all(map(_all_in_doubt, told))


def _all_in_doubt(reading: Reading) -> bool:
    """Whether a passage is one short clause, and that in doubt: whatever a statement says of it is."""
    text = _TOPIC.sub("", reading.text.strip())
    if len(_MORE.findall(text)) > 0 or len(text) > (60 if reading.japanese else 130):
        return False
    if reading.japanese:
        return _DOUBT_AT_END.search(text) is not None
    return reading.doubts and not _sure(reading)


def _sure(reading: Reading) -> bool:
    """Whether a passage says that anything is settled."""
    if not reading.japanese:
        return english.affirmed(reading.text, _SURE)
    text = reading.text
    return any(not japanese.is_denied(text[m.end() : m.end() + _REACH]) for m in _SURE_JA.finditer(text))
