"""The arithmetic behind the cost bench is the server's: what it says of one prompt for all calls stands on that."""

from benchmarks import bench_cost
from benchmarks.one_prompt import separate, shared
from benchmarks.world_articles import articles
from secdigest_pipeline.analysis.asking.models import model
from secdigest_pipeline.sample.world import World

HAIKU = model("claude-haiku-5-5")
WORLD = World.load()
ROWS = articles(WORLD)[:3]


def test_four_calls_an_article_are_priced_as_the_ledger_has_them() -> None:
    made = bench_cost.edition(HAIKU.name, ROWS, bench_cost.refusing(WORLD.replies()))
    assert [call.call for call in made.calls].count("recheck") == len(ROWS) and len(made.requests) == 4 * len(ROWS)
    output = sum(call.output_tokens for call in made.calls)
    paid = sum(call.cost_usd for call in made.calls)
    assert abs(separate(HAIKU, made.requests, output) - paid) < 1e-9
    assert bench_cost.of_write(made.calls) > 1.5 and len(bench_cost.by_article(made.calls)) == len(ROWS)
    one, cached = (shared(HAIKU, made.requests, output, article_cached=on) for on in (False, True))
    assert 0 < cached < one, "reading an article from the cache is cheaper than sending it four times"
