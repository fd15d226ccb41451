"""docs/data-dictionary.md and the graph of docs/architecture.md say what the code says."""

import re

from secdigest_pipeline.definitions import TABLES
from secdigest_pipeline_tests.docs.dictionary import dictionary, tables
from secdigest_pipeline_tests.docs.graph import graph, with_graph
from secdigest_pipeline_tests.places import REPOSITORY

PAGE = REPOSITORY / "docs" / "data-dictionary.md"


def test_the_page_is_the_one_that_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == dictionary(), "stale: run `make docs`"


def test_it_has_every_table_of_the_graph_and_says_what_each_column_holds() -> None:
    assert {table.name for table in tables()} > set(TABLES)
    assert re.findall(r"^\| `[^`]+` \|[^|]*\|[^|]*\| +\|$", dictionary(), re.MULTILINE) == []
    # nested records are spelled out: the quote behind a statement has its own line
    assert "| `summary[].quote` | text |" in dictionary()


def test_the_graph_of_the_architecture_page_is_the_one_of_the_definitions() -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert page == with_graph(page), "stale: run `make docs`"
    assert "    iocs --> ioc_history\n" in graph()
