"""A model as second reader of labelled statements: the real check call of a real endpoint, nobody having written before it.

Only the check is asked and paid: the statements stand in for what a writer said, and nothing that falls is mended.
"""

import asyncio
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from secdigest_pipeline.analysis.asking.endpoint import Endpoint, NoReply, Patience
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.models import Model, Usage
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.analysis.conversation import conversation
from secdigest_pipeline.analysis.evals.meaning import REPLY_FIELDS, Outcome, Part, outcomes, written
from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.questions import Question, checking
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.reply.checking import CHECK, UNCHECKED, Named, Verdict, assertions, verdicts
from secdigest_pipeline.analysis.reply.claims import read_reply
from secdigest_pipeline.base.characters import plain_line

SECONDS = 300.0  # for all tries of one call
ATTEMPTS = 2
# Taken for the estimate: a verdict with its passage and the thinking before it; and characters of a token, as asking.estimate has them.
OUTPUT_A_STATEMENT = 150
_ASCII_A_TOKEN = 4.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What one part came to: printed by code and reader together, supported by the reader alone, and how many have no verdict.

    None of the three when the call was not made because of the cap.
    """

    together: list[Outcome]
    alone: list[Outcome]
    unchecked: int


@dataclass(frozen=True, slots=True)
class Price:
    """Calls, and what they cost in USD: most likely, and at most."""

    calls: int
    likely: float
    most: float


def price(asked: Sequence[Part], model: Model) -> Price:
    """What reading `asked` costs. Likely: rules out of the prompt cache, no second try; at most: as the cap reserves it."""
    rules = _tokens(CHECK.rules + json.dumps(CHECK.schema))
    cached = rules if rules >= model.min_cacheable else 0
    likely = most = 0.0
    for part in asked:
        order = _question(part).order(model)
        turn = order.turn("0" * 16).text
        output = OUTPUT_A_STATEMENT * len(part.statements)
        likely += model.cost(Usage(input=_tokens(turn) + rules - cached, cache_read=cached, output=output))
        most += order.highest_cost(turn)
    return Price(len(asked), likely, most)


async def read_by(
    model: Model, asked: Sequence[Part], replies: Replies, provider: Provider, *, max_usd: float, at_once: int
) -> list[Reading | None]:
    """One reading a part, in their order; None where what is spent of `max_usd` left no room for the call.

    AnalystUnavailable without a key, or when the endpoint would take no other call either.
    """
    places = asyncio.Semaphore(at_once)

    async def one(endpoint: Endpoint, part: Part) -> Reading | None:
        async with places:
            return await _read(endpoint, model, part)

    async with Endpoint(replies, max_usd, provider=provider) as endpoint:
        return await asyncio.gather(*(one(endpoint, part) for part in asked))


async def _read(endpoint: Endpoint, model: Model, part: Part) -> Reading | None:
    talk = conversation(part.article, (), check=True)
    question: Question[Any] | Analysis = next(talk)
    found: dict[Named, Verdict] = {}
    assert isinstance(question, Question)
    answer: tuple[KeptReply, Any] | str = written(question, part, model.name)
    while True:
        try:
            question = talk.send(answer)
        except StopIteration as end:
            analysis: Analysis = end.value
            break
        answer = "not asked here"
        if question.call == "check":
            try:
                answer = await _answer(endpoint, question, model)
            except _NoRoom:
                return None
            if not isinstance(answer, str):
                grounder = Grounder(Instructions(part.article.text).covered)
                found = verdicts(answer[1], assertions(read_reply(json.dumps(part.reply))), grounder)
    names = [(REPLY_FIELDS[one.field], plain_line(one.statement)) for one in part.statements]
    checks = [found.get(name, UNCHECKED).check for name in names]
    alone = [
        Outcome(one.label, one.kind, part.language, one.statement, check == "supported")
        for one, check in zip(part.statements, checks, strict=True)
    ]
    return Reading(outcomes(part, analysis), alone, checks.count("unchecked"))


class _NoRoom(Exception):
    """The call does not fit under the cap."""


async def _answer(endpoint: Endpoint, question: Question[Any], model: Model) -> tuple[KeptReply, Any] | str:
    patience = Patience(SECONDS)
    said = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            kept = await endpoint.ask(question.order(model, attempt, longer=said == "max_tokens"), patience)
        except NoReply as error:
            failure = error.failure
            if failure.outcome == "budget":
                raise _NoRoom from None
            if failure.fatal or failure.missing or failure.outcome == "given_up":
                raise AnalystUnavailable(f"the endpoint turned {model.name} down ({failure.reason})") from None
            said = failure.reason
            if not failure.again:
                break
            continue
        reading = question.reads(kept)
        if not isinstance(reading, Unusable):
            return kept, reading
        said = reading.outcome
        if not reading.again:
            break
    return said


def _question(part: Part) -> Question[Any]:
    return checking(part.article, assertions(read_reply(json.dumps(part.reply))))


def _tokens(text: str) -> int:
    wide = sum(not char.isascii() for char in text)
    return math.ceil((len(text) - wide) / _ASCII_A_TOKEN + wide)
