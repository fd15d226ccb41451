"""Sitemaps: a news sitemap's own dates and titles; elsewhere `lastmod`, confirmed by the page itself.

A `lastmod` may be the time of a rebuild, and a page changed later carries a later one. So it only says which pages
can't be meant (changed last before the window began); every other page is read, within bounds and as robots.txt
allows, and the date it states for itself counts. While one of them is left unread, the window is not called whole.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from secdigest_pipeline.fetching.urls import canonical_url, item_id
from secdigest_pipeline.intake.history.asking import Asker, Document, Page, SourceError
from secdigest_pipeline.intake.history.sitemap_xml import Listed, PageFacts, read_page, read_sitemap
from secdigest_pipeline.intake.polling.parse import ParsedFeed, ParsedItem
from secdigest_pipeline.intake.spans import Span

MAX_SITEMAPS = 20
PRODUCT = "secdigest"
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_DATED_PATH = re.compile(r"/(20\d\d)[/-]?(0[1-9]|1[0-2])(?:[/-]?(0[1-9]|[12]\d|3[01]))?(?=[/-])")


async def walk(ask: Asker) -> None:
    """Find everything the site published in the edition's window; SourceError when a page of it may be missing."""
    listed, root = await _listed(ask)
    start, end = ask.edition.start, ask.edition.cutoff
    news = {entry.url: entry for entry in listed if entry.published is not None}
    for entry in news.values():
        assert entry.published is not None
        if start <= entry.published < end:
            _keep(ask, entry.url, PageFacts(entry.title, "", entry.published), root)
    unread: list[str] = []
    for entry in _candidates(ask, [entry for entry in listed if entry.url not in news]):
        try:
            await _confirm(ask, entry)
        except SourceError as error:
            unread.append(str(error))
            if str(error).startswith("stopped after"):
                break
    if unread:
        raise SourceError(f"{len(unread)} pages that may belong to the window are not read ({unread[-1]})")
    ask.proved(Span(start, end), root)


async def _listed(ask: Asker) -> tuple[list[Listed], Document]:
    """The entries of the sitemap, or of those sitemaps of the index that may hold the window; and the root document."""
    waiting, found, root = [ask.source.url], {}, None
    asked: set[str] = set()
    while waiting:
        url = waiting.pop(0)
        if url in asked:
            continue
        if len(asked) == MAX_SITEMAPS:
            raise SourceError(f"more than {MAX_SITEMAPS} sitemaps")
        asked.add(url)
        document = await ask.document(url, accept="application/xml, text/xml, */*;q=0.5")
        if document.status != 200:
            raise SourceError(f"HTTP {document.status} at {url}")
        root = root or document
        sitemap = await ask.run(read_sitemap, document.body, document.final_url, ask.feed.lang)
        for entry in sitemap.listed:
            if not sitemap.index:
                found[entry.url] = entry
            elif entry.modified is None or entry.modified >= ask.edition.start:
                waiting.append(entry.url)
    assert root is not None
    return list(found.values()), root


def _candidates(ask: Asker, listed: Iterable[Listed]) -> list[Listed]:
    """Entries whose pages may have come out in the window, those changed soonest after its start first."""
    prefixes = tuple(rule.url_prefix for rule in ask.feed.include if rule.url_prefix)
    days = [(ask.edition.day - timedelta(days=back)) for back in range(3)]
    possible = [
        entry
        for entry in listed
        if (entry.modified is None or entry.modified >= ask.edition.start)
        and (not prefixes or entry.url.startswith(prefixes))
        and _path_allows(entry.url, days)
        and not _known(ask, entry.url)
    ]
    return sorted(possible, key=lambda entry: (entry.modified is None, entry.modified or _ALWAYS, entry.url))


def _known(ask: Asker, url: str) -> bool:
    """Whether the page has been read for another edition, and so is where its own date puts it."""
    canonical = canonical_url(url)
    return canonical is not None and item_id(ask.feed.feed_id, canonical) in ask.seen


def _path_allows(url: str, days: Iterable[date]) -> bool:
    """Whether the date in the path, where there is one, can be that of a page of these days."""
    found = _DATED_PATH.search(urlsplit(url).path)
    if found is None:
        return True
    return any(
        (int(found[1]), int(found[2])) == (day.year, day.month) and (not found[3] or int(found[3]) == day.day)
        for day in days
    )


async def _confirm(ask: Asker, entry: Listed) -> None:
    """Keep the page as an item by its own date; SourceError when it can't be had or states none."""
    if not await _allowed(ask, entry.url):
        raise SourceError(f"robots.txt at {entry.url}")
    # What a page says of its own publication stays, whenever it was asked.
    document = await ask.document(entry.url, since=_ALWAYS, accept="text/html, */*;q=0.5")
    if document.status != 200:
        raise SourceError(f"HTTP {document.status} at {entry.url}")
    facts = await ask.run(read_page, document.body, document.content_type, ask.feed.lang)
    if facts.published is None:
        raise SourceError(f"no date of its own at {entry.url}")
    _keep(ask, entry.url, facts, document)


async def _allowed(ask: Asker, url: str) -> bool:
    place = urlsplit(url)
    robots = await ask.document(f"{place.scheme}://{place.netloc}/robots.txt", since=ask.now - timedelta(days=1))
    if robots.status != 200:
        return True
    rules = Protego.parse(robots.body[: 512 * 1024].decode("utf-8", "replace"))
    return bool(rules.can_fetch(url, PRODUCT))


def _keep(ask: Asker, url: str, facts: PageFacts, document: Document) -> None:
    canonical = canonical_url(url)
    if canonical is None:
        return
    item = ParsedItem(
        item_id=item_id(ask.feed.feed_id, canonical),
        guid="",
        link=url,
        url=canonical,
        title=facts.title,
        summary=facts.summary,
        content="",
        categories=(),
        published_at=facts.published,
    )
    ask.keep(Page(document, ParsedFeed(1, frozenset({item.item_id}), (item,), "")))
