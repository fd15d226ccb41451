"""Time: what is planned or announced, told as done."""

import re
from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.meaning import japanese
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, claimed_done, mentions

_ALREADY = re.compile(
    "既に|すでに|済み(?!の|装|か)|済ませ|完了し|終えた|終えて|終え、|(?:開始|始め)(?:した|され|て|ら)|まとめ終"
)
# A passage that tells of anything as over may be the source.
_OVER = re.compile(
    r"\b(?:already|complet\w+|finish\w*|now|since|has|have|had|was|were|did|began|started|"
    r"(?<!\ba )(?<!\ban )(?<!\bthe )(?!expected|scheduled|planned|proposed|need)\w{3,}ed)\b",
    re.IGNORECASE,
)
_OVER_JA = re.compile("既に|すでに|済み|完了|終え|(?:した|された|ました)。|ていた|ている|ており")


def brought_forward(said: Reading, told: Sequence[Reading]) -> bool:
    """Whether a statement tells as done what its passages tell as planned wherever they speak of it."""
    if japanese.plans(said.text) or japanese.supposes(said.text):
        return False
    if (
        _ALREADY.search(said.text)
        and any(reading.plans for reading in told)
        and not any((_OVER_JA if reading.japanese else _OVER).search(reading.text) for reading in told)
    ):
        return True
    for event in claimed_done(said):
        if japanese.goes_on(said.text, event.end):
            continue
        seen = ["planned" in marks for marks in mentions(event, told)]
        if seen and all(seen):
            return True
    return False
