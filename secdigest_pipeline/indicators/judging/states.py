"""What may be said of an article's indicators: that it has some, truly none, or that nobody can tell, and why."""

from collections.abc import Sequence

from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.judging import wording
from secdigest_pipeline.indicators.records import Ioc, IocState

# Values this likely to be indicators, though not likely enough to be one, leave the answer open.
_OPEN = 0.45


def ioc_state(article: Article, iocs: Sequence[Ioc]) -> tuple[IocState, str]:
    """State of one article, and a Japanese reason for 取得不能 and 未確認 that reads on as `<reason>のため情報なしとは限らない`.

    `iocs` are the ledger's rows; those of other articles are left aside. あり: any IOC, wherever it was read. 本当になし: the page
    was read and holds none. 取得不能: no page was read. 未確認: only the feed's text was read, the page says that its indicators
    stand elsewhere, or it holds values that may or may not be indicators.
    """
    own = [ioc for ioc in iocs if ioc.article_id == article.article_id]
    if any(ioc.is_ioc for ioc in own):
        return "あり", ""
    if article.read_state == "feed_only":
        return "未確認", "フィードの文面のみの確認"
    if article.read_state != "read":
        return "取得不能", why_unread(article.read_state, article.read_reason)
    if not article.page_text.strip():
        return "未確認", "ページ本文の欠落"
    if any(ioc.confidence >= _OPEN and ioc.suppressed != "not_collected" for ioc in own):
        return "未確認", "IOCと断定できない値の存在"
    if wording.INDICATORS_ELSEWHERE(article.page_text[:200_000]):
        return "未確認", "IOC一覧の別資料への掲載"
    return "本当になし", ""
