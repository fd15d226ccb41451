"""Numbers in ideographs."""

from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.analysis.grounding import kanji


@given(st.integers(1, 10**15))
def test_every_number_in_ideographs_is_read(number: int) -> None:
    assert kanji.value(_written(number)) == number


@given(st.text(alphabet="〇零一二三四五六七八九十百千万億兆", max_size=30))
def test_any_run_of_ideographs_is_read_or_left(run: str) -> None:
    found = kanji.value(run)
    assert found is None or found >= 0


def _written(number: int) -> str:
    digits = "〇一二三四五六七八九"
    whole = ""
    for myriad, name in ((10**12, "兆"), (10**8, "億"), (10**4, "万"), (1, "")):
        part, number = divmod(number, myriad)
        if not part:
            continue
        for size, sign in ((1000, "千"), (100, "百"), (10, "十")):
            digit, part = divmod(part, size)
            whole += ("" if digit == 1 else digits[digit]) + sign if digit else ""
        whole += (digits[part] if part else "") + name
    return whole
