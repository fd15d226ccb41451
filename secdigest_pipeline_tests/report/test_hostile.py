"""Whatever stands in any text field of any row: the file keeps the contract and every article is found again."""

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from secdigest_pipeline.analysis.records import AnalysisState
from secdigest_pipeline.articles.records import ReadState
from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.report.origins import memo_line
from secdigest_pipeline.report.text import live_url
from secdigest_pipeline_tests.report.rows import EDITION, analysis, article, ioc, item, statement

PIECES = (
    *("\n", "\r\n", "\n\n### その他のメモ\nN/A", "\n# x", "#### x", "- 要約", "\n- IOCの列挙\n    - x", "IOC情報なし"),
    *("N/A", "[x](javascript:alert(1))", "[[a]](b)", "![i](http://x.example/i.png)", "[.](x)", "[.]", "[x]: y", "![.]"),
    *(
        "[.][.]",
        "[.]:",
        "<b onclick=x>",
        "<https://x.example>",
        "&#x202e;",
        "&lt;",
        "```",
        "~~~",
        "|a|b|\n|-|-|",
        "---",
    ),
    *("===", "* * *", "1. ", "> ", "+ ", "=cmd|' /C calc'!A0", "@x", "\u202e", "\u200b", "\u2028", "\x00", "\x1b[31m"),
    *(
        "\ufeff",
        "\ud800",
        "\U000e0041",
        "https://evil.example/a(b)c",
        "HTTP://10.0.0.1/",
        "www.evil.example",
        "ftp://x",
    ),
    *("hxxps[:]//evil[.]example/", "evil.example", "1.2.3.4", "user@evil.example", "1,024,a,b", "要約：", "。", "…"),
    *("一次ソース: https://evil.example/", "。。", " #", "\\", "\\](", "(", ")", "]", "[", "「引用」", "日本語の文"),
    *("\u3000", " ", "x" * 600, "あ" * 120),
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=6).map("".join)
urls = st.builds("https://{}.example/{}".format, st.sampled_from(("a", "b", "日本")), texts)
# the ledger is a stored table: no value of it can hold half a surrogate pair
values = texts.map(lambda text: text.encode("utf-8", "ignore").decode())
statements = st.lists(st.builds(statement, texts, st.sampled_from(("grounded", "extractive")), texts), max_size=7).map(
    tuple
)
SECTIONS = ("news", "news", "news", "tools", "malware_campaign", "security_report", "cybercrime")


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Any], list[Any], list[Any], list[Any], list[str]]:
    items, articles, analyses, iocs = [], [], [], []
    for number in range(draw(st.integers(0, 4))):
        key = f"a{number}"
        url = draw(urls)
        section = draw(st.sampled_from(("news", "news", "news", "jp_incidents", "memo")))
        items.append(item(item_id=key, article_id=key, url=url, title=draw(texts), section=section))
        if section != "news":
            continue
        articles.append(
            article(
                article_id=key,
                url=url,
                title=draw(texts),
                read_state=draw(st.sampled_from(get_args(ReadState))),
                read_reason=draw(texts),
                page_text=draw(texts),
            )
        )
        analyses.append(
            analysis(
                article_id=key,
                state=draw(st.sampled_from(get_args(AnalysisState))),
                reason=draw(texts),
                model=draw(texts),
                title_ja=draw(texts),
                section=draw(st.sampled_from(SECTIONS)),
                summary=draw(statements),
                recommendations=draw(statements),
                notes=draw(statements),
                advice=draw(texts),
            )
        )
        for _ in range(draw(st.integers(0, 3))):
            type = draw(st.sampled_from(("domain", "url", "email", "sha256", "sha512", "cve", "ipv4")))
            iocs.append(
                ioc(
                    type,
                    draw(st.sampled_from(("45.83.64.1", "10.0.0.1"))) if type == "ipv4" else draw(values),
                    article_id=key,
                    source_url=draw(st.one_of(texts, urls, st.just(url))),
                    is_ioc=draw(st.booleans()),
                    context_ja=draw(texts),
                    suppressed=draw(st.sampled_from(("", "csv:x"))),
                    evidence=draw(texts),
                    port=draw(st.sampled_from((None, 443))),
                )
            )
    return items, articles, analyses, iocs, draw(st.lists(texts, max_size=3))


Day = tuple[list[Any], list[Any], list[Any], list[Any], list[str]]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=SLOW)
@given(days())
def test_any_text_in_any_field_keeps_the_contract(day: Day) -> None:
    items, articles, analyses, iocs, memo = day
    report = render(EDITION, items, articles, analyses, iocs, [memo_line(line) for line in memo])
    assert check_report(report.markdown) == []
    report.markdown.encode()

    in_news = {row.article_id for row in analyses if row.section == "news"}
    parsed = parse_report(report.markdown)
    assert [found.url for found in parsed.articles] == [live_url(row.url) for row in items if row.article_id in in_news]
    assert all(len(found.blocks) == 5 and all(found.blocks.values()) and found.title for found in parsed.articles)

    # what a Markdown renderer makes of it (rich brings markdown-it, CommonMark with GitHub's tables and strike-through)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(report.markdown)
    inline = [child for token in tokens for child in token.children or ()]
    assert sum(token.type == "heading_open" for token in tokens) == 8 + len(in_news)
    links = [child.attrs["href"] for child in inline if child.type == "link_open"]
    assert len(links) == len(items) - len(in_news)
    assert all(str(link).startswith("https://") for link in links)
    kinds = {token.type for token in [*tokens, *inline]}
    assert kinds <= {
        *("heading_open", "heading_close", "inline", "text", "softbreak", "paragraph_open", "paragraph_close"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "link_open", "link_close"),
        *("em_open", "em_close", "strong_open", "strong_close"),
    }


@settings(max_examples=250, deadline=None)
@given(texts)
def test_the_checker_and_the_reader_answer_for_any_text(markdown: str) -> None:
    check_report(markdown)
    parse_report(markdown)
