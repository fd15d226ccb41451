"""Whether the values of a Japanese statement are those of the article: forms that are the same, and neighbours that are not."""

import pytest

from secdigest_pipeline.analysis.grounding import names
from secdigest_pipeline.analysis.grounding.grounder import Grounder, ground, unsupported_values
from secdigest_pipeline.analysis.grounding.passages import WINDOW
from secdigest_pipeline.analysis.grounding.values import read

ENGLISH = (
    "Orrin Networks's TunnelGate VPN has a remote code execution flaw, CVE-2026-90117 (CVSS score of 9.8). Version v9.4.2, released on "
    "November 20, 2026, fixes it; the 8.x branch does not. About 1.2 million of 12,345 customers' devices, or 35 percent, are exposed in "
    "twenty-five countries. Attackers stole 1.5 TB of data, asked for $4.5 million and waited two weeks, from Oct. 3 to Oct. 9. They came "
    "from Russia and use command-and-control servers at evil[.]example and 198.51.100[.]7:8443, hxxps://evil[.]example/gate.php. The "
    "SHA-256 is 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08. A zero-day in SharePoint was used at 2:30 p.m. by "
    "three of the 10 to 20 thousand bots. The Cybersecurity and Infrastructure Security Agency wrote to ops@halden.example in "
    "the third quarter. Half of the victims use 7-Zip 24.09 on Windows 11."
)
JAPANESE = (
    "帳陵銀行は１１月２０日、約１２万３千件の顧客情報が流出したと発表した。不正アクセスは２０２６年９月３日から３日間続き、３社の委託先で計1,234,567件、"
    "被害額は2億3000万円、全体の3割にあたる。オリン社のTunnelGate（バージョン9.4.2より前）の脆弱性CVE-2026-90117が使われた。"
    "マイクロソフトと米国の当局が調べている。二要素認証は十二社で未導入だった。"
)

SAID_IN_ENGLISH = [
    "Orrin NetworksのTunnelGateに遠隔コード実行（RCE）の脆弱性CVE-2026-90117がある。",
    "CVSSは9.8である。",
    "バージョン9.4.2が2026年11月20日に公開された。",
    "9.4.2は2026/11/20に公開、8.x系は対象外。",
    "2026-11-20に公開された。",
    "11月20日に公開された。",
    "11月に公開された。",
    "2026年の公開である。",
    "約120万台、３５％が影響を受ける。",
    "1,200,000台が影響を受ける。",
    "120万台のうち35パーセントが対象である。",
    "12345社、1万2345社、12,345社が利用する。",
    "約1万2000社が利用する。",
    "25か国で確認された。",
    "1.5TBのデータと450万ドルを要求した。",
    "2週間待った。",
    "14日間待った。",
    "10月3日から10月9日まで続いた。",
    "ロシアの攻撃者がC2サーバーevil.exampleを使う。",
    "通信先は198.51.100.7の8443番ポートである。",
    "通信先はhxxps://evil[.]example/gate.phpである。",
    "SHA-256は9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08である。",
    "シェアポイントのゼロデイ（zero day）が14:30に使われた。",
    "午後2時30分に使われた。",
    "3台のボットである。",
    "1万〜2万のボットである。",
    "CISAがops@halden.exampleへ連絡した。",
    "第3四半期の被害である。",
    "被害者の50%、2分の1がWindows 11で7-Zip 24.09を使う。",
    "PCのOSとIDを確認する。",
    "Orrin Networkの製品である。",
    "TunnelGate/SharePointが対象である。",
]
NOT_SAID_IN_ENGLISH = [
    ("TunnelGaterに脆弱性がある。", "TunnelGater"),
    ("CVE-2026-90118に脆弱性がある。", "CVE-2026-90118"),
    ("CVE-2026-9011に脆弱性がある。", "CVE-2026-9011"),
    ("CVSSは9.3である。", "9.3"),
    ("バージョン9.4.3が公開された。", "9.4.3"),
    ("バージョン9.4が公開された。", "9.4"),
    ("バージョン19.4.2が公開された。", "19.4.2"),
    ("2026年11月21日に公開された。", "2026年11月21日"),
    ("2026年12月20日に公開された。", "2026年12月20日"),
    ("2025年11月20日に公開された。", "2025年11月20日"),
    ("9月に公開された。", "9月"),
    ("2025年に公開された。", "2025年"),
    ("約130万台が対象である。", "130万"),
    ("120億台が対象である。", "120億"),
    ("36%が対象である。", "36%"),
    ("35ドルを要求した。", "35ドル"),
    ("12,346社が利用する。", "12,346"),
    ("24か国で確認された。", "24"),
    ("1.5GBを窃取した。", "1.5GB"),
    ("450万ユーロを要求した。", "450万ユーロ"),
    ("3週間待った。", "3週間"),
    ("2日間待った。", "2日間"),
    ("10月4日から続いた。", "10月4日"),
    ("中国の攻撃者である。", "中国"),
    ("evil.example.netに通信する。", "evil.example.net"),
    ("vil.exampleに通信する。", "vil.example"),
    ("198.51.100.77に通信する。", "198.51.100.77"),
    ("98.51.100.7に通信する。", "98.51.100.7"),
    ("https://evil.example/gate.phに通信する。", "https://evil.example/gate.ph"),
    (
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09である。",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09",
    ),
    ("14:40に使われた。", "14:40"),
    ("NSAが連絡した。", "NSA"),
    ("マイクロソフトの製品である。", "マイクロソフト"),
    ("Fortinetの製品である。", "Fortinet"),
    ("ops@halder.exampleへ連絡した。", "ops@halder.example"),
    ("第4四半期の被害である。", "4"),
    ("Windows 13が対象である。", "13"),
    ("3分の2の被害者である。", "3分の2"),
    ("MFAを有効にする。", "MFA"),
    ("XSSの脆弱性である。", "XSS"),
]


