"""Numbers as Japanese writes them: ideographs, mixed scales, vague sizes, halves, and lists of CVE ids."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secdigest_pipeline.analysis.grounding import numbers
from secdigest_pipeline.analysis.grounding.grounder import ground

ENGLISH = "The breach exposed data of 1.2 million customers and 35,000 employees, the company said."
JAPANESE = "同社は、約１２０万人の顧客情報と三万五千人の従業員情報が漏えいしたと発表した。被害額は2億3,000万円に上る。"
DAY = "この脆弱性は二〇二六年十一月二十日に修正された。"
LIST = "The flaws, CVE-2026-11111/11112/11113, were fixed on Tuesday by the vendor."
SHORT_LIST = "The flaws (CVE-2026-1111, -1112 and -1113) were fixed on Tuesday by the vendor."
RANGE = "The flaws CVE-2026-20001 through CVE-2026-20004 were fixed on Tuesday by the vendor."

SUPPORTED = [
    ("顧客百二十万人と従業員三万五千人が影響を受けた。", ENGLISH),
    ("従業員3万5千人が影響を受けた。", ENGLISH),
    ("従業員3万5,000人の情報が漏えいした。", JAPANESE),
    ("被害額は2億3千万円、2.3億円である。", JAPANESE),
    ("被害額は3千万円である。", "The damage is put at 30 million yen by the company."),
    ("数百台が感染した。", "Hundreds of devices were infected by the worm."),
    ("数千の組織が影響を受けた。", "Thousands of organizations were affected, they said."),
    ("数十の組織が標的になった。", "Dozens of organizations were targeted by the group."),
    ("数万台が露出している。", "Tens of thousands of servers are exposed online."),
    ("数十万台が露出している。", "Hundreds of thousands of servers are exposed online."),
    ("数百台が露出している。", "Some 430 servers are exposed online, they said."),
    ("数百台が露出している。", "数百台のサーバーが公開されている。"),
    ("数百億円の被害がある。", "The damage is put at tens of billions of yen by the group."),
    ("数千億円の被害がある。", "The damage is put at hundreds of billions of yen by the group."),
    ("数千億円の被害がある。", "被害額は数千億円に上るという。"),
    ("数兆円の被害がある。", "The damage is put at several trillion yen by the group."),
    ("被害額は3百億円である。", "The damage is put at 30 billion yen by the company."),
    ("売上高は1兆2百億円である。", "Sales of the company came to 1,020 billion yen."),
    ("数百件の被害がある。", "Several hundred victims have been counted so far."),
    ("半数が未更新である。", "Half of the servers are still not updated."),
    ("半数が未更新である。", "50% of the servers are still not updated."),
    ("過半数が未更新である。", "Most of the servers are still not updated."),
    ("攻撃は10倍に増えた。", "Attacks grew tenfold in the last year, they said."),
    ("攻撃は4倍に増えた。", "Attacks quadrupled in the last year, they said."),
    ("攻撃は3.5Tbpsに達した。", "The attack peaked at 3.5 terabits per second."),
    ("身代金は500万ドルである。", "The ransom was USD 5 million, paid in bitcoin."),
    ("3日以内の支払いを要求した。", "The group asked to be paid within 72 hours."),
    ("脆弱性は2026年11月20日に修正された。", DAY),
    ("脆弱性は11月20日に修正された。", DAY),
    ("十一月二十日に修正された。", "The flaw was fixed on November 20, 2026 by the vendor."),
    ("2026年上半期に増加した。", "Attacks rose in the first half of 2026, they said."),
    ("日本時間14時30分に停止した。", "The service went down at 14:30 JST on Tuesday."),
    ("1人が逮捕された。", "A suspect was arrested by the police this week."),
    ("CVE-2026-11112が修正された。", LIST),
    ("CVE-2026-11111/11113が修正された。", LIST),
    ("CVE-2026-1113が修正された。", SHORT_LIST),
    ("CVE-2026-20001〜CVE-2026-20004が修正された。", RANGE),
    ("CVE-2026-20001～20004が修正された。", RANGE),
    ("CVE-2026-20001および20004が修正された。", RANGE),
    ("Python 2.7とiOS 18.2が対象である。", "Python2.7 and iOS18.2 are what it was written for."),
    ("51,200 KB、50 MBを超える。", "The file size is over 51,200 KB/50 MB, they said."),
    ("7.6系と18系が影響を受ける。", "It affects 7.6.0 through 7.6.3 and 18.2 of the product."),
    ("人口31万人超の市である。", "The city, home to over 311,000 people, shut it down."),
    ("病院の5分の1、20%が被害を受けた。", "The group hit 1 in 5 hospitals of the chain in a year."),
    ("4人に1人、25%が支払った。", "One in four victims paid the ransom in the end."),
    ("Clement Lecigneが報告した。", "Clément Lecigne reported the flaw in November."),
    ("解像度は1920×1080である。", "The display has 1920×1080 physical pixels in all."),
    ("21頁にある。", "Normative References..........................21"),
    ("EUの企業である。", "Tariffs on imports from the European Union rose."),
    ("European製品である。", "Tariffs on imports from the European Union rose."),
]
UNSUPPORTED = [
    ("顧客百三十万人が影響を受けた。", ENGLISH),
    ("従業員三千五百人が影響を受けた。", ENGLISH),
    ("被害額は3億2千万円である。", JAPANESE),
    ("被害額は3千万円である。", "The damage is put at 3 million yen by the company."),
    ("数百万台が感染した。", "Hundreds of devices were infected by the worm."),
    ("数万の組織が影響を受けた。", "Thousands of organizations were affected, they said."),
    ("数百の組織が標的になった。", "Dozens of organizations were targeted by the group."),
    ("数百億円の被害がある。", "The damage is put at hundreds of billions of yen."),
    ("数千台が露出している。", "Hundreds of thousands of servers are exposed online."),
    ("数百台が露出している。", "Some 43 servers are exposed online, they said."),
    ("半数が未更新である。", "30% of the servers are still not updated."),
    ("攻撃は5倍に増えた。", "Attacks grew tenfold in the last year, they said."),
    ("攻撃は3.5Gbpsに達した。", "The attack peaked at 3.5 Tbps, the company said."),
    ("身代金は500万ユーロである。", "The ransom was USD 5 million, paid in bitcoin."),
    ("4日以内の支払いを要求した。", "The group asked to be paid within 72 hours."),
    ("脆弱性は11月21日に修正された。", DAY),
    ("十一月二十一日に修正された。", "The flaw was fixed on November 20, 2026 by the vendor."),
    ("2026年下半期に増加した。", "Attacks rose in the first half of 2026, they said."),
    ("日本時間14時30分に停止した。", "The service went down at 14:30 UTC in Japan."),
    ("1人が逮捕された。", "Three suspects were arrested by a police unit."),
    ("CVE-2026-11114が修正された。", LIST),
    ("CVE-2026-11111/11114が修正された。", LIST),
    ("CVE-2026-1114が修正された。", SHORT_LIST),
    ("CVE-2026-111が修正された。", SHORT_LIST),
    ("CVE-2026-20001～20009が修正された。", RANGE),
    ("CVE-2026-20001と20009が修正された。", RANGE),
    ("CVE-2025-20001が修正された。", RANGE),
    ("7.5系が影響を受ける。", "It affects 7.6.0 through 7.6.3 and 17.5.1 of the product."),
    ("人口32万人超の市である。", "The city, home to over 311,000 people, shut it down."),
    ("病院の6分の1が被害を受けた。", "The group hit 1 in 5 hospitals of the chain in a year."),
    ("Clementineが報告した。", "Clément Lecigne reported the flaw in November."),
    ("iOS 18.3が対象である。", "Python2.7 and iOS18.2 are what it was written for."),
]


@pytest.mark.parametrize(("statement", "text"), SUPPORTED)
def test_the_same_number_in_another_form_is_supported(statement: str, text: str) -> None:
    assert ground(statement, text, text).verdict == "grounded"


@pytest.mark.parametrize(("statement", "text"), UNSUPPORTED)
def test_another_number_is_not(statement: str, text: str) -> None:
    assert ground(statement, text, text).verdict.startswith("unsupported: ")


IDIOMS = [
    "一部の利用者と第三者が一度に統一した。",
    "十分に注意し、万一に備える。",
    "二、三の点と数件の事例がある。",
    "百貨店と千切りの一方が唯一である。",
]


@pytest.mark.parametrize("statement", IDIOMS)
def test_idioms_are_no_numbers(statement: str) -> None:
    assert (
        ground(statement, "Nothing of that kind is told here.", "Nothing of that kind is told here.").verdict
        == "grounded"
    )


_PIECES = [
    *"数何半十百千万億兆京円人台割分%$.,- ",
    *(
        "3",
        "1,200",
        "0.5",
        "ドル",
        "a",
        "of",
        "and",
        "in",
        "half",
        "third",
        "thirds",
        "quarter",
        "twenty",
        "dozen",
        "several",
        "tens",
    ),
    *("hundred", "thousands", "million", "billions", "trillion", "score", "November", "May", "k", "mn", "bn"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=6), st.sampled_from(("", " ", "-")), st.sampled_from("iıİI"))
@example(pieces=["数", "百", "億", "円"], between="", i="i")
@example(pieces=["half", "million"], between=" ", i="ı")
def test_no_chain_of_numerals_scales_and_units_raises(pieces: list[str], between: str, i: str) -> None:
    said = between.join(pieces).replace("i", i)
    for statement, text in ((said, ENGLISH), ("被害は10円である。", f"It says {said} here, and no more than that.")):
        assert ground(statement, text, text).verdict


def test_a_ratio_is_a_part_of_its_whole() -> None:
    assert [number.key for number in numbers.ratio("one", "four", 0, 11)] == ["1/4", "25%"]
    assert numbers.ratio("five", "three", 0, 13) == numbers.ratio("3", "3", 0, 6) == []
