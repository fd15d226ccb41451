"""The report against the contract's own invented example, its order, its sections and its empty day."""

import pytest

from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.report.records import DAILY_REPORT
from secdigest_pipeline_tests.report.rows import (
    EDITION,
    ID,
    URL,
    analysis,
    article,
    ioc,
    item,
    report_of,
    statement,
)

EMPTY = """\
# Daily Security Info

### Tools
N/A

### malware campaign
N/A

### security report
N/A

### cybercrime topics
N/A

### 日々のニュース要約
N/A

### 日本のインシデント事例
N/A

### その他のメモ
N/A
"""

GOLDEN = """\
#### 架空のVPN製品に認証回避の脆弱性、攻撃での悪用を確認
https://news.example.com/2026/10/01/vpn-flaw/

- 要約
    - 架空社は、VPN製品の認証回避の脆弱性CVE-2026-99999が実際の攻撃で悪用されていると警告した。
    - 未認証の遠隔攻撃者が管理画面へ細工したリクエストを送り、管理者権限を取得できる。
    - 影響を受けるのは9.1以前の全バージョンで、9.2で修正された。
    - 調査会社は、侵入後にFakeRATと呼ばれるバックドアが設置された事例を3件確認した。
    - 攻撃の規模と標的の業種は公表されていない。
- IOCの列挙
    - cdn[.]update-vpn-check[.]example,FQDN名,知られていない,FakeRATのC2として記載,NA(IP以外)
    - hxxps://cdn[.]update-vpn-check[.]example/a[.]php,URL,知られていない,第2段階ペイロードの取得先,NA(IP以外)
- 推奨事項
    - バージョン9.2へ直ちに更新する。
    - 管理画面をインターネットから到達できないようにする。
- その他
    - 脆弱性は既に実際の攻撃で悪用されている。
    - 攻撃者の国籍や動機は不明。
    - 一次ソース: https://vendor.example.com/advisory/2026-01
- ChatGPTの推奨事項
    - 公開されているVPNの管理画面を直ちに遮断し、9.2への更新と不審な管理者アカウントの有無を確認してください。
"""
ADVISORY = "https://vendor.example.com/advisory/2026-01"


def golden_rows() -> list:
    return [
        analysis(
            title_ja="架空のVPN製品に認証回避の脆弱性、攻撃での悪用を確認",
            summary=(
                statement("架空社は、VPN製品の認証回避の脆弱性CVE-2026-99999が実際の攻撃で悪用されていると警告した。"),
                statement("未認証の遠隔攻撃者が管理画面へ細工したリクエストを送り、管理者権限を取得できる。"),
                statement("影響を受けるのは9.1以前の全バージョンで、9.2で修正された。"),
                statement("調査会社は、侵入後にFakeRATと呼ばれるバックドアが設置された事例を3件確認した。"),
                statement("攻撃の規模と標的の業種は公表されていない。"),
            ),
            recommendations=(
                statement("バージョン9.2へ直ちに更新する。"),
                statement("管理画面をインターネットから到達できないようにする。"),
            ),
            notes=(
                statement("脆弱性は既に実際の攻撃で悪用されている。"),
                statement("攻撃者の国籍や動機は不明。"),
            ),
            advice=(
                "公開されているVPNの管理画面を直ちに遮断し、"
                "9.2への更新と不審な管理者アカウントの有無を確認してください。"
            ),
        ),
        ioc("domain", "cdn.update-vpn-check.example", context_ja="FakeRATのC2として記載", source_url=ADVISORY),
        ioc(
            "url",
            "https://cdn.update-vpn-check.example/a.php",
            context_ja="第2段階ペイロードの取得先",
            source_url=ADVISORY,
        ),
        ioc("domain", "victim.example", is_ioc=False),
    ]


def test_the_contracts_invented_example_is_rebuilt_from_rows_byte_for_byte() -> None:
    report = report_of(*golden_rows())
    assert report.markdown == EMPTY.replace("### 日々のニュース要約\nN/A\n", f"### 日々のニュース要約\n\n{GOLDEN}")
    assert check_report(report.markdown) == []


def test_the_original_reads_the_invented_example_as_it_was_meant() -> None:
    (parsed,) = parse_report(report_of(*golden_rows()).markdown).articles
    assert parsed.title == "架空のVPN製品に認証回避の脆弱性、攻撃での悪用を確認"
    assert parsed.url == URL
    assert {label: len(lines) for label, lines in parsed.blocks.items()} == {
        "要約": 5,
        "IOCの列挙": 2,
        "推奨事項": 2,
        "その他": 3,
        "ChatGPTの推奨事項": 1,
    }
    assert parsed.has_iocs


def test_a_day_without_items_is_seven_sections_of_na() -> None:
    report = render(EDITION, [], [], [], [], [])
    assert report.markdown == EMPTY
    assert check_report(report.markdown) == []
    assert parse_report(report.markdown).articles == ()


def test_items_that_were_left_out_are_not_printed() -> None:
    assert report_of(item(kept=False, reason="excluded")).markdown == EMPTY


