"""What the report prints of one item: a headline link, a link with its summary, or the full article block.

Every line is either a grounded statement or an honest word on why there is none (docs/contract.md 1.3 to 1.6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from secdigest_pipeline.analysis.extractive import WITHHELD_TITLE, own_title
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.indicators.finding.lines import ioc_line
from secdigest_pipeline.indicators.judging.states import ioc_state
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.report import text
from secdigest_pipeline.report.grammar import (
    ADVICE,
    IOCS,
    NO_IOCS,
    NO_NOTES,
    NO_RECOMMENDATIONS,
    NOTES,
    PRIMARY_SOURCE,
    RECOMMENDATIONS,
    RELATED,
    SUMMARY,
    ioc_line_fault,
)
from secdigest_pipeline.report.origins import (
    BLANK,
    BULLET,
    Draft,
    bullet,
    joined,
    of_analysis,
    of_article,
    of_facts,
    of_ioc,
    of_iocs,
    of_item,
    of_lead,
    of_page,
    of_story,
)
from secdigest_pipeline.report.records import LineField, Origin, Part
from secdigest_pipeline.vulnerabilities.facts import facts_line
from secdigest_pipeline.vulnerabilities.records import CveFacts

# docs/contract.md 1.4: five summary lines, at most three recommendations and notes; 1.6: at most four primary sources.
MAX_SUMMARY = 5
MAX_RECOMMENDATIONS = 3
MAX_NOTES = 3
MAX_SOURCES = 4
# 1.5: an article that lists any has 36 lines or fewer in 95 of 100 cases.
MAX_FROM_SOURCES = 40
NO_TITLE = "題名なし"

# Heads the lines of an entry that no model wrote; marks a headline in the source's own words.
EXTRACT = "抜粋(原文)"
ORIGINAL_TITLE = "原題: "
_NO_SUMMARY = {
    "analysed": "本文で裏付けられた要約文がないため要約なし。",
    "extractive": "本文から抜粋できる文がないため要約なし。",
    "refused": "モデルが応答を拒否したため要約なし。",
    # a model's failure and the extractive analyst's are one state; this is true of both
    "failed": "本文から抜粋できる文がないため要約なし。",
}
_NOT_BY_MODEL = {
    "extractive": "要約は原文の抜粋（モデル未使用）。",
    "refused": "モデルが応答を拒否したため原文の抜粋。",
    "failed": "モデルから使える応答を得られなかったため原文の抜粋。",
}
# verdict of a statement that may be printed -> field of its line; a derived value has a checker's word behind it
_FIELDS_OF_VERDICTS: Mapping[str, LineField] = {
    "grounded": "statement",
    "derived": "statement",
    "extractive": "extract",
}
_REFUSED = frozenset(("contradicted", "overstated", "not_stated"))
_HASHES = frozenset(("md5", "sha1", "sha256"))


class BrokenReport(RuntimeError):
    """A report that must not be published; the message names the article and the rule."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept item with everything known of its article."""

    item: FeedItem
    article: Article
    analysis: Analysis
    iocs: tuple[Ioc, ...]  # its own, then those only the other articles of its story give
    sources: tuple[PrimaryPage, ...] = ()
    related: tuple[Story, ...] = ()  # the other articles of its story, which have no entry of their own
    earlier: Story | None = None  # names the edition and the article it follows up
    facts: tuple[CveFacts, ...] = ()  # what catalogues say of the CVEs of its articles


def headline(item: FeedItem, facts: Sequence[CveFacts] = ()) -> list[Draft]:
    """`- [headline](url)`, the site's own words, and what catalogues say of its CVEs below it (docs/contract.md 1.7)."""
    target = text.link_target(item.url)
    if target is None:
        raise BrokenReport(f"item {item.item_id} of {item.feed_id}: {item.url!r} is no http(s) URL")
    own = text.link_text(item.title)
    head = Draft(
        f"- [{own or NO_TITLE}]({target})",
        "headline" if own else "state",
        "title",
        item.article_id,
        (of_item(item, "title"),),
        quote=item.title if own else "",
    )
    said = facts_line(facts)
    if not said:
        return [head]
    return [head, Draft(BULLET + said, "cve_facts", "notes", item.article_id, of_facts(facts))]


