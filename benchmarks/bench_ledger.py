"""How well the ledger tells indicators from references: `python -m benchmarks.bench_ledger [--half read|blind] [--errors FILE]`.

Every labelled text of ../shared/corpora/ioc/shared.jsonl becomes an article without URL, links or analysis; the rows with `is_ioc`
are scored with the corpus' own score.py (its normalisation and its notion of right, wrong and undecided). Types no report collects
(e-mail, CVE) are left out on both sides. "Independent" are the sources whose labels do not rest on defanging: a rule like
"defanged means indicator" must be judged there. Errors were read in the half "read" (SHA-256 of the id is even); "blind" is
only ever scored.
"""

import argparse
import hashlib
import importlib.util
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.judging.roles import NOT_COLLECTED
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.indicators.warninglists import vendored

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "ioc"
INDEPENDENT = ("eset", "talos", "avast", "strangereal", "doctorweb", "aptner", "cyner")
PRECISION_GATE = 0.97


def article(text: str) -> Article:
    """An article that is nothing but a text."""
    return Article(
        edition="2026-10-01",
        article_id="a",
        item_id="i",
        url="",
        title="",
        outlet="",
        feed_id="f",
        kind="news",
        lang="en",
        section="news",
        published_at=None,
        read_state="read",
        read_reason="",
        text="",
        text_sha256="",
        page_text=text,
        links=(),
        extractor="",
    )


def half(identity: str) -> str:
    """Half of the corpus a document belongs to."""
    return "blind" if hashlib.sha256(identity.encode()).digest()[0] % 2 else "read"


def collected(items: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of types a report collects."""
    return {item for item in items if item[0] not in NOT_COLLECTED}


class Tally:
    """True, false and missed values, reference links among the false ones, by group."""

    def __init__(self) -> None:
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, groups: Iterable[str], **counts: int) -> None:
        """Adds the counts of one document to each group."""
        for group in groups:
            self.counts[group].update(counts)

    def line(self, group: str) -> str:
        """Counts, strict precision, recall and F1 of a group."""
        count = self.counts[group]
        found, missed = count["tp"] + count["fp"], count["tp"] + count["fn"]
        precision, recall = (count["tp"] / found if found else 1.0), (count["tp"] / missed if missed else 1.0)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return f"{group:24}{count['tp']:7}{count['fp']:6}{count['ref']:6}{count['fn']:6}{precision:8.3f}{recall:8.3f}{f1:8.3f}"

    def precision(self, group: str) -> float:
        """Strict precision of a group."""
        count = self.counts[group]
        return count["tp"] / max(1, count["tp"] + count["fp"])


def scored(
    documents: list[dict[str, Any]], judge: ModuleType, errors: Path | None
) -> tuple[Tally, Tally, list[tuple[float, bool]], float]:
    """(the ledger's tally, that of every value found, (confidence, is gold) of every judged row, CPU seconds of the ledger)."""
    ours, everything = Tally(), Tally()
    calibration: list[tuple[float, bool]] = []
    seconds = 0.0
    with errors.open("w", encoding="utf-8") if errors else open("/dev/null", "w") as out:  # noqa: PTH123
        for document in documents:
            began = time.process_time()
            rows = ledger([article(document["text"])], {}, {})
            seconds += time.process_time() - began
            groups = _groups(document)
            document["_gold"] = collected(document["_gold"])
            kept = [(row.type, row.value) for row in rows if row.is_ioc]
            for tally, values in (
                (ours, kept),
                (everything, [(item.type, item.value) for item in find(document["text"])]),
            ):
                right, wrong, references, missed = (collected(part) for part in judge.judge(document, values))
                tally.add(groups, tp=len(right), fp=len(wrong), ref=len(references), fn=len(missed))
                if tally is ours and (wrong or missed) and half(document["id"]) == "read":
                    out.write(json.dumps(_errors(document, rows, judge, wrong, missed), ensure_ascii=False) + "\n")
            for row in rows:
                value = judge.norm(row.type, row.value)
                if row.type not in NOT_COLLECTED and value not in document["_dc"] and document["source"] != "crafted":
                    calibration.append((row.confidence, value in document["_gold"]))
    return ours, everything, calibration, seconds


def _groups(document: dict[str, Any]) -> list[str]:
    group = document["source"].split("-")[0]
    if group == "crafted":
        return [group]
    names = ["all", group, f"half: {half(document['id'])}"]
    if group in INDEPENDENT:
        names += ["independent", f"independent: {half(document['id'])}"]
    if group != "tests":
        names.append("all but tests")
    return names


def _errors(
    document: dict[str, Any], rows: list[Ioc], judge: ModuleType, wrong: set[Any], missed: set[Any]
) -> dict[str, Any]:
    by_value = {judge.norm(row.type, row.value): row for row in rows}

    def told(value: tuple[str, str]) -> list[Any]:
        row = by_value.get(value)
        return [*value, *((row.confidence, row.reasons, row.evidence) if row else ("not found",))]

    return {
        "id": document["id"],
        "wrong": [told(v) for v in sorted(wrong)],
        "missed": [told(v) for v in sorted(missed)],
    }


def main() -> int:
    """Prints the tables; exit code 1 below the precision gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("read", "blind"), help="score one half only")
    parser.add_argument("--errors", type=Path, help="write the errors of the read half to this file")
    given = parser.parse_args()
    if not CORPUS.exists():
        print(f"skipped: {CORPUS} is not there")
        return 0
    spec = importlib.util.spec_from_file_location("ioc_score", CORPUS / "score.py")
    assert spec and spec.loader
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    began = time.process_time()
    vendored()
    print(f"warning lists loaded in {1e3 * (time.process_time() - began):.0f} ms CPU")
    documents = [item for item in judge.load([CORPUS / "shared.jsonl"]) if given.half in (None, half(item["id"]))]
    ledger([article("warm up 45.83.12[.]9 hxxp://evil[.]test/a")], {}, {})
    ours, everything, calibration, seconds = scored(documents, judge, given.errors)
    size = sum(len(item["text"].encode()) for item in documents)
    print(f"{len(documents)} documents, {size / 1e6:.2f} MB, ledger {size / 1e6 / seconds:.2f} MB/s (finding included)")
    for title, tally in (("every value found", everything), ("ledger, is_ioc", ours)):
        print(f"\n{title:24}{'right':>7}{'wrong':>6}{'refs':>6}{'missed':>7}{'P strict':>7}{'R':>8}{'F1':>8}")
        for group in sorted(tally.counts, key=lambda name: (name not in ("all", "all but tests", "independent"), name)):
            print(tally.line(group))
    print("\nconfidence        rows  share that is gold")
    for low in (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99):
        high = min([edge for edge in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99) if edge > low], default=1.01)
        inside = [gold for value, gold in calibration if low <= value < high]
        if inside:
            print(f"{low:.2f} to {min(high, 1):.2f} {len(inside):9} {sum(inside) / len(inside):10.2f}")
    passed = ours.precision("all") >= PRECISION_GATE
    print(f"\nstrict precision {ours.precision('all'):.3f}, gate {PRECISION_GATE}: {'passed' if passed else 'FAILED'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
