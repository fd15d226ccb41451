"""The model step at 100 articles: wall time over the ideal of its calls, with 2 s replies and 8 calls at once.

Ideal: the first call alone (it writes the prompt cache that the others read), then all others in rounds of 8. An article has
two, write and check: ceil(199 / 8) rounds of 2 s, 52 s in all. The server is this process, the step a fresh one. The SDK is
loaded before the clock starts, as a run does while it fetches pages (`resources.py`); what that takes is printed beside.
Everything else counts: checks of replies, files, ledger.
"""

import asyncio
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from upath import UPath

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import KEY, MessagesApi, serve

ARTICLES, AT_ONCE, DELAY = 100, 8, 2.0
BOUND = 1.1
WORDS = (
    "The attackers used a loader that fetched its next stage from a rented server and removed its traces after each run. "
    "Incident responders found the same scheduled task on every host they looked at and closed the exposed service. "
)


def article(number: int) -> Article:
    """One invented article of about 600 words with three indicators."""
    title = f"Case {number}: loader campaign against branch offices"
    digest = hashlib.sha256(title.encode()).hexdigest()
    paragraphs = "\n".join(f"Finding {n} of case {number} concerns {n + 3} offices. {WORDS * 3}" for n in range(6))
    text = f"{paragraphs}\nIndicators of compromise\nc2-{number}[.]bad-host[.]example\n45.15.255.{number}\n{digest}\n"
    return Article(
        edition="2026-10-01", article_id=digest[:16], item_id=digest[:16], url=f"https://news.example/{number}",
        title=title, outlet="News", feed_id="news", kind="news", lang="en", section="news",
        published_at=datetime(2026, 9, 30, tzinfo=UTC), read_state="read", read_reason="", text=text,
        text_sha256=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(), page_text=text, links=(), extractor="bench",
    )  # fmt: skip


async def step(folder: Path) -> dict[str, float]:
    """Seconds of the step, and of loading the SDK before it."""
    began = time.perf_counter()
    import_module("anthropic")
    loaded = time.perf_counter() - began
    articles = [article(n) for n in range(ARTICLES)]
    observables = {one.article_id: find(one.page_text) for one in articles}
    started = time.perf_counter()
    async with AnthropicAnalyst(["claude-haiku-5-5"], Replies(UPath(folder))) as analyst:
        analyses = await analyse(articles, observables, analyst, at_once=AT_ONCE)
    ended = time.perf_counter()
    assert {one.state for one in analyses} == {"analysed"}
    return {"wall": ended - started, "sdk": loaded}


def main() -> None:
    """Print both ratios; exit code 1 above the bound."""
    api = MessagesApi(delay=DELAY)
    url, stop = serve(api.app)
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
        command = [sys.executable, "-m", "benchmarks.bench_analysis", folder]
        out = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    stop()
    took = json.loads(out)
    calls = sum(api.calls.values())
    rounds = math.ceil((calls - 1) / AT_ONCE)
    ideal = DELAY + rounds * DELAY
    ratio = took["wall"] / ideal
    print(
        f"model step, {ARTICLES} articles, {calls} calls, {AT_ONCE} at once, {DELAY:g} s a reply: {took['wall']:.1f} s"
    )
    print(f"  ideal {ideal:.0f} s (first call alone, then {rounds} rounds)")
    print(
        f"  wall/ideal {ratio:.3f} (bound {BOUND}); SDK loaded before in {took['sdk']:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    sys.exit(0 if ratio <= BOUND else f"wall/ideal {ratio:.3f} is above {BOUND}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(step(Path(sys.argv[1])))))
    else:
        main()
