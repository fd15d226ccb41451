"""What analyses would cost before any is paid for: the figures shown by `secdigest backfill --estimate`."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.models import Model, Usage, most_tokens
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.conversation import conversation, step
from secdigest_pipeline.analysis.questions import PROMPTS, Question, kept_answer
from secdigest_pipeline.analysis.records import Analysis, CallKind
from secdigest_pipeline.analysis.reply.prompt import candidates
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import Observable

# Output of a call in tokens: a short reply, one with thinking and long lists, and what is taken where the ledger knows no better (the
# replies of the sample world, docs/benchmarks/cost.md).
FEW_OUTPUT: Mapping[CallKind, int] = {"write": 400, "check": 150, "mend": 100, "recheck": 40}
MUCH_OUTPUT: Mapping[CallKind, int] = {"write": 4_000, "check": 2_500, "mend": 1_500, "recheck": 1_000}
USUAL_OUTPUT: Mapping[CallKind, int] = {"write": 1_600, "check": 650, "mend": 200, "recheck": 80}
# Of checked entries, those that are mended, while the ledger knows of few.
USUALLY_MENDED = 0.25
# An article that was not read yet, characters of English: half, once and twice the measured average of 1,200 tokens.
SHORT_ARTICLE, USUAL_ARTICLE, LONG_ARTICLE = 2_700, 5_400, 10_800
# How far back the ledger is asked for the length of replies: editions, and replies that are enough.
_EDITIONS, _REPLIES = 10, 100
_NONCE = "0" * 16
_CALLS: tuple[CallKind, ...] = get_args(CallKind)


@dataclass(frozen=True, slots=True)
class Estimate:
    """USD that the calls for so many articles cost: most likely, and between which bounds. `kept` need no call."""

    articles: int
    kept: int
    low: float
    likely: float
    high: float

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            self.articles + other.articles,
            self.kept + other.kept,
            self.low + other.low,
            self.likely + other.likely,
            self.high + other.high,
        )


NOTHING = Estimate(0, 0, 0.0, 0.0, 0.0)


def estimate(
    articles: Sequence[Article],
    observables: Mapping[str, Sequence[Observable]],
    names: Sequence[str],
    replies: Replies,
    *,
    check: bool = True,
    unread: int = 0,
    batch: bool = False,
    provider: Provider = Provider(),  # noqa: B008 - frozen
) -> Estimate:
    """What is left of the calls of every article, and of `unread` ones of usual size, when the first model of `names` is asked.

    Likely: characters at their average, the rules read from the prompt cache, replies as long as the model's last ones in
    the ledger, as many entries mended as there. Low: short replies, nothing mended. High: every character dear, nothing cached,
    much thinking, everything mended. None counts a refusal's second model or a second try. `check`: whether there is more than
    the first call. `batch`: by Message Batches.
    """
    rates = _Rates(provider.model(names[0]), replies)
    found = [
        wanted
        for article in articles
        if article.text.strip()
        for wanted in [_wanted(article, observables.get(article.article_id, ()), names, replies, check)]
    ]
    missing = [wanted for wanted in found if wanted is not None]
    low = sum(rates.low(calls, _average_tokens(turn)) for calls, turn in missing)
    likely = sum(rates.likely(calls, _average_tokens(turn)) for calls, turn in missing)
    high = sum(rates.high(calls, most_tokens(turn)) for calls, turn in missing)
    calls = _CALLS if check else _CALLS[:1]
    low += unread * rates.low(calls, SHORT_ARTICLE / _ASCII_A_TOKEN)
    likely += unread * rates.likely(calls, USUAL_ARTICLE / _ASCII_A_TOKEN)
    high += unread * rates.high(calls, LONG_ARTICLE / 3)
    factor = models.BATCH_FACTOR if batch and provider.has_batches else 1.0
    kept = len(found) - len(missing)
    return Estimate(len(found) + unread, kept, low * factor, likely * factor, high * factor)


def _wanted(
    article: Article, observables: Sequence[Observable], names: Sequence[str], replies: Replies, check: bool
) -> tuple[Sequence[CallKind], str] | None:
    """The calls from the first one that is not kept on, and the turn of that one; None when all are kept."""
    talk = conversation(article, candidates(article, observables), check=check)
    question: Question[Any] | Analysis = next(talk)
    while isinstance(question, Question):
        kept = kept_answer(question, replies, names)
        if kept is None:
            calls = _CALLS[_CALLS.index(question.call) :] if check else _CALLS[:1]
            return calls, question.turn(_NONCE).text
        question = step(talk, kept)
    return None


_ASCII_A_TOKEN = 4.5


def _average_tokens(text: str) -> float:
    wide = sum(not char.isascii() for char in text)
    return (len(text) - wide) / _ASCII_A_TOKEN + wide


class _Rates:
    """What the calls of one article cost by one model, going by its ledger."""

    def __init__(self, model: Model, replies: Replies) -> None:
        self._model = model
        seen: dict[CallKind, list[int]] = {call: [] for call in _CALLS}
        for edition in replies.editions()[: -_EDITIONS - 1 : -1]:
            for call in replies.calls(edition):
                if call.model_asked == model.name and call.outcome == "ok":
                    seen[call.call or "write"].append(call.output_tokens)
            if len(seen["write"]) >= _REPLIES:
                break
        self._usual = {call: sum(n) / len(n) if n else USUAL_OUTPUT[call] for call, n in seen.items()}
        # what is usual counts as much as four entries of the ledger
        self._mended = (len(seen["mend"]) + 4 * USUALLY_MENDED) / (len(seen["check"]) + 4)

    def low(self, calls: Sequence[CallKind], turn: float) -> float:
        """Short replies and nothing mended, unless it is a mending that is wanted; `turn` in tokens, USD."""
        first = calls[0]
        return sum(self._cached(call, turn, FEW_OUTPUT) for call in calls if call in (first, "write", "check"))

    def likely(self, calls: Sequence[CallKind], turn: float) -> float:
        """Replies of usual length, as much mended as usual."""
        later = 1.0 if calls[0] in ("mend", "recheck") else self._mended
        shares: dict[CallKind, float] = {"write": 1.0, "check": 1.0, "mend": later, "recheck": later}
        return sum(shares[call] * self._cached(call, turn, self._usual) for call in calls)

    def high(self, calls: Sequence[CallKind], turn: float) -> float:
        """Nothing cached, long replies with thinking, everything mended."""
        cost = 0.0
        for call in calls:
            said = 0 if call == "write" else MUCH_OUTPUT["write"]
            tokens = math.ceil(turn) + most_tokens(_rules(call)) + said
            cost += self._model.cost(Usage(cache_write=tokens, output=MUCH_OUTPUT[call]))
        return cost

    def _cached(self, call: CallKind, turn: float, output: Mapping[CallKind, float]) -> float:
        rules = math.ceil(_average_tokens(_rules(call)))
        cached = rules if rules >= self._model.min_cacheable else 0
        # a later call is told what the first one wrote
        said = 0.0 if call == "write" else self._usual["write"] / 2
        usage = Usage(input=math.ceil(turn + said) + rules - cached, cache_read=cached, output=math.ceil(output[call]))
        return self._model.cost(usage)


def _rules(call: CallKind) -> str:
    prompt = PROMPTS[call]
    return prompt.rules + json.dumps(prompt.schema, ensure_ascii=False)
