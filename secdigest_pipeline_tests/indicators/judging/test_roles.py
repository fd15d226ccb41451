"""What an analysis may say of a value, and where the page or a rule has the last word."""

import pytest

from secdigest_pipeline.indicators.records import IocRole
from secdigest_pipeline_tests.indicators.pages import rows


def role(value: str, role: str, quote: str = "as the article says", context: str = "") -> IocRole:
    return IocRole("domain", value, role, context, quote)  # type: ignore[arg-type]


def test_an_analysis_that_quotes_decides_what_the_page_leaves_open() -> None:
    text = "The group used odd-host.test for months."
    assert not rows(text)["odd-host.test"].is_ioc
    row = rows(text, roles=(role("odd-host.test", "attacker_infrastructure", context="指令サーバとして利用"),))[
        "odd-host.test"
    ]
    assert (row.is_ioc, row.role, row.context_ja) == (True, "attacker_infrastructure", "指令サーバとして利用")
    victim = rows("IOCs\nodd-host.test", roles=(role("odd-host.test", "victim"),))["odd-host.test"]
    assert (victim.role, victim.is_ioc, victim.suppressed) == ("victim", False, "analysis_benign")


def test_an_analysis_cannot_talk_away_a_defanged_value_in_a_list_nor_make_a_rule_give_way() -> None:
    table = rows(
        "IOCs\nevil-c2[.]test\ngithub[.]com\n",
        roles=(role("evil-c2.test", "reference"), role("github.com", "attacker_infrastructure")),
    )
    assert table["evil-c2.test"].is_ioc
    assert table["evil-c2.test"].role == "attacker_infrastructure"
    assert table["github.com"].suppressed == "well_known_host"


def test_a_role_without_a_quote_weighs_little_and_contradicting_roles_nothing() -> None:
    text = "The group used odd-host.test for months."
    assert not rows(text, roles=(role("odd-host.test", "attacker_infrastructure", quote=""),))["odd-host.test"].is_ioc
    both = rows(text, roles=(role("odd-host.test", "attacker_infrastructure"), role("odd-host.test", "victim")))
    assert both["odd-host.test"].confidence == rows(text)["odd-host.test"].confidence


def test_a_role_for_a_value_that_is_not_on_the_page_makes_no_row() -> None:
    assert rows("Nothing here.", roles=(role("made-up.test", "attacker_infrastructure"),)) == {}


@pytest.mark.parametrize(
    "context",
    ["通信先 https://evil.test/x", "evil[.]test の別名", "a\nb" * 60, "   ", "1.2.3.4 に接続"],
)
def test_an_analysis_phrase_that_cannot_stand_in_a_line_gives_way_to_ours(context: str) -> None:
    row = rows("IOCs\nC2: evil-c2[.]test\n", roles=(role("evil-c2.test", "attacker_infrastructure", context=context),))
    assert row["evil-c2.test"].context_ja == "マルウェアの通信先として記載"


def test_an_analysis_phrase_loses_commas_and_marks() -> None:
    row = rows(
        "evil-c2[.]test", roles=(role("evil-c2.test", "attacker_infrastructure", context="約1,024台に[指令]を`送信`"),)
    )
    assert row["evil-c2.test"].context_ja == "約1、024台に指令を送信"
