"""The Markdown report of one edition, and where each of its lines comes from (report-contract 1.1 to 1.8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem, Section
from secdigest_pipeline.report import text
from secdigest_pipeline.report.entry import BLANK, BrokenReport, Draft, Entry, block, headline, linked_summary
from secdigest_pipeline.report.grammar import EMPTY_SECTION, SECTIONS, TITLE
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
    memo: Sequence[str],
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
    known = _Known(articles, analyses, iocs, primary, facts)
    printed: set[str | None] = set()
    followers = known.gather(edition, items, stories)
    for item in items:
        if not item.kept or item.article_id in printed or item.article_id in followers:
            continue
        printed.add(item.article_id)
        if item.section != "news":
            bodies[item.section] += headline(item, known.facts.get(item.article_id or "", ()))
            continue
        entry = known.entry(item)
        section = entry.analysis.section
        bodies[section] += block(entry) if section == "news" else linked_summary(entry)
    bodies["memo"] += [Draft(f"- {line}", "memo") for line in map(text.line, memo) if line]
    return _numbered(edition, bodies)


class _Known:
    """Rows by article."""

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
        self.also: dict[str, list[str]] = defaultdict(list)
        self.earlier: dict[str, tuple[str, str]] = {}
        self.followers: dict[str, list[str]] = defaultdict(list)

    def gather(self, edition: Edition, items: Iterable[FeedItem], stories: Iterable[Story]) -> set[str]:
        """Note what stands with each entry; returns the articles that stand with another's and have none."""
        news = {item.article_id for item in items if item.kept and item.section == "news"}
        followers: set[str] = set()
        for story in stories:
            if story.lead_edition != edition.key:
                self.earlier[story.article_id] = (story.lead_edition, story.lead_url)
            elif story.lead_id in news and story.article_id in news:
                self.also[story.lead_id].append(story.url)
                self.followers[story.lead_id].append(story.article_id)
                followers.add(story.article_id)
        return followers

    def entry(self, item: FeedItem) -> Entry:
        article = self.articles.get(item.article_id or "")
        analysis = self.analyses.get(item.article_id or "")
        if article is None or analysis is None:
            missing = "article" if article is None else "analysis"
            raise BrokenReport(f"article {item.article_id} ({item.url}): kept, but there is no {missing} of it")
        # What followers found stands with the lead: their values are in the CSV, and nowhere else in the report.
        keys = [article.article_id, *self.followers[article.article_id]]
        iocs: dict[tuple[str, str, bool], Ioc] = {}
        for ioc in (ioc for key in keys for ioc in self.iocs[key]):
            iocs.setdefault((ioc.type, ioc.value, ioc.is_ioc), ioc)
        return Entry(
            item,
            article,
            analysis,
            tuple(iocs.values()),
            tuple(page for key in keys for page in self.sources[key]),
            tuple(dict.fromkeys(self.also[article.article_id])),
            self.earlier.get(article.article_id),
            tuple({fact.cve: fact for key in keys for fact in self.facts.get(key, ())}.values()),
        )


def _numbered(edition: Edition, bodies: Mapping[Section, Sequence[Draft]]) -> Report:
    lines: list[ReportLine] = []

    def put(draft: Draft, heading: str) -> None:
        lines.append(
            ReportLine(edition.key, len(lines) + 1, heading, draft.article_id, draft.field, draft.text, draft.quote)
        )

    put(Draft(TITLE, "heading"), "")
    for section, heading in SECTIONS:
        put(BLANK, lines[-1].section)
        put(Draft(f"### {heading}", "heading"), heading)
        for draft in bodies[section] or [Draft(EMPTY_SECTION, "blank")]:
            if draft.field == "title":
                put(BLANK, heading)
            put(draft, heading)
    return Report("".join(f"{line.text}\n" for line in lines), lines)