def linked_summary(entry: Entry) -> list[Draft]:
    """`- [title](url)` with the summary as child bullets: the sections beside the news (docs/contract.md 1.7)."""
    article, analysis = entry.article, entry.analysis
    target = text.link_target(article.url)
    if target is None:
        raise _broken(article, f"{article.url!r} is no http(s) URL")
    title = _title(entry)
    summary = _summary(article, analysis)
    summary_lines = summary or [_no_summary(article, analysis)]
    return [
        replace(title, text=f"- [{_mark(title)}{text.link_text(title.text)}]({target})"),
        *summary_lines,
        *_cve_facts(entry),
        *_marks(article, analysis, bool(summary)),
        *_earlier(entry),
        *_links(article, RELATED, "related", _related(entry)),
    ]


def block(entry: Entry) -> list[Draft]:
    """The article block of docs/contract.md 1.3, without the blank lines around it."""
    article, analysis = entry.article, entry.analysis
    url = text.live_url(article.url)
    if url is None:
        raise _broken(article, f"{article.url!r} is no http(s) URL")
    title = _title(entry)
    summary = _summary(article, analysis)
    lines, more = _ioc_lines(article, entry.iocs)
    marks = [*_cve_facts(entry), *_marks(article, analysis, bool(summary))]
    if more:
        unlisted = f"列挙しきれないIOCがほか{more}件あり、IOC CSVまたは台帳に記載。"
        marks.append(bullet(unlisted, "state", "notes", article, *of_iocs(ioc.article_id for ioc in entry.iocs)))
    return [
        replace(title, text=f"#### {_mark(title)}{text.title(title.text)}"),
        Draft(url, "url", "url", article.article_id, (of_article(article, "url"),)),
        BLANK,
        Draft(f"- {SUMMARY}", "label", "summary"),
        *(summary or [_no_summary(article, analysis)]),
        Draft(f"- {IOCS}", "label", "iocs"),
        *_iocs(article, entry.iocs, lines),
        Draft(f"- {RECOMMENDATIONS}", "label", "recommendations"),
        *_recommendations(article, analysis),
        Draft(f"- {NOTES}", "label", "notes"),
        *_notes(entry, marks),
        Draft(f"- {ADVICE}", "label", "advice"),
        _advice(article, analysis),
    ]


def _title(entry: Entry) -> Draft:
    """The first of the titles that has something to print, as it came: the line it stands in makes it safe."""
    article, analysis = entry.article, entry.analysis
    own = of_article(article, "title")
    if analysis.title_ja == WITHHELD_TITLE:
        return Draft(WITHHELD_TITLE, "state", "title", article.article_id, (own,))
    if text.title(analysis.title_ja) and analysis.title_ja != own_title(article):
        origins = (of_analysis(article, "title_ja"), own)
        return Draft(analysis.title_ja, "title", "title", article.article_id, origins)
    of_feed = of_item(entry.item, "title")
    for printed, words, origin in (
        (analysis.title_ja, article.title, own),  # its characters as the analyst leaves them
        (article.title, article.title, own),
        (entry.item.title, entry.item.title, of_feed),
    ):
        if text.title(printed):
            return Draft(printed, "headline", "title", article.article_id, (origin,), words)
    return Draft(NO_TITLE, "state", "title", article.article_id, (own,))


def _mark(title: Draft) -> str:
    """What stands before a headline that is the source's own."""
    return ORIGINAL_TITLE if title.field == "headline" else ""


def _no_summary(article: Article, analysis: Analysis) -> Draft:
    if article.read_state in ("read", "feed_only"):
        origin = of_analysis(article, "state")
        return bullet(_NO_SUMMARY[analysis.state], "state", "summary", article, origin)
    why = why_unread(article.read_state, article.read_reason)
    origin = of_article(article, "read_state")
    return bullet(f"本文を取得できなかったため要約なし: {why}。", "state", "summary", article, origin)


def _summary(article: Article, analysis: Analysis) -> list[Draft]:
    """The summary lines; those of the source's own words behind a line that says so."""
    lines = _statements(article, analysis, analysis.summary, "summary", MAX_SUMMARY)
    if not lines or analysis.state == "analysed":
        return lines
    mark = bullet(EXTRACT, "state", "summary", article, of_analysis(article, "state"))
    return [mark, *lines[: MAX_SUMMARY - 1]]


def _recommendations(article: Article, analysis: Analysis) -> list[Draft]:
    given = _statements(article, analysis, analysis.recommendations, "recommendations", MAX_RECOMMENDATIONS)
    none = bullet(NO_RECOMMENDATIONS, "state", "recommendations", article, of_analysis(article, "recommendations"))
    return given or [none]


