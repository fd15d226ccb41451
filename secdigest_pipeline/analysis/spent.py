"""What was spent, by the ledger of calls: on an article, an edition, in a month."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.analysis.replies import Replies


def by_article(calls: Iterable[Call]) -> dict[str, float]:
    """USD of `calls` (the ledger of an edition) by article_id."""
    return _sums(calls, lambda call: call.article_id)


def by_edition(replies: Replies) -> dict[str, float]:
    """USD of every call in the ledger by the edition it was made for, oldest edition first."""
    return {edition: sum(call.cost_usd for call in replies.calls(edition)) for edition in replies.editions()}


def by_month(replies: Replies) -> dict[str, float]:
    """USD of every call in the ledger by the calendar month (UTC) in which it was made, as an account is billed."""
    calls = (call for edition in replies.editions() for call in replies.calls(edition))
    return dict(sorted(_sums(calls, lambda call: f"{call.at:%Y-%m}").items()))


def _sums(calls: Iterable[Call], group: Callable[[Call], str]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        sums[group(call)] += call.cost_usd
    return dict(sums)
