"""The observables of an edition's texts: each text is searched once, and every later step reads what was found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.indicators.finding.defang import refang
from secdigest_pipeline.indicators.finding.find import Observable, find
from secdigest_pipeline.indicators.finding.spelling import normal
from secdigest_pipeline.indicators.records import Ioc, PlacedObservable

# (article_id, place, url) of a text, as in PlacedObservable
Place = tuple[str, str, str]
# Place -> the observables of that text by start
Found = Mapping[Place, Sequence[Observable]]


def found_in(texts: Iterable[tuple[Place, str]]) -> Found:
    """The observables of every text; one that stands at two places is searched once."""
    searched: dict[str, Sequence[Observable]] = {}
    found: dict[Place, Sequence[Observable]] = {}
    for place, text in texts:
        if text not in searched:
            searched[text] = find(text)
        found[place] = searched[text]
    return found


def page_texts(articles: Iterable[Article], primary: Iterable[PrimaryPage] = ()) -> Iterator[tuple[Place, str]]:
    """Every page of an edition: the articles' own, then the primary pages."""
    for article in articles:
        yield (article.article_id, "page", article.url), article.page_text
    for page in primary:
        yield (page.article_id, "primary", page.url), page.page_text


def own_texts(articles: Iterable[Article]) -> Iterator[tuple[Place, str]]:
    """What each article says itself: title, newline, text."""
    for article in articles:
        yield (article.article_id, "article", article.url), f"{article.title}\n{article.text}"


def as_rows(edition: str, found: Found) -> list[PlacedObservable]:
    """The rows of the table, in the order of `found`."""
    return [
        PlacedObservable(
            edition=edition,
            article_id=article_id,
            place=place,  # type: ignore[arg-type]  # one of those above
            url=url,
            type=item.type,  # type: ignore[arg-type]  # find gives the types of ObservableType only
            value=item.value,
            raw=item.raw,
            start=item.start,
            end=item.end,
            defanged=item.defanged,
            port=item.port,
        )
        for (article_id, place, url), items in found.items()
        for item in items
    ]


def from_rows(rows: Iterable[PlacedObservable]) -> Found:
    """What the rows were made of; a text without an observable is not in it."""
    found: dict[tuple[str, str, str], list[Observable]] = defaultdict(list)
    for row in rows:
        item = Observable(row.type, row.value, row.raw, row.start, row.end, row.defanged, row.port)
        found[row.article_id, row.place, row.url].append(item)
    return dict(found)


def of_pages(rows: Iterable[PlacedObservable]) -> dict[str, Sequence[Observable]]:
    """By article id, the observables of the article's own page."""
    return {article_id: items for (article_id, place, _), items in from_rows(rows).items() if place == "page"}


def wrong_offsets(iocs: Sequence[Ioc], articles: Sequence[Article], primary: Sequence[PrimaryPage] = ()) -> list[str]:
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
