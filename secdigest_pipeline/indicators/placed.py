"""Whether the ledger tells the truth about its places: the guard before a report goes out."""

from collections.abc import Sequence

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.find import find
from secdigest_pipeline.indicators.records import Ioc


def misplaced(iocs: Sequence[Ioc], articles: Sequence[Article]) -> list[str]:
    """IOCs whose spelling is not at their offsets, or whose spelling does not give their value; one line each."""
    pages = {article.article_id: article.page_text for article in articles}
    wrong = []
    for ioc in iocs:
        if not ioc.is_ioc:
            continue
        page = pages.get(ioc.article_id, "")
        if page[ioc.start : ioc.end] != ioc.raw:
            wrong.append(f"{ioc.article_id}: {ioc.type} {ioc.raw!r} is not at {ioc.start}..{ioc.end} of its page")
        elif not any(seen.value == ioc.value for seen in find(ioc.raw)) and not _in_context(ioc, page):
            wrong.append(f"{ioc.article_id}: {ioc.raw!r} does not read as {ioc.type} {ioc.value!r}")
    return wrong


def _in_context(ioc: Ioc, page: str) -> bool:
    """Some spellings are read as an indicator only beside their neighbours, so read the line they stand on."""
    start = page.rfind("\n", 0, ioc.start) + 1
    end = page.find("\n", ioc.end)
    line = page[start : end if end >= 0 else len(page)]
    return any(seen.value == ioc.value and seen.start == ioc.start - start for seen in find(line))
