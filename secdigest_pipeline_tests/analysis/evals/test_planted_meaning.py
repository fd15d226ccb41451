"""The planted set says what it says it is: distortions keep every value, and the committed file is the one of today's seed."""

import re
from collections import Counter

from benchmarks import bench_meaning, planted_meaning
from benchmarks.surface_cuts import cut_at
from secdigest_pipeline.analysis.evals.corpora import load
from secdigest_pipeline.analysis.evals.meaning import code_alone, parts, score
from secdigest_pipeline_tests.analysis.evals.cases import case

CASES = planted_meaning.cases()
KINDS = set(
    "negation roles certainty overgeneral cause tense advice speaker subject condition order exploitation".split()
)


def values(text: str) -> set[str]:
    """Numbers, names in Latin letters and ids. A month is a word in English, so its number is left out."""
    text = re.sub(r"\d+月", "", text)
    return set(re.findall(r"[A-Za-z]\w*(?:[.-]\w+)*|\d[\d,.]*\d|\d", text, re.ASCII))


def test_there_are_enough_of_each_kind() -> None:
    distorted = Counter(one.kind for one_case in CASES for one in one_case.statements if not one.label)
    assert distorted.keys() == KINDS and min(distorted.values()) >= 12 and distorted.total() >= 200
    assert sum(one.label for one_case in CASES for one in one_case.statements) >= 200


def test_every_value_of_a_distortion_stands_in_its_article_and_every_quote_stands_there_word_for_word() -> None:
    for one_case in CASES:
        # a true statement may write a number word of the article as a number
        text = f"{one_case.title}\n{one_case.text}"
        for one in one_case.statements:
            if one_case.id.startswith("planted") and not one.label:
                assert values(one.statement) <= values(text), one.statement
            assert all(quote in one_case.text for quote in one.quotes), one.statement
    for true, false in rewritten():
        assert values(false) <= values(true), false


def rewritten() -> list[tuple[str, str]]:
    """True statements of the sample world, each with its distortion: both have the same quotes."""
    found = []
    for one_case in CASES:
        if one_case.id.startswith("world"):
            for wrong in (one for one in one_case.statements if not one.label):
                near = [one for one in one_case.statements if one.label and one.quotes == wrong.quotes]
                found += [(one.statement, wrong.statement) for one in near[:1]]
    assert len(found) > 40
    return found


def test_a_distortion_is_another_statement() -> None:
    for one_case in CASES:
        said = [one.statement for one in one_case.statements]
        assert len(said) == len(set(said)), one_case.id


def test_the_committed_file_is_what_the_seed_makes() -> None:
    own = [one for one in CASES if one.id.startswith("planted")]
    # articles of the sample world stand there as they were: each is complete in itself
    assert [one for one in load(planted_meaning.FILE) if one.id.startswith("planted")] == own
    assert planted_meaning.cases(1) != CASES


def test_each_second_reader_does_what_its_name_says() -> None:
    asked = parts([case()], "slice")
    alone = [row for part in asked for row in code_alone(part)]
    found = {name: bench_meaning.read_by(name, asked, 1) for name in bench_meaning.READERS}
    assert score(found["perfect"]).caught_share == 1.0 and score(found["perfect"]).lost == 0
    assert score(found["hostile"]) == score(alone) and score(alone).caught == 1
    assert found["absent"] == alone
    assert score(alone).caught <= score(found["sloppy"]).caught <= score(found["perfect"]).caught


def test_a_cut_is_the_best_that_loses_no_more_than_it_may() -> None:
    measured = [(True, float(n)) for n in range(100)] + [(False, float(n)) for n in range(-10, 10)]
    passes = cut_at(measured, 0.03)
    assert [n for n in range(100) if not passes(n)] == [0, 1, 2] and not passes(-1)
    assert all(cut_at([(True, 1.0), (False, 1.0)], 0.03)(n) for n in (0.0, 1.0, 2.0)), "nothing to be had: no cut"
