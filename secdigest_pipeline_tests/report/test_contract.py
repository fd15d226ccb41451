"""The checker refuses every way a report can break the contract; the reader loses what the original's would lose."""

import re

import pytest

from secdigest_pipeline.report.contract import ParsedArticle, check_report, parse_report
from secdigest_pipeline_tests.places import SHARED
from secdigest_pipeline_tests.report.rows import analysis, ioc, item, report_of, statement
from secdigest_pipeline_tests.report.test_markdown import ADVISORY, GOLDEN, golden_rows

SEED = SHARED / "reference" / "seed-report.md"

VALID = report_of(
    item(),
    item(item_id="j", article_id="j", section="jp_incidents", title="流出 - 架空商店", url="https://jp.example/1"),
    *golden_rows(),
    memo=("要約モデル: なし",),
).markdown
FIRST = "    - 攻撃の規模と標的の業種は公表されていない。\n"
IOC_LINE = "    - cdn[.]update-vpn-check[.]example,FQDN名,知られていない,FakeRATのC2として記載,NA(IP以外)\n"
ADVICE = GOLDEN.splitlines(keepends=True)[-1]


def test_the_report_that_is_broken_below_is_valid_before() -> None:
    assert check_report(VALID) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("# Daily", "\ufeff# Daily", "byte order mark"),
        ("N/A\n", "N/A\r\n", "control or invisible"),
        ("架空社は", "架空\u202e社は", "U\\+202E"),
        ("N/A\n", "N/A \n", "blank at the end"),
        ("# Daily Security Info\n\n", "", "headings are"),
        ("# Daily Security Info\n", "\n# Daily Security Info\n", "begins with"),
        ("# Daily Security Info\n", "# Daily Security Info\nPortal\n", "begins with"),
        ("### Tools\nN/A\n\n", "", "headings are"),
        ("### malware campaign", "### Malware Campaign", "headings are"),
        ("### Tools\nN/A", "### Tools\n\nN/A", "bullets only"),
        ("### Tools\nN/A", "### Tools\n- N/A\ntext", "bullets only"),
        ("### Tools\nN/A\n", "### Tools\n", "single line N/A"),
        ("### Tools\nN/A\n\n", "### Tools\nN/A\n", "one blank line stands before"),
        ("### Tools\nN/A", "### Tools\n- [x](https://a.example/)\n  - y", "4 spaces a level"),
        ("### Tools\nN/A", "### Tools\n- x\n        - y", "4 spaces a level"),
        ("### Tools\nN/A", "### Tools\n- [x](javascript:void)", "target of a link"),
        ("### Tools\nN/A", "### Tools\n- a [x](https://a.example/)", "no live URL"),
        ("- [流出 - 架空商店](https://jp.example/1)", "- 流出 - 架空商店", "form \\[headline\\]"),
        ("### 日々のニュース要約\n\n", "### 日々のニュース要約\n", "between the heading and the first"),
        ("### 日々のニュース要約\n\n", "### 日々のニュース要約\n\n\n", "begins with an article heading"),
        (GOLDEN, "- x\n", "begins with an article heading"),
        ("#### 架空の", "##### 架空の", "headings are"),
        ("攻撃での悪用を確認\n", "攻撃での悪用を確認。\n", "does not end with 。"),
        ("攻撃での悪用を確認\n", "攻撃での[x](y)\n", "no markup"),
        ("https://news.example.com/2026", "URL: https://news.example.com/2026", "alone on the line"),
        ("https://news.example.com/2026", "hxxps://news[.]example[.]com/2026", "alone on the line"),
        ("https://news.example.com/2026", "https://news.example.com/2026 x", "alone on the line"),
        ("vpn-flaw/\n\n- 要約", "vpn-flaw/\n- 要約", "between the URL and the labels"),
        ("vpn-flaw/\n\n- 要約", "vpn-flaw/\n\n\n- 要約", "labels are"),
        ("- IOCの列挙", "- IOC", "labels are"),
        ("- IOCの列挙", "- 追記\n    - x\n- IOCの列挙", "labels are"),
        ("- ChatGPTの推奨事項", "  - ChatGPTの推奨事項", "labels are"),
        ("- その他", "- その他: x", "labels are"),
        (FIRST, FIRST + "\n", "labels at column 0 and bullets"),
        (FIRST, FIRST + "text\n", "labels at column 0 and bullets"),
        (FIRST, FIRST + "  - x\n", "labels at column 0 and bullets"),
        (FIRST, FIRST + "    - その他: x\n", "stands at column 0 only"),
        (FIRST, FIRST + "    - # x\n", "no markup"),
        (FIRST, FIRST + "    - - x\n", "no markup"),
        (FIRST, FIRST + "    - 1. x\n", "no markup"),
        (FIRST, FIRST + "    - ```\n", "no markup"),
        (FIRST, FIRST + "    - [x]: y\n", "no markup"),
        (FIRST, FIRST + "    - ---\n", "no markup"),
        (FIRST, FIRST + "    - <b>x</b>\n", "no markup"),
        (FIRST, FIRST + "    - x [y](z)\n", "no markup"),
        (FIRST, FIRST + "    - ![y](z)\n", "no markup"),
        (FIRST, FIRST + "    - https://a.example/\n", "no live URL"),
        (FIRST, FIRST + "    - www.a.example\n", "no live URL"),
        (FIRST, FIRST + "# x\n", "headings are"),
        (FIRST, FIRST + "### x\n", "headings are"),
        (IOC_LINE, "    - a[.]example,FQDN名,知られていない,1,024台,NA(IP以外)\n", "5 comma-separated columns, not 6"),
        (IOC_LINE, "    - a[.]example\n", "5 comma-separated columns, not 1"),
        (IOC_LINE, "    - IOC情報なし\n", "5 comma-separated columns, not 1"),
        (IOC_LINE, "    - a[.]example, FQDN名,知られていない,x,NA(IP以外)\n", "padded with blanks"),
        (IOC_LINE, "    - a[.]example,FQDN名,知られていない,,NA(IP以外)\n", "neither empty"),
        (IOC_LINE, "    - a[.]example,FQDN,知られていない,x,NA(IP以外)\n", "column 2"),
        (IOC_LINE, "    - a[.]example,FQDN名,unknown,x,NA(IP以外)\n", "column 3"),
        (IOC_LINE, "    - a[.]example,FQDN名,知られていない,x,グローバル\n", "column 5"),
        (IOC_LINE, "    - 1[.]2[.]3[.]4,IPアドレス,知られていない,x,NA(IP以外)\n", "column 5"),
        (IOC_LINE, "    - a.b[.]example,FQDN名,知られていない,x,NA(IP以外)\n", "is defanged"),
        (IOC_LINE, "    - http://a[.]example,URL,知られていない,x,NA(IP以外)\n", "is defanged"),
        (IOC_LINE, "    - hxxp://a[.](b),URL,知られていない,x,NA(IP以外)\n", "one token"),
        (IOC_LINE, "    - a[.]example,FQDN名,知られていない,http://x,NA(IP以外)\n", "no live URL"),
        (f"    - 一次ソース: {ADVISORY}\n", f"    - 一次ソース: {ADVISORY} x\n", "no markup|no live URL"),
        (f"    - 一次ソース: {ADVISORY}\n", f"    - 一次ソース: <{ADVISORY}>\n", "一次ソース is one"),
        (f"    - 一次ソース: {ADVISORY}\n", "    - 一次ソース:\n        - x\n", "nested 一次ソース"),
        (f"    - 一次ソース: {ADVISORY}\n", f"    - 一次ソース: {ADVISORY}\n    - x\n", "once and last"),
        (ADVICE, "", "at least one bullet"),
        (ADVICE, ADVICE + ADVICE, "exactly one line"),
        ("- 要約モデル: なし\n", "- 要約モデル: なし\n\n", "bullets only"),
        ("- 要約モデル: なし\n", "- 要約モデル: なし\nbye\n", "bullets only"),
        ("- 要約モデル: なし\n", "", "single line N/A"),
    ],
)
def test_one_broken_rule_is_named_with_its_line(old: str, new: str, rule: str) -> None:
    assert old in VALID
    faults = check_report(VALID.replace(old, new, 1))
    assert faults
    assert all(fault.startswith("line ") for fault in faults)
    assert re.search(rule, "\n".join(faults))


