"""States per article, and the reason printed where nobody can tell."""

import pytest

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.judging.states import ioc_state
from secdigest_pipeline_tests.indicators.pages import page


def state(article: Article) -> tuple[str, str]:
    return ioc_state(article, ledger([article], {}, {}))


def test_any_indicator_makes_the_article_one_with_indicators_wherever_it_was_read() -> None:
    assert state(page("C2: evil-c2[.]test")) == ("あり", "")
    assert state(page("C2: evil-c2[.]test", read_state="feed_only", read_reason="HTTP 403")) == ("あり", "")


def test_a_read_page_without_any_has_truly_none() -> None:
    assert state(page("A vendor fixed CVE-2026-12345. See https://news.outlet.example/more for the rest.")) == (
        "本当になし",
        "",
    )


@pytest.mark.parametrize(
    ("read_state", "reason", "expected"),
    [
        ("blocked", "HTTP 403", ("取得不能", "アクセス拒否（HTTP 403）")),
        ("gone", "HTTP 404", ("取得不能", "ページ不存在（HTTP 404）")),
        ("timeout", "", ("取得不能", "ページ取得の時間切れ")),
        ("unreachable", "Name or service not known", ("取得不能", "接続不可")),
        ("too_large", "", ("取得不能", "ページの容量超過")),
        ("not_html", "application/pdf", ("取得不能", "HTML以外の形式（application/pdf）")),
        ("empty", "", ("取得不能", "ページ本文の欠落")),
        ("feed_only", "blocked: robots.txt", ("未確認", "フィードの文面のみの確認")),
    ],
)
def test_a_page_that_was_not_read_is_never_said_to_have_none(
    read_state: str, reason: str, expected: tuple[str, str]
) -> None:
    assert state(page("", read_state=read_state, read_reason=reason)) == expected


def test_an_outside_reason_cannot_break_the_line() -> None:
    _, reason = state(page("", read_state="blocked", read_reason="HTTP\n403 [x](y) `z`,\x00 " + "w" * 200))
    assert "\n" not in reason and "`" not in reason and "," not in reason and "[" not in reason
    assert len(reason) < 90


@pytest.mark.parametrize(
    "text",
    [
        "Indicators of compromise are available on our GitHub page.",
        "The full list of IOCs is in the vendor's repository.",
        "The report includes indicators of compromise for defenders.",
        "IOC情報はGitHubで公開されている。",
    ],
)
def test_a_page_that_points_elsewhere_for_its_indicators_leaves_it_open(text: str) -> None:
    assert state(page(text)) == ("未確認", "IOC一覧の別資料への掲載")


def test_values_that_may_be_indicators_leave_it_open() -> None:
    assert state(page("A story.\nodd-host.test\nThat is all.")) == ("未確認", "IOCと断定できない値の存在")


def test_rows_of_other_articles_say_nothing() -> None:
    other = ledger([page("C2: evil-c2[.]test", article_id="a2")], {}, {})
    assert ioc_state(page("Nothing here."), other) == ("本当になし", "")
