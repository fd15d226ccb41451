"""Rows of the reading tables: the page each article came from, and the article that was cleaned out of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Table
from secdigest_pipeline.intake.records import Kind, Section

ReadState = Literal["read", "feed_only", "blocked", "gone", "timeout", "unreachable", "too_large", "not_html", "empty"]


@dataclass(frozen=True, slots=True)
class Page:
    """What one article URL answered. The body lies in the page archive under `body_sha256`."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "stable hash of the canonical URL"]
    url: Annotated[str, "canonical URL asked"]
    final_url: Annotated[str, "URL that answered, after redirects"]
    fetched_at: Annotated[datetime, "when the page was fetched (not when it was taken from the archive), UTC"]
    status: Annotated[int | None, "HTTP status, null when none came"]
    content_type: Annotated[str, "Content-Type header as sent"]
    body_sha256: Annotated[str | None, "stored body; null when none was kept"]
    body_bytes: Annotated[int, "size of the body after decompression, bytes"]
    read_state: Annotated[ReadState, "read: a body that can be cleaned; else why there is none"]
    reason: Annotated[str, "the state in words, for example `HTTP 403` or `robots.txt`; empty when read"]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a page, as it stands there."""

    url: Annotated[str, "absolute URL"]
    text: Annotated[str, "link text"]


@dataclass(frozen=True, slots=True)
class Article:
    """What one canonical URL says. `text` is what an analyst reads; `page_text` is where indicators are searched."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "stable hash of the canonical URL"]
    item_id: Annotated[str, "feed item that brought it"]
    url: Annotated[str, "canonical URL"]
    title: Annotated[str, "title, from the page or else from the feed"]
    outlet: Annotated[str, "name of the feed that brought it"]
    feed_id: Annotated[str, "feed that brought it"]
    kind: Annotated[Kind, "kind of source"]
    lang: Annotated[str, "language of the feed, ISO 639-1"]
    section: Annotated[Section, "section by feed rule and headline"]
    published_at: Annotated[datetime | None, "publication time by the feed, UTC"]
    read_state: Annotated[ReadState, "read, feed_only (feed text used), or why nothing could be read"]
    read_reason: Annotated[str, "the page's state in words when it was not read"]
    text: Annotated[str, "cleaned article text; statement offsets count characters of this"]
    text_sha256: Annotated[str, "SHA-256 of title and text: what a kept reply is keyed by"]
    page_text: Annotated[
        str, "whole page as structure-preserving text without link targets; IOC offsets count characters of this"
    ]
    links: Annotated[tuple[Link, ...], "links of the page, in order, at most 2,000"]
    extractor: Annotated[str, "extractor and version, for example `trafilatura 2.3.1`"]
    characters: Annotated[int | None, "version of the rule by which characters are kept; null before 2"] = None


SourceKind = Literal["report", "advisory", "ioc_list", "raw", "pdf", "repository"]


@dataclass(frozen=True, slots=True)
class PrimaryPage:
    """A page an article rests on: the report, advisory, file or list of indicators that a link of it leads to."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "article that rests on it"]
    url: Annotated[str, "canonical URL of the link"]
    final_url: Annotated[str, "URL that answered, after redirects; `url` when none did"]
    kind: Annotated[SourceKind, "what it is by its address and the words of the link"]
    read_state: Annotated[ReadState, "read: its text is in page_text; else why it is not"]
    reason: Annotated[str, "the state in words; empty when read"]
    title: Annotated[str, "title the page gives itself; empty when none"]
    published: Annotated[datetime | None, "publication time if the page states one, UTC"]
    page_text: Annotated[str, "whole page as text, at most 500,000 characters; IOC offsets count characters of this"]
    links: Annotated[tuple[Link, ...], "links of the page, in order, at most 500"]
    found_on: Annotated[str, "URL of the page whose link led here: the article, or another primary page"]
    why: Annotated[str, "why the link was taken for a source, each reason with its weight"]
    format: Annotated[str, "what its bytes were read as: html, text, csv, json, stix, misp, pdf; empty when unread"]
    body_sha256: Annotated[str | None, "stored body; null when none was kept"]


@dataclass(frozen=True, slots=True)
class Story:
    """One article that tells the same event as another, which leads: the lead has the entry, this one is listed with it.

    When the lead is of an earlier edition, this article keeps its entry and the lead is listed there.
    """

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "article that follows"]
    lead_id: Annotated[str, "article that leads the story"]
    lead_edition: Annotated[DayKey, "edition of the lead"]
    url: Annotated[str, "canonical URL of the article that follows"]
    lead_url: Annotated[str, "canonical URL of the lead"]
    similarity: Annotated[float, "0 to 1: how alike the two are, or the pair that joins them through a third"]
    why: Annotated[str, "what they share: distinctive words and CVEs"]


ARTICLE_PAGES = Table("article_pages", Page, key=("article_id",))
CLEANED_ARTICLES = Table("cleaned_articles", Article, key=("article_id",))
PRIMARY_PAGES = Table("primary_pages", PrimaryPage, key=("article_id", "url"))
STORIES = Table("stories", Story, key=("article_id",))
