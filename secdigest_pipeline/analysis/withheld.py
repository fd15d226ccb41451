"""Values that a page gives only where it addresses a machine: they stay in the ledger, and are no indicators.

A page's words are evidence of what its author tells readers. What is written for a machine to repeat is evidence of
nothing: neither the words around such a value nor its defanging make it an IOC (design 5.5).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.find import find
from secdigest_pipeline.indicators.records import Ioc

REASON = "addressed_to_machine"
# As likely as not: the report then says that nobody can tell, not that the page holds no indicator.
_OPEN = 0.5


def withheld(rows: Sequence[Ioc], articles: Sequence[Article]) -> list[Ioc]:
    """The ledger's `rows` in their order, those that stand in text for machines alone suppressed as `addressed_to_machine`."""
    pages = {article.article_id: article.page_text for article in articles}
    ours: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for article_id in dict.fromkeys(row.article_id for row in rows):
        page = pages.get(article_id, "")
        instructions = Instructions(page)
        if instructions:
            items = find(page)
            elsewhere = {(o.type, o.value) for o in items if not instructions.hold(o.start, o.end)}
            ours[article_id] = {(o.type, o.value) for o in items} - elsewhere
    return [_suppressed(row) if (row.type, row.value) in ours[row.article_id] else row for row in rows]


def _suppressed(row: Ioc) -> Ioc:
    return replace(
        row,
        role="unknown",
        is_ioc=False,
        confidence=min(row.confidence, _OPEN),
        reasons=(*row.reasons, REASON),
        suppressed=REASON,
        known=False,
        context_ja="",
        category="unknown",
        description="AI generated. Named only in text that addresses a machine.",
    )
