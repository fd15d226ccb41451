"""The calls about one article in their order: write, check, and where something fell mend and check once more.

No call is made here: questions go out, answers come in. So whoever asks at once, whoever collects orders for a batch and whoever
only looks at kept replies walk the same way.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.assemble import Assembled, Said, assemble
from secdigest_pipeline.analysis.extractive import own_title
from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.questions import Question, checking, mending, writing
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.reply.checking import assertions, assertions_of_mending, verdicts
from secdigest_pipeline.analysis.reply.claims import Mending
from secdigest_pipeline.analysis.reply.mending import fallen, mended, offered
from secdigest_pipeline.analysis.reply.prompt import Candidate
from secdigest_pipeline.articles.records import Article

# A kept reply with what it is read as, or why there is none.
Answer = tuple[KeptReply, Any] | str
Conversation = Generator[Question[Any], Answer, Analysis]

CHECK_IS_OFF = "SECDIGEST_CHECK is off"


class NothingWritten(Exception):
    """The first question has no answer; the message says why."""


def conversation(article: Article, listed: Sequence[Candidate], *, check: bool) -> Conversation:
    """Asks until the analysis of `article` stands, at most four times. NothingWritten when nobody wrote the entry.

    Without `check`, or without an answer to it, the entry stands as it was written, unchecked. A mended line is printed only
    when the last check supports it.
    """
    answer = yield writing(article, listed)
    if isinstance(answer, str):
        raise NothingWritten(answer)
    kept, reply = answer
    said = Said(reply, (kept,), why_unchecked="" if check else CHECK_IS_OFF)
    asserted = assertions(reply, own_title(article))
    if not check or not asserted:
        return assemble(article, listed, said).analysis
    answer = yield checking(article, asserted)
    if isinstance(answer, str):
        return assemble(article, listed, replace(said, why_unchecked=answer)).analysis
    kept, judgements = answer
    grounder = Grounder(Instructions(article.text).covered)
    said = replace(said, kept=(*said.kept, kept), verdicts=verdicts(judgements, asserted, grounder))
    first = assemble(article, listed, said)
    return (yield from _mended(article, listed, said, first, grounder)) if first.needs_mending else first.analysis


def step(talk: Conversation, answer: Answer) -> Question[Any] | Analysis:
    """The next question of a conversation, or the analysis it comes to."""
    try:
        return talk.send(answer)
    except StopIteration as end:
        analysis: Analysis = end.value
        return analysis


def _mended(
    article: Article, listed: Sequence[Candidate], said: Said, first: Assembled, grounder: Grounder
) -> Conversation:
    fell = fallen(first.title_fell, first.lines_fell)
    answer = yield mending(article, [line.text for line in first.analysis.summary], fell)
    if isinstance(answer, str):
        return first.analysis
    kept, reading = answer
    said = replace(said, kept=(*said.kept, kept))
    offer = offered(reading, fell)
    asserted = assertions_of_mending(offer.title, offer.title_quotes, offer.summary)
    if not asserted:
        return assemble(article, listed, said).analysis
    answer = yield checking(article, asserted, "recheck")
    if isinstance(answer, str):
        return assemble(article, listed, said).analysis
    kept, judgements = answer
    found = verdicts(judgements, asserted, grounder)
    judged = {name for name, verdict in found.items() if verdict.check != "unchecked"}
    offer = Mending(
        title=offer.title if ("title", offer.title) in judged else "",
        title_quotes=offer.title_quotes,
        summary=tuple(claim for claim in offer.summary if ("summary", claim.text) in judged),
    )
    return assemble(
        article,
        listed,
        replace(
            said,
            reply=mended(said.reply, offer),
            kept=(*said.kept, kept),
            verdicts={**(said.verdicts or {}), **found},
            dropped=first.analysis.dropped,
        ),
    ).analysis
