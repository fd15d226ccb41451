"""Whether the ledger tells the truth about its places: the guard before a report goes out."""

from collections.abc import Sequence

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.defang import refang
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.indicators.spelling import normal


def misplaced(iocs: Sequence[Ioc], articles: Sequence[Article]) -> list[str]:
    """IOCs whose spelling is not at their offsets, or whose spelling does not give their value; one line each."""
    pages = {article.article_id: article.page_text for article in articles}
    wrong = []
    for ioc in iocs:
        if not ioc.is_ioc:
            continue
        if pages.get(ioc.article_id, "")[ioc.start : ioc.end] != ioc.raw:
            wrong.append(f"{ioc.article_id}: {ioc.type} {ioc.raw!r} is not at {ioc.start}..{ioc.end} of its page")
        elif normal(ioc.type, refang(ioc.raw)) != ioc.value:
            wrong.append(f"{ioc.article_id}: {ioc.raw!r} does not read as {ioc.type} {ioc.value!r}")
    return wrong
