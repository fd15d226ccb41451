"""What an article costs: its calls (write, check, mend, recheck), and all of them against the write call alone.

The sample world's articles go through the real SDK to the loopback server, whose counters follow the documented cache
rules. Tokens are the server's estimate (0.22 an ASCII character, 1 any other), so ratios mean more than sums. Two rounds: as the
sample replies have it, and with a checker that refuses all, so that every article takes its four calls.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from upath import UPath

from benchmarks.one_prompt import separate, shared
from benchmarks.world_articles import articles
from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.models import BATCH_FACTOR, PRICES_OF, Model, Usage, model
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.estimate import Estimate, estimate
from secdigest_pipeline.analysis.evals.meaning import table
from secdigest_pipeline.analysis.records import Call, CallKind
from secdigest_pipeline.analysis.reply.claims import todays
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import KEY, MessagesApi, passage_for, serve
from secdigest_pipeline.sample.world import World

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5")
DEFAULT = MODELS[0]
KINDS: tuple[CallKind, ...] = get_args(CallKind)
# Aims for the mean over the articles: all calls over the write call, and USD an article at the default model.
MOST_OF_WRITE, MOST_USD = 1.9, 0.0015


@dataclass(frozen=True)
class Round:
    """One edition: the ledger after it, the requests that were made, and what was estimated before."""

    calls: list[Call]
    requests: list[dict[str, Any]]
    before: Estimate


def edition(name: str, rows: Sequence[Article], api: MessagesApi) -> Round:
    """All articles analysed by one model behind `api`."""
    url, stop = serve(api.app)
    before_it = dict(os.environ)
    os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
    try:
        with tempfile.TemporaryDirectory() as folder:
            replies = Replies(UPath(folder))
            observables = {one.article_id: find(one.page_text) for one in rows}
            before = estimate(rows, observables, [name], replies)
            asyncio.run(_analysed(name, rows, observables, replies))
            return Round(replies.calls("2026-10-01"), api.requests, before)
    finally:
        os.environ.clear()
        os.environ.update(before_it)
        stop()


async def _analysed(name: str, rows: Sequence[Article], observables: Mapping[str, list[Any]], replies: Replies) -> None:
    async with AnthropicAnalyst([name], replies) as analyst:
        await analyse(rows, observables, analyst, at_once=8)


def refusing(replies: Mapping[str, Mapping[str, Any]]) -> MessagesApi:
    """A server whose checker refuses everything, and whose writer then gives all lines anew."""
    mended = {}
    for url, recorded in replies.items():
        reply = todays(dict(recorded))
        lines = [
            # in other words, since what fell is not offered again as it was
            {"id": at, **claim, "text": f"{claim['text'].removesuffix('。')}とされる。"}
            for at, claim in enumerate(reply["summary"], start=1)
        ]
        anew = {"title_quotes": reply["title_quotes"], "title": f"{reply['title']}か", "summary": lines}
        mended[url] = {**recorded, "mend": anew}
    return MessagesApi(replies=mended, checker=lambda article, one: ("not_stated", passage_for(article, one)))


def by_article(calls: Iterable[Call]) -> list[float]:
    """USD of each article."""
    found: dict[str, float] = defaultdict(float)
    for call in calls:
        found[call.article_id] += call.cost_usd
    return list(found.values())


def calls_table(made: Round) -> str:
    """Tokens and money of each kind of call, as a mean over its calls, and of all calls as a mean over the articles."""
    head = ("call", "calls", "input tokens", "from the cache", "output tokens", "USD a call", "USD an article")
    articles_ = len({call.article_id for call in made.calls})
    rows = []
    for kind in (*KINDS, "all"):
        own = [call for call in made.calls if kind in ("all", call.call)]
        if own:
            whole = sum(c.input_tokens + c.cache_write_tokens + c.cache_read_tokens for c in own)
            usd = sum(c.cost_usd for c in own)
            cached = sum(c.cache_read_tokens for c in own) / whole
            output = sum(c.output_tokens for c in own) / len(own)
            cells = (f"{whole / len(own):,.0f}", f"{cached:.0%}", f"{output:,.0f}", f"{usd / len(own):.6f}")
            rows.append((kind, str(len(own)), *cells, f"{usd / articles_:.6f}"))
    return table(head, rows)


def of_write(calls: Sequence[Call]) -> float:
    """All calls over the write calls, USD."""
    return sum(call.cost_usd for call in calls) / sum(call.cost_usd for call in calls if call.call == "write")


def plain(row: Model, calls: Sequence[Call]) -> None:
    """The write call against the plain prompt of the contract's era: our own rules in every call, nothing cached."""
    own = [call for call in calls if call.call == "write"]
    ours = sum(c.cost_usd for c in own)
    bare = sum(
        row.cost(Usage(input=c.input_tokens + c.cache_write_tokens + c.cache_read_tokens, output=c.output_tokens))
        for c in own
    )
    print(
        f"- write call against the plain prompt (all rules in every call, no cache): ${ours / len(own):.6f} of "
        f"${bare / len(own):.6f} ({ours / bare:.2f})"
    )


