"""Icon fonts draw private-use characters into sentences: they cost no statement its quote, from the page to the verdict."""

import json
import re

import pytest

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.reply.prompt import user_turn
from secdigest_pipeline.articles.extraction import extract_page
from secdigest_pipeline_tests import rows
from secdigest_pipeline_tests.articles.rows import html

SENTENCE = "Calderwood urges customers to install ShuttleDrop Server \uf0c1 6.3.1 at once, and to reset every password."
QUOTE = SENTENCE.replace("\uf0c1 ", "")
STATEMENT = "CalderwoodはShuttleDrop Server 6.3.1の即時導入と全パスワードの変更を求めている。"


@pytest.mark.parametrize("icon", ["\uf0c1", "\ue935", "\U000f0c1a", "\u00ad", "\U0001d173"])
def test_a_quote_without_the_icon_stands_in_a_text_that_has_it(icon: str) -> None:
    assert Grounder(SENTENCE.replace("\uf0c1", icon)).ground(STATEMENT, QUOTE).verdict == "grounded"
    assert Grounder(QUOTE).ground(STATEMENT, SENTENCE.replace("\uf0c1", icon)).verdict == "grounded"


def test_the_article_has_no_icon_and_the_model_is_shown_the_article_as_it_is() -> None:
    page = html().replace("</p>", f"</p><p>{SENTENCE}</p>", 1)
    assert "\uf0c1" in page
    found = extract_page(page.encode(), "text/html; charset=utf-8", "https://wire.test/a", "")
    assert "Calderwood urges" in found.text
    assert "\uf0c1" not in found.text + found.page_text
    article = rows.article(text=found.text)
    turn = re.search(r"\{.*\}", user_turn(article, (), "abcdef0123456789").text, re.DOTALL)
    assert turn is not None
    assert json.loads(turn[0])["text"] == found.text
    assert Grounder(found.text).ground(STATEMENT, QUOTE).verdict == "grounded"
