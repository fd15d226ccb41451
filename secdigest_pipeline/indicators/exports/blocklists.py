"""Plain block lists: one value a line, by type and least confidence, of what may be blocked without hurting anybody else."""

from collections.abc import Iterable

from secdigest_pipeline.indicators.exports.values import Exported, carried, wire_url
from secdigest_pipeline.indicators.records import ObservableType

# Shares of real IOCs at and above these confidences in the labelled texts (benchmarks/bench_ledger.py): .99 and .99; below 0.65: .93.
# The first keeps what is said by two good reasons, the second what is said by one very good or several.
LEVELS = (0.65, 0.95)
TYPES: tuple[ObservableType, ...] = ("ipv4", "ipv6", "domain", "url", "md5", "sha1", "sha256", "sha512")


def block_lists(values: Iterable[Exported]) -> dict[str, bytes]:
    """`block/<least confidence>/<type>.txt` -> sorted values, one a line. A list without values is there and empty."""
    lists: dict[tuple[float, str], set[str]] = {(level, type): set() for level in LEVELS for type in TYPES}
    for value in carried(values, "block"):
        if value.blockable:
            for level in LEVELS:
                if value.confidence >= level:
                    lists[level, value.type].add(wire_url(value.value) if value.type == "url" else value.value)
    return {
        f"block/{level:.2f}/{type}.txt": "".join(f"{value}\n" for value in sorted(found)).encode()
        for (level, type), found in lists.items()
    }
