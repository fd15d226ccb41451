"""Reading quality and speed on real pages, beside plain trafilatura: `python -m benchmarks.bench_articles`.

Prints Markdown tables: 4-gram F1 by group of pages (harmonic mean of mean precision and mean recall, the metric of the
article-extraction-benchmark; 4-grams of characters for Japanese), indicators that survive, pages a second. Groups and
gold come with the corpus, which is read from ../shared and never copied.
"""

import asyncio
import gzip
import json
import logging
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secdigest_pipeline.articles.extraction import extract_page
from secdigest_pipeline.articles.pages.blockers import wall
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.indicators.finding.find import find

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "intake"
GOLD = CORPUS / "articles" / "gold.jsonl"

_BLOGS = ("OALabs/", "c3rb3ru5d3d53c/", "dr4k0nia/", "swisskyrepo/", "rust-lang/")
_GROUPS: tuple[tuple[str, Callable[["CorpusPage"], bool]], ...] = (
    ("JPCERT sheets", lambda page: "ToolAnalysisResultSheet" in page.source),
    ("Japanese", lambda page: bool({"ja", "jp"} & page.tags)),
    ("AEB", lambda page: page.source.startswith("scrapinghub/")),
    ("fundus", lambda page: page.source.startswith("flairNLP/")),
    ("readability", lambda page: page.source.startswith("mozilla/")),
    ("security blogs", lambda page: page.source.startswith(_BLOGS)),
    ("defuddle (reduced)", lambda page: page.source.startswith("kepano/")),
    ("other", lambda page: True),
)
_SEGMENTS = "trafilatura's own (segments)"
_WORD = re.compile(r"\w+")
_WORKERS = 2


@dataclass(frozen=True)
class CorpusPage:
    """One page of the corpus with its gold: full text, segments, or "" for a page that is no article."""

    id: str
    path: Path
    source: str
    tags: frozenset[str]
    url: str
    gold: Any

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.path.read_bytes())

    @property
    def is_blocker(self) -> bool:
        return bool(self.gold == "")

    @property
    def group(self) -> str:
        if isinstance(self.gold, dict):
            return _SEGMENTS
        return next(name for name, holds in _GROUPS if holds(self))

    @property
    def is_japanese(self) -> bool:
        return self.group == "Japanese" or self.source.endswith("_jp")


@dataclass(frozen=True)
class Reading:
    """A page with what plain trafilatura and we make of it."""

    page: CorpusPage
    plain: str
    text: str
    page_text: str


@dataclass(frozen=True)
class Score:
    """F1 of one group."""

    pages: int
    plain: float
    ours: float


@dataclass(frozen=True)
class Survival:
    """Indicators of the gold texts, and where they are found again."""

    pages: int
    values: int
    in_plain: int
    in_text: int
    in_page_text: int
    missing: list[tuple[str, str]]


def pages() -> list[CorpusPage]:
    """Every page of the shared corpus."""
    rows = [json.loads(line) for line in GOLD.read_text().splitlines()]
    return [
        CorpusPage(
            row["id"], _file(row["file"]), row["source_repo"], frozenset(row["tags"]), row["url"] or "", row["gold"]
        )
        for row in rows
    ]


def readings(corpus: Sequence[CorpusPage]) -> list[Reading]:
    """Every page that has gold text, read both ways."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    made = []
    for page in corpus:
        if page.gold:
            found = extract_page(page.body, "", page.url or "https://page.example/", "")
            plain = trafilatura.extract(page.body, include_comments=False) or ""
            made.append(Reading(page, plain, found.text, found.page_text))
    return made


def f1_by_group(made: Sequence[Reading]) -> dict[str, Score]:
    """F1 of both by group."""
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in made:
        groups[reading.page.group].append(reading)
    order = [_SEGMENTS, *(name for name, _ in _GROUPS)]
    return {
        name: Score(len(of), _f1([(r.page, r.plain) for r in of]), _f1([(r.page, r.text) for r in of]))
        for name, of in sorted(groups.items(), key=lambda group: order.index(group[0]))
    }


def survival(made: Sequence[Reading]) -> Survival:
    """Indicators of full gold texts (not of Markdown ones, whose link targets are no text of the page)."""
    count = Counter[str]()
    missing: list[tuple[str, str]] = []
    for reading in made:
        if not isinstance(reading.page.gold, str) or reading.page.source.startswith("kepano/"):
            continue
        wanted = _indicators(reading.page.gold)
        kept = _indicators(reading.page_text)
        count["pages"] += bool(wanted)
        count["values"] += len(wanted)
        count["plain"] += len(wanted & _indicators(reading.plain))
        count["text"] += len(wanted & _indicators(reading.text))
        count["page_text"] += len(wanted & kept)
        missing += [(reading.page.id, value) for _, value in sorted(wanted - kept)]
    return Survival(count["pages"], count["values"], count["plain"], count["text"], count["page_text"], missing)


def is_wall(page: CorpusPage) -> bool:
    """Whether the page is taken for a challenge, a consent wall or the like."""
    return wall(200, {}, page.body) is not None


@dataclass(frozen=True)
class Speed:
    """Seconds by the wall clock and of processor time; start-up and a warm-up are not counted."""

    wall: float
    cpu: float


def speeds(corpus: Sequence[CorpusPage]) -> tuple[Speed, Speed]:
    """Trafilatura in a plain loop, and our workers, on the same bytes."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    bodies = [page.body for page in corpus]
    trafilatura.extract(bodies[0])
    wall, cpu = time.perf_counter(), time.process_time()
    for body in bodies:
        trafilatura.extract(body)
    plain = Speed(time.perf_counter() - wall, time.process_time() - cpu)
    return plain, asyncio.run(_workers_speed(corpus, bodies))


