"""Names in a line of the report: the first ten, and how many more there are."""

from collections.abc import Sequence

MAX_NAMED = 10


def named(names: Sequence[str]) -> str:
    """`甲、乙、ほか2件`."""
    rest = len(names) - MAX_NAMED
    return "、".join(names[:MAX_NAMED]) + (f"、ほか{rest}件" if rest > 0 else "")
