"""What an article block says when the page, the model or the IOCs are missing: never more than is known."""

from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from secdigest_pipeline.analysis.records import AnalysisState
from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import ReadState
from secdigest_pipeline.indicators.records import ObservableType
from secdigest_pipeline.report.contract import ParsedArticle, check_report, parse_report
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline_tests.report.rows import URL, analysis, article, ioc, report_of, statement

READ_STATES = get_args(ReadState)
ANALYSIS_STATES = get_args(AnalysisState)


def parsed(*rows: object) -> ParsedArticle:
    report = report_of(*rows)  # type: ignore[arg-type]
    assert check_report(report.markdown) == []
    (found,) = parse_report(report.markdown).articles
    return found


@pytest.mark.parametrize(("read_state", "state", "said"), list(product(READ_STATES, ANALYSIS_STATES, (True, False))))
def test_every_state_of_reading_and_analysis_ends_in_an_honest_entry(read_state: str, state: str, said: bool) -> None:
    reason = "" if read_state == "read" else "HTTP 403"
    summary = (statement("The vendor fixed it.", "grounded" if state == "analysed" else "extractive"),) if said else ()
    found = parsed(article(read_state=read_state, read_reason=reason), analysis(state=state, summary=summary))
    everything = " ".join(" ".join(lines) for lines in found.blocks.values())

    assert ("IOC情報なし" in found.blocks["IOCの列挙"]) == (read_state == "read")
    assert not found.has_iocs
    assert ("HTTP 403" in everything) == (read_state != "read")
    if said:
        mark = () if state == "analysed" else ("抜粋(原文)",)
        assert found.blocks["要約"] == (*mark, "The vendor fixed it.")
        assert ("原文の抜粋" in everything) == (state != "analysed")
    else:
        assert len(found.blocks["要約"]) == 1
        assert "要約なし" in found.blocks["要約"][0]
        assert "原文の抜粋" not in everything
    if not said and read_state not in ("read", "feed_only"):
        assert found.blocks["要約"] == (f"本文を取得できなかったため要約なし: {why_unread(read_state, reason)}。",)
    if not said and read_state == "read":
        assert "取得できなかった" not in everything


def test_an_unread_page_without_a_reason_is_named_by_its_state() -> None:
    found = parsed(article(read_state="gone"), analysis(state="failed", summary=()))
    assert found.blocks["要約"] == ("本文を取得できなかったため要約なし: ページ不存在。",)


def test_feed_text_is_named_as_such() -> None:
    found = parsed(article(read_state="feed_only", read_reason="blocked: robots.txt"))
    assert found.blocks["その他"] == (
        "ページを読めないためフィードの本文のみを使用: アクセス拒否（robots.txtによる制限）。",
    )


def test_marks_share_a_line_when_the_notes_leave_no_room() -> None:
    notes = tuple(statement(f"{n}番目の事実。") for n in range(3))
    found = parsed(
        article(read_state="feed_only", read_reason="blocked: HTTP 402"), analysis(state="refused", notes=notes)
    )
    assert found.blocks["その他"] == (
        "0番目の事実。",
        "1番目の事実。",
        "ページを読めないためフィードの本文のみを使用: アクセス拒否（HTTP 402）。モデルが応答を拒否したため原文の抜粋。",
    )


def test_what_an_older_version_filled_a_models_lines_up_with_is_not_printed() -> None:
    found = parsed(analysis(summary=(statement("架空社が警告した。"), statement("It was fixed.", "extractive"))))
    assert found.blocks["要約"] == ("架空社が警告した。",)
    (only,) = parsed(analysis(summary=(statement("It was fixed.", "extractive"),))).blocks["要約"]
    assert only == "本文で裏付けられた要約文がないため要約なし。"


def test_the_mark_of_extracts_takes_the_place_of_a_line() -> None:
    own = tuple(statement(f"Fact {n} was found.", "extractive") for n in range(5))
    found = parsed(analysis(state="extractive", model="", summary=own))
    assert found.blocks["要約"] == ("抜粋(原文)", *(line.text for line in own[:4]))


def test_a_title_that_is_the_sources_own_is_marked_as_original() -> None:
    assert parsed(analysis(title_ja="VPN flaw exploited")).title == "原題: VPN flaw exploited"
    assert parsed(analysis(title_ja="架空のVPN製品に脆弱性")).title == "架空のVPN製品に脆弱性"
    linked = report_of(analysis(title_ja="VPN flaw exploited", section="tools")).markdown
    assert f"- [原題: VPN flaw exploited]({URL})" in linked