@pytest.mark.parametrize("statement", SAID_IN_ENGLISH)
def test_the_same_value_in_another_form_is_supported(statement: str) -> None:
    assert unsupported_values(statement, ENGLISH) == []


@pytest.mark.parametrize(("statement", "value"), NOT_SAID_IN_ENGLISH)
def test_a_value_the_article_does_not_have_is_named(statement: str, value: str) -> None:
    assert unsupported_values(statement, ENGLISH) == [value]


SAID_IN_JAPANESE = [
    "2026年9月3日から3日間、不正アクセスが続いた。",
    "11月20日に約12万3000件の流出を発表した。",
    "約123,000件が流出した。",
    "計123万4567件、約123万件が流出した。",
    "被害額は2.3億円、230,000,000円である。",
    "30%にあたる。",
    "委託先3社で起きた。",
    "12社で未導入だった。",
    "TunnelGate 9.4.2より前のCVE-2026-90117が使われた。",
    "Microsoftと米国の当局が調べている。",
    "2FAは未導入だった。",
    "9月3日に始まった。",
]
NOT_SAID_IN_JAPANESE = [
    ("11月21日に発表した。", "11月21日"),
    ("12万4000件が流出した。", "12万4000"),
    ("約124万件が流出した。", "124万"),
    ("被害額は2億4000万円である。", "2億4000万円"),
    ("4割にあたる。", "4割"),
    ("委託先4社で起きた。", "4"),
    ("グーグルが調べている。", "グーグル"),
    ("英国の当局が調べている。", "英国"),
    ("9.4.1より前が対象である。", "9.4.1"),
]


@pytest.mark.parametrize("statement", SAID_IN_JAPANESE)
def test_a_japanese_article_supports_its_own_values(statement: str) -> None:
    assert unsupported_values(statement, JAPANESE) == []


@pytest.mark.parametrize(("statement", "value"), NOT_SAID_IN_JAPANESE)
def test_a_japanese_article_supports_no_other_values(statement: str, value: str) -> None:
    assert unsupported_values(statement, JAPANESE) == [value]


def test_the_title_supports_values_too() -> None:
    assert unsupported_values("Haldenの12万件が流出した。", "A breach.", "Halden loses 120,000 records") == []
    assert unsupported_values("Haldenの12万件が流出した。", "A breach.") == ["Halden", "12万"]


