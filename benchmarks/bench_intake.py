"""Intake and reading of an edition of 300 items from 100 feeds: wall time over the critical path of the servers' delays.

Feed 200 ms, page and robots.txt 300 ms, 16 requests at once, and the politeness of production: one request at a time at a
host, a second between two (`SECDIGEST_HOST_DELAY`'s default). Every feed has its own host with one to five articles.

Measured: the steps feed_snapshots, edition_intake and read_articles of a real Dagster run in a fresh
process, from the start of the first to the end of the last. In it: their tables and archives on disk, worker processes
started, every page cleaned. Not in it: imports, and what Dagster does before the first step. The servers are this process.
"""

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import dagster as dg

from benchmarks.loopback import Body, serve
from secdigest_pipeline.base.editions import JST, Edition

FEEDS, MOST = 100, 5
FEED_DELAY, PAGE_DELAY, HOST_DELAY = 0.2, 0.3, 1.0
FETCHES = 16
BOUND = 1.3
ASSETS = ("feed_snapshots", "raw_feed_items", "article_pages", "cleaned_articles")
STEPS = ("feed_snapshots", "edition_intake", "read_articles")
# What the steps import when they are called; importing is not what is measured.
LIBRARIES = ("pyarrow.compute", "pyarrow.parquet")
WORDS = (
    "The attackers used a loader that fetched its next stage from a rented server and removed its traces after each run. "
    "Incident responders found the same scheduled task on every host they looked at and closed the exposed service. "
)


def articles_of(host: int) -> int:
    """How many articles a host has: 1 to 5, in turn."""
    return host % MOST + 1


ARTICLES = sum(map(articles_of, range(FEEDS)))


def ideal_seconds() -> tuple[float, float]:
    """Critical path of polling and of reading: the slower of all slots filled without a gap, and the host with most to ask.

    A host is asked for robots.txt and its articles one by one with the pause between. Cleaning is no part of it: it should
    hide behind the waiting.
    """
    polling = math.ceil(FEEDS / FETCHES) * FEED_DELAY
    by_slots = math.ceil((ARTICLES + FEEDS) / FETCHES) * PAGE_DELAY
    by_host = PAGE_DELAY + MOST * (HOST_DELAY + PAGE_DELAY)
    return polling, max(by_slots, by_host)


def article(host: int, number: int) -> str:
    """A page of the size of real ones (75 KB, some 700 words, 800 elements: the medians of corpora/intake)."""
    title = title_of(host, number)
    links = "".join(
        f'<li class="menu-item menu-item-{n}"><a class="nav-link" href="/topic-{n}?ref=menu">Topic {n}</a></li>'
        for n in range(120)
    )
    paragraphs = "".join(
        f'<p class="body-text">Finding {n} of <em>case {number}</em> at <a href="/office-{n}">office {n}</a>. {WORDS * 2}</p>'
        for n in range(9)
    )
    rows = "".join(f"<tr><td>C2</td><td>c2-{host}-{number}-{n}[.]bad-host[.]example</td></tr>" for n in range(6))
    teasers = "".join(
        f'<div class="teaser card"><a href="/other-{n}"><img alt="" src="/img/{n}.jpg"><h3>Other story number {n} of this week'
        f'</h3></a><span class="date">{n} October</span></div>'
        for n in range(40)
    )
    script = "".join(f'window.__state["entry-{n}"]={{"id":{n},"seen":false,"tags":["a","b","c"]}};' for n in range(400))
    style = "".join(f".c-{n}{{margin:{n}px;padding:0 {n}px;color:#00{n:04d}}}" for n in range(300))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Host {host}</title>'
        f"<style>{style}</style><script>{script}</script></head><body><nav><ul>{links}</ul></nav><main><article>"
        f"<h1>{title}</h1>{paragraphs}<h2>Indicators</h2><table>{rows}</table></article>"
        f'<aside class="related">{teasers}</aside></main><footer><ul>{links}</ul></footer></body></html>'
    )


def title_of(host: int, number: int) -> str:
    """Headline of an article."""
    return f"Case {host}-{number}: loader campaign against branch offices"


