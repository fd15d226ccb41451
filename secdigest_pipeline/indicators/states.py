"""What may be said of an article's indicators: that it has some, truly none, or that nobody can tell, and why."""

from collections.abc import Sequence

from secdigest_pipeline.articles.records import Article

from . import wording
from .oneline import one_line
from .records import Ioc, IocState

# Values this likely to be indicators, though not likely enough to be one, leave the answer open.
_OPEN = 0.45
_UNREAD = {
    "blocked": "アクセス拒否",
    "gone": "ページ不存在",
    "timeout": "ページ取得の時間切れ",
    "unreachable": "接続不可",
    "too_large": "ページの容量超過",
    "not_html": "HTML以外の形式",
    "empty": "ページ本文の欠落",
    "feed_only": "フィード文面のみの確認",
}


def ioc_state(article: Article, iocs: Sequence[Ioc]) -> tuple[IocState, str]:
    """State of one article, and a Japanese reason for 取得不能 and 未確認 that reads on as `<reason>のため情報なしとは限らない`.

    `iocs` are the ledger's rows; those of other articles are left aside. あり: any IOC, wherever it was read. 本当になし: the page
    was read and holds none. 取得不能: no page was read. 未確認: only the feed's text was read, the page says that its indicators
    stand elsewhere, or it holds values that may or may not be indicators.
    """
    own = [ioc for ioc in iocs if ioc.article_id == article.article_id]
    if any(ioc.is_ioc for ioc in own):
        return "あり", ""
    if article.read_state != "read":
        reason = _UNREAD[article.read_state] + (f"（{_plain(article.read_reason)}）" if article.read_reason else "")
        return ("未確認" if article.read_state == "feed_only" else "取得不能"), reason
    if not article.page_text.strip():
        return "未確認", "ページ本文の欠落"
    if any(ioc.confidence >= _OPEN for ioc in own):
        return "未確認", "IOCと断定できない値の存在"
    if wording.INDICATORS_ELSEWHERE(article.page_text[:200_000]):
        return "未確認", "IOC一覧の別資料への掲載"
    return "本当になし", ""


def _plain(reason: str) -> str:
    """A page's reason as part of a line: no line breaks, no marks that Markdown reads, at most 60 characters."""
    return one_line("".join(char if char not in "`*_[]<>|#\\,()（）" else " " for char in reason))[:60]
