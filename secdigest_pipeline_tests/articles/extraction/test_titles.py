"""Titles: whether a page is about what its feed announced."""

from secdigest_pipeline.articles.extraction.titles import headline, occurs
from secdigest_pipeline_tests.articles.rows import PARAGRAPHS, TITLE


def test_a_title_of_the_page_is_used_only_when_it_is_about_the_same() -> None:
    assert headline("Amber Vulture breaks into hospitals", TITLE) == "Amber Vulture breaks into hospitals"
    assert headline("Example Wire - all the news", TITLE) == TITLE
    assert headline("", TITLE) == TITLE
    assert headline("Only the page has one", "") == "Only the page has one"


def test_title_words_are_looked_for_in_english_and_japanese() -> None:
    assert occurs(TITLE, " ".join(PARAGRAPHS))
    assert not occurs(TITLE, "Ten recipes for a long weekend with asparagus and rhubarb")
    assert occurs("電子カルテにランサムウェア感染", "市立病院の電子カルテが止まった。ランサムウェアの感染が原因。")
    assert not occurs("電子カルテにランサムウェア感染", "春の行楽に関する特集")
    assert occurs("", "anything")