def feed(host: int, published: datetime) -> str:
    """RSS of one host."""
    stamp = published.strftime("%a, %d %b %Y %H:%M:%S %z")
    items = "".join(
        f"<item><title>{title_of(host, n)}</title><guid>case-{n}</guid><description>{WORDS}</description>"
        f"<link>http://host{host}.example/case-{n}</link><pubDate>{stamp}</pubDate></item>"
        for n in range(articles_of(host))
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Host {host}</title>{items}</channel></rss>'


def world(published: datetime) -> dict[str, Body]:
    """All bodies of the loopback web."""
    bodies: dict[str, Body] = {}
    for host in range(FEEDS):
        name = f"host{host}.example"
        bodies[f"{name}/feed"] = Body(feed(host, published).encode(), "application/rss+xml", FEED_DELAY)
        bodies[f"{name}/robots.txt"] = Body(b"User-agent: *\nDisallow: /private/\n", "text/plain", PAGE_DELAY)
        for n in range(articles_of(host)):
            bodies[f"{name}/case-{n}"] = Body(article(host, n).encode(), delay=PAGE_DELAY)
    return bodies


def feed_list() -> Iterator[str]:
    """feeds.yaml of the loopback web, line by line."""
    yield "feeds:\n"
    for n in range(FEEDS):
        yield (
            f"  - {{id: host-{n}, name: Host {n}, url: 'http://host{n}.example/feed', site: 'http://host{n}.example/', "
            "lang: en, kind: news, section: news, lead: false, enabled: true}\n"
        )


def steps(edition: Edition) -> dict[str, float]:
    """Seconds of each step and of all, articles read, and processor seconds of this process and of its workers."""
    from secdigest_pipeline.base.process import process_setup
    from secdigest_pipeline.definitions import build_defs
    from secdigest_pipeline.orchestration.services import Services

    process_setup()
    for library in LIBRARIES:
        import_module(library)
    services = Services()
    job = build_defs(services).resolve_implicit_global_asset_job_def()
    instance = dg.DagsterInstance.ephemeral()
    result = job.execute_in_process(
        instance=instance,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        partition_key=edition.key,
        asset_selection=[dg.AssetKey(name) for name in ASSETS],
    )
    at = {
        (log.dagster_event_type.value, log.step_key): log.timestamp
        for log in instance.all_logs(result.run_id)
        if log.dagster_event_type
    }
    took = {name: at["STEP_SUCCESS", name] - at["STEP_START", name] for name in STEPS}
    took["all"] = at["STEP_SUCCESS", STEPS[-1]] - at["STEP_START", STEPS[0]]
    articles = result.output_for_node("read_articles", "cleaned_articles")
    took["read"] = sum(one.read_state == "read" and "Finding 8" in one.text for one in articles)
    for name, who in (("cpu own", resource.RUSAGE_SELF), ("cpu workers", resource.RUSAGE_CHILDREN)):
        used = resource.getrusage(who)
        took[name] = used.ru_utime + used.ru_stime
    return took


def main() -> None:
    """Print the ratio; exit code 1 above the bound or when an article is missing."""
    edition = Edition(datetime.now(JST).date())
    published = min(edition.cutoff - timedelta(hours=3), datetime.now(JST) - timedelta(minutes=30))
    with tempfile.TemporaryDirectory() as folder, serve(world(published)) as web:
        home = Path(folder)
        (home / "feeds.yaml").write_text("".join(feed_list()))
        env = {
            **os.environ,
            "SECDIGEST_DATA": str(home / "data"),
            "SECDIGEST_OUT": str(home / "out"),
            "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
            "SECDIGEST_CONNECT_TO": web.routes,
            "SECDIGEST_HOST_DELAY": str(HOST_DELAY),
            "SECDIGEST_PAGE_FETCHES": str(FETCHES),
            "SECDIGEST_ANALYST": "extractive",
        }
        command = [sys.executable, "-m", "benchmarks.bench_intake", edition.key]
        printed = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
        requests = sum(web.counts.values())
    took = json.loads(printed.splitlines()[-1])
    polling, reading = ideal_seconds()
    ratio = took["all"] / (polling + reading)
    print(f"| step, {ARTICLES} items of {FEEDS} feeds | wall | critical path |\n|---|---|---|")
    print(f"| poll and membership | {took['feed_snapshots'] + took['edition_intake']:.1f} s | {polling:.1f} s |")
    print(f"| pages and cleaning | {took['read_articles']:.1f} s | {reading:.1f} s |")
    print(f"| all, with what lies between steps | {took['all']:.1f} s | {polling + reading:.1f} s |")
    print(f"\nwall/ideal {ratio:.2f} (bound {BOUND}); load {os.getloadavg()[0]:.1f}")
    print(
        f"articles read {took['read']:.0f} of {ARTICLES}, requests {requests} ({FEEDS} feeds, {FEEDS} robots.txt, pages); "
        f"processor seconds: pipeline {took['cpu own']:.1f} with its imports, workers {took['cpu workers']:.1f}"
    )
    print("steps: " + ", ".join(f"{name} {took[name]:.2f} s" for name in STEPS))
    missed = took["read"] != ARTICLES or ratio > BOUND
    sys.exit(f"wall/ideal {ratio:.2f} is above {BOUND}, or articles are missing" if missed else 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(steps(Edition.parse(sys.argv[1]))))
    else:
        main()
