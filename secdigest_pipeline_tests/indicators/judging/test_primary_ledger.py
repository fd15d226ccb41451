"""Primary pages in the ledger: what they list is referenced to them, dated by them, and stands where the row says."""

from dataclasses import replace
from datetime import UTC, datetime

from secdigest_pipeline.articles.records import PrimaryPage
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import ioc_csv
from secdigest_pipeline.indicators.csv.worklog import work_log
from secdigest_pipeline.indicators.finding.observables import wrong_offsets
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline_tests.articles.primaries import DIGEST, article, primary

NEWS = article("The implant talks to c2[.]evil[.]test, the report says. A second server is other[.]evil[.]test today.")
REPORT = primary(f"Amber Vulture\n# Indicators of compromise\n- c2[.]evil[.]test\n- {DIGEST}\n")


def rows_of(*pages: PrimaryPage) -> dict[str, Ioc]:
    """The IOCs of the article that rests on `pages`, by value."""
    rows = ledger([NEWS], {}, {}, primary=pages)
    IOCS.arrow(rows)
    return {row.value: row for row in rows if row.is_ioc}


def test_a_value_that_a_source_lists_has_that_page_as_reference_and_its_date() -> None:
    found = rows_of(REPORT)
    assert (found["c2.evil.test"].source_url, found["c2.evil.test"].date) == (REPORT.final_url, "2026-09-28")
    assert found[DIGEST].source_url == REPORT.final_url
    assert (found["other.evil.test"].source_url, found["other.evil.test"].date) == (NEWS.url, "2026-09-30")
    assert REPORT.page_text[found["c2.evil.test"].start :].startswith("c2[.]evil[.]test")


def test_a_source_without_a_date_has_the_articles_and_none_is_after_the_edition() -> None:
    assert rows_of(replace(REPORT, published=None))[DIGEST].date == "2026-09-30"
    assert rows_of(replace(REPORT, published=datetime(2027, 1, 1, tzinfo=UTC)))[DIGEST].date == "2026-10-01"


def test_a_source_that_was_not_read_changes_nothing_and_the_first_of_two_is_the_reference() -> None:
    assert rows_of(replace(REPORT, read_state="blocked")) == rows_of()
    second = primary(REPORT.page_text, "http://labs.test/data/amber.csv")
    assert rows_of(REPORT, second)[DIGEST].source_url == REPORT.final_url
    assert rows_of(second, REPORT)[DIGEST].source_url == second.final_url


def test_a_value_only_mentioned_by_the_source_stays_with_the_article() -> None:
    mention = primary("Read more about other.evil.test and its owners on our product page.")
    assert rows_of(mention)["other.evil.test"].source_url == NEWS.url


def test_one_page_that_two_articles_rest_on_is_no_second_witness() -> None:
    other = article("A second story without indicators.", url="http://tribune.test/b")
    pages = [REPORT, replace(REPORT, article_id=other.article_id)]
    rows = ledger([NEWS, other], {}, {}, primary=pages)
    assert len({(row.article_id, row.type, row.value) for row in rows}) == len(rows)
    listed = [row for row in rows if row.value == DIGEST]
    assert len(listed) == 2
    assert not any("other_articles" in reason for row in listed for reason in row.reasons)


def test_an_article_and_the_source_it_rests_on_are_one_witness_and_another_article_is_a_second() -> None:
    def witnessed(rows: list[Ioc]) -> bool:
        (row, *_) = [row for row in rows if (row.article_id, row.value) == (NEWS.article_id, "c2.evil.test")]
        return any("other_articles" in reason for reason in row.reasons)

    assert not witnessed(ledger([NEWS], {}, {}, primary=[REPORT]))
    other = article("Its beacon goes to c2[.]evil[.]test as well.", url="http://tribune.test/b")
    assert witnessed(ledger([NEWS, other], {}, {}, primary=[REPORT]))


def test_a_list_beyond_a_thousand_values_stays_out_of_the_csv_but_in_the_ledger() -> None:
    many = primary("# Indicators of compromise\n" + "".join(f"- h{n}[.]evil[.]test\n" for n in range(1_100)))
    rows = list(rows_of(many).values())
    assert sum(not row.suppressed for row in rows if row.source_url == many.final_url) == 1_000
    assert sum(row.suppressed.startswith("csv:beyond") for row in rows) == 100


def test_the_place_check_reads_the_page_that_the_row_names() -> None:
    rows = ledger([NEWS], {}, {}, primary=[REPORT])
    assert wrong_offsets(rows, [NEWS], [REPORT]) == []
    assert any("c2[.]evil[.]test" in line for line in wrong_offsets(rows, [NEWS], []))
    assert wrong_offsets(rows, [NEWS], [replace(REPORT, page_text="gone")])


def test_the_work_log_counts_sources_and_names_the_unreadable_ones() -> None:
    edition = Edition.parse("2026-10-01")
    lists = primary("x", "http://labs.test/data/iocs.csv", found_on=REPORT.final_url)
    blocked = primary("", "http://cert.test/advisory", read_state="blocked", reason="HTTP 403")
    rows = ledger([NEWS], {}, {}, primary=[REPORT])
    log = work_log(edition, [NEWS], rows, ioc_csv(edition, rows), [REPORT, lists, blocked])
    assert "- 読んだ一次ソース数: 1\n- 追加で読んだIOC掲載ページ数: 1\n" in log
    assert "- http://cert.test/advisory — アクセス拒否（HTTP 403）" in log
    assert "追跡は行っていない" not in log
    none = work_log(edition, [NEWS], rows, ioc_csv(edition, rows), [])
    assert f"（primary_source_not_found）\n\n- {NEWS.url}" in none
