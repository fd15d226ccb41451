"""A seeded slice of `make fuzz`: random articles, statements and quotes, under which nothing raises."""

import random
from collections import Counter
from itertools import islice

from benchmarks.fuzz_grounding import VERDICTS, cases, judge

SLICE = 2_000


def test_nothing_raises_and_every_quote_is_at_its_offsets() -> None:
    # without the shared corpora, which are not everywhere
    tally = Counter(judge(*case) for case in islice(cases(random.Random(11), shared=False), SLICE))
    assert tally.total() == SLICE
    assert set(tally) == set(VERDICTS)
