"""Rows of the intake tables: what each poll of a feed answered, and every item seen, kept or left out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Named, Table

Section = Literal["news", "jp_incidents", "memo", "tools", "malware_campaign", "security_report", "cybercrime"]
Membership = Literal["published", "late", "undated", "future"]
SeenVia = Literal["poll", "first_poll", "history"]
Kind = Literal["news", "incident", "vendor research", "gov", "CERT"]
Coverage = Literal["polled", "archive", "wayback", "partial", "none"]


@dataclass(frozen=True, slots=True)
class Poll:
    """One request to one feed and what came back. Written once, never changed."""

    feed_id: Annotated[str, "feed of feeds.yaml"]
    polled_at: Annotated[datetime, "when the answer was complete, UTC"]
    url: Annotated[str, "URL asked"]
    final_url: Annotated[str, "URL that answered, after redirects"]
    outcome: Annotated[
        Literal["new", "unchanged", "error"],
        "new: a body was stored; unchanged: 304 or the same bytes; error: see reason",
    ]
    status: Annotated[int | None, "HTTP status, null when none came"]
    reason: Annotated[str, "why outcome is error, or what was odd; empty when all is well"]
    body_sha256: Annotated[str | None, "stored body this poll saw (for unchanged and for most errors: the earlier one)"]
    content_type: Annotated[str, "Content-Type header that body came with"]
    etag: Annotated[str, "ETag to send next time; kept from the earlier poll when a 304 has none and after errors"]
    last_modified: Annotated[str, "Last-Modified to send next time"]
    entries: Annotated[int | None, "entries parsed from the body; null when it could not be parsed"]
    moved_to: Annotated[str, "where the URL has moved for good (301, 308), empty when it has not"]
    failures: Annotated[int, "polls in a row, up to this one, that ended in an error"]
    not_before: Annotated[datetime | None, "the feed is not asked again before (Retry-After, back-off), UTC"]
    via: Annotated[Literal["feed", "history"], "the feed itself, or a source of the past (dated archive, sitemap ...)"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One entry of one feed, when a snapshot showed it that the one before did not. Written once, never changed.

    An item may be sighted more than once (it left the feed and came back); the earliest sighting is the one that counts.
    """

    item_id: Annotated[str, "stable hash of feed id and guid (canonical link when there is no guid)"]
    article_id: Annotated[str | None, "stable hash of the canonical URL; null when the item has no usable link"]
    feed_id: Annotated[str, "feed of feeds.yaml"]
    seen_at: Annotated[datetime, "when the snapshot was complete, UTC"]
    seen_via: Annotated[
        SeenVia, "poll; first_poll: the feed's first snapshot, with its backlog; history: a source of the past"
    ]
    published_at: Annotated[datetime | None, "publication time, UTC; null when the feed gives none that can be read"]
    guid: Annotated[str, "id or guid as published; empty when none"]
    link: Annotated[str, "link as published, made absolute; empty when none"]
    url: Annotated[str, "canonical URL; empty when none"]
    title: Annotated[str, "title as plain text"]
    summary: Annotated[str, "summary or description as plain text, at most 20,000 characters"]
    content: Annotated[str, "full content the feed carries, HTML, at most 500,000 characters; empty when none"]
    categories: Annotated[tuple[str, ...], "categories as published"]
    body_sha256: Annotated[str, "stored feed body the item was read from"]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of one feed as published, with the edition it belongs to and whether it was kept."""

    edition: Annotated[DayKey, "edition date, YYYY-MM-DD"]
    item_id: Annotated[str, "stable hash of feed id and guid (canonical link when there is no guid)"]
    article_id: Annotated[str | None, "stable hash of the canonical URL; null when the item has no usable link"]
    feed_id: Annotated[str, "feed of feeds.yaml"]
    feed_name: Annotated[str, "name of the feed at that time"]
    kind: Annotated[Kind, "kind of source"]
    lang: Annotated[str, "language of the feed, ISO 639-1"]
    guid: Annotated[str, "id or guid as published; empty when none"]
    link: Annotated[str, "link as published, made absolute; empty when none"]
    url: Annotated[str, "canonical URL; empty when none"]
    title: Annotated[str, "title as plain text"]
    summary: Annotated[str, "summary or description as plain text, at most 20,000 characters"]
    content: Annotated[
        str, "full content the feed carries, HTML as published, at most 500,000 characters; empty when none"
    ]
    categories: Annotated[tuple[str, ...], "categories as published"]
    published_at: Annotated[datetime | None, "publication time, UTC; null when the feed gives none that can be read"]
    first_seen_at: Annotated[datetime, "first poll that showed the item, UTC"]
    body_sha256: Annotated[str, "stored feed body the item was first read from"]
    membership: Annotated[Membership, "why the item belongs to this edition (docs/architecture.md, Editions)"]
    section: Annotated[Section, "section by the feed's rule and the headline (docs/contract.md 1.8)"]
    kept: Annotated[bool, "whether the item goes on to be read"]
    reason: Annotated[
        str, "why it was left out: duplicate_url, earlier_edition, no_link, bad_link, excluded, not_news, over_limit"
    ]


@dataclass(frozen=True, slots=True)
class Reach:
    """One answer of a source of a feed's past, or (url empty) what the source came to for an edition. Never changed."""

    feed_id: Annotated[str, "feed of feeds.yaml"]
    source: Annotated[str, "protocol of the source, by its name in intake/history/protocols.py"]
    edition: Annotated[DayKey, "edition it was asked for, YYYY-MM-DD"]
    url: Annotated[str, "URL asked; empty in the row that sums up the source for the edition"]
    asked_at: Annotated[datetime, "when the answer was complete, UTC"]
    state: Annotated[
        Literal["whole", "part", "failed"], "whole: as asked; part: something is missing; failed: no usable answer"
    ]
    reason: Annotated[str, "what is missing or failed; empty when nothing is"]
    start: Annotated[
        datetime | None, "everything the feed published from here, UTC; null when nothing is proven", Named("start_at")
    ]
    end: Annotated[datetime | None, "... up to here was shown, UTC", Named("end_at")]
    body_sha256: Annotated[str | None, "stored body of the answer"]
    final_url: Annotated[str, "URL that answered, after redirects"]
    content_type: Annotated[str, "Content-Type header of the body"]
    status: Annotated[int | None, "HTTP status, null when none came"]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How sure it is that everything a feed published in an edition's window was seen."""

    edition: Annotated[DayKey, "edition date, YYYY-MM-DD"]
    feed_id: Annotated[str, "feed of feeds.yaml"]
    completeness: Annotated[
        Coverage,
        "polled: by polls of the feed alone; archive: with dated archives of the site; wayback: with the Wayback "
        "Machine; partial: a part of the window, or not certain; none: nothing",
    ]
    reason: Annotated[str, "by what it is covered, or which part is not and why"]


