"""Plain block lists: one value a line, by type and least confidence, of what may be blocked without hurting anybody else."""

from collections.abc import Iterable
from typing import get_args

from secdigest_pipeline.indicators.exports.values import Exported
from secdigest_pipeline.indicators.records import ObservableType

# Shares of real IOCs at and above these confidences in the labelled texts (benchmarks/bench_ledger.py): .99 and .99; below 0.65: .93.
# The first keeps what is said by two good reasons, the second what is said by one very good or several.
LEVELS = (0.65, 0.95)
TYPES: tuple[ObservableType, ...] = tuple(type for type in get_args(ObservableType) if type not in ("email", "cve"))


def block_lists(values: Iterable[Exported]) -> dict[str, bytes]:
    """`block/<least confidence>/<type>.txt` -> sorted values, one a line. A list without values is there and empty."""
    lists: dict[tuple[float, str], set[str]] = {(level, type): set() for level in LEVELS for type in TYPES}
    for value in values:
        if value.blockable:
            for level in LEVELS:
                if value.confidence >= level:
                    lists[level, value.type].add(value.value)
    return {
        f"block/{level:.2f}/{type}.txt": "".join(f"{value}\n" for value in sorted(found)).encode()
        for (level, type), found in lists.items()
    }
