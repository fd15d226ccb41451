"""Names in Japanese script: how they sound, and places and firms that the article does not have."""

import pytest

from secdigest_pipeline.analysis.grounding import japanese_names
from secdigest_pipeline.analysis.grounding.grounder import Grounder

ENGLISH = (
    "Kestrel Freight, a logistics firm in Norway, was hit by ransomware. Its clients include Brenholt Systems and Quintara Bank. The "
    "mayor of Velmora, Ingrid Solberg, said on Monday that the city had lost mail. Police in Oslo arrested a man."
)
JAPANESE = (
    "南浜市の物流会社ケストレル運輸は、ランサムウェアの攻撃を受けた。取引先のブレンホルト社と青峰銀行に影響した。東都大学の研究者が調べている。"
    "大阪府警は男を逮捕した。"
)


@pytest.mark.parametrize(
    ("statement", "article"),
    [
        ("ノルウェーの物流会社が被害を受けた。", ENGLISH),
        ("オスロの警察が男を逮捕した。", ENGLISH),
        ("ブレンホルト社とクインタラ銀行は取引先である。", ENGLISH),
        ("ヴェルモラ市はメールを失った。", ENGLISH),
        ("ソルベルグ氏が述べた。", ENGLISH),
        ("同社はセキュリティー会社に調査を依頼し、地方銀行にも連絡した。", ENGLISH),
        ("南浜市のケストレル運輸が攻撃を受けた。", JAPANESE),
        ("ブレンホルト社、青峰銀行、東都大学、大阪府警が関わった。", JAPANESE),
        ("地方銀行や市立病院への影響もあった。", JAPANESE),
    ],
)
def test_a_name_of_the_article_is_known_in_japanese_script(statement: str, article: str) -> None:
    assert Grounder(article).ground(statement, article[:60]).verdict == "grounded"


@pytest.mark.parametrize(
    ("statement", "article", "verdict"),
    [
        ("スウェーデンの物流会社が被害を受けた。", ENGLISH, "unsupported: スウェーデン"),
        ("ベルゲンの警察が男を逮捕した。", ENGLISH, "unsupported: ベルゲン"),
        ("トヨタ自動車が被害を受けた。", ENGLISH, "unsupported: トヨタ"),
        ("三菱UFJ銀行は取引先である。", ENGLISH, "unsupported: UFJ"),
        ("グラントン社が被害を受けた。", ENGLISH, "derived: グラントン"),
        ("ミストリア市はメールを失った。", ENGLISH, "derived: ミストリア"),
        ("カルデナ銀行は取引先である。", ENGLISH, "derived: カルデナ"),
        ("東海銀行が被害を受けた。", ENGLISH, "derived: 東海銀行"),
        ("北浜市のケストレル運輸が攻撃を受けた。", JAPANESE, "unsupported: 北浜市"),
        ("グラントン社に影響した。", JAPANESE, "unsupported: グラントン"),
        ("赤峰銀行に影響した。", JAPANESE, "unsupported: 赤峰銀行"),
        ("京都府警が男を逮捕した。", JAPANESE, "unsupported: 京都"),
        ("ソニーに影響した。", JAPANESE, "unsupported: ソニー"),
    ],
)
def test_a_place_or_firm_that_the_article_does_not_have_is_named(statement: str, article: str, verdict: str) -> None:
    assert Grounder(article).ground(statement, article[:60]).verdict == verdict


@pytest.mark.parametrize(
    ("katakana", "latin"),
    [
        ("ジョンソン", "johnson"), ("シュナイダー", "schneider"), ("マッケンジー", "mackenzie"), ("ゴンサレス", "gonzalez"),
        ("シェフチェンコ", "shevchenko"), ("フィリップス", "phillips"), ("ライト", "wright"), ("ディクソン", "dixon"),
        ("クインタラ", "quintara"), ("ロドリゲス", "rodriguez"), ("ホフマン", "hoffmann"), ("カーター", "carter"),
    ],
)  # fmt: skip
def test_a_katakana_spelling_sounds_like_its_name(katakana: str, latin: str) -> None:
    assert japanese_names.sound_alike(katakana, latin)


@pytest.mark.parametrize(
    ("katakana", "latin"),
    [
        ("ジョンソン", "jackson"),
        ("カーター", "porter"),
        ("ホフマン", "hartmann"),
        ("ライト", "light house"),
        ("ロドリゲス", "ramirez"),
    ],
)
def test_another_name_does_not(katakana: str, latin: str) -> None:
    assert not japanese_names.sound_alike(katakana, latin)
