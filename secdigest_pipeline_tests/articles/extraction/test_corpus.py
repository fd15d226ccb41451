"""Real pages (../shared/corpora/intake): text quality beside plain trafilatura, indicators kept, walls recognised."""

import pytest

from benchmarks import bench_articles as bench

pytestmark = [
    pytest.mark.skipif(not bench.GOLD.exists(), reason=f"corpus not present: {bench.GOLD}"),
    pytest.mark.long,
]


@pytest.fixture(scope="module")
def readings() -> list[bench.Reading]:
    return bench.readings(bench.pages())


def test_no_group_of_pages_is_read_worse_than_by_plain_trafilatura(readings: list[bench.Reading]) -> None:
    scores = bench.f1_by_group(readings)
    assert {group: score for group, score in scores.items() if score.ours < score.plain} == {}


def test_security_pages_are_read_better_than_by_plain_trafilatura(readings: list[bench.Reading]) -> None:
    scores = bench.f1_by_group(readings)
    for group in ("security blogs", "JPCERT sheets", "Japanese"):
        assert scores[group].ours > scores[group].plain + 0.02


def test_no_indicator_that_stands_in_a_page_is_missing_from_its_page_text(readings: list[bench.Reading]) -> None:
    survival = bench.survival(readings)
    assert survival.values > 900
    assert survival.missing == []


def test_challenge_pages_are_walls_and_nothing_else_is() -> None:
    walls = {page.id for page in bench.pages() if bench.is_wall(page)}
    assert walls == {page.id for page in bench.pages() if page.is_blocker}