def test_every_line_is_a_row_with_its_number_its_section_its_article_and_its_source() -> None:
    report = report_of(*golden_rows(), memo=("要約モデル: なし",))
    assert [line.text for line in report.lines] == report.markdown.splitlines()
    assert [line.line for line in report.lines] == list(range(1, len(report.lines) + 1))
    assert DAILY_REPORT.rows(DAILY_REPORT.arrow(report.lines)) == report.lines
    of_field = {line.field: line for line in report.lines}
    assert {"title", "url", "statement", "ioc", "primary_source", "advice"} <= set(of_field)
    assert of_field["statement"].article_id == ID
    assert of_field["statement"].quote == "quote"
    assert of_field["statement"].section == "日々のニュース要約"
    assert of_field["ioc"].quote == "https://cdn.update-vpn-check.example/a.php"
    assert of_field["memo"].section == "その他のメモ"


def test_articles_stand_in_the_order_of_the_items_and_each_once() -> None:
    ids = ["b", "a", "c"]
    rows = [
        *(item(item_id=f"i{key}", article_id=key, url=f"https://{key}.example/") for key in [*ids, "a"]),
        *(article(article_id=key, url=f"https://{key}.example/") for key in sorted(ids)),
        *(analysis(article_id=key) for key in sorted(ids)),
    ]
    report = report_of(*rows)
    assert [parsed.url for parsed in parse_report(report.markdown).articles] == [
        f"https://{key}.example/" for key in ids
    ]
    assert check_report(report.markdown) == []


def test_incident_and_memo_items_are_headline_links_without_children() -> None:
    report = report_of(
        item(
            item_id="j",
            article_id="j",
            section="jp_incidents",
            title="個人情報が流出 - [架空]商店",
            url="https://jp.example/1",
        ),
        item(item_id="m", article_id="m", section="memo", title="架空DBに更新", url="https://jp.example/2(b)"),
        memo=("要約モデル: なし",),
    )
    parsed = parse_report(report.markdown)
    assert parsed.sections["日本のインシデント事例"] == "- [個人情報が流出 - ［架空］商店](https://jp.example/1)"
    assert parsed.sections["その他のメモ"] == "- [架空DBに更新](https://jp.example/2%28b%29)\n- 要約モデル: なし"
    assert check_report(report.markdown) == []


@pytest.mark.parametrize(
    ("section", "heading"),
    [
        ("tools", "Tools"),
        ("malware_campaign", "malware campaign"),
        ("security_report", "security report"),
        ("cybercrime", "cybercrime topics"),
    ],
)
def test_other_sections_hold_a_link_with_the_summary_below(section: str, heading: str) -> None:
    report = report_of(analysis(section=section, summary=(statement("通信先は1.2.3.4とevil.exampleである"),)))
    parsed = parse_report(report.markdown)
    assert parsed.sections[heading] == (
        f"- [架空のVPN製品に認証回避の脆弱性]({URL})\n    - 通信先は1[.]2[.]3[.]4とevil[.]exampleである。"
    )
    assert parsed.sections["日々のニュース要約"] == ""
    assert check_report(report.markdown) == []


def test_several_primary_sources_are_nested_and_stand_last() -> None:
    rows = [ioc("domain", f"c{n}.example", source_url=f"https://vendor.example/{n}") for n in range(6)]
    (parsed,) = parse_report(report_of(*rows).markdown).articles
    assert parsed.blocks["その他"] == ("一次ソース:", *(f"https://vendor.example/{n}" for n in range(4)))
    assert check_report(report_of(*rows).markdown) == []


def test_at_most_five_lines_three_recommendations_and_three_notes_are_printed() -> None:
    many = tuple(statement(f"{n}番目の文。") for n in range(9))
    report = report_of(analysis(summary=many, recommendations=many, notes=many))
    (parsed,) = parse_report(report.markdown).articles
    assert [len(parsed.blocks[label]) for label in ("要約", "推奨事項", "その他")] == [5, 3, 3]


def test_a_line_is_not_said_twice() -> None:
    twice = (statement("更新する。"), statement("更新する"), statement("停止する。"))
    (parsed,) = parse_report(report_of(analysis(recommendations=twice)).markdown).articles
    assert parsed.blocks["推奨事項"] == ("更新する。", "停止する。")


def test_a_statement_that_is_not_grounded_stops_the_report_and_names_the_article() -> None:
    with pytest.raises(BrokenReport, match=rf"{ID} .*recommendations line '偽の文。' is 'unsupported: 9.9'"):
        report_of(analysis(recommendations=(statement("偽の文。", "unsupported: 9.9"),)))
    with pytest.raises(BrokenReport, match="no_quote"):
        report_of(analysis(section="tools", summary=(statement("偽の文。", "no_quote"),)))


def test_a_kept_item_without_its_rows_or_with_a_link_that_is_none_stops_the_report() -> None:
    with pytest.raises(BrokenReport, match=f"{ID} .*no analysis of it"):
        report_of(analysis(article_id="other"))
    with pytest.raises(BrokenReport, match=f"{ID} .*no article of it"):
        report_of(article(article_id="other"))
    with pytest.raises(BrokenReport, match="no http"):
        report_of(article(url="javascript:alert(1)"))
    with pytest.raises(BrokenReport, match="no http"):
        report_of(item(section="jp_incidents", url=""))


def test_the_same_rows_give_the_same_bytes() -> None:
    assert report_of(*golden_rows()) == report_of(*golden_rows())
