"""Whether something is said to be exploited, and statements that say the opposite of their quote."""

import pytest

from secdigest_pipeline.analysis.grounding.exploitation import states
from secdigest_pipeline.analysis.grounding.grounder import ground

EXPLOITED = [
    "Attackers are exploiting the flaw.",
    "The flaw has been exploited in the wild since May.",
    "The bug is being actively exploited.",
    "It was exploited as a zero-day.",
    "A zero-day exploited in attacks has been patched.",
    "The bug is under active exploitation.",
    "There is evidence of active exploitation.",
    "Hackers exploited the flaw to steal data.",
    "The vendor confirmed exploitation in the wild.",
    "The flaw was used in limited, targeted attacks.",
    "The flaw continues to be exploited.",
    "この脆弱性は実際の攻撃で悪用されている。",
    "悪用が確認されている。",
    "既に悪用されているとして注意を呼びかけた。",
    "脆弱性が攻撃に悪用された。",
    "ゼロデイとして悪用されていた。",
    "同社は悪用を確認しているという。",
    "攻撃者がこの脆弱性を悪用している。",
    "集団は欠陥を悪用した。",
    "本脆弱性を悪用した攻撃が確認されています。",
    "脆弱性を悪用する通信が増えている。",
    "ゼロデイとして攻撃に使われた。",
    "悪用の事実が判明した。",
    "The group used the zero-day to break in.",
    "Attackers are leveraging CVE-2026-90117.",
    "ShuttleDrop flaw exploited after release of a proof of concept",
    "The agency added the bug to its KEV catalog.",
    "脆弱性を突いた不正アクセスを受けた。",
    "The agency added it to its list of Known Exploited Vulnerabilities.",
]
NOT_EXPLOITED = [
    "The company is not aware of any exploitation.",
    "There is no evidence that the flaw has been exploited in the wild.",
    "We have not seen this vulnerability being exploited.",
    "No known exploitation has been reported.",
    "Halden said it has no reports of attackers exploiting the flaw.",
    "The flaw hasn't been exploited.",
    "There's no indication of active exploitation.",
    "Halden isn't aware of attacks exploiting it.",
    "The bug has yet to be exploited.",
    "None of the flaws were exploited.",
    "Neither the vendor nor the agency knows of exploitation.",
    "Halden knows of no attacks that exploit it.",
    "Halden is unaware of any exploitation.",
    "悪用は確認されていない。",
    "現時点で悪用の報告はない。",
    "悪用された形跡は見つかっていない。",
    "本脆弱性を悪用した攻撃は確認されていません。",
    "悪用の事実は確認できていない。",
    "現時点では悪用されていない。",
    "悪用の情報は得られていない。",
    "現時点で本脆弱性の悪用は確認されておりません。",
    "悪用されたという報告は受けておりません。",
    "攻撃での悪用はない。",
    "悪用は見つかっていない。",
    "悪用の兆候は認められていない。",
    "悪用は確認されていなかった。",
]
NEITHER = [
    "The flaw could be exploited by remote attackers.",
    "An attacker may exploit this flaw.",
    "If exploited, the bug gives full access.",
    "The exploit kit was updated.",
    "Two zero-day exploits were shown on stage.",
    "Successful exploitation would allow code execution.",
    "Researchers published a proof-of-concept exploit.",
    "We could not exploit the service.",
    "悪用されると任意のコードが実行される。",
    "悪用される可能性がある。",
    "悪用された場合、情報が漏えいする恐れがある。",
    "正規のサービスを悪用して配布する。",
    "Attackers could use the flaw to read files.",
    "Exploitation is considered more likely.",
    "悪用された脆弱性のカタログを公開した。",
]


@pytest.mark.parametrize("sentence", EXPLOITED)
def test_exploitation_is_seen(sentence: str) -> None:
    assert states(sentence) == {"exploited"}


@pytest.mark.parametrize("sentence", NOT_EXPLOITED)
def test_its_denial_is_seen(sentence: str) -> None:
    assert states(sentence) == {"not exploited"}


@pytest.mark.parametrize("sentence", NEITHER)
def test_what_could_happen_is_neither(sentence: str) -> None:
    assert states(sentence) == set()


def test_both_are_seen_beside_each_other() -> None:
    assert states("It was exploited in the wild, but there is no evidence that the second flaw was exploited.") == {
        "exploited",
        "not exploited",
    }


@pytest.mark.parametrize("sentence", EXPLOITED)
def test_a_denial_of_what_the_quote_says_is_unsupported(sentence: str) -> None:
    text = f"Orrin fixed a flaw. {sentence} A patch is out."
    assert ground("悪用は確認されていない。", sentence, text).verdict == "unsupported: exploitation state"
    assert ground("悪用が確認されている。", sentence, text).verdict == "grounded"


@pytest.mark.parametrize("sentence", NOT_EXPLOITED)
def test_a_claim_the_quote_denies_is_unsupported(sentence: str) -> None:
    text = f"Orrin fixed a flaw. {sentence} A patch is out."
    assert ground("既に攻撃で悪用されている。", sentence, text).verdict == "unsupported: exploitation state"
    assert ground("悪用は確認されていない。", sentence, text).verdict == "grounded"


def test_a_denial_cut_off_from_the_quote_still_counts() -> None:
    text = "Orrin fixed a flaw. There is no evidence that the flaw has been exploited in the wild. A patch is out."
    quote = "the flaw has been exploited in the wild"
    assert ground("この欠陥は悪用されている。", quote, text).verdict == "unsupported: exploitation state"


def test_a_denial_needs_a_source_that_denies() -> None:
    text = "Orrin fixed a flaw in the portal. A patch is out."
    assert (
        ground("悪用は確認されていない。", "Orrin fixed a flaw in the portal", text).verdict
        == "unsupported: exploitation state"
    )


def test_a_possible_exploitation_is_no_claim() -> None:
    text = "Orrin fixed a flaw. There is no evidence that the flaw has been exploited."
    quote = "There is no evidence that the flaw has been exploited."
    assert ground("悪用されると管理者権限を取得される恐れがある。", quote, text).verdict == "grounded"


@pytest.mark.parametrize(
    "text",
    [
        "The flaw could be exploited by a remote attacker to run code.",
        "Exploitation of the flaw is considered more likely by the vendor.",
        "Orrin fixed a flaw in the portal of its gateway.",
        "この脆弱性が悪用されると、任意のコードを実行される可能性がある。",
    ],
)
@pytest.mark.parametrize("statement", ["この脆弱性の悪用が確認されている。", "脆弱性は既に攻撃者に悪用されている。"])
def test_a_flaw_that_could_be_exploited_is_not_one_that_is(text: str, statement: str) -> None:
    assert ground(statement, text, text).verdict == "unsupported: exploitation state"
    told = f"{text} Nothing else is known.\n\nSince May the flaw has been exploited in the wild."
    assert ground(statement, text, told).verdict == "grounded"
    assert ground(statement, text, text, "Flaw exploited in attacks").verdict == "grounded"


def test_attacks_told_in_other_words_may_be_exploitation() -> None:
    text = "The worm spreads by a flaw in the cameras' web page, for which there is no update."
    assert ground("脆弱性は感染の拡大に悪用されている。", text, text).verdict == "grounded"
    text = "The gang hosted its loader on GitHub and sent links to it by mail to many readers."
    assert ground("正規サービスのGitHubが悪用された。", text, text).verdict == "grounded"
