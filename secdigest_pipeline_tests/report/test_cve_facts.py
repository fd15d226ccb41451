"""What catalogues say of an article's CVEs, in その他 of its entry and below a headline (docs/contract.md 1.6, 1.7)."""

from dataclasses import replace
from datetime import date

from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.vulnerabilities.records import CveFacts
from secdigest_pipeline_tests.articles.primaries import primary
from secdigest_pipeline_tests.report.rows import EDITION, ID, URL, analysis, article, ioc, item, statement

FACT = CveFacts(
    EDITION.key, "CVE-2026-90001", (ID,), "listed", date(2026, 9, 30), None, "unknown", "scored", 0.1234, 0.956, None, None, (), (ID,)
)  # fmt: skip
LINE = "CVE-2026-90001（KEV登録日 2026-09-30、EPSS 12.3%、百分位95.6%）。"
ARTICLE = article(text="The flaw CVE-2026-90001 is patched.")


def test_the_entry_says_so_before_its_sources() -> None:
    sources = [primary("text", "https://labs.example/r", article_id=ID, found_on=URL)]
    notes = (statement("悪用は未確認。"),)
    report = render(EDITION, [item()], [ARTICLE], [analysis(notes=notes)], [], [], sources, facts=[FACT])
    (parsed,) = parse_report(report.markdown).articles
    assert parsed.blocks["その他"] == ("悪用は未確認。", LINE, "一次ソース: https://labs.example/r")
    assert check_report(report.markdown) == []


def test_notes_stay_three_lines_at_most() -> None:
    notes = tuple(statement(f"補足{n}。") for n in range(3))
    values = [ioc("domain", f"h{n}.example", source_url="https://labs.example/r") for n in range(41)]
    report = render(EDITION, [item()], [ARTICLE], [analysis(notes=notes)], values, [], facts=[FACT])
    (parsed,) = parse_report(report.markdown).articles
    told = [line for line in parsed.blocks["その他"] if not line.startswith("一次ソース")]
    assert len(told) == 3 and LINE in told[-1]


def test_a_headline_has_it_as_a_child_bullet_and_a_cve_of_another_article_is_not_told() -> None:
    beside = item(section="tools")
    report = render(EDITION, [beside], [ARTICLE], [], [], [], facts=[FACT])
    assert f"]({URL})\n    - {LINE}\n" in report.markdown
    assert check_report(report.markdown) == []
    other = replace(FACT, own_article_ids=())
    none = render(EDITION, [beside], [ARTICLE], [], [], [], facts=[other])
    assert "CVE-2026-90001" not in none.markdown
