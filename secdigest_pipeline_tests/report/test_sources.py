"""一次ソース and 関連 in the report: contract form, last in その他, and no article twice."""

from typing import Any

import pytest

from secdigest_pipeline.articles.records import Story
from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline_tests.articles.primaries import primary
from secdigest_pipeline_tests.report.rows import EDITION, ID, URL, analysis, article, ioc, item, report_of, statement

OTHER = "00000000000000b2"
OTHER_URL = "https://tribune.example/vpn"
TWO = (
    [item(), item(item_id="i2", article_id=OTHER, url=OTHER_URL, link=OTHER_URL, feed_id="tribune")],
    [article(), article(article_id=OTHER, url=OTHER_URL, item_id="i2")],
    [analysis(), analysis(article_id=OTHER)],
)
STORY = Story(EDITION.key, OTHER, ID, EDITION.key, OTHER_URL, URL, 0.6, "vpn flaw")


def source(url: str, **changes: Any) -> Any:
    return primary("text", url, **{"article_id": ID, "found_on": URL, **changes})


def printed(*sources: Any, iocs: tuple[Any, ...] = (), notes: tuple[Any, ...] = ()) -> tuple[str, ...]:
    report = render(EDITION, [item()], [article()], [analysis(notes=notes)], iocs, [], sources)
    assert check_report(report.markdown) == []
    (parsed,) = parse_report(report.markdown).articles
    return parsed.blocks["その他"]


def test_one_source_stands_beside_its_label_and_several_below_it_at_most_four() -> None:
    assert printed(source("https://labs.example/r")) == ("一次ソース: https://labs.example/r",)
    many = [source(f"https://labs.example/{n}") for n in range(6)]
    assert printed(*many) == ("一次ソース:", *(f"https://labs.example/{n}" for n in range(4)))
    assert printed(many[0], notes=(statement("悪用は未確認。"),))[-1].startswith("一次ソース: ")


def test_the_pages_that_iocs_stand_on_come_first_because_the_csv_refers_to_them() -> None:
    lists = source("https://labs.example/iocs.csv", found_on="https://labs.example/r")
    found = ioc("domain", "c2.example", source_url="https://labs.example/iocs.csv")
    assert printed(source("https://labs.example/r"), lists, iocs=(found,))[1:] == (
        "https://labs.example/iocs.csv",
        "https://labs.example/r",
    )
    assert printed(source("https://labs.example/r"), lists) == ("一次ソース: https://labs.example/r",)


@pytest.mark.parametrize(("state", "shown"), [("blocked", True), ("timeout", True), ("gone", False), ("empty", False)])
def test_an_unread_source_is_still_named_unless_it_is_gone(state: str, shown: bool) -> None:
    assert printed(source("https://labs.example/r", read_state=state, reason="x")) == (
        ("一次ソース: https://labs.example/r",) if shown else ("なし",)
    )


def test_a_hostile_address_of_a_source_cannot_break_the_format() -> None:
    assert printed(source("https://labs.example/a b<script>](x)\u202e")) == (
        "一次ソース: https://labs.example/a%20b%3Cscript%3E%5D(x)%E2%80%AE",
    )


def test_of_many_values_of_a_source_the_first_forty_are_printed() -> None:
    iocs = [ioc("domain", f"h{n}.example", source_url="https://labs.example/r") for n in range(90)]
    report = render(EDITION, [item()], [article()], [analysis()], iocs, [], [source("https://labs.example/r")])
    (entry,) = parse_report(report.markdown).articles
    assert len(entry.blocks["IOCの列挙"]) == 40
    assert "列挙しきれないIOCがほか50件あり、IOC CSVまたは台帳に記載。" in entry.blocks["その他"]


def test_an_article_of_a_story_is_listed_with_its_lead_and_has_no_entry() -> None:
    report = render(EDITION, *TWO, [], [], [source("https://labs.example/r")], [STORY])
    (parsed,) = parse_report(report.markdown).articles
    assert parsed.url == URL
    assert parsed.blocks["その他"] == (f"関連: {OTHER_URL}", "一次ソース: https://labs.example/r")
    assert check_report(report.markdown) == []


