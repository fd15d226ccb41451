"""Corpora of meaning: articles with statements that are known to be true or distorted.

Three forms of JSON Lines: an article a line with its statements; a statement a line about a page of the intake corpus; a
one-sentence article a line with a true statement.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from secdigest_pipeline.articles.extraction.extract import extract_page

Made = TypeVar("Made")
FIELDS = ("title", "summary", "recommendation", "note")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement with the passages given for it. `label`: whether it must be printed; `kind`: what it shows or what was done to it."""

    statement: str
    quotes: tuple[str, ...]
    field: str
    label: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Case:
    """One article with its labelled statements. `published` is a day (ISO 8601) or empty, `outlet` whose text it is or empty."""

    id: str
    language: str
    title: str
    published: str
    outlet: str
    text: str
    statements: tuple[Labelled, ...]


def load(path: Path) -> list[Case]:
    """The cases of a file; ValueError names the file, and the line where one is no case.

    Pages of the intake corpus are looked for beside the file's folder (`../intake`).
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise ValueError(f"{path}:{number}: no JSON object")
            rows.append((number, row))
    if rows and "page" in rows[0][1]:
        return _about_pages(path, rows)
    return [_numbered(path, number, _article, row) for number, row in rows]


def _numbered(path: Path, number: int, made: Callable[[Mapping[str, Any], str], Made], row: Mapping[str, Any]) -> Made:
    try:
        return made(row, f"{path.stem}-{number}")
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ValueError(f"{path}:{number}: no case ({type(error).__name__}: {error})") from None


def _article(row: Mapping[str, Any], name: str) -> Case:
    if "statements" in row:
        said = tuple(_labelled(one, [str(quote) for quote in one["quotes"]]) for one in row["statements"])
        return Case(
            id=str(row["id"]),
            language=str(row["language"]),
            title=str(row["title"]),
            published=str(row["published"]),
            outlet=str(row["outlet"]),
            text=str(row["text"]),
            statements=said,
        )
    text = str(row["article"])
    said = (_labelled({"label": True, "field": "summary", **row}, [str(row["quote"])]),)
    return Case(name, _language(text), "", "", "", text, said)


def _labelled(row: Mapping[str, Any], quotes: list[str]) -> Labelled:
    field = _FIELDS.get(str(row["field"]), str(row["field"]))
    if field not in FIELDS or not isinstance(row["label"], bool):
        raise ValueError(f"field {field[:40]!r}, label {row['label']!r}")
    return Labelled(str(row["statement"]), tuple(quotes), field, row["label"], str(row["kind"]))


def _about_pages(path: Path, rows: list[tuple[int, dict[str, Any]]]) -> list[Case]:
    said: dict[str, list[Labelled]] = defaultdict(list)
    texts: dict[str, tuple[str, str, str]] = {}

    def read(row: Mapping[str, Any], _: str) -> None:
        page = str(row["page"])
        if page not in texts:
            texts[page] = _page(path.resolve().parent.parent / "intake" / "articles", page)
        said[page].append(_labelled(row, [_quote(row, texts[page][1])]))

    for number, row in rows:
        _numbered(path, number, read, row)
    return [
        Case(page, _language(texts[page][1]), texts[page][0], "", texts[page][2], texts[page][1], tuple(found))
        for page, found in said.items()
    ]


def _page(folder: Path, name: str) -> tuple[str, str, str]:
    """Title and text of a page of the intake corpus, by our own extraction; and where it was collected, in place of an outlet."""
    row = _gold(folder)[name]
    found = extract_page(gzip.decompress((folder / row["file"]).read_bytes()), "", row["url"] or _NO_URL, "")
    return found.title, found.text, str(row.get("source_repo", ""))


@cache
def _gold(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def _quote(row: Mapping[str, Any], text: str) -> str:
    """The quote of a row, or the passage of `text` that it gives by place, length and SHA-1; empty if that is gone."""
    if "quote" in row:
        return str(row["quote"])
    length = int(row["quote_len"])
    for start in (int(row["quote_at"]), *range(len(text) - length + 1)):
        passage = text[start : start + length]
        if hashlib.sha1(passage.encode(), usedforsecurity=False).hexdigest() == row["quote_sha1"]:
            return passage
    return ""


# A distorted statement about a page has no field; the lists of a reply are named in the plural.
_FIELDS = {"": "summary", "recommendations": "recommendation", "notes": "note"}
_NO_URL = "https://page.example/"


def _language(text: str) -> str:
    return "ja" if any("ぁ" <= char <= "ヿ" for char in text) else "en"
