"""What analyses would cost before any is paid for: the figures shown by `secdigest backfill --estimate`."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.models import Model, Usage, most_tokens
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.reading import read
from secdigest_pipeline.analysis.asking.replies import Replies, content_key
from secdigest_pipeline.analysis.reply.prompt import SYSTEM, candidates, user_turn
from secdigest_pipeline.analysis.reply.schema import SCHEMA, Reply
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import Observable

# Output of one article in tokens: a short reply, and one with thinking and long lists.
FEW_OUTPUT, MUCH_OUTPUT = 400, 3_000
# What is taken where the ledger knows no better: the sample world's replies have 1,000 to 1,200.
USUAL_OUTPUT = 1_200
# An article that was not read yet, characters of English: half, once and twice the measured average of 1,200 tokens.
SHORT_ARTICLE, USUAL_ARTICLE, LONG_ARTICLE = 2_700, 5_400, 10_800
# How far back the ledger is asked for the length of replies: editions, and replies that are enough.
_EDITIONS, _REPLIES = 10, 100
_NONCE = "0" * 16


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
    unread: int = 0,
    batch: bool = False,
    provider: Provider = Provider(),  # noqa: B008 - frozen
) -> Estimate:
    """The first model of `names` asked about every article without a kept reply, and about `unread` ones of usual size.

    Likely: characters at their average, the rules read from the prompt cache, replies as long as the model's last ones in
    the ledger. Low: the same with short replies. High: every character dear, nothing cached, much thinking. None counts a
    refusal's second model or a second try. `batch`: by Message Batches.
    """
    model = provider.model(names[0])
    missing = []
    kept = 0
    for article in articles:
        if not article.text.strip():
            continue
        listed = candidates(article, observables.get(article.article_id, ()))
        if any(isinstance(read(reply), Reply) for reply in replies.versions(content_key(article, listed))):
            kept += 1
        else:
            missing.append(user_turn(article, listed, _NONCE).text)
    output = _usual_output(replies, model)
    low = sum(_cached(model, _average_tokens(turn), FEW_OUTPUT) for turn in missing)
    likely = sum(_cached(model, _average_tokens(turn), output) for turn in missing)
    high = sum(_high(model, most_tokens(turn)) for turn in missing)
    low += unread * _cached(model, SHORT_ARTICLE / _ASCII_A_TOKEN, FEW_OUTPUT)
    likely += unread * _cached(model, USUAL_ARTICLE / _ASCII_A_TOKEN, output)
    high += unread * _high(model, LONG_ARTICLE / 3)
    factor = models.BATCH_FACTOR if batch and provider.has_batches else 1.0
    return Estimate(len(missing) + kept + unread, kept, low * factor, likely * factor, high * factor)


_ASCII_A_TOKEN = 4.5
_RULES = SYSTEM + json.dumps(SCHEMA, ensure_ascii=False)


def _average_tokens(text: str) -> float:
    wide = sum(not char.isascii() for char in text)
    return (len(text) - wide) / _ASCII_A_TOKEN + wide


def _usual_output(replies: Replies, model: Model) -> int:
    """Output tokens of a reply of `model`, thinking included: the mean of its last ones."""
    seen: list[int] = []
    for edition in replies.editions()[: -_EDITIONS - 1 : -1]:
        calls = replies.calls(edition)
        seen += [call.output_tokens for call in calls if call.model_asked == model.name and call.outcome == "ok"]
        if len(seen) >= _REPLIES:
            break
    return round(sum(seen) / len(seen)) if seen else USUAL_OUTPUT


def _cached(model: Model, turn: float, output: int) -> float:
    rules = math.ceil(_average_tokens(_RULES))
    cached = rules if rules >= model.min_cacheable else 0
    return model.cost(Usage(input=math.ceil(turn) + rules - cached, cache_read=cached, output=output))


def _high(model: Model, turn: float) -> float:
    return model.cost(Usage(cache_write=math.ceil(turn) + most_tokens(_RULES), output=MUCH_OUTPUT))