@pytest.mark.parametrize(
    "markdown", ["", "\n", "# x", "\x00", "#### x\n" * 3, "### 日々のニュース要約\n#### x", "- 要約\n" * 9]
)
def test_rubbish_is_refused_without_an_error(markdown: str) -> None:
    assert check_report(markdown)
    parse_report(markdown)


def test_a_final_newline_is_optional() -> None:
    assert check_report(VALID.removesuffix("\n")) == []


def test_the_seed_report_of_the_original_is_valid_and_read() -> None:
    if not SEED.exists():
        pytest.skip("../shared is absent")
    seed = SEED.read_text("utf-8")
    assert check_report(seed) == []
    articles = parse_report(seed).articles
    assert len(articles) == 5
    assert all(len(article.blocks) == 5 and not article.has_iocs for article in articles)
    assert len(articles[4].blocks["要約"]) == 12


def test_the_reader_loses_what_the_original_loses() -> None:
    swallowed = VALID.replace("- ChatGPTの推奨事項", "  - ChatGPTの推奨事項")
    (article,) = parse_report(swallowed).articles
    assert "ChatGPTの推奨事項" not in article.blocks
    assert len(article.blocks["その他"]) == 5

    (ended,) = parse_report(VALID.replace("- その他\n", "# x\n- その他\n")).articles
    assert "その他" not in ended.blocks

    (remark,) = parse_report(VALID.replace("- その他\n", "- その他: 補足\n")).articles
    assert remark.blocks["その他"][0] == "補足"

    assert parse_report("### Tools\nなし\n").sections == {"Tools": ""}


def test_a_label_inside_a_statement_opens_no_block() -> None:
    lines = (statement("- その他"), statement("推奨事項"), statement("その他: 偽"))
    report = report_of(analysis(summary=lines), ioc("domain", "evil.example"))
    (article,) = parse_report(report.markdown).articles
    assert len(article.blocks["要約"]) == 3
    assert article.blocks["その他"] == ("なし",)
    assert check_report(report.markdown) == []


@pytest.mark.parametrize(
    ("lines", "has"),
    [
        ((), False),
        (("IOC情報なし",), False),
        (("本文による。", "情報なし"), False),
        (("a[.]example", "b[.]example", "ほかは情報なし"), True),
        (("a[.]example",), True),
    ],
)
def test_an_article_has_indicators_unless_two_lines_at_most_say_that_there_are_none(
    lines: tuple[str, ...], has: bool
) -> None:
    assert ParsedArticle("t", "https://a.example/", {"IOCの列挙": lines}).has_iocs is has


def test_an_article_without_a_block_of_indicators_has_none() -> None:
    assert not ParsedArticle("t", "https://a.example/", {}).has_iocs
