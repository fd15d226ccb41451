"""The mutation check itself: what fits, what is stale, what is killed, and what survives is an error."""

from pathlib import Path

import pytest

from secdigest_pipeline_tests.mutants.__main__ import main
from secdigest_pipeline_tests.mutants.check import Outcome, Unsound, check
from secdigest_pipeline_tests.mutants.mutant import Mutant, Stale, planted, sample, stale
from secdigest_pipeline_tests.mutants.table import MUTANTS
from secdigest_pipeline_tests.places import REPOSITORY

SOURCE = '''\
"""Whether somebody is of age: age >= 18."""

ADULT = 18


def adult(age: int) -> bool:
    """True from 18 on."""
    return age >= ADULT
'''
TEST = """\
from secdigest_pipeline.rooms.ages import adult


def test_a_child_is_no_adult() -> None:
    assert adult(40) and not adult(4)
"""


def mutant(fragment: str, replacement: str) -> Mutant:
    return Mutant("ages", "rooms/ages.py", fragment, replacement, "rooms/test_ages.py")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository of one module and one test, which does not look at the boundary."""
    for folder in ("secdigest_pipeline/rooms", "secdigest_pipeline_tests/rooms"):
        (tmp_path / folder).mkdir(parents=True)
        for package in (tmp_path / folder, (tmp_path / folder).parent):
            (package / "__init__.py").write_text("")
    (tmp_path / "secdigest_pipeline/rooms/ages.py").write_text(SOURCE)
    (tmp_path / "secdigest_pipeline_tests/rooms/test_ages.py").write_text(TEST)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["secdigest_pipeline_tests"]\n')
    return tmp_path


def test_every_mutant_fits_its_module_and_names_test_files_that_exist() -> None:
    assert stale(MUTANTS, REPOSITORY) == []
    assert len({(one.module, one.fragment, one.replacement) for one in MUTANTS}) == len(MUTANTS) >= 40


@pytest.mark.parametrize(
    ("fragment", "replacement", "why"),
    [
        ("age > ADULT", "age < ADULT", "stands 0 times"),
        ("ADULT", "CHILD", "stands 2 times"),
        ("age >= ADULT", "age >= (ADULT", "is no code"),
        ("True from 18 on.", "True.", "nothing but words"),
        ("    return age >= ADULT", "    return (age >= ADULT)  # as ever", "nothing but words"),
    ],
)
def test_a_mutant_that_does_not_fit_is_stale_and_says_why(fragment: str, replacement: str, why: str) -> None:
    with pytest.raises(Stale, match=why) as raised:
        planted(mutant(fragment, replacement), SOURCE)
    assert str(raised.value).startswith("rooms/ages.py: ") and "\n" not in str(raised.value)


def test_a_module_or_a_test_that_is_gone_makes_a_mutant_stale(house: Path) -> None:
    good = mutant("age >= ADULT", "age > ADULT")
    assert stale([good], house) == []
    for one, why in (
        (good._replace(module="rooms/years.py"), "there is no such module"),
        (good._replace(tests="rooms/test_ages.py rooms/test_years.py"), "there is no test file rooms/test_years.py"),
        (good._replace(tests=""), "there is no test file named"),
    ):
        [fault] = stale([one], house)
        assert fault.endswith(why)


def test_a_mistake_that_a_test_notices_is_killed_and_the_others_are_told(house: Path) -> None:
    told: list[Outcome] = []
    plain = {path: path.read_bytes() for path in house.rglob("*.py")}
    outcomes = check(
        [
            mutant("age >= ADULT", "age < ADULT"),
            mutant("age >= ADULT", "age > ADULT"),
            mutant("def adult(", "def grown("),
        ],
        processes=2,
        told=told.append,
        root=house,
    )
    assert {one.mutant.replacement: one.fate for one in outcomes} == {
        "age < ADULT": "killed",
        "age > ADULT": "survived",
        "def grown(": "broken",
    }
    assert told == outcomes and all(one.seconds > 0 and one.said for one in outcomes)
    assert {path: path.read_bytes() for path in house.rglob("*.py")} == plain, "the work tree is only read"


def test_tests_that_fail_without_a_mutant_prove_nothing(house: Path) -> None:
    (house / "secdigest_pipeline_tests/rooms/test_ages.py").write_text(TEST.replace("adult(40)", "adult(14)"))
    with pytest.raises(Unsound, match="do not pass without a mutant"):
        check([mutant("age >= ADULT", "age > ADULT")], processes=1, told=print, root=house)


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"replacement": "age < ADULT"}, 0, "1 of 1 killed"),
        ({"replacement": "age > ADULT"}, 1, "survived: rooms/ages.py: age >= ADULT -> age > ADULT"),
        ({"fragment": "age == ADULT"}, 1, "stale: rooms/ages.py: age == ADULT -> "),
    ],
)
def test_the_command_ends_with_1_for_a_survivor_and_for_a_stale_mutant(
    house: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr("secdigest_pipeline_tests.mutants.__main__.REPOSITORY", house)
    one = mutant("age >= ADULT", "age < ADULT")._replace(**changes)
    monkeypatch.setattr("secdigest_pipeline_tests.mutants.__main__.MUTANTS", (one,))
    assert main([]) == code
    assert said in capsys.readouterr().out


def test_a_seed_draws_the_same_sample_again() -> None:
    first = sample(MUTANTS, 5, seed=1)
    assert len(set(first)) == 5 and set(first) < set(MUTANTS)
    assert sample(MUTANTS, 5, seed=1) == first != sample(MUTANTS, 5, seed=2)
    assert set(sample(MUTANTS, 10_000, seed=1)) == set(MUTANTS)
