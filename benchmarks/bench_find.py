"""The observable finder on the labelled texts, beside ioc-finder and iocextract in the same run: scores, speed, worst cases.

`python -m benchmarks.bench_find` prints Markdown. The texts, their scorer and the worst cases are ../shared/corpora/ioc (not part of
this repository); the rivals are the `bench` extra and left out when absent. Everything but the times is deterministic.
"""

import ast
import importlib
import importlib.util
import json
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.finding.hosts import ipv4
from secdigest_pipeline.indicators.finding.spelling import host_in

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "ioc"
# CPU seconds after which a worst case counts as not finished: the gate of issue D.
LIMIT = 5
OURS = "secdigest find"
OURS_AND_HOSTS = "secdigest find + hosts of its URLs"

Values = Iterable[tuple[str, str]]
Finder = Callable[[str], Values]


def ours(text: str) -> Values:
    return [(item.type, item.value) for item in find(text)]


def ours_and_hosts(text: str) -> Values:
    """find() and the hosts inside its URLs and e-mail addresses, which the other tools report as domains of their own."""
    found = list(ours(text))
    return found + [
        ("ipv6" if ":" in host else "ipv4" if ipv4(host) else "domain", host)
        for type, value in found
        if type in ("url", "email") and (host := host_in(type, value))
    ]


def ioc_finder_values(text: str) -> Values:
    module = importlib.import_module("ioc_finder")
    names = {
        "ipv4s": "ipv4",
        "ipv6s": "ipv6",
        "domains": "domain",
        "urls": "url",
        "email_addresses": "email",
        "md5s": "md5",
        "sha1s": "sha1",
        "sha256s": "sha256",
        "sha512s": "sha512",
        "cves": "cve",
    }
    found = module.find_iocs(text)
    return [(type, value) for key, type in names.items() for value in found.get(key, ())]


def iocextract_values(text: str) -> Values:
    module = importlib.import_module("iocextract")
    parts: dict[str, Callable[[str], Iterable[str]]] = {
        "ipv4": lambda text: module.extract_ipv4s(text, refang=True),
        "ipv6": module.extract_ipv6s,
        "url": lambda text: module.extract_urls(text, refang=True),
        "email": lambda text: module.extract_emails(text, refang=True),
        "md5": module.extract_md5_hashes,
        "sha1": module.extract_sha1_hashes,
        "sha256": module.extract_sha256_hashes,
        "sha512": module.extract_sha512_hashes,
    }
    return [(type, value) for type, part in parts.items() for value in part(text)]


def finders() -> dict[str, Finder]:
    rivals: dict[str, tuple[str, Finder]] = {
        "ioc-finder": ("ioc_finder", ioc_finder_values),
        "iocextract": ("iocextract", iocextract_values),
    }
    chosen: dict[str, Finder] = {OURS: ours, OURS_AND_HOSTS: ours_and_hosts}
    for name, (module, finder) in rivals.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed (pip install '.[bench]'): left out.\n")
        else:
            chosen[name] = finder
    return chosen


def corpus_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ioc_corpus_{name}", CORPUS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{CORPUS / name}.py: not a Python module")
    module = importlib.util.module_from_spec(spec)
    argv, sys.argv = sys.argv, [name]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = argv
    return module


def print_scores(finders: dict[str, Finder]) -> None:
    score = corpus_module("score")
    documents = score.load([str(CORPUS / "shared.jsonl")])
    results: dict[str, dict[str, Any]] = {name: score.run(finder, documents) for name, finder in finders.items()}
    print(f"## {len(documents)} labelled texts\n")
    print("| tool | P strict | R | P_syn | F1_syn | macro F1_syn | exact texts | crashes | MB/s | our speed / its |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, result in results.items():
        every = result["scores"]["all"]
        ratio = results[OURS]["MB_per_s"] / result["MB_per_s"]
        print(
            f"| {name} | {every['P']:.3f} | {every['R']:.3f} | {every['P_syn']:.3f} | {every['F1_syn']:.3f} "
            f"| {result['macro_F1syn_by_source']:.3f} | {result['exact_docs']} | {result['crashed']} "
            f"| {result['MB_per_s']:.2f} | {ratio:.1f} |"
        )
    print()


def print_worst_cases(finders: dict[str, Finder]) -> None:
    print("## Worst cases, CPU seconds\n")
    print("| input | " + " | ".join(finders) + " |")
    print("|---" * (len(finders) + 1) + "|")
    for case, text in worst_cases():
        print(f"| {case} | " + " | ".join(cpu_seconds(finder, text) for finder in finders.values()) + " |", flush=True)


def worst_cases() -> Iterator[tuple[str, str]]:
    """Name and text of each input in the CASES of the corpus' worst.py: Python expressions, TEXT for the labelled texts."""
    tree = ast.parse((CORPUS / "worst.py").read_text("utf-8"))
    cases = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CASES"
    )
    lines = (CORPUS / "shared.jsonl").read_text("utf-8").splitlines()
    news = "\n".join(json.loads(line)["text"] for line in lines)[:1_000_000]
    for case, expression in cases.items():
        yield case, news if expression == "TEXT" else eval(expression)


def cpu_seconds(finder: Finder, text: str) -> str:
    """CPU seconds of `finder` on `text` in a process of its own, which the kernel stops at LIMIT: the machine may be shared."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_timed, args=(finder, text, sender))
    process.start()
    sender.close()
    try:
        return f"{receiver.recv():.2f}"
    except EOFError:
        return f"> {LIMIT}"
    finally:
        process.join()


def _timed(finder: Finder, text: str, sender: Connection) -> None:
    list(finder("warm up hxxp://bad[.]example/a"))
    begin = time.process_time()
    limit = math.ceil(begin) + LIMIT
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    list(finder(text))
    sender.send(time.process_time() - begin)


def main() -> None:
    if not CORPUS.exists():
        print(f"{CORPUS} is not here: nothing to measure.")
        return
    chosen = finders()
    print_scores(chosen)
    del chosen[OURS_AND_HOSTS]
    print_worst_cases(chosen)


if __name__ == "__main__":
    main()
