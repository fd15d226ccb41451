"""Plain text from markup: nothing executable, invisible or endless is left, and what was text stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.fetching.plain import plain_text, plain_text_line


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br/>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("before<!-- hidden -->after", "beforeafter"),
        ("before<!-- never closed", "before"),
        ("x<SCRIPT>alert('<b>')</SCRIPT>y<style>p{}</style>z", "xyz"),
        ("<![CDATA[inside]]>", "inside"),
        ('<a href="javascript:x" title="a>b">link</a>', 'b">link'),
        ("1 < 2 and std::vector<int>", "1 < 2 and std::vector<int>"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("&amp;lt;", "&lt;"),
        ("\U000e0041\u2067hidden\ud800", "hidden"),
        (f"before &#{'9' * 5_000} after", "before after"),
        ("two halves: &#55357;&#56832 &#xd83d", "two halves: \U0001f600"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup, 100) == text


def test_text_is_cut_at_the_limit() -> None:
    assert plain_text("word " * 100, 12) == "word word w…"
    assert plain_text_line("a\n\nb\nc", 100) == "a b c"


@given(st.text(alphabet="<>&;-!/ab pscript#x0\u202e\u200b\n", max_size=200))
def test_whatever_comes_in_what_comes_out_is_printable_and_bounded(markup: str) -> None:
    line = plain_text_line(markup, 50)
    assert len(line) <= 50
    assert line.isprintable()


def test_a_megabyte_of_openers_takes_no_time_to_speak_of() -> None:
    # quadratic handling of this would take minutes and run into the test's time limit
    for opener in ("<!--", "<script", "<", "&", "<p ", "<style>", "&#", "&#55357;"):
        plain_text(opener * 300_000, 100)
