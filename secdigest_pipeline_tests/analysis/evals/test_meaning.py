"""Labelled statements go the way of a reply, and the score says what of them is printed."""

from collections import Counter
from dataclasses import replace

from secdigest_pipeline.analysis.evals.meaning import (
    Outcome,
    Score,
    by_kind,
    cells,
    code_alone,
    kinds_table,
    parts,
    score,
)
from secdigest_pipeline_tests.analysis.evals.cases import case, labelled


def test_code_alone_prints_what_its_values_carry_and_stops_a_wrong_number() -> None:
    rows = [row for part in parts([case()], "test") for row in code_alone(part)]
    assert Counter(row.statement for row in rows) == Counter(one.statement for one in case().statements)
    assert all(row.printed for row in rows if row.label), "title, recommendation and summary alike"
    [number] = [row for row in rows if row.kind == "number"]
    assert not number.printed


def test_no_part_holds_more_of_a_field_than_an_entry_prints_and_none_is_lost() -> None:
    many = tuple(labelled(True, "honest", f"Norvane Railの{n}番目の文。", "x") for n in range(13))
    titles = tuple(labelled(True, "honest", f"Norvane Railの{n}番目の見出し", "x", "title") for n in range(2))
    twice = (labelled(True, "honest", "Norvane Railの1番目の文。", "another"),)
    made = parts([replace(case(), statements=(*many, *titles, *twice))], "test")
    assert [len(part.reply["summary"]) for part in made] == [5, 5, 4]
    assert sum(len(part.statements) for part in made) == 16
    assert len({(part.article.url, part.article.text_sha256) for part in made}) == 3, "none shares a kept reply"
    for part in made:
        assert len({one.statement for one in part.statements}) == len(part.statements)


def test_the_order_of_a_part_does_not_tell_what_is_true() -> None:
    labels = [one.label for part in parts([case(f"c{n}") for n in range(9)], "test") for one in part.statements]
    assert labels != sorted(labels, reverse=True) and parts([case()], "test") == parts([case()], "test")


def test_a_score_counts_what_is_lost_and_what_is_caught() -> None:
    given = [(True, True), (True, True), (True, True), (True, False), (False, False), (False, True)]
    rows = [Outcome(label, "hedge" if label else "negation", "en", "s", printed) for label, printed in given]
    found = score(rows)
    assert found == Score(true=4, lost=1, distorted=2, caught=1)
    assert cells(found) == ["25.0%", "50.0%", "0.625"]
    assert cells(score([])) == ["-", "-", "-"]
    assert by_kind(rows, False) == {"negation": Score(0, 0, 2, 1)}
    shown = kinds_table({"code": rows, "nobody": []})
    assert "| negation | 2 | 50.0% | - |" in shown and "| hedge | 4 | 25.0% | - |" in shown
