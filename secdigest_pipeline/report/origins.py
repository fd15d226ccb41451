"""Lines before they have a number, and what they rest on: values of other tables, named by table, key and column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from secdigest_pipeline.articles.records import Article, PrimaryPage, Story
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.intake.records import FeedItem
from secdigest_pipeline.report.records import LineField, Origin, Part, TableName
from secdigest_pipeline.vulnerabilities.records import CveFacts

BULLET = "    - "


@dataclass(frozen=True, slots=True)
class Draft:
    """One line before it has a number, fields as in ReportLine."""

    text: str
    field: LineField
    part: Part | None = None
    article_id: str | None = None
    rests_on: tuple[Origin, ...] = ()
    quote: str = ""
    start: int | None = None
    end: int | None = None


BLANK = Draft("", "blank")


def bullet(text: str, field: LineField, part: Part, article: Article, *rests_on: Origin) -> Draft:
    """`text` as a bullet of the entry of `article`."""
    return Draft(BULLET + text, field, part, article.article_id, rests_on)


def memo_line(text: str, *rests_on: Origin) -> Draft:
    """`text` as a bullet of その他のメモ."""
    return Draft(f"- {text}", "memo", rests_on=rests_on)


def joined(lines: Sequence[Draft]) -> Draft:
    """Bullets as one, with the field of the first and the origins of all."""
    text = "".join(line.text.removeprefix(BULLET) for line in lines)
    return replace(lines[0], text=BULLET + text, rests_on=tuple(origin for line in lines for origin in line.rests_on))


def of_item(item: FeedItem, column: str) -> Origin:
    """A value of a feed item."""
    return Origin("raw_feed_items", (item.item_id,), column, item.url)


def of_article(article: Article, column: str) -> Origin:
    """A value of the article as it was read."""
    return Origin("cleaned_articles", (article.article_id,), column, article.url)


def of_analysis(article: Article, column: str) -> Origin:
    """A value of what an analyst says of the article."""
    return Origin("article_analyses", (article.article_id,), column, article.url)


def of_ioc(ioc: Ioc, column: str = "value") -> Origin:
    """A value of one row of the ledger, with the page it stands on."""
    return Origin("iocs", (ioc.article_id, ioc.type, ioc.value), column, ioc.source_url)


def of_iocs(article_ids: Iterable[str]) -> tuple[Origin, ...]:
    """How many values the ledger has of these articles, and which of them it keeps."""
    return tuple(Origin("iocs", (article_id,), "is_ioc") for article_id in dict.fromkeys(article_ids))


def of_all(table: TableName, column: str) -> Origin:
    """All rows that a table has of the edition, which the line counts or sums up."""
    return Origin(table, (), column)


def of_page(page: PrimaryPage) -> Origin:
    """The address of a page that an article rests on."""
    return Origin("primary_pages", (page.article_id, page.url), "final_url", page.final_url)


def of_story(story: Story) -> Origin:
    """An article of the same edition that tells the story of the entry."""
    return Origin("stories", (story.article_id,), "url", story.url)


def of_lead(story: Story) -> Origin:
    """The article of an earlier edition that the story follows up, with that edition's date."""
    return Origin("stories", (story.article_id,), "lead_url", story.lead_url, date.fromisoformat(story.lead_edition))


def of_facts(facts: Iterable[CveFacts]) -> tuple[Origin, ...]:
    """What the catalogues say of each CVE, with the date of the catalogue."""
    found = []
    for row in facts:
        if row.kev == "listed":
            shown = "kev_date_added" if row.kev_date_added else "kev"
            found.append(Origin("cve_facts", (row.cve,), shown, as_of=row.kev_as_of))
        if row.epss_score is not None:
            found.append(Origin("cve_facts", (row.cve,), "epss_score", as_of=row.epss_as_of))
    return tuple(found)
