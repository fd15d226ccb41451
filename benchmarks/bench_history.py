"""What adding an edition to a long history costs: `python -m benchmarks.bench_history [--editions 1000] [--values 300000]`.

Builds a history of made-up IOCs edition by edition, a twelfth of them repeats, then takes in the same process: one more edition (files
written, and the past of each of its IOCs answered), that edition once more, an edition put into the middle, and a search; beside
them the full rescan that answers the same question by reading the files of every edition. The answers must be equal. Times are CPU
milliseconds. The edition in the middle also pays for merging the newest month, which is no longer the one written to.
"""

import argparse
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.past.history import History, compared
from secdigest_pipeline.indicators.records import Ioc

FIRST = date(2024, 1, 1)


def ioc(edition: Edition, number: int, seed: int) -> Ioc:
    """A made-up IOC: a host, an address, a URL or a hash by `seed`, in one of ten articles."""
    kind = ("domain", "ipv4", "url", "sha256")[seed % 4]
    value = {
        "domain": f"c{seed:07d}.evil.test",
        "ipv4": ".".join(str(part) for part in (45 + seed % 100, seed >> 16 & 255, seed >> 8 & 255, seed & 255)),
        "url": f"http://h{seed % 1_000_000}.evil.test/{seed:x}/login.php",
        "sha256": f"{seed * 0x9E3779B97F4A7C15:064x}"[-64:],
    }[kind]
    return Ioc(
        edition=edition.key,
        article_id=f"{number % 10:016x}",
        type=kind,  # type: ignore[arg-type]
        value=value,
        port=None,
        raw=value,
        start=0,
        end=len(value),
        occurrences=1,
        defanged=True,
        source_url=f"https://vendor.example/{edition.key}/{number % 10}",
        role="attacker_infrastructure",
        is_ioc=True,
        confidence=0.97,
        reasons=("defanged",),
        suppressed="",
        known=False,
        context_ja="",
        evidence=f"The implant {seed:x} of day {edition.key} beacons to {value} every {seed % 60} minutes.",
        date=edition.key,
        category="c2",
        actor="unknown",
        actor_attribute="unknown",
        malware=f"Family{seed % 300}",
        malware_type="unknown",
        description="AI generated. C2.",
    )


def ledger(edition: Edition, size: int, dice: random.Random) -> list[Ioc]:
    """The IOCs of an edition; every twelfth stood in an earlier one."""
    seeds = [dice.randrange(50_000) if dice.random() < 1 / 12 else dice.randrange(1 << 40) for _ in range(size)]
    rows = {row.value: row for row in (ioc(edition, number, seed) for number, seed in enumerate(seeds))}
    return list(rows.values())


def rescan(root: UPath, edition: Edition, rows: list[Ioc]) -> dict[tuple[str, str], tuple[str, int]]:
    """(first seen, sightings) of each value by reading type and value of every edition before: the plain way."""
    wanted = {compared(row.type, row.value) for row in rows}
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    for path in sorted((root / "iocs" / "editions").iterdir(), key=str):
        if path.name[:10] >= edition.key:
            continue
        table = pq.read_table(io.BytesIO(path.read_bytes()), columns=["type", "value"])
        for key in zip(table.column("type").to_pylist(), table.column("value").to_pylist(), strict=True):
            if (key := compared(*key)) in wanted:
                first, count = seen.get(key, (path.name[:10], 0))
                seen[key] = first, count + 1
    return seen


def timed(work: Callable[..., Any], *given: Any, times: int = 1) -> tuple[float, Any]:
    """(median CPU milliseconds of this process, the last answer): other work on the machine does not count."""
    taken = []
    answer = None
    for _ in range(times):
        began = time.process_time()
        answer = work(*given)
        taken.append(1e3 * (time.process_time() - began))
    return statistics.median(taken), answer


def main() -> int:
    """Prints the table; exit code 1 when the two ways disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=1_000)
    parser.add_argument("--values", type=int, default=300_000)
    given = parser.parse_args()
    dice = random.Random(7)
    size = given.values // given.editions
    with tempfile.TemporaryDirectory() as folder:
        root = UPath(folder)
        history = History(root)
        days = [Edition(FIRST + timedelta(days=n)) for n in range(given.editions)]
        hole = days[len(days) // 2]
        taken = [timed(history.add, day, ledger(day, size, dice))[0] for day in days if day != hole]
        stored = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        print(
            f"{len(taken)} editions, {len(taken) * size} values, {stored / 1e6:.0f} MB on disk; built at "
            f"{statistics.median(taken):.1f} ms an edition (last hundred: {statistics.median(taken[-100:]):.1f} ms)"
        )
        new = days[-1].shifted(1)
        rows, late = ledger(new, size, dice), ledger(hole, size, dice)
        measured = [
            ("add the next edition", timed(history.add, new, rows)[0]),
            ("add it again, the same rows", timed(history.add, new, rows, times=5)[0]),
            ("add it again, other rows", timed(history.add, new, rows[1:])[0]),
            ("add an edition into the middle", timed(history.add, hole, late)[0]),
        ]
        history.add(new, rows)
        past_ms, past = timed(history.past_of, new, rows, times=5)
        scan_ms, scanned = timed(rescan, root, new, rows)
        old = rows[0]
        search_ms, _ = timed(history.search, old.type, old.value, times=5)
        scan_one_ms, _ = timed(rescan, root, new.shifted(1), [old])
        measured += [("the past of its IOCs", past_ms), ("search one value", search_ms)]
        for name, milliseconds in measured:
            print(f"{name:34}{milliseconds:9.1f} ms")
        whole = measured[0][1] + past_ms
        print(f"{'full rescan for the edition':34}{scan_ms:9.1f} ms   {scan_ms / whole:.1f} times adding and answering")
        print(f"{'full rescan for one value':34}{scan_one_ms:9.1f} ms   {scan_one_ms / search_ms:.1f} times the search")
    ours = {compared(row.type, row.value): (row.first_seen, row.sightings) for row in past if row.sightings}
    print(f"values seen before: {len(ours)}; both ways agree: {ours == scanned}")
    return 0 if ours == scanned else 1


if __name__ == "__main__":
    sys.exit(main())
