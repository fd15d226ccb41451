"""What of a long text a model is shown."""

import pytest

from secdigest_pipeline.analysis.reply.excerpt import excerpt


def test_a_text_that_fits_is_shown_whole() -> None:
    assert excerpt("short\ntext") == excerpt("short\ntext", 10)
    assert excerpt("short\ntext", 10).text == "short\ntext" and excerpt("x").left_out == 0


def test_a_long_text_keeps_lead_headings_advice_and_end_and_tells_what_is_gone() -> None:
    prose = "\n".join(f"Paragraph {n} tells another part of the long story of the intrusion." for n in range(2_000))
    values = "\n".join(f"{n:032x} {n + 1:032x}" for n in range(2_000))
    text = (
        f"LEAD of the story.\n{values}\n{prose}\n## MIDDLE heading\nVendor RECOMMENDS patching.\n{prose}\nLAST words."
    )
    shown = excerpt(text)
    for part in ("LEAD", "MIDDLE", "RECOMMENDS", "LAST", "Paragraph 0 "):
        assert part in shown.text
    assert "characters left out ...]" in shown.text and "0" * 30 not in shown.text
    lines = [line for line in shown.text.split("\n") if line and not line.startswith("[...")]
    assert all(line in text for line in lines)
    assert (
        shown.left_out == len(text) - sum(map(len, shown.text.replace("\n", "").split("\n")))
        or shown.left_out > 200_000
    )
    assert len(shown.text) < 30_000 + 100 * 60
    at = [text.index(line) for line in lines if line.startswith(("LEAD", "##", "LAST"))]
    assert at == sorted(at)


@pytest.mark.parametrize("text", ["あ" * 100_000, "word " * 50_000, "x" * 100_000, "a\n" * 60_000, "。" * 50_000])
def test_a_text_without_structure_is_cut_too(text: str) -> None:
    shown = excerpt(text)
    assert 0 < len(shown.text) <= 32_000 and shown.left_out > 0
