"""Corpora of labelled statements in their three forms; what is none is named by file and line."""

import gzip
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from secdigest_pipeline.analysis.evals.corpora import load
from secdigest_pipeline_tests.analysis.evals.cases import case

SENTENCE = "Norvane Rail switched 1,240 servers off on Friday as a precaution, and no customer data left its network."
PAGE = f"""<html><head><title>Servers off</title></head><body><article><h1>Servers off</h1>
<p>{SENTENCE}</p><p>{"The trains ran as planned all day, and the ticket offices stayed open until late. " * 6}</p>
</article></body></html>"""


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def test_an_article_a_line_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert load(lines(tmp_path / "articles.jsonl", asdict(case()))) == [case()]


def test_a_sentence_is_an_article_with_one_true_statement(tmp_path: Path) -> None:
    row = {"kind": "count", "article": SENTENCE, "quote": SENTENCE, "statement": "1,240台を停止した。"}
    [found] = load(lines(tmp_path / "sentences.jsonl", row, row))[:1]
    assert (found.text, found.language, found.published) == (SENTENCE, "en", "")
    [one] = found.statements
    assert (one.label, one.field, one.quotes, one.kind) == (True, "summary", (SENTENCE,), "count")


def test_statements_about_a_page_are_of_the_text_that_we_extract_from_it(tmp_path: Path) -> None:
    folder = tmp_path / "intake" / "articles"
    folder.mkdir(parents=True)
    (folder / "p1.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    lines(
        folder / "gold.jsonl",
        {"id": "p1", "file": "p1.html.gz", "url": "https://norvane.example/news", "source_repo": "norvane/news"},
    )
    row: dict[str, Any] = {"page": "p1", "label": True, "kind": "honest", "field": "notes", "statement": "停止した。"}
    sha1 = hashlib.sha1(SENTENCE.encode(), usedforsecurity=False).hexdigest()
    placed = {"quote_at": 3, "quote_len": len(SENTENCE), "quote_sha1": sha1}
    gone = {**placed, "quote_sha1": "0" * 40}
    pairs = lines(
        tmp_path / "meaning" / "pairs.jsonl",
        {**row, "quote": SENTENCE},
        {**row, **placed},
        {**row, **gone, "label": False, "field": ""},
    )
    [found] = load(pairs)
    assert SENTENCE in found.text and (found.title, found.outlet, found.published) == (
        "Servers off",
        "norvane/news",
        "",
    )
    assert [one.quotes for one in found.statements] == [(SENTENCE,), (SENTENCE,), ("",)]
    assert [one.field for one in found.statements] == ["note", "note", "summary"]


@pytest.mark.parametrize(
    "row",
    (
        {"article": SENTENCE},
        {
            **asdict(case()),
            "statements": [{"label": "yes", "field": "summary", "quotes": [], "statement": "", "kind": ""}],
        },
        {**asdict(case()), "statements": [{"label": True, "field": "lead", "quotes": [], "statement": "", "kind": ""}]},
        {"page": "p2", "label": True, "kind": "honest", "field": "", "statement": "停止した。", "quote": ""},
    ),
)
def test_a_line_that_is_no_case_is_named(row: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"odd\.jsonl:1: no case"):
        load(lines(tmp_path / "meaning" / "odd.jsonl", row))


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text("\n[]\n")
    with pytest.raises(ValueError, match=r"odd\.jsonl:2: no JSON object"):
        load(tmp_path / "odd.jsonl")