def one_prompt(row: Model, made: Round) -> None:
    """One prompt for all calls against one each, by arithmetic over the requests."""
    output = sum(call.output_tokens for call in made.calls)
    paid = sum(call.cost_usd for call in made.calls)
    now = separate(row, made.requests, output)
    assert abs(now - paid) < 0.001 * paid, "the arithmetic is not the server's"
    one = shared(row, made.requests, output, article_cached=False)
    cached = shared(row, made.requests, output, article_cached=True)
    print(
        f"- one rules text and schema for all calls instead of one each: {one / now:.2f} of what is paid; with the article in the "
        f"prompt cache as well: {cached / now:.2f}"
    )


def report(name: str, usual: Round, worst: Round) -> list[str]:
    """Prints both rounds of one model; the aims that were missed."""
    row = model(name)
    paid, dear = by_article(usual.calls), by_article(worst.calls)
    print(f"## {name}: {len(paid)} articles, prices of {PRICES_OF}\n\nAs the sample replies have it:\n")
    print(f"{calls_table(usual)}\n")
    plain(row, usual.calls)
    ratio, mean = of_write(usual.calls), statistics.mean(paid)
    print(f"- all calls over the write call: {ratio:.2f}, aim <= {MOST_OF_WRITE}")
    aim = f", aim <= ${MOST_USD}" if name == DEFAULT else ""
    print(f"- an article: ${mean:.6f}{aim}; dearest ${max(paid):.6f}; by batch ${mean * BATCH_FACTOR:.6f}")
    print(
        f"- estimate before: ${usual.before.likely:.5f} likely, ${usual.before.low:.5f} to ${usual.before.high:.5f}; "
        f"really ${sum(paid):.5f} ({usual.before.likely / sum(paid):.2f} of it)"
    )
    one_prompt(row, usual)
    print("\nWorst case, a checker that refuses all and a writer that gives all anew:\n")
    print(f"{calls_table(worst)}\n")
    print(f"- all calls over the write call: {of_write(worst.calls):.2f}")
    print(f"- an article: ${statistics.mean(dear):.6f}; dearest ${max(dear):.6f}")
    one_prompt(row, worst)
    print()
    failed = [f"{name}: all calls are {ratio:.2f} of the write call"] if ratio > MOST_OF_WRITE else []
    return failed + ([f"{name}: ${mean:.6f} an article"] if name == DEFAULT and mean > MOST_USD else [])


def main() -> int:
    """One edition of the sample world in two rounds for each model; exit code 1 when an aim was missed."""
    world = World.load()
    rows = articles(world)
    failed = []
    for name in MODELS:
        usual = edition(name, rows, MessagesApi(replies=world.replies()))
        failed += report(name, usual, edition(name, rows, refusing(world.replies())))
    for line in failed:
        print(f"- aim missed: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
