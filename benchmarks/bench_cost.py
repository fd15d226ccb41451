"""What an article costs against the plain prompt of the contract's era: one article, all rules in every call, no cache.

The sample world's articles go through the real SDK to the loopback server, whose counters follow the documented cache
rules. The plain prompt is our own rules and schema, uncached. Tokens are the server's estimate (0.22 an ASCII character, 1 any
other), so ratios mean more than sums.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from upath import UPath

from benchmarks.world_articles import articles
from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.estimate import Estimate, estimate
from secdigest_pipeline.analysis.asking.models import BATCH_FACTOR, PRICES_OF, Usage, model
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve
from secdigest_pipeline.sample.world import World

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5")


async def calls_of(name: str, rows: list[Article], folder: Path) -> list[Call]:
    """The ledger after one edition."""
    replies = Replies(UPath(folder))
    observables = {one.article_id: find(one.page_text) for one in rows}
    async with AnthropicAnalyst([name], replies) as analyst:
        await analyse(rows, observables, analyst, at_once=8)
    return replies.calls("2026-10-01")


def estimated(name: str, rows: list[Article], folder: Path) -> Estimate:
    """What `secdigest backfill --estimate` says of the edition beforehand, without a ledger to learn from."""
    return estimate(rows, {one.article_id: find(one.page_text) for one in rows}, [name], Replies(UPath(folder)))


def report(name: str, before: Estimate, calls: list[Call]) -> None:
    """Tokens and money an article, ours and plain; and the estimate beside what it was."""
    row = model(name)
    count = len(calls)
    whole = sum(c.input_tokens + c.cache_write_tokens + c.cache_read_tokens for c in calls)
    output = sum(c.output_tokens for c in calls)
    ours = sum(c.cost_usd for c in calls)
    plain = row.cost(Usage(input=whole, output=output))
    answer = row.cost(Usage(output=output))
    print(f"{name}: {count} articles, prices of {PRICES_OF}")
    print(
        f"  input an article: {whole / count:,.0f} tokens, {sum(c.cache_read_tokens for c in calls) / whole:.0%} from cache"
    )
    print(f"  plain prompt: ${plain / count:.6f} an article; ours: ${ours / count:.6f} ({ours / plain:.2f} of it)")
    paid, asked = ours - answer, plain - answer
    print(f"  input alone: ${asked / count:.6f} against ${paid / count:.6f} ({paid / asked:.2f})")
    print(
        f"  estimate before: ${before.likely:.5f} likely, ${before.low:.5f} to ${before.high:.5f}; really ${ours:.5f} "
        f"({before.likely / ours:.2f} of it)"
    )
    print(
        f"  by batch, were the cache hit as often: ${ours * BATCH_FACTOR / count:.6f} ({ours * BATCH_FACTOR / plain:.2f})"
    )


def main() -> None:
    """One edition of the sample world for each model."""
    world = World.load()
    rows = articles(world)
    for name in MODELS:
        api = MessagesApi(replies=world.replies())
        url, stop = serve(api.app)
        os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
        with tempfile.TemporaryDirectory() as folder:
            before = estimated(name, rows, Path(folder))
            report(name, before, asyncio.run(calls_of(name, rows, Path(folder))))
        stop()


if __name__ == "__main__":
    main()
