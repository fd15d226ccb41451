"""Intake of the sample world's 120 past editions: `python -m benchmarks.bench_history_backfill`.

Two passes over an empty archive, each in a process of its own, against the sample hosts on loopback in a third: requests, seconds an
edition (first and last 20) and peak memory after them. The second pass must ask nobody, and the cost of an edition must not grow. It may
keep more items than the first: what a later edition's answers showed of an earlier edition with a gap.
"""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from upath import UPath

GROWTH = 1.5  # the last editions may cost this many times the first of a pass without requests
MEMORY_GROWTH = 1.25


async def backfill(root: str, port: int) -> dict[str, object]:
    """One pass: requests, seconds of each edition, peak MiB after the first and the last 20, items kept."""
    from secdigest_pipeline.base.workers import Workers
    from secdigest_pipeline.fetching.http import open_client
    from secdigest_pipeline.intake.completeness import completeness
    from secdigest_pipeline.intake.feeds.feeds import load_feeds
    from secdigest_pipeline.intake.history.sources import fill
    from secdigest_pipeline.intake.membership import items_of
    from secdigest_pipeline.intake.polling.archive import Archive
    from secdigest_pipeline.sample import past
    from secdigest_pipeline.sample.content import FEEDS

    archive, feeds = Archive(UPath(root)), load_feeds(FEEDS)
    here = ("127.0.0.1", port)
    requests, items, seconds, peaks = 0, 0, [], []
    with Workers(2) as workers:
        async with open_client(connect_to={"*.example": here, "*.test": here}) as client:
            for edition in past.EDITIONS:
                began = time.perf_counter()
                requests += await fill(edition, feeds, archive, client, workers, lambda: past.MOMENT, host_delay=0)
                items += sum(item.kept for item in items_of(edition, feeds, archive, past.MOMENT))
                completeness(edition, feeds, archive)
                seconds.append(time.perf_counter() - began)
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    return {"requests": requests, "items": items, "seconds": seconds, "peaks": [peaks[19], peaks[-1]]}


def main() -> int:
    """Prints the table; exit code 1 when the second pass asked somebody, or the cost of an edition grew."""
    if len(sys.argv) == 3:
        print(json.dumps(asyncio.run(backfill(sys.argv[1], int(sys.argv[2])))))
        return 0
    from secdigest_pipeline.sample import past
    from secdigest_pipeline.sample.web import serve

    passes = []
    with tempfile.TemporaryDirectory() as folder, serve() as web:
        web.at(past.MOMENT)
        for number in (1, 2):
            command = [sys.executable, "-m", "benchmarks.bench_history_backfill", folder, str(web.port)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            passes.append(found)
            first, last = (statistics.median(part) for part in (found["seconds"][:20], found["seconds"][-20:]))
            print(
                f"pass {number}: {found['requests']} requests, {found['items']} items kept, {sum(found['seconds']):.1f} s; median "
                f"{first:.3f} s an edition (first 20), {last:.3f} s (last 20); peak {found['peaks'][0]} MiB after the first 20, "
                f"{found['peaks'][1]} MiB after the last"
            )
        served = sum(web.counts().values())
    print(f"requests the hosts saw: {served}")
    again = passes[1]
    grew = statistics.median(again["seconds"][-20:]) / statistics.median(again["seconds"][:20])
    memory = max(found["peaks"][1] / found["peaks"][0] for found in passes)
    good = again["requests"] == 0 and passes[0]["items"] <= again["items"] and grew < GROWTH and memory < MEMORY_GROWTH
    print(
        f"second pass: last 20 cost {grew:.2f} times the first 20; memory grew {memory:.2f} times; {'good' if good else 'NOT good'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
