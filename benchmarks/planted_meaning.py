"""Our own planted set of meaning: invented articles with true statements, and the same with one distortion planted each.

`python -m benchmarks.planted_meaning` writes it anew to evals/planted_meaning.jsonl. A distortion changes what is said and no value:
every number, name and id of it stands in its article. Sources: facts out of `planted_phrases`, and the recorded replies of the
sample world, whose statements are rewritten by rules (`planted_rewrites`).
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.planted_phrases import FACTS, FIRST, GANGS, LABS, MALWARE, PLACES, PRODUCTS, RIVALS, SECOND, Fact
from benchmarks.planted_rewrites import world_cases
from secdigest_pipeline.analysis.evals.corpora import Case, Labelled

SEED = 20261129
FILE = Path(__file__).resolve().parents[1] / "evals" / "planted_meaning.jsonl"
ARTICLES_A_LANGUAGE = 8
OPENINGS = {
    "en": "The week in {place} brought a number of reports about companies, their products and those who attack them.",
    "ja": "{place}ではこの一週間、企業とその製品、そして攻撃者をめぐる報告が相次いだ。",
}
CLOSINGS = {
    "en": "The conference in {place} goes on until the weekend. Further talks are open to the public.",
    "ja": "{place}での会議は週末まで続く。残りの講演は一般にも公開される。",
}
TITLES = {"en": "The week in {place}: reports, advisories and disputes", "ja": "{place}の一週間: 報告、注意喚起、争い"}


def cases(seed: int = SEED) -> list[Case]:
    """All articles with their statements, true ones before distorted ones."""
    rng = random.Random(seed)
    kinds = sorted({fact.kind for fact in FACTS})
    # every fact as often as any other: the facts of a kind in turn, from a seeded beginning
    turns = {kind: rng.sample([fact for fact in FACTS if fact.kind == kind], 4) for kind in kinds}
    made = []
    for language in ("en", "ja"):
        for at in range(ARTICLES_A_LANGUAGE):
            facts = [turns[kind][(at + (language == "ja") * 2) % 4] for kind in kinds]
            made.append(_case(rng, f"planted-{language}-{at + 1}", language, rng.sample(facts, len(facts))))
    return [*made, *world_cases(rng)]


def _case(rng: random.Random, name: str, language: str, facts: list[Fact]) -> Case:
    pools = {
        "A": _drawn(rng, [f"{first} {rng.choice(SECOND)}" for first in FIRST]),
        "L": _drawn(rng, LABS),
        "P": _drawn(rng, PRODUCTS),
        "M": _drawn(rng, MALWARE),
        "G": _drawn(rng, GANGS),
    }
    place = {"place": rng.choice(PLACES)}
    sentences, said = [], []
    for fact in facts:
        slots = _slots(rng, pools)
        sentence = (fact.english if language == "en" else fact.japanese).format(**slots)
        sentences.append(sentence)
        for label, text in ((True, fact.true), (False, fact.false)):
            said.append(Labelled(text.format(**slots), (sentence,), fact.field, label, fact.kind))
    blank = " " if language == "en" else ""
    paragraphs = [blank.join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    text = "\n\n".join([OPENINGS[language].format(**place), *paragraphs, CLOSINGS[language].format(**place)])
    ordered = tuple(sorted(said, key=lambda one: not one.label))
    return Case(name, language, TITLES[language].format(**place), "2026-10-02", "Sluice Report", text, ordered)


def _drawn(rng: random.Random, pool: "list[str] | tuple[str, ...]") -> Iterator[str]:
    return iter(rng.sample(pool, len(pool)))


def _slots(rng: random.Random, pools: dict[str, Iterator[str]]) -> dict[str, str]:
    # each fact has names of its own, so that no two facts of an article contradict each other
    more = rng.randrange(1_100, 9_900)
    return {
        "A": next(pools["A"]),
        "B": next(pools["A"]),
        "L": next(pools["L"]),
        "P": next(pools["P"]),
        "M": next(pools["M"]),
        "G": next(pools["G"]),
        "H": RIVALS,
        "n": f"{more:,}",
        "m": str(rng.randrange(120, 990)),
        "v": f"{rng.randrange(3, 9)}.{rng.randrange(1, 9)}.{rng.randrange(1, 9)}",
        "c": f"CVE-2026-{rng.randrange(95_000, 99_000)}",
    }


def main() -> None:
    """Write the set, and say how many of each kind there are."""
    found = cases()
    rows = [json.dumps(asdict(case), ensure_ascii=False) for case in found]
    FILE.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    counts = Counter((one.label, one.kind) for case in found for one in case.statements)
    for label in (True, False):
        own = {kind: n for (is_true, kind), n in sorted(counts.items()) if is_true is label}
        print(f"{'true' if label else 'distorted'}: {sum(own.values())}, {own}")


if __name__ == "__main__":
    main()