def _advice(article: Article, analysis: Analysis) -> Draft:
    advice = text.sentence(analysis.advice)
    origin = of_analysis(article, "advice")
    return bullet(advice or NO_RECOMMENDATIONS, "advice" if advice else "state", "advice", article, origin)


def _notes(entry: Entry, marks: list[Draft]) -> list[Draft]:
    """Exploitation and attacker, how the entry was made, other articles, and primary sources last (docs/contract.md 1.6)."""
    article, analysis = entry.article, entry.analysis
    notes = _statements(article, analysis, analysis.notes, "notes", MAX_NOTES)
    if len(notes) + len(marks) > MAX_NOTES:
        marks = [joined(marks)]
        notes = notes[: MAX_NOTES - 1]
    related = _links(article, RELATED, "related", _related(entry))
    sources = _links(article, PRIMARY_SOURCE, "primary_source", _sources(entry))
    lines = [*notes, *marks, *_earlier(entry), *related, *sources]
    return lines or [bullet(NO_NOTES, "state", "notes", article, of_analysis(article, "notes"))]


def _cve_facts(entry: Entry) -> list[Draft]:
    """What public catalogues said of the CVEs on the day: no words of the article, but beside them where they are read."""
    line = facts_line(entry.facts)
    return [bullet(line, "cve_facts", "notes", entry.article, *of_facts(entry.facts))] if line else []


def _marks(article: Article, analysis: Analysis, summarised: bool) -> list[Draft]:
    """What a reader must know of how the entry was made; nothing when a model summed up the page itself."""
    why = why_unread(article.read_state, article.read_reason)
    unread = ""
    if article.read_state == "feed_only":
        unread = f"ページを読めないためフィードの本文のみを使用{f': {why}' if why else ''}。"
    elif article.read_state != "read" and summarised:
        unread = f"ページを読めなかった: {why}。"
    marks = [bullet(unread, "state", "notes", article, of_article(article, "read_state"))] if unread else []
    if summarised and analysis.state in _NOT_BY_MODEL:
        origin = of_analysis(article, "state")
        marks.append(bullet(_NOT_BY_MODEL[analysis.state], "state", "notes", article, origin))
    return marks


def _sources(entry: Entry) -> dict[str, tuple[Origin, ...]]:
    """Pages other than its own articles that a story rests on: those its IOCs were read on first, whose links join CSV rows to
    articles (docs/contract.md 2.5), then the sources it links to, read or not, unless they are gone.
    """
    own = (entry.article.url, *(story.url for story in entry.related))
    of_articles = (*own, entry.earlier.lead_url) if entry.earlier else own
    printed = {text.live_url(url) for url in of_articles}
    found: dict[str, list[Origin]] = {}
    for origin in (
        *(of_ioc(ioc, "source_url") for ioc in entry.iocs if ioc.is_ioc),
        *(of_page(page) for page in entry.sources if page.found_on in own and page.read_state not in ("gone", "empty")),
    ):
        url = text.live_url(origin.url or "")
        if url is None or url in printed:
            continue
        origins = found.setdefault(url, [])
        # a page with many IOCs is named by the first of them
        if all(origin.table != other.table for other in origins):
            origins.append(origin)
    return {url: tuple(origins) for url, origins in list(found.items())[:MAX_SOURCES]}


def _earlier(entry: Entry) -> list[Draft]:
    """`関連（2026-10-01）: URL`: the edition and the article of which this one is the next chapter."""
    story = entry.earlier
    url = text.live_url(story.lead_url) if story else None
    if story is None or url is None:
        return []
    return [bullet(f"{RELATED}（{story.lead_edition}）: {url}", "earlier", "notes", entry.article, of_lead(story))]


def _related(entry: Entry) -> dict[str, tuple[Origin, ...]]:
    return {url: (of_story(story),) for story in entry.related if (url := text.live_url(story.url)) is not None}


def _links(article: Article, label: str, field: LineField, urls: Mapping[str, tuple[Origin, ...]]) -> list[Draft]:
    """One URL beside its label, several nested below it (docs/contract.md 1.6)."""
    if len(urls) == 1:
        ((url, origins),) = urls.items()
        return [bullet(f"{label}: {url}", field, "notes", article, *origins)]
    nested = [Draft(f"        - {url}", field, "notes", article.article_id, origins) for url, origins in urls.items()]
    return [Draft(f"{BULLET}{label}:", "label", "notes"), *nested] if urls else []