def test_an_abbreviation_may_be_made_of_a_name_the_article_spells_out() -> None:
    text = "The Northern Harbour Security Office warned about it."
    assert unsupported_values("NHSOが警告した。", text) == []
    assert unsupported_values("NHSAが警告した。", text) == ["NHSA"]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("1日に500件、1件あたり3秒で送る。", "It sends 500 mails a day, 3 seconds each."),
        ("過去1年間で最大だった。", "It was the largest in the past year."),
        ("米国の企業である。", "米Halden社が発表した。"),
        ("欧州の企業である。", "European firms were hit."),
        ("97%〜98%である。", "It is 97%–98% of them."),
        ("10〜20%が対象である。", "Between 10 and 20 percent are exposed."),
        ("24〜48時間かかる。", "It takes 24 to 48 hours."),
        ("3日間かかる。", "It takes 72 hours."),
        ("500万ポンドである。", "It paid £5m."),
        ("50万台である。", "Half a million devices."),
        ("令和8年の調査である。", "2026年の調査です。"),
        ("MS17-010とT1059.001とKB5012345を使う。", "Uses MS17-010, T1059.001 and KB5012345."),
        ("Windows、Linux、macOSが対象である。", "Windows/Linux/macOS are affected."),
        ("3.2.1〜3.2.9が対象である。", "Versions 3.2.1-3.2.9 are affected."),
        ("2001:db8::7に通信する。", "It talks to 2001:db8::7."),
        ("7系と3.2系が対象である。", "The 7.x and 3.2.x branches are affected."),
        ("7.x系と3.2.x系が対象である。", "The 7.x and 3.2.x branches are affected."),
        ("C&CサーバーをAT&Tが調べた。", "AT&T looked at the command-and-control server."),
        ("第2段階を取得する。", "It fetches the second stage."),
    ],
)
def test_turns_of_phrase_are_supported(statement: str, text: str) -> None:
    assert unsupported_values(statement, text) == []


@pytest.mark.parametrize(
    ("statement", "text", "value"),
    [
        ("韓国の企業である。", "North Korean hackers did it.", "韓国"),
        ("英国の企業である。", "英語の文書で独自に調べた。", "英国"),
        ("https://a.example/gateに通信する。", "See https://a.example/gate-2.", "https://a.example/gate"),
        ("75%が対象である。", "In the third quarter they did.", "75%"),
        ("3.10が対象である。", "Version 3.1 is affected.", "3.10"),
        ("11月21日に公開された。", "It came out in November 2026.", "11月21日"),
        ("2001:db8::8に通信する。", "It talks to 2001:db8::7.", "2001:db8::8"),
    ],
)
def test_near_misses_are_not(statement: str, text: str, value: str) -> None:
    assert unsupported_values(statement, text) == [value]


@pytest.mark.parametrize("word", ["us", "it"])
def test_a_small_word_is_not_a_country(word: str) -> None:
    assert unsupported_values("米国の企業である。", f"They told {word} about the firm.") == ["米国"]
    assert unsupported_values("米国の企業である。", "A US firm.") == []


def test_may_and_march_are_months_only_where_they_name_one() -> None:
    assert unsupported_values("5月に始まった。", "This may happen. Marchers march.") == ["5月"]
    assert unsupported_values("5月に始まった。", "It began in May.") == []
    assert unsupported_values("3月に始まった。", "It began on 4 March.") == []
    assert unsupported_values("6月に終わった。", "It ended in June. 63 gateways are left.") == []
    assert unsupported_values("5月に始まった。", "It may 45 times happen.") == ["5月"]


FAR = "Nothing more is known about it today. " * 40


def test_a_number_of_another_paragraph_does_not_support_a_statement() -> None:
    text = f"Orrin found 63 hacked gateways. {FAR}Halden lost 47 servers."
    assert len(FAR) > WINDOW
    grounder = Grounder(text)
    assert grounder.ground("Orrinは63台を確認した。", "Orrin found 63 hacked gateways").verdict == "grounded"
    assert grounder.ground("Orrinは47台を確認した。", "Orrin found 63 hacked gateways").verdict == "unsupported: 47"
    assert grounder.unsupported_values("Orrinは47台を確認した。") == []


def test_a_line_without_a_quote_may_name_the_month_of_any_day_of_the_article() -> None:
    assert unsupported_values("11月に公開された。", f"{FAR * 3}It came out on November 20.") == []
    assert unsupported_values("10月に公開された。", f"{FAR * 3}It came out on November 20.") == ["10月"]


def test_a_number_of_the_next_sentence_supports_a_statement() -> None:
    text = "The flaw has a score of 9.8. An attacker can reach the portal without a password."
    assert (
        ground("9.8の脆弱性で、攻撃者は認証なしで到達できる。", "An attacker can reach the portal", text).verdict
        == "grounded"
    )


def test_a_number_of_the_title_is_near_every_quote() -> None:
    text = f"Orrin found hacked gateways. {FAR}Halden lost 47 servers."
    quote = "Orrin found hacked gateways."
    assert ground("Orrinは63台を確認した。", quote, text, "63 gateways hacked").verdict == "grounded"
    assert ground("Orrinは63台を確認した。", quote, text, "Gateways hacked").verdict == "unsupported: 63"


