"""The Markdown report of one edition, and where each of its lines comes from (docs/contract.md 1.1 to 1.8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem, Section
from secdigest_pipeline.report import text
from secdigest_pipeline.report.entry import BrokenReport, Entry, block, headline, linked_summary
from secdigest_pipeline.report.grammar import EMPTY_SECTION, SECTIONS, TITLE
from secdigest_pipeline.report.origins import BLANK, Draft
from secdigest_pipeline.report.records import ReportLine
from secdigest_pipeline.vulnerabilities.facts import facts_of
from secdigest_pipeline.vulnerabilities.records import CveFacts


@dataclass(frozen=True, slots=True)
class Report:
    """The file as text (LF, one final newline) and one row for each of its lines."""

    markdown: str
    lines: list[ReportLine]


def render(
    edition: Edition,
    items: Sequence[FeedItem],
    articles: Iterable[Article],
    analyses: Iterable[Analysis],
    iocs: Iterable[Ioc],
    memo: Sequence[Draft],
    primary: Iterable[PrimaryPage] = (),
    stories: Iterable[Story] = (),
    facts: Iterable[CveFacts] = (),
) -> Report:
    """The report of `edition`: every kept item once, in the order of `items`, then the `memo` lines.

    `primary` are the pages articles rest on (一次ソース). An article that `stories` puts below a lead of this edition has no entry
    of its own but a link in the lead's (関連); one that follows up an article of an earlier edition
    keeps its entry, which names that edition and article. `facts` of an article's CVEs stand with its entry.

    An item whose feed rule gives it another section than news is a headline link there; the others stand in the section
    their analysis names. BrokenReport when such an item has no article or analysis, or a statement must not be printed.
    """
    bodies: dict[Section, list[Draft]] = {section: [] for section, _ in SECTIONS}
    by_article = _ByArticle(articles, analyses, iocs, primary, facts)
    printed: set[str | None] = set()
    followers = by_article.join_stories(edition, items, stories)
    for item in items:
        if not item.kept or item.article_id in printed or item.article_id in followers:
            continue
        printed.add(item.article_id)
        if item.section != "news":
            bodies[item.section] += headline(item, by_article.facts.get(item.article_id or "", ()))
            continue
        entry = by_article.entry(item)
        section = entry.analysis.section
        bodies[section] += block(entry) if section == "news" else linked_summary(entry)
    for note in memo:
        if said := text.line(note.text.removeprefix("- ")):
            bodies["memo"].append(replace(note, text=f"- {said}"))
    return _numbered(edition, bodies)


class _ByArticle:
    """The rows of an edition by article, and which articles tell one story."""

    def __init__(
        self,
        articles: Iterable[Article],
        analyses: Iterable[Analysis],
        iocs: Iterable[Ioc],
        primary: Iterable[PrimaryPage],
        facts: Iterable[CveFacts],
    ) -> None:
        self.articles = {article.article_id: article for article in articles}
        self.facts = facts_of(facts)
        self.analyses = {analysis.article_id: analysis for analysis in analyses}
        self.iocs: dict[str, list[Ioc]] = defaultdict(list)
        for ioc in iocs:
            self.iocs[ioc.article_id].append(ioc)
        self.sources: dict[str, list[PrimaryPage]] = defaultdict(list)
        for page in primary:
            self.sources[page.article_id].append(page)
        self.related: dict[str, list[Story]] = defaultdict(list)
        self.earlier: dict[str, Story] = {}

    def join_stories(self, edition: Edition, items: Iterable[FeedItem], stories: Iterable[Story]) -> set[str]:
        """Take note of the stories; returns the articles that are listed with the lead of theirs and have no entry of their own."""
        news = {item.article_id for item in items if item.kept and item.section == "news"}
        followers: set[str] = set()
        for story in stories:
            if story.lead_edition != edition.key:
                self.earlier[story.article_id] = story
            elif story.lead_id in news and story.article_id in news:
                self.related[story.lead_id].append(story)
                followers.add(story.article_id)
        return followers

    def entry(self, item: FeedItem) -> Entry:
        """All that is known of the article of `item`; BrokenReport when it was not read or not analysed."""
        article = self.articles.get(item.article_id or "")
        analysis = self.analyses.get(item.article_id or "")
        if article is None or analysis is None:
            missing = "article" if article is None else "analysis"
            raise BrokenReport(f"article {item.article_id} ({item.url}): kept, but there is no {missing} of it")
        # What followers found stands with the lead: their values are in the CSV, and nowhere else in the report.
        related = self.related[article.article_id]
        keys = [article.article_id, *(story.article_id for story in related)]
        iocs: dict[tuple[str, str, bool], Ioc] = {}
        for ioc in (ioc for key in keys for ioc in self.iocs[key]):
            iocs.setdefault((ioc.type, ioc.value, ioc.is_ioc), ioc)
        return Entry(
            item,
            article,
            analysis,
            tuple(iocs.values()),
            tuple(page for key in keys for page in self.sources[key]),
            tuple(related),
            self.earlier.get(article.article_id),
            tuple({fact.cve: fact for key in keys for fact in self.facts.get(key, ())}.values()),
        )


def _numbered(edition: Edition, bodies: Mapping[Section, Sequence[Draft]]) -> Report:
    """The sections under their headings as rows, numbered as the lines of the file."""
    lines: list[ReportLine] = []

    def add(draft: Draft, heading: str) -> None:
        lines.append(
            ReportLine(
                edition=edition.key,
                line=len(lines) + 1,
                section=heading,
                article_id=draft.article_id,
                field=draft.field,
                text=draft.text,
                quote=draft.quote,
                part=draft.part,
                start=draft.start,
                end=draft.end,
                rests_on=draft.rests_on,
            )
        )

    add(Draft(TITLE, "heading"), "")
    for section, heading in SECTIONS:
        add(BLANK, lines[-1].section)
        add(Draft(f"### {heading}", "heading"), heading)
        for draft in bodies[section] or [Draft(EMPTY_SECTION, "empty_section")]:
            if draft.text.startswith("#### "):
                add(BLANK, heading)
            add(draft, heading)
    return Report("".join(f"{line.text}\n" for line in lines), lines)
