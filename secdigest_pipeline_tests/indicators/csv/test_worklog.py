"""The work log beside the CSV."""

import re

from secdigest_pipeline.analysis.withheld import REASON
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import ioc_csv
from secdigest_pipeline.indicators.csv.worklog import _RULES, work_log
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.judging.scoring import WEIGHTS
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline_tests.indicators.pages import EDITION, SHA256, page

DAY = Edition.parse(EDITION)
ARTICLES = [
    page(
        f"Indicators of Compromise\nC2: evil-c2[.]test\n{SHA256}\nevil[.]test/a.exe\nhttps://news.outlet.example/more\n8.8.8.8"
    ),
    page("Nothing to see.", article_id="a2", url="https://news.outlet.example/b"),
    page("", article_id="a3", url="https://news.outlet.example/c", read_state="blocked", read_reason="HTTP 403"),
]


def log(iocs: list[Ioc]) -> str:
    return work_log(DAY, ARTICLES, iocs, ioc_csv(DAY, iocs))


def test_the_log_holds_what_the_contract_asks_for() -> None:
    text = log(ledger(ARTICLES, {}, {}))
    assert text.startswith("# IOC収集 作業ログ: 2026-10-01\n")
    for line in (
        "- ニュースファイル: daily-news/news/2026_10-12/20261001.md",
        "- CSV: daily-news/iocs/2026_10-12/20261001.csv",
        "- 対象の記事数: 3",
        "- ページを読めた記事数: 2",
        "- 収集したIOC数（CSVの行数）: 2",
        "- 検証エラーなし",
        "- 公開DNSリゾルバー（public_resolver）: 1件",
        "- CSVの規則（csv: url_without_scheme）: 1件",
        "- https://news.outlet.example/c — アクセス拒否（HTTP 403）",
        "- https://news.outlet.example/c — 取得不能: アクセス拒否（HTTP 403）",
    ):
        assert line in text.splitlines(), line
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for heading in ("CSV検証結果", "除外したノイズの概要", "アクセス不能だったURL", "変更したファイル一覧", "注意点"):
        assert heading in headings
    none = text.split("no_ioc_found")[1].split("##")[0]
    assert "https://news.outlet.example/b" in none and "story" not in none


def test_every_reason_to_keep_a_value_out_has_words_for_its_reader() -> None:
    against = {name for name, weight in WEIGHTS.items() if weight.log_odds < WEIGHTS["name"].log_odds}
    assert against | {"private_address_listed", "no_sign_of_malice", REASON, "csv"} <= set(_RULES)


def test_no_value_stands_in_the_log() -> None:
    iocs = ledger(ARTICLES, {}, {})
    text = log(iocs)
    urls = {article.url for article in ARTICLES}
    for row in iocs:
        if row.value not in urls:
            assert row.value not in text and row.raw not in text


def test_errors_of_the_csv_are_told_without_the_cells() -> None:
    text = work_log(
        DAY,
        ARTICLES,
        [],
        ioc_csv(DAY, []) + b"domain,evil[.]test,x,c2,u,u,u,u,https://a.example/,AI generated.,AI agent,medium\n",
    )
    assert "検証エラー 2件" in text
    assert "row 2, column ioc_value" in text
    assert "evil" not in text


def test_the_same_edition_gives_the_same_log_and_an_empty_one_is_honest() -> None:
    assert log(ledger(ARTICLES, {}, {})) == log(ledger(ARTICLES, {}, {}))
    empty = work_log(DAY, [], [], ioc_csv(DAY, []))
    assert "- 対象の記事数: 0" in empty and "- 検証エラーなし" in empty
    assert "  \n" not in empty
