"""The second net of grounding: what the words of a statement change in what its passages say.

Rules of language, no model: they see only what is said plainly, and keep silent otherwise. Every rule compares a statement with
the sentences of its own quotes, so that "all", "already" or "not" count by what stands there.
"""

from collections.abc import Sequence

from secdigest_pipeline.analysis.grounding.folding import fold
from secdigest_pipeline.analysis.grounding.meaning import (
    advice,
    cause,
    certainty,
    condition,
    exploitation,
    negation,
    numbers,
    opposites,
    order,
    roles,
    scope,
    speaker,
    tense,
)
from secdigest_pipeline.analysis.grounding.meaning.reading import Reading, read

# Longer texts are read up to here: a statement, the sentences of one quote, an article.
MAX_STATEMENT = 700
MAX_PASSAGE = 3_000
MAX_ARTICLE = 100_000


def changed(statement: str, passages: Sequence[str], article: str, field: str = "summary") -> list[str]:
    """Short English names of what a Japanese statement changes in its passages, empty when no rule sees anything.

    `passages` are its quotes, each widened to whole sentences; `article` is title and text, folded (folding.fold); `field` is the
    statement's place in the entry. Linear in all three; nothing raises for any str.
    """
    said = read(fold(statement[:MAX_STATEMENT]).text)
    told = [read(fold(passage[:MAX_PASSAGE]).text) for passage in passages]
    article = article[:MAX_ARTICLE]
    texts = [reading.text for reading in told]
    if exploitation.contradicted(said.text, texts, article):
        # the rule that knows most of it; what others see of the same words adds nothing
        return ["exploitation state"]
    if not said.japanese or not told:
        return []

    def whole() -> Reading:
        return read(article)

    seen = (
        ("negation", negation.denied(said, told, whole)),
        ("certainty", certainty.overstated(said, told)),
        ("all of them", scope.unlimited(said.text, texts)),
        ("condition", condition.dropped(said, told)),
        ("not yet happened", tense.brought_forward(said, told)),
        ("advice", field.startswith("recommendation") and advice.foreign(said, whole)),
        ("the opposite", opposites.turned(said, told)),
        ("cause", cause.invented(said.text, texts)),
        ("order", order.reversed_in_time(said, told)),
        ("who said it", speaker.another(said.text, texts, article)),
        ("who did it", roles.exchanged(said, told)),
        ("whose number", numbers.of_another(said.text, texts)),
    )
    return [name for name, holds in seen if holds]