@dataclass(frozen=True, slots=True)
class FeedCompleteness:
    """What one enabled feed came to for an edition, when its items were read: all that the report says of feeds."""

    edition: Annotated[DayKey, "edition date, YYYY-MM-DD"]
    feed_id: Annotated[str, "feed of feeds.yaml"]
    name: Annotated[str, "name of the feed at that time"]
    completeness: Annotated[
        Coverage,
        "polled: by polls of the feed alone; archive: with dated archives of the site; wayback: with the Wayback "
        "Machine; partial: a part of the window, or not certain; none: nothing",
    ]
    reason: Annotated[str, "by what it is covered, or which part is not and why"]
    failed: Annotated[bool, "polled for the edition (window and grace), and never with a readable answer"]
    overdue: Annotated[bool, "at the edition's close quiet for longer than ever in 90 days"]
    emptied: Annotated[bool, "its last body has no entry although it had items before"]
    moved_to: Annotated[str, "where the URL has moved for good; empty when it has not"]
    waiting: Annotated[bool, "its last poll failed before the window began: it waits to be asked again"]
    provisional: Annotated[bool, "read before the edition's cut-off: the window was still open"]


POLLS = Table("feed_snapshots", Poll, key=("feed_id", "polled_at", "url"))
SIGHTINGS = Table("sightings", Sighting, key=("item_id", "seen_at"))
RAW_FEED_ITEMS = Table("raw_feed_items", FeedItem, key=("item_id",))
HISTORY = Table("history", Reach, key=("feed_id", "source", "edition", "url", "asked_at"))
FEED_COMPLETENESS = Table("feed_completeness", FeedCompleteness, key=("feed_id",))
