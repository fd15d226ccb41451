"""Entries of a feed body by feedparser, as plain values; runs in a worker process (165 KB can cost seconds).

feedparser only ever gets an io.BytesIO: a bytes or str argument may be opened as a file or fetched as a URL (see
docs/decisions/worker-processes.md). Its `bozo` flag is no reason to reject anything, and its reading of encodings is replaced by `charset`.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.fetching.charset import feed_text
from secdigest_pipeline.fetching.plain import plain_text, plain_text_line
from secdigest_pipeline.fetching.urls import canonical_url, item_id
from secdigest_pipeline.intake.polling.dates import parse_date

PARSE_SECONDS = 20.0
MAX_ITEMS = 200
MAX_TITLE = 500
MAX_SUMMARY = 20_000
MAX_CONTENT = 500_000
MAX_GUID = 1_000
MAX_LINK = 4_096
MAX_CATEGORIES = 30
_FULL_TEXT = 2_000  # a description longer than this is the article, not a summary of it
_EARLIEST_YEAR = 1990

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry: its id, and its fields as FeedItem describes them."""

    item_id: str
    guid: str
    link: str
    url: str
    title: str
    summary: str
    content: str
    categories: tuple[str, ...]
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed body read: how many entries it has, the ids of all of them, and the newest in full.

    `reason` says what is odd ("no entries"); with `entries` None the body is not a feed and `reason` says what it is.
    """

    entries: int | None
    item_ids: frozenset[str]
    items: tuple[ParsedItem, ...]
    reason: str
    older: str = ""
    """The document with the entries before these, where the feed links to one (RFC 5005)."""


def parse_feed(feed_id: str, lang: str, body: bytes, url: str, content_type: str, most: int = MAX_ITEMS) -> ParsedFeed:
    """The entries of `body`, which was found at `url`, the newest `most` of them in full.

    May raise whatever feedparser raises on broken input.
    """
    import feedparser

    text = feed_text(body, content_type, lang)
    tree = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        # The bodies are never shown as they are; cleaning them here would cost two thirds of the time.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = tree["entries"]
    older = _older(tree["feed"], url)
    if not entries:
        if tree.get("version"):
            return ParsedFeed(0, frozenset(), (), "no entries", older)
        return ParsedFeed(None, frozenset(), (), _what_it_is(body, text))
    links = [_link(entry, url) for entry in entries]
    ids = _ids(feed_id, entries, links)
    dates = [_published(entry, lang) for entry in entries]
    order = sorted(range(len(entries)), key=lambda at: (dates[at] is None, -_seconds(dates[at])))
    newest: dict[str, ParsedItem] = {}
    for at in order:
        if len(newest) == most:
            break
        if ids[at] not in newest:
            newest[ids[at]] = _item(entries[at], ids[at], links[at], dates[at])
    return ParsedFeed(len(entries), frozenset(ids), tuple(newest.values()), "", older)


def _older(feed: Entry, base: str) -> str:
    """The link of an RFC 5005 document to the one before it: an archive (section 4) or a page (section 3)."""
    links = {str(link.get("rel")): str(link.get("href") or "") for link in reversed(feed.get("links") or [])}
    for rel in ("prev-archive", "next", "prev-page"):
        if links.get(rel):
            return urljoin(base, links[rel][:MAX_LINK])
    return ""


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _what_it_is(body: bytes, text: str) -> str:
    head = text[:2000].lstrip().lower()
    if not body.strip():
        return "empty body"
    if head.startswith(("<!doctype html", "<html")) or "<html" in head or "<body" in head:
        return "HTML instead of a feed"
    return "not a feed (no RSS, RDF or Atom)"


def _ids(feed_id: str, entries: list[Entry], links: list[tuple[str, str]]) -> list[str]:
    keys = []
    repeated = Counter(_guid(entry) for entry in entries)
    for entry, (link, url) in zip(entries, links, strict=True):
        guid = _guid(entry)
        if guid and repeated[guid] == 1:
            keys.append(guid)
        elif guid or url or link:
            # Some feeds give every entry the same guid; then the link tells them apart.
            keys.append(f"{guid}\n{url or link}" if guid else url or link)
        else:
            title = plain_text_line(str(entry.get("title") or ""), MAX_TITLE)
            keys.append(f"title\n{title}\n{dict.get(entry, 'published') or dict.get(entry, 'updated') or ''}")
    return [item_id(feed_id, key) for key in keys]


def _guid(entry: Entry) -> str:
    return " ".join(str(entry.get("id") or "").split())[:MAX_GUID]


def _link(entry: Entry, base: str) -> tuple[str, str]:
    """The entry's link as published (absolute), and its canonical URL ("" when it has none)."""
    published = ""
    for link in _candidates(entry):
        link = printable(link.strip(), "")[:MAX_LINK]
        canonical = canonical_url(link, base)
        if canonical is not None:
            return link, canonical
        published = published or link
    return published, ""


def _candidates(entry: Entry) -> Iterator[str]:
    # The address behind a feed proxy's own link, where the proxy tells it.
    yield str(entry.get("feedburner_origlink") or "")
    yield str(entry.get("link") or "")
    for link in entry.get("links") or []:
        if link.get("rel", "alternate") == "alternate":
            yield str(link.get("href") or "")
    guid = str(entry.get("id") or "")
    if guid.startswith(("http://", "https://")):
        yield guid


def _published(entry: Entry, lang: str) -> datetime | None:
    for name in ("published", "updated", "created"):
        # dict.get: feedparser's own answers a missing `updated` with `published` and a warning.
        moment = parse_date(str(dict.get(entry, name) or ""), lang)
        if moment is not None:
            return moment
        parsed = dict.get(entry, f"{name}_parsed")
        if parsed:
            try:
                moment = datetime(*parsed[:6]).replace(tzinfo=UTC)  # noqa: DTZ001
            except (ValueError, TypeError, OverflowError):
                continue
            if moment.year >= _EARLIEST_YEAR:
                return moment
    return None


def _item(entry: Entry, key: str, link: tuple[str, str], published: datetime | None) -> ParsedItem:
    contents = [str(part.get("value") or "") for part in entry.get("content") or []]
    summary = str(entry.get("summary") or "")
    content = max(contents, key=len, default="") or (summary if len(summary) > _FULL_TEXT else "")
    categories = (
        plain_text_line(str(tag.get("term") or tag.get("label") or ""), 200) for tag in entry.get("tags") or []
    )
    return ParsedItem(
        item_id=key,
        guid=_guid(entry),
        link=link[0],
        url=link[1],
        title=plain_text_line(str(entry.get("title") or ""), MAX_TITLE),
        summary=plain_text(summary or content, MAX_SUMMARY),
        content=content[:MAX_CONTENT],
        categories=tuple(dict.fromkeys(filter(None, categories)))[:MAX_CATEGORIES],
        published_at=published,
    )
