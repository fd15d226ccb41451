"""Money before and after: estimates hold what calls then cost, and the ledger says what was spent on what."""

import pytest

from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.estimate import NOTHING, Estimate, estimate
from secdigest_pipeline.analysis.evals.replies import load_cases
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline.sample.world import World
from secdigest_pipeline_tests.analysis.conftest import REPLY, Run, make_article, numbered
from secdigest_pipeline_tests.places import REPOSITORY

MODELS = ["claude-haiku-5-5"]


def estimated(articles: list[Article], replies: Replies, **options: object) -> Estimate:
    observables = {article.article_id: find(article.page_text) for article in articles}
    return estimate(articles, observables, MODELS, replies, **options)  # type: ignore[arg-type]


def test_what_calls_cost_lies_within_the_estimate(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(6)
    api.replies = {article.url: REPLY for article in articles}
    before = estimated(articles, replies)
    run(articles, models=MODELS, check=True)
    spent = sum(call.cost_usd for call in replies.calls(articles[0].edition))
    assert 0 < before.low <= spent <= before.high
    assert (before.articles, before.kept) == (6, 0)


def test_the_likely_cost_of_the_sample_world_is_what_it_then_costs(
    api: MessagesApi, run: Run, replies: Replies
) -> None:
    api.replies = World.load().replies()
    articles = [case.article for case in load_cases(REPOSITORY / "evals" / "sample_world.jsonl")]
    first, rest = articles[:8], articles[8:]
    guessed = estimated(first, replies).likely
    run(first, models=MODELS, check=True)
    spent = sum(call.cost_usd for call in replies.calls(first[0].edition))
    assert guessed == pytest.approx(spent, rel=0.3), "without a ledger"
    learned = estimated(rest, replies).likely
    run(rest, models=MODELS, check=True)
    later = sum(call.cost_usd for call in replies.calls(first[0].edition)) - spent
    assert learned == pytest.approx(later, rel=0.15), "by the length of the replies before"


def test_what_is_kept_costs_nothing_more(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(3)
    run(articles[:2], check=True)
    assert estimated(articles[:2], replies) == Estimate(2, 2, 0.0, 0.0, 0.0)
    assert estimated(articles, replies).kept == 2
    assert estimated([make_article(text=" ")], replies) == NOTHING


def test_of_an_entry_that_is_written_only_the_check_is_left(api: MessagesApi, run: Run, replies: Replies) -> None:
    articles = numbered(3)
    api.replies = {article.url: REPLY for article in articles}
    whole = estimated(articles, replies)
    run(articles, models=MODELS, check=False)
    left = estimated(articles, replies)
    assert (left.articles, left.kept) == (3, 0) and 0 < left.likely < whole.likely
    run(articles, models=MODELS, check=True)
    spent = sum(call.cost_usd for call in replies.calls(articles[0].edition) if call.call == "check")
    assert left.low <= spent <= left.high
    assert estimated(articles, replies, check=False).kept == 3


def test_articles_that_are_not_read_yet_count_and_a_batch_is_half(replies: Replies) -> None:
    whole = estimated([], replies, unread=100)
    half = estimated([], replies, unread=100, batch=True)
    assert whole.articles == 100 and 0 < whole.low < whole.likely < whole.high < 2
    for part in ("low", "likely", "high"):
        assert getattr(half, part) == pytest.approx(getattr(whole, part) / 2)
    assert NOTHING + whole == whole
