"""What analyses would cost before any is paid for: the bounds shown by `secdigest backfill --estimate`."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis import models
from secdigest_pipeline.analysis.models import Model, Usage, most_tokens
from secdigest_pipeline.analysis.prompt import SYSTEM, candidates, user_turn
from secdigest_pipeline.analysis.reading import read
from secdigest_pipeline.analysis.replies import Replies, content_key
from secdigest_pipeline.analysis.schema import SCHEMA, Reply
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.find import Observable

# Output of one article in tokens: a short reply (the reference note on prices takes 900), and one with thinking and long lists.
FEW_OUTPUT, MUCH_OUTPUT = 400, 3_000
# An article that was not read yet, characters of English: half and twice the measured average of 1,200 tokens.
SHORT_ARTICLE, LONG_ARTICLE = 2_700, 10_800
_NONCE = "0" * 16


@dataclass(frozen=True, slots=True)
class Estimate:
    """USD between which the calls for so many articles will most likely cost. `kept` need no call."""

    articles: int
    kept: int
    low: float
    high: float

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            self.articles + other.articles, self.kept + other.kept, self.low + other.low, self.high + other.high
        )


NOTHING = Estimate(0, 0, 0.0, 0.0)


def estimate(
    articles: Sequence[Article],
    observables: Mapping[str, Sequence[Observable]],
    names: Sequence[str],
    replies: Replies,
    *,
    unread: int = 0,
    batch: bool = False,
) -> Estimate:
    """The first model of `names` asked about every article without a kept reply, and about `unread` ones of usual size.

    Low: characters at their average, the rules read from the prompt cache, a plain reply. High: every character dear,
    nothing cached, thinking. Neither counts a refusal's second model or a second try. `batch`: by Message Batches.
    """
    model = models.model(names[0])
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
    low = sum(_low(model, _average_tokens(turn)) for turn in missing)
    high = sum(_high(model, most_tokens(turn)) for turn in missing)
    low += unread * _low(model, SHORT_ARTICLE / _ASCII_A_TOKEN)
    high += unread * _high(model, LONG_ARTICLE / 3)
    factor = models.BATCH_FACTOR if batch else 1.0
    return Estimate(len(missing) + kept + unread, kept, low * factor, high * factor)


_ASCII_A_TOKEN = 4.5
_RULES = SYSTEM + json.dumps(SCHEMA, ensure_ascii=False)


def _average_tokens(text: str) -> float:
    wide = sum(not char.isascii() for char in text)
    return (len(text) - wide) / _ASCII_A_TOKEN + wide


def _low(model: Model, turn: float) -> float:
    rules = math.ceil(_average_tokens(_RULES))
    cached = rules if rules >= model.min_cacheable else 0
    return model.cost(Usage(input=math.ceil(turn) + rules - cached, cache_read=cached, output=FEW_OUTPUT))


def _high(model: Model, turn: float) -> float:
    return model.cost(Usage(cache_write=math.ceil(turn) + most_tokens(_RULES), output=MUCH_OUTPUT))
