"""Labelled statements through the whole of an analysis: what code alone lets through, and what it does with a second reader.

Run: `python -m benchmarks.bench_meaning [--seed N] [--show]`. The statements of the corpora are what the writer says. They go
through the real SDK to the loopback server and through the conversation; printed is what the analysis prints. The second
reader behind that server is one of four, none of them a model: perfect (it knows the labels, so it tests the plumbing and not
the checking), sloppy (it supports 30 % of the distorted ones), hostile (it supports all), absent (it refuses the call).
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from upath import UPath

from benchmarks import planted_meaning
from benchmarks.surface_cuts import CUTS, Cut, cut_at
from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.evals.corpora import load
from secdigest_pipeline.analysis.evals.meaning import (
    Outcome,
    Part,
    Score,
    by_kind,
    cells,
    code_alone,
    kinds_table,
    outcomes,
    parts,
    score,
    table,
)
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.sample.messages import KEY, Checker, MessagesApi, passage_for, serve

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "meaning"
SHARED = ("articles", "pairs", "sentences")
MODEL = "claude-haiku-5-5"
SLOPPY = 0.3
MAX_LOST = 0.03
# Code alone over articles and pairs together, and what must be caught of these kinds; with the perfect reader of any corpus.
TARGET_BALANCED, TARGET_KIND, TARGET_PERFECT = 0.65, 0.60, 0.97
KINDS = ("certainty", "overgeneral", "tense", "exploitation")
READERS = ("perfect", "sloppy", "hostile", "absent")
READ_BY = (
    "The readers behind the loopback server are no models. The perfect one knows the labels: it tests the plumbing (that a\n"
    "verdict reaches what is printed), not the checking. The sloppy one supports 30 % of the distorted statements, the hostile\n"
    "one all of them, the absent one refuses. `no rule` are cuts that read nothing, chosen on these very statements at no more\n"
    "than 3 % of the true ones lost: what a rule must beat. What a real model catches is measured by `secdigest evals meaning`."
)
HEAD = ("", "true lost", "distorted caught", "balanced accuracy")


def reader(name: str, asked: Sequence[Part], seed: int) -> Checker:
    """A second reader that knows what is true, and makes of it what its name says."""
    rng = random.Random(seed)
    passed = {
        (part.article.url, plain_line(one.statement)): one.label
        or name == "hostile"
        or (name == "sloppy" and rng.random() < SLOPPY)
        for part in asked
        for one in part.statements
    }

    def judged(article: Mapping[str, Any], statement: Mapping[str, Any]) -> tuple[str, str]:
        supported = passed[article["url"], statement["text"]]
        return "supported" if supported else "contradicted", passage_for(article, statement)

    return judged


async def _analysed(asked: Sequence[Part], folder: Path) -> list[Outcome]:
    articles = [part.article for part in asked]
    async with AnthropicAnalyst([MODEL], Replies(UPath(folder))) as analyst:
        analyses = await analyse(articles, {}, analyst, at_once=8)
    return [row for part, analysis in zip(asked, analyses, strict=True) for row in outcomes(part, analysis)]


def read_by(name: str, asked: Sequence[Part], seed: int) -> list[Outcome]:
    """What is printed of the statements with the second reader of that name."""
    api = MessagesApi(
        replies={part.article.url: part.reply for part in asked},
        failures={"*#check": ("refusal",)} if name == "absent" else {},
        checker=reader(name, asked, seed),
    )
    url, stop = serve(api.app)
    before_it = dict(os.environ)
    os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_analysed(asked, Path(folder)))
    finally:
        os.environ.clear()
        os.environ.update(before_it)
        stop()


def run(name: str, asked: Sequence[Part], seed: int, show: bool) -> dict[str, list[Outcome]]:
    """Prints the tables of one corpus; its outcomes by who read beside code, `alone` for nobody."""
    found = {"alone": [row for part in asked for row in code_alone(part)]}
    found |= {way: read_by(way, asked, seed) for way in READERS}
    rows = [["code alone" if way == "alone" else f"code, {way} reader", *cells(score(of))] for way, of in found.items()]
    whole, texts = score(found["alone"]), {part.article.text for part in asked}
    print(f"## {name}: {len(texts)} articles, {whole.true} true, {whole.distorted} distorted\n")
    rows += [[f"no rule: {cut.name}", *cells(of_cut(cut, asked))] for cut in CUTS] if whole.distorted else []
    print(f"{table(HEAD, rows)}\n")
    print(f"{kinds_table(found)}\n")
    if show:
        for row in found["alone"]:
            if row.label is not row.printed:
                print(f"{'LOST' if row.label else 'MISSED'} {row.kind} | {row.statement}")
    return found


def of_cut(cut: Cut, asked: Sequence[Part]) -> Score:
    """What a cut reaches that was chosen on these very statements, at no more than 3 % of the true ones lost."""
    measured = [(one.label, cut.measure(one.statement, part.article)) for part in asked for one in part.statements]
    passes = cut_at(measured, MAX_LOST)
    return score(Outcome(label, "", "", "", passes(value)) for label, value in measured)


def missed(name: str, found: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """The bounds of one corpus that were not held."""
    perfect = score(found["perfect"]).caught_share
    alone = [(row.statement, row.printed) for row in found["alone"]]
    absent = [(row.statement, row.printed) for row in found["absent"]]
    failed = []
    if perfect is not None and perfect < TARGET_PERFECT:
        failed.append(f"{name}: {perfect:.1%} caught with the perfect reader, target {TARGET_PERFECT:.0%}")
    if alone != absent:
        failed.append(f"{name}: an absent reader changes what code alone prints")
    return failed


def missed_alone(rows: Sequence[Outcome]) -> list[str]:
    """The bounds of code alone over articles and pairs that were not held."""
    whole = score(rows)
    failed = []
    if (whole.balanced or 0.0) < TARGET_BALANCED:
        failed.append(f"code alone: balanced accuracy {whole.balanced:.3f}, target {TARGET_BALANCED}")
    if (whole.lost_share or 0.0) > MAX_LOST:
        failed.append(f"code alone: {whole.lost_share:.1%} of the true ones lost, target {MAX_LOST:.0%}")
    for kind, one in by_kind(rows, False).items():
        if kind in KINDS and (one.caught_share or 0.0) < TARGET_KIND:
            failed.append(f"code alone: {one.caught_share:.1%} of {kind} caught, target {TARGET_KIND:.0%}")
    return failed


def main() -> int:
    """All corpora, with the seed printed; exit code 1 when a bound was not held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=planted_meaning.SEED)
    parser.add_argument("--show", action="store_true", help="print every wrong decision of code alone")
    arguments = parser.parse_args()
    print(f"Seed {arguments.seed}. {READ_BY}\n")
    failed: list[str] = []
    together: list[Outcome] = []
    for name in SHARED:
        path = CORPORA / f"{name}.jsonl"
        if not path.exists():
            print(f"## {name}: ../shared is not there, skipped\n")
            continue
        found = run(path.name, parts(load(path), name), arguments.seed, arguments.show)
        failed += missed(name, found)
        together += found["alone"] if name != "sentences" else []
    if together:
        print("## articles and pairs together\n")
        print(f"{table(HEAD, [['code alone', *cells(score(together))]])}\n")
        failed += missed_alone(together)
    planted = parts(planted_meaning.cases(arguments.seed), "planted")
    failed += missed("planted", run("our own planted set", planted, arguments.seed, arguments.show))
    for line in failed:
        print(f"- target missed: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