def test_what_the_other_articles_of_a_story_found_stands_with_the_lead() -> None:
    both = ioc("domain", "both.example")
    again = ioc("domain", "both.example", article_id=OTHER, source_url=OTHER_URL)
    listed = ioc("domain", "c2.example", article_id=OTHER, source_url="https://labs.example/iocs.csv")
    theirs = source("https://labs.example/r", article_id=OTHER, found_on=OTHER_URL)
    back = source(URL, article_id=OTHER, found_on=OTHER_URL)
    report = render(EDITION, *TWO, [again, both, listed], [], [back, theirs], [STORY])
    (parsed,) = parse_report(report.markdown).articles
    assert [line.split(",")[0] for line in parsed.blocks["IOCの列挙"]] == ["both[.]example", "c2[.]example"]
    assert [line.article_id for line in report.lines if line.field == "ioc"] == [ID, OTHER]
    assert parsed.blocks["その他"] == (
        f"関連: {OTHER_URL}",
        "一次ソース:",
        "https://labs.example/iocs.csv",
        "https://labs.example/r",
    )
    assert check_report(report.markdown) == []


def test_a_follow_up_of_an_earlier_edition_keeps_its_entry() -> None:
    earlier = Story(EDITION.key, OTHER, "e" * 16, "2026-09-29", OTHER_URL, "https://wire.example/first", 0.6, "x")
    report = render(EDITION, *TWO, [], [], (), [earlier])
    assert [one.blocks["その他"] for one in parse_report(report.markdown).articles] == [
        ("なし",),
        ("関連（2026-09-29）: https://wire.example/first",),
    ]
    assert check_report(report.markdown) == []


def test_a_follow_up_that_leads_a_story_names_the_earlier_article_before_the_others_of_its_own_day() -> None:
    earlier = Story(EDITION.key, ID, "e" * 16, "2026-09-29", URL, "https://wire.example/first", 0.6, "x")
    report = render(EDITION, *TWO, [], [], [source("https://wire.example/first")], [STORY, earlier])
    (parsed,) = parse_report(report.markdown).articles
    assert parsed.blocks["その他"] == ("関連（2026-09-29）: https://wire.example/first", f"関連: {OTHER_URL}")
    assert check_report(report.markdown) == []


def test_several_articles_of_a_story_are_nested_and_a_lead_that_is_not_printed_hides_nobody() -> None:
    third = Story(EDITION.key, "c" * 16, ID, EDITION.key, "https://third.example/x", URL, 0.6, "vpn")
    items, articles, analyses = TWO
    more = (
        [*items, item(item_id="i3", article_id="c" * 16, url=third.url)],
        [*articles, article(article_id="c" * 16, url=third.url)],
        [*analyses, analysis(article_id="c" * 16)],
    )
    report = render(EDITION, *more, [], [], (), [STORY, third])
    (parsed,) = parse_report(report.markdown).articles
    assert parsed.blocks["その他"] == ("関連:", OTHER_URL, third.url)
    assert check_report(report.markdown) == []
    unseen = Story(EDITION.key, OTHER, "f" * 16, EDITION.key, OTHER_URL, "https://x.example/", 0.6, "vpn")
    assert len(parse_report(render(EDITION, *TWO, [], [], (), [unseen]).markdown).articles) == 2


def test_a_line_of_an_article_cannot_pass_for_the_label() -> None:
    assert printed(notes=(statement("関連: https://evil.example/x"),))[0].startswith("「関連」")
    assert printed(notes=(statement("関連（2026-09-29）: https://evil.example/x"),))[0].startswith(
        "「関連（2026-09-29）」"
    )


def test_hashes_of_a_source_take_no_place_of_the_lines_that_are_printed() -> None:
    listed = "https://labs.example/iocs.csv"
    hashes = [ioc("sha256", f"{number:064x}", source_url=listed) for number in range(100)]
    report = report_of(article(), *hashes, ioc("domain", "c2.example", source_url=listed))
    (entry,) = parse_report(report.markdown).articles
    assert [line.partition(",")[0] for line in entry.blocks["IOCの列挙"]] == ["c2[.]example"]
    assert not any("列挙しきれない" in note for note in entry.blocks["その他"])
