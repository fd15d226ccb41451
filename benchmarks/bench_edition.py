"""A 100-article edition against loopback servers with fixed delays: wall time over the critical path of the delays.

Feed 200 ms, page 300 ms, model 2 s; 16 page fetches and 8 model calls at once. Everything is a process of its own, as
in production: servers in this one, `secdigest run` in a fresh one.
"""

import hashlib
import math
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.loopback import Body, serve
from benchmarks.own_cluster import removed_cluster
from benchmarks.peak_memory import watched
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.sample import messages

ARTICLES, FEEDS = 100, 20
FEED_DELAY, PAGE_DELAY, MODEL_DELAY = 0.2, 0.3, 2.0
FETCHES, CALLS = 16, 8
CALLS_AN_ARTICLE = 2  # write and check: nothing falls
WORDS = (
    "The attackers used a loader that fetched its next stage from a rented server and removed its traces after each run. "
    "Incident responders found the same scheduled task on every host they looked at and closed the exposed service. "
)


def ideal_seconds() -> float:
    """The critical path: rounds of feeds, rounds of pages, the first model call alone (issue C: the rest hit its prompt
    cache) and then rounds of calls."""
    feeds = math.ceil(FEEDS / FETCHES) * FEED_DELAY
    pages = math.ceil(ARTICLES / FETCHES) * PAGE_DELAY
    calls = (1 + math.ceil((CALLS_AN_ARTICLE * ARTICLES - 1) / CALLS)) * MODEL_DELAY
    return feeds + pages + calls


def article(number: int) -> str:
    """One invented page of about 600 words with a table of indicators."""
    digest = hashlib.sha256(f"article {number}".encode()).hexdigest()
    paragraphs = "".join(f"<p>Finding {n} of case {number}. {WORDS * 3}</p>" for n in range(6))
    table = f"<h2>Indicators of Compromise</h2><table><tr><td>C2</td><td>c2-{number}[.]bad-host[.]example</td></tr>"
    return (
        f"<html><head><title>Case {number}: loader campaign against branch offices</title></head><body><nav>Home</nav>"
        f"<article><h1>Case {number}: loader campaign against branch offices</h1>{paragraphs}{table}"
        f"<tr><td>SHA-256</td><td>{digest}</td></tr></table></article><footer>About us</footer></body></html>"
    )


