"""The table of docs/coverage.md: rooms are summed, and nothing divided by nothing."""

from datetime import date

from secdigest_pipeline_tests.coverage_table import page, room_of, table


def measured(statements: int, ran: int, branches: int = 0, taken: int = 0) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "covered_lines": ran,
            "num_statements": statements,
            "covered_branches": taken,
            "num_branches": branches,
        }
    }


FILES = {
    "secdigest_pipeline/report/text.py": measured(10, 9, 4, 3),
    "secdigest_pipeline/report/memo.py": measured(10, 10),
    "secdigest_pipeline/analysis/asking/budget.py": measured(4, 2),
    "secdigest_pipeline/definitions.py": measured(0, 0),
}


def test_a_file_belongs_to_its_folder_or_stands_alone() -> None:
    assert room_of("secdigest_pipeline/analysis/asking/budget.py") == "analysis.asking"
    assert room_of("/somewhere/secdigest_pipeline/definitions.py") == "definitions"


def test_rooms_are_summed_and_all_of_them_at_the_end() -> None:
    assert table(FILES).splitlines()[2:] == [
        "| `analysis.asking` | 4 | 50.0 % | 0 | - | 50.0 % |",
        "| `definitions` | 0 | - | 0 | - | - |",
        "| `report` | 20 | 95.0 % | 4 | 75.0 % | 91.7 % |",
        "| `all` | 24 | 87.5 % | 4 | 75.0 % | 85.7 % |",
    ]


def test_the_page_says_when_and_how_it_was_measured() -> None:
    text = page(FILES, date(2026, 11, 29), "make coverage")
    assert "measured on 2026-11-29 with `make coverage`" in text and table(FILES) in text
