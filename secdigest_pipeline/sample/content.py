"""The sample world's content as records: sites, feed entries, articles and recorded replies, read from `content/`.

Every name, company, person, malware and CVE in it is invented; hosts lie under `.example` and `.test`. Times in the
files are Asia/Tokyo without an offset. What the pipeline must make of an entry (`expect`) stands beside the entry.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml

from secdigest_pipeline.base.editions import JST, Edition

CONTENT = Path(__file__).with_name("content")
FEEDS = Path(__file__).with_name("feeds.yaml")

FeedFormat = Literal["rss2", "atom", "rdf", "broken", "missing", "html"]
PageState = Literal["ok", "blocked", "gone", "robots"]


@dataclass(frozen=True, slots=True)
class Site:
    """One host and how its pages look."""

    host: str
    name: str
    lang: str
    layout: Literal["news", "blog", "advisory"]
    tagline: str
    nav: tuple[str, ...]
    robots: str


@dataclass(frozen=True, slots=True)
class FeedShape:
    """How one feed of feeds.yaml is served. `entries` is the most it shows at once."""

    feed_id: str
    url: str
    name: str
    site: str
    lang: str
    format: FeedFormat
    encoding: str
    entries: int
    validators: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What intake must make of one entry when the feeds are polled at `World.poll_times`."""

    edition: str
    feed_id: str
    url: str
    title: str
    membership: str
    section: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one feed. `published` is what the feed says (None: nothing); `visible` when it first shows it."""

    feed_id: str
    guid: str
    link: str
    title: str
    summary: str
    content: str
    categories: tuple[str, ...]
    published: datetime | None
    visible: datetime
    expected: Expected


@dataclass(frozen=True, slots=True)
class Article:
    """One page of the world. `body` and `appendix` are HTML; `reply` is the recorded reply as written in its file."""

    url: str
    title: str
    author: str
    published: datetime
    encoding: str
    page: PageState
    body: str
    appendix: str
    tags: tuple[str, ...]
    summary: str
    reply: dict[str, Any] | None

    @property
    def host(self) -> str:
        """Host of the page."""
        return urlsplit(self.url).netloc


def load_sites() -> dict[str, Site]:
    """Sites by host."""
    return {
        host: Site(
            host=host,
            name=fields["name"],
            lang=fields["lang"],
            layout=fields["layout"],
            tagline=fields["tagline"],
            nav=tuple(fields["nav"]),
            robots=fields.get("robots", "User-agent: *\nAllow: /\n"),
        )
        for host, fields in read(CONTENT / "sites.yaml").items()
    }


def load_shapes() -> tuple[FeedShape, ...]:
    """Feeds in the order of feeds.yaml, each with how it is served (`content/shapes.yaml`)."""
    shapes = read(CONTENT / "shapes.yaml")
    return tuple(
        FeedShape(
            feed_id=feed["id"],
            url=feed["url"],
            name=feed["name"],
            site=feed["site"],
            lang=feed["lang"],
            format=shapes[feed["id"]]["format"],
            encoding=shapes[feed["id"]].get("encoding", "utf-8"),
            entries=shapes[feed["id"]].get("entries", 12),
            validators=shapes[feed["id"]].get("validators", True),
        )
        for feed in read(FEEDS)["feeds"]
    )


def load_articles() -> tuple[tuple[Article, ...], tuple[Entry, ...]]:
    """Articles, one a file, and the feed entries that announce them."""
    articles: list[Article] = []
    entries: list[Entry] = []
    for path in sorted((CONTENT / "articles").glob("*.yaml")):
        fields = read(path)
        article = Article(
            url=fields["url"],
            title=fields["title"],
            author=fields["author"],
            published=_moment(fields["published"]),
            encoding=fields.get("encoding", "utf-8"),
            page=fields.get("page", "ok"),
            body=as_html(fields["body"]),
            appendix=as_html(fields.get("appendix", "")),
            tags=tuple(fields.get("tags", ())),
            summary=fields["summary"],
            reply=fields.get("reply"),
        )
        articles.append(article)
        entries.extend(_entry(listing, article) for listing in fields["listed"])
    return tuple(articles), tuple(entries)


def load_loose_entries() -> tuple[Entry, ...]:
    """Entries that announce no article of this world: incident headlines, and links that lead nowhere good."""
    return tuple(_entry(listing, None) for listing in read(CONTENT / "entries.yaml"))


def as_html(text: str) -> str:
    """HTML of a body: blocks parted by blank lines; `## ` heads, `- ` lists, `<` is HTML already, else a paragraph."""
    blocks = []
    for block in text.strip().split("\n\n"):
        if block.startswith("<"):
            blocks.append(block)
        elif block.startswith("## "):
            blocks.append(f"<h2>{block[3:]}</h2>")
        elif block.startswith("- "):
            items = "".join(f"<li>{item}</li>\n" for item in block[2:].split("\n- "))
            blocks.append(f"<ul>\n{items}</ul>")
        elif block:
            blocks.append(f"<p>{_joined(block)}</p>")
    return "\n".join(blocks)


def _joined(block: str) -> str:
    """Lines of a paragraph as one; Japanese lines are joined without a space."""
    lines = block.split("\n")
    text = lines[0]
    for line in lines[1:]:
        text += ("" if ord(text[-1]) > 0x2FFF or ord(line[0]) > 0x2FFF else " ") + line
    return text


_LISTING_KEYS = frozenset(
    {"feed", "guid", "url", "link", "title", "summary", "published", "visible", "full_text", "expect"}
)


def _entry(listing: dict[str, Any], article: Article | None) -> Entry:
    if unknown := listing.keys() - _LISTING_KEYS:
        raise ValueError(f"entry of {listing.get('feed')} has unknown keys: {', '.join(map(str, unknown))}")
    url = listing.get("url", article.url if article else "")
    title = listing.get("title", article.title if article else "")
    stated = listing.get("published", "" if article is None else article.published)
    published = None if stated == "none" else _moment(stated)
    visible = _moment(listing["visible"]) if "visible" in listing else published
    if visible is None:
        raise ValueError(f"entry {title!r} of {listing['feed']} has neither a time of its own nor `visible`")
    expect = listing.get("expect", {})
    return Entry(
        feed_id=listing["feed"],
        guid=listing.get("guid", url),
        link=listing.get("link", url),
        title=title,
        summary=listing.get("summary", article.summary if article else ""),
        content=article.body if article and listing.get("full_text") else "",
        categories=article.tags if article else (),
        published=published,
        visible=visible,
        expected=Expected(
            edition=str(expect.get("edition", Edition.of(published or visible).key)),
            feed_id=listing["feed"],
            url=url,
            title=title,
            membership=expect.get("membership", "published"),
            section=expect.get("section", "news"),
            kept=expect.get("kept", True),
            reason=expect.get("reason", ""),
        ),
    )


def _moment(stated: str | datetime) -> datetime:
    if isinstance(stated, datetime):
        return stated
    return datetime.strptime(stated, "%Y-%m-%d %H:%M").replace(tzinfo=JST).astimezone(UTC)


def read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
