"""One idea of what nobody sees, held at every end that keeps, shows, compares or prints text from outside."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import secdigest_pipeline
from secdigest_pipeline.analysis.grounding.folding import fold
from secdigest_pipeline.base.characters import INVISIBLE, one_line, plain_line, printable, visible
from secdigest_pipeline.fetching.plain import plain_text
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.report.text import line

# A control, soft hyphen, joiner, fillers, zero-width, bidi, invisible operator, variation selectors, BOM, icon fonts,
# noncharacters, annotation, hieroglyph, shorthand and music controls, tags.
UNSEEN = (
    *"\x80\x9f\xad\u034f\u115f\u17b4\u180e\u200b\u200d\u202e\u2060\u2063\u3164\ufe0f\ufeff\uffa0\uf0c1\ue000\uf8ff\ufdd0\uffff",
    *"\ufff9\U00013430\U0001bca0\U0001d173\U0001fffe\U000e0041\U000e01ef\U000f0000\U0010fffd",
)
SEEN = (*"\u0600\u06dd\ufffc\ufffd\u3000\u2800", "🦊", "\U0001fae8", "\U0001d11e", "\U00020bb7", "\u0378", "神")


@pytest.mark.parametrize("char", [*UNSEEN, *"\x00\x08\x1b\x7f"])
def test_what_nobody_sees_is_gone_at_every_end(char: str) -> None:
    assert visible(f"install{char} it") == "install it"
    assert one_line(f"install{char} it") == plain_line(f"install{char} it") == "install it"
    assert plain_text(f"install{char} it", 100) == "install it"
    assert line(f"install{char} it") == "install it"
    assert fold(f"install{char} it").text == "install it"
    assert printable(f"install{char} it") == "install  it"


@pytest.mark.parametrize("char", UNSEEN)
def test_what_nobody_sees_breaks_no_value_apart(char: str) -> None:
    assert refang(f"relay{char}.tunnel{char}-metrics.example") == "relay.tunnel-metrics.example"


@pytest.mark.parametrize("char", SEEN)
def test_what_is_seen_is_kept(char: str) -> None:
    assert visible(f"a{char}b") == f"a{char}b" or char == "神"  # NFC's unified form of it
    assert INVISIBLE.search(char) is None


@given(st.text(max_size=100))
def test_nothing_that_the_article_keeps_is_dropped_on_the_way_to_the_model(text: str) -> None:
    kept = visible(text)
    assert visible(kept) == kept
    assert INVISIBLE.search(kept) is None


@given(st.text(max_size=60), st.sampled_from(UNSEEN), st.text(max_size=60))
def test_a_character_nobody_sees_changes_no_comparison(before: str, char: str, after: str) -> None:
    before, after = visible(before), visible(after)
    assert fold(visible(f"{before} {char} {after}")).text == fold(f"{before} {after}").text


# Where such a character stands for something else: the mark of a decoder, and pages of the sample world that hold some.
_OTHERWISE = {"base/characters.py", "fetching/charset.py", "report/contract.py", "sample/hostile.py"}
_OWN_IDEA = re.compile(
    r"unicodedata\.category|\\u200[b-f]|\\ufeff|\\u202[a-e]|\\x?(?:u00)?ad\b|\\U000e0|isprintable\(\) else"
)


def test_no_other_module_has_an_idea_of_its_own() -> None:
    root = Path(secdigest_pipeline.__file__).parent
    found = {
        str(path.relative_to(root)) for path in root.rglob("*.py") if _OWN_IDEA.search(path.read_text(encoding="utf-8"))
    }
    assert found <= _OTHERWISE
    texts = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    for name in ("one_line", "visible", "_visible", "printable", "host_of"):
        assert sum(text.count(f"def {name}(") for text in texts.values()) <= 1, name
