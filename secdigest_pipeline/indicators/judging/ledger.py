"""The IOC ledger: every value of every article as one row, kept as an IOC or suppressed by a named reason. Nothing is dropped."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.indicators.finding.artifacts import COVERING, artifacts
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.indicators.finding.hosts import bare_host
from secdigest_pipeline.indicators.finding.observables import Found, found_in, page_texts
from secdigest_pipeline.indicators.finding.spelling import host_in
from secdigest_pipeline.indicators.judging.csv_rules import ioc_refusal
from secdigest_pipeline.indicators.judging.phrases import says_of
from secdigest_pipeline.indicators.judging.roles import (
    ADDRESSES,
    HASHES,
    Known,
    Setting,
    Sighting,
    bare_url,
    reasons_of,
    role_of,
)
from secdigest_pipeline.indicators.judging.scoring import verdict
from secdigest_pipeline.indicators.judging.sections import Layout, Place
from secdigest_pipeline.indicators.records import UNKNOWN_THREAT, Ioc, IocRole, Threat
from secdigest_pipeline.indicators.warninglists import NO_LOCAL, LocalList, WarningLists, is_known_service, vendored

EVIDENCE = 200
# Places of one value that are looked at: a page that repeats a host ten thousand times says no more at the last one.
_PLACES = 20
_NAME = 80
# IOCs that one primary page brings to the CSV: a list longer than a year's largest edition four times over (240 rows,
# docs/contract.md 2.5) is somebody's feed, not the list of one report.
_FROM_SOURCE = 1_000


def ledger(
    articles: Sequence[Article],
    roles: Mapping[str, Sequence[IocRole]],
    threats: Mapping[str, Threat],
    *,
    lists: WarningLists | None = None,
    local: LocalList = NO_LOCAL,
    primary: Sequence[PrimaryPage] = (),
    found: Found | None = None,
) -> list[Ioc]:
    """Rows of all articles of an edition, in article order and page order; one row a (article_id, type, value).

    `roles` and `threats` are what analyses said, by article_id; a missing key is an analysis that said nothing. `lists` are the
    vendored warning lists unless given. `primary` are the pages the articles rest on: a value that one of them gives as an IOC
    has that page as `source_url`, its offsets count there and its date is the page's; other values stand on the article's own page
    where they can. `found` is what their texts hold, searched here unless given. Pure: the same input gives the same rows.
    """
    known = Known(lists or vendored(), local)
    searched = _pages(articles, primary, found_in(page_texts(articles, primary)) if found is None else found)
    pages = [page for page, _ in searched]
    pivots = [artifacts(page.page_text) for page in pages]
    read = [
        _sightings(page.page_text, _uncovered(items, covering))
        for (page, items), covering in zip(searched, pivots, strict=True)
    ]
    shared = _shared([sightings for sightings, _ in read], [(page.article_id, page.page_text) for page in pages])
    rows: dict[tuple[str, str, str], Ioc] = {}
    own_pages = {article.article_id: article.url for article in articles}
    for page, sightings, (_, is_list), others in zip(pages, shared, read, pivots, strict=True):
        setting = _setting(page, sightings, is_list)
        said: dict[tuple[str, str], list[IocRole]] = defaultdict(list)
        for role in roles.get(page.article_id, ()):
            said[role.type, role.value].append(role)
        names = _names(threats.get(page.article_id, UNKNOWN_THREAT))
        day = _date(page)
        own_page = own_pages[page.article_id]
        listed = 0
        for sighting in (*sightings, *(_sightings(page.page_text, others)[0] if others else ())):
            own = said.get((sighting.type, sighting.value), ())
            row = _row(page, sighting, setting, known, own, names, day)
            if page.url != own_page and row.is_ioc:
                listed += 1
                if listed > _FROM_SOURCE and not row.suppressed:
                    row = replace(row, suppressed=f"csv:beyond the first {_FROM_SOURCE} of one page")
            key = row.article_id, row.type, row.value
            kept = rows.get(key)
            # Dictionaries keep the first place of a key: a row that takes another's place stands where that one stood.
            if kept is None or (row.is_ioc and (not kept.is_ioc or kept.source_url == own_page)):
                rows[key] = row
    return list(rows.values())


def _pages(
    articles: Sequence[Article], primary: Sequence[PrimaryPage], found: Found
) -> list[tuple[Article, Sequence[Observable]]]:
    """Every page with its observables: each article's own, then the primary pages it rests on, as an article whose page
    they are."""
    sources: dict[str, list[PrimaryPage]] = defaultdict(list)
    for page in primary:
        if page.read_state == "read":
            sources[page.article_id].append(page)
    return [
        page
        for article in articles
        for page in (
            (article, found.get((article.article_id, "page", article.url), ())),
            *(
                (
                    replace(
                        article,
                        url=source.final_url,
                        page_text=source.page_text,
                        links=source.links,
                        published_at=source.published or article.published_at,
                    ),
                    found.get((article.article_id, "primary", source.url), ()),
                )
                for source in sources[article.article_id]
            ),
        )
    ]


def _uncovered(items: Sequence[Observable], covering: Sequence[Observable]) -> Sequence[Observable]:
    """The observables that are no part of something else: an import hash is no MD5, the ends of a range are no addresses."""
    spans = [item for item in covering if item.type in COVERING]
    if not spans:
        return items
    starts = [span.start for span in spans]

    def is_apart(item: Observable) -> bool:
        at = bisect_right(starts, item.start) - 1
        return at < 0 or item.end > spans[at].end

    return [item for item in items if is_apart(item)]


def _sightings(text: str, items: Sequence[Observable]) -> tuple[list[Sighting], bool]:
    """(the values of a page in the order of their first places, whether the page is nothing but a list of values)."""
    layout = Layout(text, items)
    links = [(item.start, item.end) for item in items if item.type == "url" and not item.defanged]
    by_value: dict[tuple[str, str], list[Observable]] = {}
    loose: set[tuple[str, str]] = set()
    at = 0
    for item in items:
        key = item.type, item.value
        by_value.setdefault(key, []).append(item)
        if item.type in HASHES:
            while at < len(links) and links[at][1] <= item.start:
                at += 1
            if at == len(links) or item.start < links[at][0]:
                loose.add(key)
    sightings = []
    # The values of a list stand in the same places: one object a place keeps a page of 100,000 values small.
    same: dict[tuple[Place, ...], tuple[Place, ...]] = {}
    for key, found in by_value.items():
        places = tuple([layout.place(item) for item in found[:_PLACES]])
        places = same.setdefault(places, places)
        defanged = any(item.defanged for item in found)
        sightings.append(Sighting(*key, host_in(*key), found, places, defanged, inside_links=key not in loose))
    return sightings, layout.is_list


def _shared(pages: list[list[Sighting]], origins: Sequence[tuple[str, str]]) -> list[list[Sighting]]:
    """The same pages, each value marked that a page of another article gives as an indicator (defanged, or under such a heading).

    `origins` are the pages' (article_id, text): one page that two articles rest on, or one text at two outlets, is one witness.
    """
    if len(pages) < 2:
        return pages
    given: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for origin, sightings in zip(origins, pages, strict=True):
        alone = (origin,)
        for sighting in sightings:
            if _given(sighting):
                key = sighting.type, sighting.value
                others = given.get(key)
                if others is None:
                    given[key] = alone
                elif origin not in others:
                    given[key] = others + alone
    return [
        [
            replace(sighting, elsewhere=True)
            if any(article != here and text != own for article, text in given.get((sighting.type, sighting.value), ()))
            else sighting
            for sighting in sightings
        ]
        for (here, own), sightings in zip(origins, pages, strict=True)
    ]


def _given(sighting: Sighting) -> bool:
    return sighting.defanged or any(place.section == "indicators" for place in sighting.places)


def _setting(article: Article, sightings: Sequence[Sighting], is_list: bool) -> Setting:
    outlet = registered_domain(host_in("url", article.url))
    fanged = [sighting for sighting in sightings if sighting.defanged]
    links = [link.url for link in article.links]
    return Setting(
        # An article on GitHub is not GitHub's: the service's other paths are not its author's.
        outlet="" if is_known_service(outlet) else outlet,
        defangs=bool(fanged),
        gives_indicators=is_list
        or any(_given(item) or (item.type in HASHES and not item.inside_links) for item in sightings),
        fanged_hosts=frozenset(bare_host(item.host or item.value) for item in fanged),
        link_urls=frozenset(bare_url(url) for url in links),
        link_hosts=frozenset(bare_host(host_in("url", url)) for url in links),
    )


def _row(
    article: Article,
    sighting: Sighting,
    setting: Setting,
    known: Known,
    roles: Sequence[IocRole],
    threat: Threat,
    day: str,
) -> Ioc:
    reasons = reasons_of(sighting, setting, known, roles)
    outcome = verdict(reasons)
    role = role_of(sighting, reasons, outcome.malicious, known.lists, roles)
    says = says_of(sighting, reasons, role, roles)
    first = sighting.items[0]
    host = sighting.host
    hit = known.lists.address(first.value) if first.type in ADDRESSES else None
    row = Ioc(
        edition=article.edition,
        article_id=article.article_id,
        type=first.type,  # type: ignore[arg-type]  # find gives the types of ObservableType only
        value=first.value,
        port=next((item.port for item in sighting.items if item.port is not None), None),
        raw=first.raw,
        start=first.start,
        end=first.end,
        occurrences=len(sighting.items),
        defanged=sighting.defanged,
        source_url=article.url,
        role=role,
        is_ioc=outcome.is_ioc,
        confidence=outcome.confidence,
        reasons=outcome.reasons,
        suppressed=outcome.suppressed,
        known=role == "abused_service"
        or bool(host and is_known_service(host))
        or bool(hit and hit.says == "shared_network"),
        context_ja=says.context_ja,
        evidence=_evidence(article.page_text, first.start, first.end),
        date=day,
        category=says.category,
        actor=threat.actor,
        actor_attribute=threat.actor_attribute,
        malware=threat.malware,
        malware_type=threat.malware_type,
        description=says.description,
    )
    refused = ioc_refusal(row) if outcome.is_ioc else ""
    return replace(row, suppressed=f"csv:{refused}") if refused else row


def _evidence(text: str, start: int, end: int) -> str:
    """The page's words around a place as one line of at most EVIDENCE characters that holds the value as spelled."""
    room = max(0, EVIDENCE - (end - start)) // 2
    begin = max(0, start - room)
    begin = max(text.rfind("\n", begin, start) + 1, begin)
    finish = text.find("\n", end, end + room)
    finish = min(len(text), end + room) if finish < 0 else finish
    return plain_line(text[begin:finish])[:EVIDENCE]


def _date(article: Article) -> str:
    """Publication day of the article in Asia/Tokyo, never after its edition; the edition's day when the feed gave none."""
    edition = Edition.parse(article.edition).day
    if article.published_at is None:
        return edition.isoformat()
    return min(article.published_at.astimezone(JST).date(), edition).isoformat()


def _names(threat: Threat) -> Threat:
    return Threat(_name(threat.actor), _name(threat.actor_attribute), _name(threat.malware), _name(threat.malware_type))


def _name(text: str) -> str:
    """A name an analysis gives as a CSV cell: one line, at most 80 characters, nothing a spreadsheet would compute."""
    line = plain_line(text)[:_NAME].strip()
    return "unknown" if not line or line[0] in "=+-@" else line
