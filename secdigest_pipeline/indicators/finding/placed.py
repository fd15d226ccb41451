"""Whether the ledger tells the truth about its places: the guard before a report goes out."""

from collections.abc import Sequence

from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.indicators.finding.spelling import normal
from secdigest_pipeline.indicators.records import Ioc


def misplaced(iocs: Sequence[Ioc], articles: Sequence[Article], primary: Sequence[PrimaryPage] = ()) -> list[str]:
    """IOCs whose spelling is not at their offsets, or whose spelling does not give their value; one line each.

    Offsets count in the primary page that an IOC's `source_url` names, and in the article's own page where it names none.
    """
    pages = {article.article_id: article.page_text for article in articles}
    sources = {(page.article_id, page.final_url): page.page_text for page in primary}
    wrong = []
    for ioc in iocs:
        if not ioc.is_ioc:
            continue
        page = sources.get((ioc.article_id, ioc.source_url), pages.get(ioc.article_id, ""))
        if page[ioc.start : ioc.end] != ioc.raw:
            wrong.append(f"{ioc.article_id}: {ioc.type} {ioc.raw!r} is not at {ioc.start}..{ioc.end} of its page")
        elif normal(ioc.type, refang(ioc.raw)) != ioc.value:
            wrong.append(f"{ioc.article_id}: {ioc.raw!r} does not read as {ioc.type} {ioc.value!r}")
    return wrong
