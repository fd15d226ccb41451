"""What was spent, by the ledger of calls: on each article, and in all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from secdigest_pipeline.analysis.records import Call


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model was paid for one article, all its calls together. Tokens as billed, cached input included."""

    article_id: str
    model: str  # that answered; the one asked where none did
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


def by_article(calls: Iterable[Call]) -> list[Spent]:
    """The `calls` (the ledger of an edition) by article and model, the dearest first."""
    groups: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        groups[call.article_id, call.model or call.model_asked].append(call)
    found = [
        Spent(
            article_id,
            model,
            len(made),
            sum(input_tokens(call) for call in made),
            sum(call.output_tokens for call in made),
            usd(made),
        )
        for (article_id, model), made in groups.items()
    ]
    return sorted(found, key=lambda spent: (-spent.cost_usd, spent.article_id, spent.model))


def input_tokens(call: Call) -> int:
    """Input tokens of a call, whatever the prompt cache did with them."""
    return call.input_tokens + call.cache_write_tokens + call.cache_read_tokens


def usd(calls: Iterable[Call]) -> float:
    """USD of `calls`, to a millionth."""
    return round(sum(call.cost_usd for call in calls), 6)
