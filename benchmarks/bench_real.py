"""One edition over every captured real feed and page, once by the extractive analyst and once by the Messages API server.

`benchmarks.corpus` says what is served and what is not as it was on the web. Skipped with a message without ../shared.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from benchmarks import corpus
from benchmarks.loopback import Web, serve
from benchmarks.own_cluster import removed_cluster
from benchmarks.peak_memory import Peaks, watched
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.database import database
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.publish import check_published
from secdigest_pipeline.sample import messages

EDITION = Edition.parse("2026-10-02")
MEMORY_BOUND = 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of the edition: how it ended, seconds in all and by step, memory, and the stores it left."""

    code: int
    said: str
    seconds: float
    steps: dict[str, float]
    peaks: Peaks
    services: Services


def main() -> None:
    """Print the tables; exit code 1 when a run failed or broke a bound."""
    if not corpus.CORPUS.is_dir():
        print(f"\n## Real feeds and pages: skipped, {corpus.CORPUS} is not there")
        return
    world = corpus.load(EDITION)
    api = messages.MessagesApi()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(world.bodies()) as web,
        removed_cluster(Path(folder) / "postgres"),
        database(UPath(folder) / "postgres"),
    ):
        messages_url, stop = messages.serve(api.app)
        model = {"ANTHROPIC_API_KEY": messages.KEY, "ANTHROPIC_BASE_URL": messages_url}
        outcomes = {
            "extractive": run(Path(folder) / "extractive", world, web, {"SECDIGEST_ANALYST": "extractive"}),
            "Messages API": run(Path(folder) / "model", world, web, {"SECDIGEST_ANALYST": "anthropic", **model}),
        }
        stop()
        print("\n## Edition of all captured real feeds and pages (python -m benchmarks.bench_real)\n")
        print(
            f"{len(world.feeds)} feeds, {len(world.pages)} pages listed by {len(world.lists)} more feeds; by http, no headers."
        )
        table(outcomes)
        failed = [name for name, outcome in outcomes.items() if faults(outcome)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def run(home: Path, world: corpus.RealWorld, web: Web, analyst: dict[str, str]) -> Outcome:
    """The edition with stores of its own, as a process of its own."""
    home.mkdir()
    (home / "feeds.yaml").write_text(world.feed_list())
    env = {
        "SECDIGEST_DATA": str(home / "data"),
        "SECDIGEST_OUT": str(home / "out"),
        "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
        "SECDIGEST_CONNECT_TO": world.routes(web.port),
        "SECDIGEST_HOST_DELAY": "0",
        **analyst,
    }
    started = before = time.monotonic()
    steps: dict[str, float] = {}
    said: list[str] = []
    command = [sys.executable, "-m", "benchmarks.edition_run", EDITION.key]
    with (
        subprocess.Popen(
            command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
        watched(process.pid) as peaks,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.strip().startswith("✓"):
                now = time.monotonic()
                steps[line.split()[1]], before = now - before, now
    seconds = time.monotonic() - started
    return Outcome(process.returncode, "".join(said), seconds, steps, peaks, Services(Settings.from_env(env)))


def table(outcomes: dict[str, Outcome]) -> None:
    """One column a run, one row a measure."""
    columns = {name: measures(outcome) for name, outcome in outcomes.items()}
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    print(f"\n| measure | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {row} | {' | '.join(column.get(row, '') for column in columns.values())} |")
    for name, outcome in outcomes.items():
        for fault in faults(outcome):
            print(f"\nFAULT ({name}): {fault}")


def measures(outcome: Outcome) -> dict[str, str]:
    """What one run made, by measure."""
    services = outcome.services
    polls = services.archive.last_polls().values()
    items = services.stored(RAW_FEED_ITEMS, EDITION)
    articles = services.stored(CLEANED_ARTICLES, EDITION)
    analyses = services.stored(ARTICLE_ANALYSES, EDITION)
    iocs = services.stored(IOCS, EDITION)
    read = [article for article in articles if article.read_state == "read"]
    published = [path for path in services.settings.out.rglob("*") if path.is_file()]
    return {
        "feeds": _counts(poll.outcome for poll in polls),
        "entries in them": str(sum(poll.entries or 0 for poll in polls)),
        "items of the edition by membership": _counts(item.membership for item in items),
        "items kept": str(sum(item.kept for item in items)),
        "items left out": _counts(item.reason for item in items if not item.kept),
        "articles by read state": _counts(article.read_state for article in articles),
        "characters of the articles read": f"{sum(len(article.text) for article in read):,}",
        "analyses": _counts(analysis.state for analysis in analyses),
        "statements printed, dropped": f"{sum(len(a.summary) for a in analyses)}, {sum(len(a.dropped) for a in analyses)}",
        "IOCs kept, suppressed": f"{sum(ioc.is_ioc for ioc in iocs)}, {sum(not ioc.is_ioc for ioc in iocs)}",
        "model calls": str(len(services.model.replies.calls(EDITION.key))),
        "seconds, process start to end": f"{outcome.seconds:.1f}",
        **{
            f"seconds until `{name}`, from the step before": f"{seconds:.1f}" for name, seconds in outcome.steps.items()
        },
        "peak memory, MiB (bound 1024)": f"{outcome.peaks.own:.0f}",
        "peak memory of the largest child, MiB": f"{outcome.peaks.largest_child:.0f}",
        "files published": str(len(published)),
        "contract violations": str(len(check_published(services.settings.out, EDITION))),
    }


def faults(outcome: Outcome) -> list[str]:
    """What must not be, in words."""
    services = outcome.services
    wrong = check_published(services.settings.out, EDITION)
    if outcome.code:
        wrong.append(f"the run failed: {outcome.said[-2000:]}")
    if outcome.peaks.own > MEMORY_BOUND:
        wrong.append(f"peak memory {outcome.peaks.own:.0f} MiB")
    kept = {item.article_id for item in services.stored(RAW_FEED_ITEMS, EDITION) if item.kept}
    articles = {article.article_id for article in services.stored(CLEANED_ARTICLES, EDITION)}
    analyses = {analysis.article_id for analysis in services.stored(ARTICLE_ANALYSES, EDITION)}
    if not kept == articles == analyses:
        wrong.append(f"{len(kept)} kept items, {len(articles)} articles, {len(analyses)} analyses")
    return wrong


def _counts(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(names).items())) or "0"


if __name__ == "__main__":
    main()
