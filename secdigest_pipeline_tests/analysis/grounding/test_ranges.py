"""A version on the wrong side of its range: 以前 (and earlier) for より前 (before), and the other way round."""

import pytest

from secdigest_pipeline.analysis.grounding.grounder import ground, unsupported_values

RANGES = "FortiGate OS versions 7.4.0 through 7.4.8 and 7.2.0 through 7.2.11 are affected; upgrade to 7.4.9 or later."
BEFORE = "All releases before 7.4.9 are affected, the vendor said on Tuesday."
EARLIER = "Version 7.4.9 and earlier are affected, the vendor said on Tuesday."
LATER = "The flaw is fixed in 7.4.9 and later, the vendor said on Tuesday."
JAPANESE = "TunnelGate 7.4.9 より前のバージョンが影響を受ける。"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("7.4.0〜7.4.8が影響を受ける。", RANGES),
        ("7.4.0～7.4.8と7.2.0から7.2.11までが影響を受ける。", RANGES),
        ("7.4.8以前が影響を受ける。", RANGES),
        ("7.4.9以降へ更新する。", RANGES),
        ("７．４．０〜７．４．８が影響を受ける。", RANGES),
        ("v7.4.0-7.4.8が影響を受ける。", RANGES),
        ("7.4.9より前の全リリースが影響を受ける。", BEFORE),
        ("7.4.9未満が影響を受ける。", BEFORE),
        ("7.4.9以降で修正された。", BEFORE),
        ("7.4.9以前が影響を受ける。", EARLIER),
        ("7.4.9以下が影響を受ける。", EARLIER),
        ("7.4.9以降で修正された。", LATER),
        ("7.4.9より前が影響を受ける。", LATER),
        ("7.4.9より前が影響を受ける。", JAPANESE),
        ("7.4.9未満が影響を受ける。", "影響を受けるのは7.4.9未満である。"),
        ("7.4.9未満が影響を受ける。", "Affected: TunnelGate < 7.4.9, all platforms."),
        ("7.4.9以前が影響を受ける。", "Affected: TunnelGate <= 7.4.9, all platforms."),
        ("7.4.9が影響を受ける。", BEFORE),
        ("7.4.9より前が影響を受ける。", "Version 7.4.9 fixes the flaw, the vendor said."),
        ("7.4.9以前が影響を受ける。", "Version 7.4.9 has the flaw, the vendor said."),
    ],
)
def test_the_same_side_is_supported(statement: str, text: str) -> None:
    assert ground(statement, text, text).verdict == "grounded"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("7.4.9以前が影響を受ける。", BEFORE),
        ("7.4.9以下が影響を受ける。", BEFORE),
        ("7.4.0〜7.4.9が影響を受ける。", f"Since 7.4.0. {BEFORE}"),
        ("7.4.9より前が影響を受ける。", EARLIER),
        ("7.4.9未満が影響を受ける。", EARLIER),
        ("7.4.9以降が影響を受ける。", EARLIER),
        ("7.4.9以前で修正された。", LATER),
        ("7.4.9以前が影響を受ける。", JAPANESE),
        ("7.4.8未満が影響を受ける。", RANGES),
    ],
)
def test_the_other_side_is_not(statement: str, text: str) -> None:
    [failed] = unsupported_values(statement, text)
    assert failed.endswith("(which side of it)") and failed.startswith("7.4.")


def test_an_article_that_means_both_sides_supports_both() -> None:
    text = f"{BEFORE} In the advisory it says: {EARLIER}"
    assert unsupported_values("7.4.9以前が影響を受ける。", text) == []
    assert unsupported_values("7.4.9より前が影響を受ける。", text) == []