def _iocs(article: Article, iocs: Sequence[Ioc], lines: Mapping[str, Ioc]) -> list[Draft]:
    """The IOC `lines`; without any, one bullet that says what is known of IOCs.

    `IOC情報なし` only when the page was read and holds none. The bullet of a page of which nobody can tell holds the
    words 情報なし because the original's reader takes an entry without them for one with IOCs; the bullet of an article
    whose IOCs the report does not list (hashes, docs/contract.md 1.5) must not. Neither has a half-width comma.
    """
    if lines:
        return [
            Draft(BULLET + line, "ioc", "iocs", ioc.article_id, (of_ioc(ioc),), ioc.raw, ioc.start, ioc.end)
            for line, ioc in lines.items()
        ]
    kept = [ioc for ioc in iocs if ioc.is_ioc]
    if kept:
        return [bullet(_unlisted(kept), "state", "iocs", article, *of_iocs(ioc.article_id for ioc in kept))]
    state, reason = ioc_state(article, iocs)
    why = f"未確認（{text.line(reason).replace(',', '、')}のため情報なしとは限らない）"
    said = NO_IOCS if state == "本当になし" else why
    origins = (of_article(article, "read_state"), *of_iocs([article.article_id]))
    return [bullet(said, "state", "iocs", article, *origins)]


def _ioc_lines(article: Article, iocs: Sequence[Ioc]) -> tuple[dict[str, Ioc], int]:
    """The lines of the IOCs of the kinds a report lists, each once, and how many more there are.

    All of the article's own page; what a source lists beyond it is in the CSV, and its first lines are printed, as the original
    does.
    """
    lines: dict[str, Ioc] = {}
    more = set()
    room = MAX_FROM_SOURCES
    for ioc in sorted(iocs, key=lambda ioc: ioc.source_url != article.url):
        if not ioc.is_ioc:
            continue
        if ioc.source_url != article.url and not room:
            more.add(ioc_line(ioc))
        elif (line := _ioc_line(ioc)) and line not in lines:
            lines[line] = ioc
            room -= ioc.source_url != article.url
    return lines, len(more - lines.keys() - {None})


def _unlisted(kept: Sequence[Ioc]) -> str:
    in_csv = [ioc for ioc in kept if not ioc.suppressed]
    if not in_csv:
        return f"報告書とIOC CSVに載せない形式のみ（{len(kept)}件）"
    kind = "ファイルハッシュのみ" if all(ioc.type in _HASHES for ioc in in_csv) else "本欄に列挙しない形式のみ"
    return f"{kind}（{len(in_csv)}件、値はIOC CSVに記載）"


def _ioc_line(ioc: Ioc) -> str | None:
    """The line of one IOC, its context made safe; None when the report does not list it or it breaks the grammar."""
    columns = (ioc_line(ioc) or "").split(",")
    if len(columns) != 5:
        return None
    columns[3] = text.line(columns[3])
    printed = ",".join(columns)
    return None if ioc_line_fault(printed) else printed


def _statements(
    article: Article, analysis: Analysis, statements: Iterable[Statement], part: Part, limit: int
) -> list[Draft]:
    """At most `limit` different bullets; BrokenReport for a statement that code or the checker does not let through."""
    origin = of_analysis(article, part)
    bullets: dict[str, Draft] = {}
    for statement in statements:
        field = _FIELDS_OF_VERDICTS.get(statement.verdict.partition(":")[0])
        unproven = statement.verdict.startswith("derived") and statement.check != "supported"
        if field is None or unproven or statement.check in _REFUSED:
            why = statement.check if statement.check in _REFUSED else statement.verdict
            raise _broken(article, f"{part} line {statement.text[:80]!r} is {why!r}: not to be printed")
        if analysis.state == "analysed" and field == "extract":
            continue  # of a version that filled a model's summary up with sentences of the source
        printed = text.sentence(statement.text)
        if printed and printed not in bullets:
            line = bullet(printed, field, part, article, origin)
            bullets[printed] = replace(line, quote=statement.quote, start=statement.start, end=statement.end)
    return list(bullets.values())[:limit]


def _broken(article: Article, rule: str) -> BrokenReport:
    return BrokenReport(f"article {article.article_id} ({article.url}): {rule}")