def feed(number: int, published: datetime) -> str:
    """RSS of one host with its share of the articles."""
    mine = range(number, ARTICLES, FEEDS)
    stamp = published.strftime("%a, %d %b %Y %H:%M:%S %z")
    items = "".join(
        f"<item><title>Case {n}: loader campaign against branch offices</title><guid>case-{n}</guid>"
        f"<link>http://host{number}.example/case-{n}</link><pubDate>{stamp}</pubDate></item>"
        for n in mine
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Host {number}</title>{items}</channel></rss>'


def world(published: datetime) -> dict[str, Body]:
    """All bodies of the loopback web."""
    bodies = {
        f"host{n}.example/feed": Body(feed(n, published).encode(), "application/rss+xml", FEED_DELAY)
        for n in range(FEEDS)
    }
    bodies |= {
        f"host{n % FEEDS}.example/case-{n}": Body(article(n).encode(), delay=PAGE_DELAY) for n in range(ARTICLES)
    }
    return bodies


def feed_list() -> str:
    """feeds.yaml of the loopback web."""
    lines = ["feeds:"]
    lines.extend(
        f"  - {{id: host-{n}, name: Host {n}, url: 'http://host{n}.example/feed', site: 'http://host{n}.example/', "
        "lang: en, kind: news, section: news, lead: false, enabled: true}"
        for n in range(FEEDS)
    )
    return "\n".join(lines) + "\n"


def run(edition: Edition, env: dict[str, str]) -> tuple[float, float]:
    """`secdigest run` as a process: wall seconds, peak memory in MiB of the largest process of it."""
    before = time.monotonic()
    command = [sys.executable, "-m", "secdigest_pipeline.cli", "run", edition.key]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT)
        with watched(process.pid) as peaks:
            code = process.wait(timeout=900)
        wall = time.monotonic() - before
        if code:
            said.seek(0)
            sys.exit(f"secdigest run failed:\n{said.read()}")
    return wall, max(peaks.own, peaks.largest_child)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every published file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def main() -> None:
    """Print the table."""
    edition = Edition(datetime.now(JST).date())
    published = edition.cutoff - timedelta(hours=3)
    if datetime.now(JST) < edition.cutoff:
        published = datetime.now(JST) - timedelta(minutes=30)
    api = messages.MessagesApi(replies={}, delay=MODEL_DELAY)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(world(published)) as web,
        removed_cluster(Path(folder) / "data"),
    ):
        home = Path(folder)
        messages_url, stop = messages.serve(api.app)
        (home / "feeds.yaml").write_text(feed_list())
        env = {
            **os.environ,
            "SECDIGEST_DATA": str(home / "data"),
            "SECDIGEST_OUT": str(home / "out"),
            "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
            "SECDIGEST_CONNECT_TO": web.routes,
            "SECDIGEST_HOST_DELAY": "0",
            "SECDIGEST_ANALYST": "anthropic",
            "SECDIGEST_MODEL_CALLS": str(CALLS),
            "SECDIGEST_PAGE_FETCHES": str(FETCHES),
            "ANTHROPIC_API_KEY": messages.KEY,
            "ANTHROPIC_BASE_URL": messages_url,
        }
        wall, peak = run(edition, env)
        pages = sum(n for key, n in web.counts.items() if "/case-" in key)
        calls, first = api.calls.total(), digests(home / "out")
        again, _ = run(edition, env)
        repeated_pages = sum(n for key, n in web.counts.items() if "/case-" in key) - pages
        repeated_calls, second = api.calls.total() - calls, digests(home / "out")
        stop()
    ideal = ideal_seconds()
    print("\n## Edition of 100 articles (python -m benchmarks.bench_edition)\n")
    print("| measure | value | bound |\n|---|---|---|")
    print(f"| wall, `secdigest run` as a process, from an empty data directory | {wall:.1f} s | |")
    print(f"| ideal (critical path of the delays) | {ideal:.1f} s | |")
    print(f"| wall / ideal | {wall / ideal:.2f} | 1.25 |")
    print(f"| pages fetched, model calls | {pages}, {calls} | {ARTICLES}, {CALLS_AN_ARTICLE * ARTICLES} |")
    print(f"| peak memory of the largest process | {peak:.0f} MiB | 300 MiB |")
    print(f"| re-run: wall | {again:.1f} s | |")
    print(f"| re-run: page downloads, model calls | {repeated_pages}, {repeated_calls} | 0, 0 |")
    print(f"| re-run: published bytes identical | {'yes' if first == second and first else 'NO'} | yes |")
    imports()


def imports() -> None:
    """Import of the code location against the import of dagster: the best of ten fresh processes each, taken in turn."""

    def loaded(module: str) -> tuple[float, float]:
        program = (
            f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t); "
            "from benchmarks.peak_memory import high_water; print(high_water('self'))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        seconds, peak = map(float, done.stdout.split())
        return seconds, peak

    both = [(loaded("dagster")[0], *loaded("secdigest_pipeline.definitions")) for _ in range(10)]
    base, ours, peak = (min(column) for column in zip(*both, strict=True))
    print("\n## Import of the code location\n\n| measure | value | bound |\n|---|---|---|")
    print(f"| import dagster | {base:.2f} s | |\n| import secdigest_pipeline.definitions | {ours:.2f} s | |")
    print(f"| ratio | {ours / base:.2f} | 1.9 |\n| peak memory of a process that loads it | {peak:.0f} MiB | 135 MiB |")


if __name__ == "__main__":
    main()
