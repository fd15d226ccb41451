"""Values that a page gives only where it addresses a machine: they stay in the ledger, and are no indicators.

A page's words are evidence of what its author tells readers. What is written for a machine to repeat is evidence of
nothing: neither the words around such a value nor its defanging make it an IOC (docs/architecture.md, promise 5).
"""

from collections.abc import Sequence
from dataclasses import replace

from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.indicators.finding.observables import Found, found_in, page_texts
from secdigest_pipeline.indicators.records import Ioc

REASON = "addressed_to_machine"
# As likely as not: the report then says that nobody can tell, not that the page holds no indicator.
_OPEN = 0.5


def withheld(
    rows: Sequence[Ioc],
    articles: Sequence[Article],
    primary: Sequence[PrimaryPage] = (),
    found: Found | None = None,
) -> list[Ioc]:
    """The ledger's `rows` in their order, those that stand in text for machines alone suppressed as `addressed_to_machine`.

    Each row is judged by the page it stands on: the primary page that its `source_url` names, else the article's own.
    `found` is what their texts hold, searched here unless given.
    """
    found = found_in(page_texts(articles, primary)) if found is None else found
    own = {
        article.article_id: (article.page_text, found.get((article.article_id, "page", article.url), ()))
        for article in articles
    }
    sources = {
        (page.article_id, page.final_url): (page.page_text, found.get((page.article_id, "primary", page.url), ()))
        for page in primary
    }
    ours: dict[tuple[str, str], set[tuple[str, str]]] = {}
    kept = []
    for row in rows:
        place = row.article_id, row.source_url
        if place not in ours:
            ours[place] = _for_machines_only(*sources.get(place, own.get(row.article_id, ("", ()))))
        kept.append(_suppressed(row) if (row.type, row.value) in ours[place] else row)
    return kept


def _for_machines_only(page: str, items: Sequence[Observable]) -> set[tuple[str, str]]:
    instructions = Instructions(page)
    if not instructions:
        return set()
    return {(o.type, o.value) for o in items} - {
        (o.type, o.value) for o in items if not instructions.hold(o.start, o.end)
    }


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