def test_an_id_says_by_itself_what_it_means_and_may_stand_anywhere_in_the_article() -> None:
    text = f"Orrin fixed the flaw in its portal. {FAR}It is tracked as CVE-2026-90117."
    quote = "Orrin fixed the flaw in its portal."
    assert ground("OrrinはCVE-2026-90117を修正した。", quote, text).verdict == "grounded"


@pytest.mark.parametrize(("number", "verdict"), [("71", "grounded"), ("64", "unsupported: 64")])
def test_a_number_that_differs_in_one_figure_from_the_quotes_own_was_taken_from_the_wrong_sentence(
    number: str, verdict: str
) -> None:
    text = f"Orrin found 63 gateways. Halden found {number} servers."
    assert ground(f"{number}台を確認した。", "Orrin found 63 gateways.", text).verdict == verdict


def test_a_date_without_a_year_says_any_year_of_the_text_and_no_other() -> None:
    text = "In 2026 Orrin fixed the flaw. The patch came on November 20."
    assert unsupported_values("2026年11月20日に修正された。", text) == []
    assert unsupported_values("2025年11月20日に修正された。", text) == ["2025年11月20日"]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Orrinは63台を確認した。", "Orrinは64台を確認した。"),
        ("Orrinは9月3日に確認した。", "Orrinは9月4日に確認した。"),
        ("Orrinは9.4.2で修正した。", "Orrinは9.4.3で修正した。"),
        ("OrrinはCVE-2026-90117を修正した。", "OrrinはCVE-2026-55555を修正した。"),
    ],
)
def test_a_value_of_the_neighbouring_fact_is_not_this_one_s(true: str, false: str) -> None:
    text = (
        "Orrin found 63 gateways on September 3 and fixed CVE-2026-90117 in 9.4.2. "
        "Halden found 64 gateways on September 4 and fixed CVE-2026-55555 in 9.4.3."
    )
    quote = "Orrin found 63 gateways on September 3 and fixed CVE-2026-90117 in 9.4.2."
    assert ground(true, quote, text).verdict == "grounded"
    assert ground(false, quote, text).verdict.startswith("unsupported: ")


def test_a_country_taken_for_another_is_unsupported() -> None:
    text = f"Russian hackers attacked Halden. {FAR}Police in China were asked for help."
    quote = "Russian hackers attacked Halden."
    assert ground("ロシアのハッカーがHaldenを攻撃した。", quote, text).verdict == "grounded"
    assert ground("中国のハッカーがHaldenを攻撃した。", quote, text).verdict == "unsupported: 中国"
    assert ground("Haldenは中国の警察に協力を求めた。", "Police in China were asked", text).verdict == "grounded"


def test_a_name_of_the_lead_may_be_used_anywhere() -> None:
    text = f"Paper Heron, a group from North Korea, attacks ports. {FAR}It uses a loader."
    assert ground("北朝鮮のPaper Heronはローダーを使う。", "It uses a loader.", text).verdict == "grounded"


def test_every_failing_value_is_named_once() -> None:
    verdict = ground("AcmeとAcmeの77社が77件、1月2日。", "found 63 gateways", "Orrin found 63 gateways.").verdict
    assert verdict == "unsupported: Acme, 77, 1月2日"


def test_values_have_kinds() -> None:
    kinds = {
        value.text: value.kind
        for value in read("Orrinは11月20日にCVE-2026-90117を9.4.2で修正、63台、a.example、198.51.100.7")
    }
    assert kinds == {
        "Orrin": "name", "11月20日": "date", "CVE-2026-90117": "id", "9.4.2": "version", "63": "number", "a.example": "host",
        "198.51.100.7": "address",
    }  # fmt: skip


@pytest.mark.parametrize(
    "statement", ["攻撃者は昨日、管理者権限を取得した。", "火曜日に公開された。", "一部の利用者が影響を受けた。"]
)
def test_words_without_a_value_need_no_support(statement: str) -> None:
    assert unsupported_values(statement, "Something else.") == []


def test_the_lists_name_no_spelling_twice() -> None:
    listed = [spelling.lower() for entity in set(names.entities().values()) for spelling in entity.spellings]
    assert len(listed) == len(set(listed))
    assert all(short == short.strip() and all(long) for short, long in names.abbreviations().items())