@pytest.mark.parametrize("verdict", ["contradicted", "overstated", "not_stated"])
def test_a_report_with_a_line_that_the_checker_refused_is_not_made(verdict: Any) -> None:
    refused = replace(statement("架空社が警告した。"), check=verdict)
    for field in ("summary", "recommendations", "notes"):
        with pytest.raises(BrokenReport, match=verdict):
            report_of(analysis(**{field: (refused,)}))


@pytest.mark.parametrize("check", ["unchecked", None])
def test_a_report_with_a_derived_value_that_nobody_supported_is_not_made(check: Any) -> None:
    derived = replace(statement("架空社は約4割を警告した。", "derived: 4割"), check=check)
    with pytest.raises(BrokenReport, match="derived: 4割"):
        report_of(analysis(notes=(derived,)))
    (printed,) = parsed(analysis(notes=(replace(derived, check="supported"),))).blocks["その他"]
    assert printed == derived.text


def test_no_printed_sentence_is_longer_than_the_longest_of_a_year() -> None:
    long = statement("あ" * 200, "grounded")
    own = statement("word " * 60, "extractive")
    (printed,) = parsed(analysis(summary=(long,))).blocks["要約"]
    assert len(printed) == 136 and printed.endswith("…")
    _, cut = parsed(analysis(state="extractive", model="", summary=(own,))).blocks["要約"]
    assert len(cut) <= 136
    assert len(parsed(analysis(advice="あ" * 136)).blocks["ChatGPTの推奨事項"][0]) == 136


def test_a_statement_without_a_visible_character_is_no_line() -> None:
    found = parsed(analysis(summary=(statement("\u200b\u3164"), statement("架空社が警告した")), advice="\u2060"))
    assert found.blocks["要約"] == ("架空社が警告した。",)
    assert found.blocks["ChatGPTの推奨事項"] == ("推奨事項なし",)


def test_hashes_are_counted_where_they_are_not_listed() -> None:
    found = parsed(ioc("sha256", "a" * 64), ioc("md5", "b" * 32))
    assert found.blocks["IOCの列挙"] == ("ファイルハッシュのみ（2件、値はIOC CSVに記載）",)
    assert found.has_iocs


def test_values_neither_listed_nor_in_the_csv_are_said_to_be_there() -> None:
    found = parsed(ioc("email", "a@evil.example", suppressed="csv:type_not_in_csv"))
    assert found.blocks["IOCの列挙"] == ("報告書とIOC CSVに載せない形式のみ（1件）",)
    assert found.has_iocs


def test_hashes_are_not_counted_beside_listed_lines() -> None:
    found = parsed(ioc("sha256", "a" * 64), ioc("ipv4", "45.83.64.1"))
    assert len(found.blocks["IOCの列挙"]) == 1
    assert found.blocks["IOCの列挙"][0].startswith("45[.]83[.]64[.]1,IPアドレス,知られていない,")


def test_suppressed_values_of_a_read_page_leave_no_ioc() -> None:
    found = parsed(ioc("domain", "reference.example", is_ioc=False, confidence=0.1, suppressed="reference"))
    assert found.blocks["IOCの列挙"] == ("IOC情報なし",)


def test_a_read_page_with_doubtful_values_is_not_said_to_hold_none() -> None:
    found = parsed(ioc("domain", "doubt.example", is_ioc=False, confidence=0.6, suppressed="low"))
    assert found.blocks["IOCの列挙"] == ("未確認（IOCと断定できない値の存在のため情報なしとは限らない）",)
    assert not found.has_iocs


@pytest.mark.parametrize("type", [type for type in get_args(ObservableType) if type not in ("ipv4", "ipv6")])
@pytest.mark.parametrize(
    "value",
    ["a,b.example", "x](y", "<b>", "a b.example", "", "evil.example\n# x", "a|b", "要約：a", "#a.example", "[.]:x"],
)
def test_no_value_breaks_the_five_columns(type: str, value: str) -> None:
    found = parsed(ioc(type, value, context_ja="1,024台, # <b> [x](y)\n- 要約"))
    assert len(found.blocks["IOCの列挙"]) == 1
    assert found.has_iocs
