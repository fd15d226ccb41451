"""What the report prints of one item: a headline link, a link with its summary, or the full article block.

Every line is either a grounded statement or an honest word on why there is none (report-contract 1.3 to 1.6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import Article, PrimaryPage
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
from secdigest_pipeline.vulnerabilities.facts import facts_line
from secdigest_pipeline.vulnerabilities.records import CveFacts

# report-contract 1.4: five summary lines, at most three recommendations and notes; 1.6: at most four primary sources.
MAX_SUMMARY = 5
MAX_RECOMMENDATIONS = 3
MAX_NOTES = 3
MAX_SOURCES = 4
# 1.5: an article that lists any has 36 lines or fewer in 95 of 100 cases.
MAX_FROM_SOURCES = 40
NO_TITLE = "題名なし"

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
_HASHES = frozenset(("md5", "sha1", "sha256"))


class BrokenReport(RuntimeError):
    """A report that must not be published; the message names the article and the rule."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One line before it has a number: text, kind of line (ReportLine.field), article and source text."""

    text: str
    field: str
    article_id: str | None = None
    quote: str = ""


BLANK = Draft("", "blank")


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept item with everything known of its article."""

    item: FeedItem
    article: Article
    analysis: Analysis
    iocs: tuple[Ioc, ...]  # its own, then those only the other articles of its story give
    sources: tuple[PrimaryPage, ...] = ()
    also: tuple[str, ...] = ()  # URLs of the other articles of its story, which have no entry of their own
    earlier: tuple[str, str] | None = None  # edition and URL of the article it follows up
    facts: tuple[CveFacts, ...] = ()  # what catalogues say of the CVEs of its articles


def headline(item: FeedItem, facts: Sequence[CveFacts] = ()) -> list[Draft]:
    """`- [headline](url)`, the site's own words, and what is known of its CVEs below it (report-contract 1.7)."""
    target = text.link_target(item.url)
    if target is None:
        raise BrokenReport(f"item {item.item_id} of {item.feed_id}: {item.url!r} is no http(s) URL")
    head = Draft(f"- [{text.link_text(item.title) or NO_TITLE}]({target})", "headline", item.article_id, item.title)
    known = facts_line(facts)
    return [head, Draft(f"    - {known}", "note", item.article_id)] if known else [head]


def linked_summary(entry: Entry) -> list[Draft]:
    """`- [title](url)` with the summary as child bullets: the sections beside the news (report-contract 1.7)."""
    article, analysis = entry.article, entry.analysis
    target = text.link_target(article.url)
    if target is None:
        raise _broken(article, f"{article.url!r} is no http(s) URL")
    head = Draft(f"- [{text.link_text(_title(entry))}]({target})", "headline", article.article_id, article.title)
    summary = _statements(article, analysis, analysis.summary, "summary", MAX_SUMMARY)
    told = [*_known(entry), *_marks(article, analysis, bool(summary))]
    marks = (_bullet(mark, "note", article) for mark in told)
    return [
        head,
        *(summary or [_no_summary(article, analysis)]),
        *marks,
        *_earlier(entry),
        *_links(article, RELATED, _also(entry)),
    ]


def block(entry: Entry) -> list[Draft]:
    """The article block of report-contract 1.3, without the blank lines around it."""
    article, analysis = entry.article, entry.analysis
    url = text.live_url(article.url)
    if url is None:
        raise _broken(article, f"{article.url!r} is no http(s) URL")
    summary = _statements(article, analysis, analysis.summary, "summary", MAX_SUMMARY)
    advice = text.sentence(analysis.advice) or NO_RECOMMENDATIONS
    lines, more = _ioc_lines(article, entry.iocs)
    marks = [*_known(entry), *_marks(article, analysis, bool(summary))]
    if more:
        marks.append(f"列挙しきれないIOCがほか{more}件あり、IOC CSVまたは台帳に記載。")
    return [
        Draft(f"#### {text.title(_title(entry))}", "title", article.article_id, article.title),
        Draft(url, "url", article.article_id),
        BLANK,
        Draft(f"- {SUMMARY}", "heading"),
        *(summary or [_no_summary(article, analysis)]),
        Draft(f"- {IOCS}", "heading"),
        *_iocs(article, entry.iocs, lines),
        Draft(f"- {RECOMMENDATIONS}", "heading"),
        *_recommendations(article, analysis),
        Draft(f"- {NOTES}", "heading"),
        *_notes(entry, marks),
        Draft(f"- {ADVICE}", "heading"),
        _bullet(advice, "advice", article),
    ]


def _title(entry: Entry) -> str:
    """The first of the titles that has something to print."""
    titles = (entry.analysis.title_ja, entry.article.title, entry.item.title)
    return next((title for title in titles if text.title(title)), NO_TITLE)


def _no_summary(article: Article, analysis: Analysis) -> Draft:
    if article.read_state in ("read", "feed_only"):
        return _bullet(_NO_SUMMARY[analysis.state], "summary", article)
    return _bullet(
        f"本文を取得できなかったため要約なし: {why_unread(article.read_state, article.read_reason)}。",
        "summary",
        article,
    )


def _recommendations(article: Article, analysis: Analysis) -> list[Draft]:
    given = _statements(article, analysis, analysis.recommendations, "recommendation", MAX_RECOMMENDATIONS)
    return given or [_bullet(NO_RECOMMENDATIONS, "recommendation", article)]


