"""Days that a text names by another: what they are, what they are not, and that no calendar is left."""

from datetime import date

import pytest

from secdigest_pipeline.analysis.grounding.grounder import Grounder

PUBLISHED = date(2026, 3, 2)  # a Monday


@pytest.mark.parametrize(
    ("article", "true", "false"),
    [
        ("Halden was hit last Friday.", "2月27日", "2月26日"),
        ("Halden was hit on Sunday.", "3月1日", "3月8日"),
        ("Halden will reopen on Sunday.", "3月8日", "3月9日"),
        ("Halden was hit two weeks ago.", "2月16日", "2月15日"),
        ("Halden was hit last month.", "2月", "1月"),
        ("Halden was hit last year.", "2025年", "2024年"),
        ("Halden was hit on 28 February and noticed it two days later.", "3月2日", "3月3日"),
        ("Halden was hit in December.", "2025年12月", "2026年12月"),
        ("Halden was hit in May.", "2025年5月", "2026年5月"),
        ("ハルデン社は2日、被害を発表した。", "3月2日", "1月2日"),
        ("ハルデン社は27日、被害を発表した。", "2月27日", "1月27日"),
        ("ハルデン社は昨年11月に攻撃された。", "2025年11月", "2026年11月"),
        ("ハルデン社は去年攻撃された。", "2025年", "2024年"),
        ("ハルデン社は前日に気付いた。2月10日に攻撃された。", "2月9日", "2月8日"),
        ("ハルデン社は2月10日に攻撃され、翌日に止まった。", "2月11日", "2月12日"),
        ("ハルデン社は先週水曜日に攻撃された。", "2月25日", "2月26日"),
        ("ハルデン社は21年に作られた。", "2021年", "2022年"),
        ("ハルデン社は令和元年に作られた。", "2019年", "2018年"),
    ],
)
def test_a_day_is_counted_from_the_day_of_publication(article: str, true: str, false: str) -> None:
    grounder = Grounder(article, published=PUBLISHED)
    assert grounder.ground(f"それは{true}のことである。", article).verdict == "grounded"
    assert grounder.ground(f"それは{false}のことである。", article).verdict != "grounded"


def test_without_a_day_of_publication_nothing_is_resolved() -> None:
    article = "Halden was hit last Friday."
    assert Grounder(article).ground("Haldenは2月27日に攻撃された。", article).verdict == "derived: 2月27日"


@pytest.mark.parametrize("published", [date.min, date.max, date(1, 3, 2), date(9999, 12, 31)])
def test_a_damaged_day_of_publication_is_none(published: date) -> None:
    article = (
        "Halden was hit 999 years ago, last Friday, on 29 February and in 999 years. 31日、翌月、999年後、999日前。"
    )
    assert Grounder(article, published=published).ground("2月27日に攻撃された。", article).verdict != "grounded"


FAR = "Nothing more is known about it today. " * 40


def test_a_whole_date_may_stand_far_away_where_the_quote_tells_no_other_day() -> None:
    text = f"Posted on 2026-02-18. {FAR}Orrin found nine builds. {FAR}On 4 February Halden paid."
    grounder = Grounder(text, published=PUBLISHED)
    assert (
        grounder.ground("2026年2月18日にOrrinは9つのビルドを見つけた。", "Orrin found nine builds.").verdict
        == "grounded"
    )
    # the quote tells the day
    assert grounder.ground("2026年2月18日にHaldenが支払った。", "On 4 February Halden paid.").verdict.startswith(
        "unsupported: "
    )


def test_the_day_of_the_neighbouring_line_is_no_slip_where_that_line_tells_the_same_matter() -> None:
    text = "・2月28日(土) 委託先から調査結果の報告\n2月26日(木)に攻撃を受けたが、被害は確認されていない。"
    quote = "2月26日(木)に攻撃を受けたが、被害は確認されていない。"
    assert Grounder(text).ground("委託先は2月28日、被害は確認されていないと報告した。", quote).verdict == "grounded"
    assert Grounder(text).ground("2月28日、攻撃を受けた。", quote).verdict == "unsupported: 2月28日"