async def _workers_speed(corpus: Sequence[CorpusPage], bodies: Sequence[bytes]) -> Speed:
    async with Workers(_WORKERS) as workers:

        async def read(page: CorpusPage, body: bytes) -> float:
            url = page.url or "https://page.example/"
            return await workers.run(timed_extraction, body, url, timeout=60)

        await asyncio.gather(*(read(corpus[0], bodies[0]) for _ in range(4 * _WORKERS)))
        started = time.perf_counter()
        spent = await asyncio.gather(*map(read, corpus, bodies))
        return Speed(time.perf_counter() - started, sum(spent))


def timed_extraction(body: bytes, url: str) -> float:
    """Processor seconds of one extraction; runs in a worker."""
    started = time.process_time()
    extract_page(body, "", url, "")
    return time.process_time() - started


def _file(name: str) -> Path:
    return next(path for path in (CORPUS / name, CORPUS / "articles" / name) if path.exists())


def _indicators(text: str) -> set[tuple[str, str]]:
    return {(found.type, found.value) for found in find(text)}


def _f1(texts: Sequence[tuple[CorpusPage, str]]) -> float:
    if isinstance(texts[0][0].gold, dict):
        return _segment_f1([(page.gold, text) for page, text in texts])
    shares = [
        _precision_recall(_grams(page.gold, page.is_japanese), _grams(text, page.is_japanese)) for page, text in texts
    ]
    precision = statistics.mean(share[0] for share in shares)
    recall = statistics.mean(share[1] for share in shares)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _grams(text: str, japanese: bool) -> Counter[tuple[str, ...]]:
    tokens = [c for c in text if not c.isspace()] if japanese else _WORD.findall(text)
    return Counter(tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3))) if tokens else Counter()


def _precision_recall(gold: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> tuple[float, float]:
    right = (gold & found).total()
    return right / max(1, found.total()), right / max(1, gold.total())


def _segment_f1(texts: Sequence[tuple[Mapping[str, Sequence[str]], str]]) -> float:
    right = wrong = lost = 0
    for gold, text in texts:
        folded = " ".join(text.split())
        here = sum(" ".join(segment.split()) in folded for segment in gold["with"])
        right += here
        lost += len(gold["with"]) - here
        wrong += sum(" ".join(segment.split()) in folded for segment in gold["without"])
    return 2 * right / (2 * right + wrong + lost)


def report() -> Iterator[str]:
    """The tables, line by line."""
    corpus = pages()
    made = readings(corpus)
    yield "| group | pages | plain trafilatura F1 | ours F1 |"
    yield "|---|---|---|---|"
    for group, score in f1_by_group(made).items():
        yield f"| {group} | {score.pages} | {score.plain:.4f} | {score.ours:.4f} |"
    kept = survival(made)
    yield ""
    yield "| indicators | pages | in gold | in plain trafilatura | in text | in page_text |"
    yield "|---|---|---|---|---|---|"
    yield f"| distinct values | {kept.pages} | {kept.values} | {kept.in_plain} | {kept.in_text} | {kept.in_page_text} |"
    walls = [page for page in corpus if is_wall(page)]
    right = sum(page.is_blocker for page in walls)
    yield ""
    yield f"Walls recognised: {right} of {sum(page.is_blocker for page in corpus)}; articles taken for walls: {len(walls) - right}."
    plain, ours = speeds(corpus)
    yield ""
    yield "| speed | wall s | pages/s | processor s |"
    yield "|---|---|---|---|"
    yield f"| trafilatura in a plain loop | {plain.wall:.1f} | {len(corpus) / plain.wall:.1f} | {plain.cpu:.1f} |"
    yield f"| ours in {_WORKERS} workers | {ours.wall:.1f} | {len(corpus) / ours.wall:.1f} | {ours.cpu:.1f} |"
    yield f"| ratio | {plain.wall / ours.wall:.2f} | | {plain.cpu / ours.cpu:.2f} |"


if __name__ == "__main__":
    # by name, not from __main__: a worker process finds the timed function there
    from benchmarks.bench_articles import report as lines

    if GOLD.exists():
        for line in lines():
            print(line)
    else:
        print(f"skipped: {GOLD} is not there")