def _notes(entry: Entry, marks: list[str]) -> list[Draft]:
    """Exploitation and attacker, how the entry was made, other articles, and primary sources last (report-contract 1.6)."""
    article, analysis = entry.article, entry.analysis
    notes = _statements(article, analysis, analysis.notes, "note", MAX_NOTES)
    if len(notes) + len(marks) > MAX_NOTES:
        marks = ["".join(marks)]
        notes = notes[: MAX_NOTES - 1]
    also = _links(article, RELATED, _also(entry))
    sources = _links(article, PRIMARY_SOURCE, _sources(entry))
    lines = [*notes, *(_bullet(mark, "note", article) for mark in marks), *_earlier(entry), *also, *sources]
    return lines or [_bullet(NO_NOTES, "note", article)]


def _known(entry: Entry) -> list[str]:
    """What public catalogues said of the CVEs on the day: no words of the article, but beside them where they are read."""
    line = facts_line(entry.facts)
    return [line] if line else []


def _marks(article: Article, analysis: Analysis, summarised: bool) -> list[str]:
    """What a reader must know of how the entry was made; nothing when a model summed up the page itself."""
    marks = []
    if article.read_state == "feed_only":
        why = why_unread(article.read_state, article.read_reason)
        marks.append(f"ページを読めないためフィードの本文のみを使用{f': {why}' if why else ''}。")
    elif article.read_state != "read" and summarised:
        marks.append(f"ページを読めなかった: {why_unread(article.read_state, article.read_reason)}。")
    if summarised and analysis.state in _NOT_BY_MODEL:
        marks.append(_NOT_BY_MODEL[analysis.state])
    return marks


def _sources(entry: Entry) -> list[str]:
    """Pages other than its own articles that a story rests on: those its IOCs were read on first, whose links join CSV rows to
    articles (report-contract 2.5), then the sources it links to, read or not, unless they are gone.
    """
    earlier = entry.earlier[1:] if entry.earlier else ()
    told = {text.live_url(url) for url in (entry.article.url, *entry.also, *earlier)}
    urls = [ioc.source_url for ioc in entry.iocs if ioc.is_ioc]
    urls += [
        page.final_url
        for page in entry.sources
        if page.found_on in (entry.article.url, *entry.also) and page.read_state not in ("gone", "empty")
    ]
    found = dict.fromkeys(text.live_url(url) for url in urls)
    return [url for url in found if url is not None and url not in told][:MAX_SOURCES]


def _earlier(entry: Entry) -> list[Draft]:
    """`関連（2026-10-01）: URL`: the edition and the article of which this one is the next chapter."""
    edition, address = entry.earlier or ("", "")
    url = text.live_url(address)
    return [_bullet(f"{RELATED}（{edition}）: {url}", "note", entry.article)] if url else []


def _also(entry: Entry) -> list[str]:
    return [url for one in entry.also if (url := text.live_url(one)) is not None]


def _links(article: Article, label: str, urls: Sequence[str]) -> list[Draft]:
    """One URL beside its label, several nested below it (report-contract 1.6)."""
    if len(urls) == 1:
        return [_bullet(f"{label}: {urls[0]}", "note", article)]
    nested = [Draft(f"        - {url}", "note", article.article_id) for url in urls]
    return [_bullet(f"{label}:", "note", article), *nested] if urls else []


def _iocs(article: Article, iocs: Sequence[Ioc], lines: Mapping[str, Ioc]) -> list[Draft]:
    """The IOC `lines`; without any, one bullet that says what is known of IOCs.

    `IOC情報なし` only when the page was read and holds none. The bullet of a page of which nobody can tell holds the
    words 情報なし because the original's reader takes an entry without them for one with IOCs; the bullet of an article
    whose IOCs the report does not list (hashes, report-contract 1.5) must not. Neither has a half-width comma.
    """
    if lines:
        return [Draft(f"    - {line}", "ioc", ioc.article_id, ioc.evidence) for line, ioc in lines.items()]
    kept = [ioc for ioc in iocs if ioc.is_ioc]
    if kept:
        return [_bullet(_unlisted(kept), "ioc", article)]
    state, reason = ioc_state(article, iocs)
    if state == "本当になし":
        return [_bullet(NO_IOCS, "ioc", article)]
    why = text.line(reason).replace(",", "、")
    return [_bullet(f"未確認（{why}のため情報なしとは限らない）", "ioc", article)]


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
    article: Article, analysis: Analysis, statements: Iterable[Statement], field: str, limit: int
) -> list[Draft]:
    """At most `limit` different bullets; BrokenReport when a statement is neither grounded nor an extract."""
    bullets: dict[str, Draft] = {}
    for statement in statements:
        if statement.verdict not in ("grounded", "extractive"):
            raise _broken(article, f"{field} {statement.text[:80]!r} is {statement.verdict!r}: not to be printed")
        printed = text.sentence(statement.text)
        if printed:
            # a sentence of the source among the model's own lines: nobody summed it up
            mark = "要確認: " if analysis.state == "analysed" and statement.verdict == "extractive" else ""
            bullets.setdefault(printed, _bullet(mark + printed, field, article, statement.quote))
    return list(bullets.values())[:limit]


def _bullet(printed: str, field: str, article: Article, quote: str = "") -> Draft:
    return Draft(f"    - {printed}", field, article.article_id, quote)


def _broken(article: Article, rule: str) -> BrokenReport:
    return BrokenReport(f"article {article.article_id} ({article.url}): {rule}")
