"""The list price of an edition: of its table alone, each reply counted once."""

import pyarrow as pa
import pytest

from secdigest_pipeline.analysis.asking.cost import edition_price
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.sample.messages import MessagesApi
from secdigest_pipeline_tests.analysis.conftest import REPLY, Run, numbered
from secdigest_pipeline_tests.rows import analysis


def test_a_reply_to_a_text_of_two_outlets_is_counted_once_and_extracts_cost_nothing() -> None:
    rows = [
        analysis(article_id="a", reply_id="r1", list_price_usd=0.25),
        analysis(article_id="b", reply_id="r1", list_price_usd=0.25),
        analysis(article_id="c", reply_id="r2", list_price_usd=0.5),
        analysis(article_id="d", reply_id="", state="extractive"),
    ]
    assert edition_price(rows) == 0.75


def test_every_analysis_of_a_model_holds_the_price_of_its_reply_at_every_run(api: MessagesApi, run: Run) -> None:
    articles = numbered(3)
    api.replies = {article.url: REPLY for article in articles}
    first = run(articles)
    assert all(row.list_price_usd is not None and row.list_price_usd > 0 for row in first)
    assert run(articles) == first


def test_a_table_of_before_is_read_and_what_it_cannot_say_is_an_error_that_says_what_to_do() -> None:
    table = ARTICLE_ANALYSES.arrow([analysis(list_price_usd=0.25)])
    before: pa.Table = table.drop_columns(["list_price_usd"])
    (row,) = ARTICLE_ANALYSES.rows(ARTICLE_ANALYSES.current(before))
    assert row.list_price_usd is None
    with pytest.raises(TableError, match=r"article_analyses: no list price of the reply r1: materialize it again"):
        edition_price([row])
