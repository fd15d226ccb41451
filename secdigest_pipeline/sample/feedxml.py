"""XML of the sample world's feeds: RSS 2.0, Atom, RSS 1.0 (RDF), and an RSS 2.0 that is not well formed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.sample.content import Entry, FeedShape

CONTENT_TYPES = {
    "rss2": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    # As many Japanese sites do: no charset in the header, only in the XML declaration.
    "rdf": "application/rdf+xml",
    "broken": "text/xml",
}


def feed_xml(shape: FeedShape, entries: Sequence[Entry]) -> bytes:
    """The feed's body with `entries` in the order given, encoded as the feed is."""
    text = _RENDERERS[shape.format](shape, entries)
    return text.encode(shape.encoding, errors="xmlcharrefreplace")


def _rss2(shape: FeedShape, entries: Sequence[Entry]) -> str:
    return _rss_frame(shape, "".join(_rss_item(entry) for entry in entries)) + "</channel>\n</rss>\n"


def _broken(shape: FeedShape, entries: Sequence[Entry]) -> str:
    """Bare ampersands in links and no end of the channel, as a hand-made generator writes it."""
    return _rss_frame(shape, "".join(_rss_item(entry).replace("&amp;", "&") for entry in entries))


def _rss_frame(shape: FeedShape, items: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
        f"<title>{escape(shape.name)}</title>\n<link>{escape(shape.site)}</link>\n"
        f"<description>{escape(shape.name)}</description>\n<language>{shape.lang}</language>\n{items}"
    )


def _rss_item(entry: Entry) -> str:
    lines = [f"<title>{escape(entry.title)}</title>"]
    if entry.link:
        lines.append(f"<link>{escape(entry.link)}</link>")
    lines.append(f'<guid isPermaLink="false">{escape(entry.guid)}</guid>')
    lines.extend(f"<category>{escape(name)}</category>" for name in entry.categories)
    if entry.published:
        lines.append(f"<pubDate>{format_datetime(entry.published)}</pubDate>")
    lines.append(f"<description>{escape(entry.summary)}</description>")
    if entry.content:
        lines.append(f"<content:encoded><![CDATA[{entry.content}]]></content:encoded>")
    return "<item>\n" + "\n".join(lines) + "\n</item>\n"


def _atom(shape: FeedShape, entries: Sequence[Entry]) -> str:
    updated = _iso(max((entry.visible for entry in entries), default=None))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{escape(shape.name)}</title>\n<id>{escape(shape.url)}</id>\n<updated>{updated}</updated>\n"
        f'<link rel="alternate" href={quoteattr(shape.site)}/>\n<link rel="self" href={quoteattr(shape.url)}/>\n'
        + "".join(_atom_entry(entry) for entry in entries)
        + "</feed>\n"
    )


def _atom_entry(entry: Entry) -> str:
    lines = [
        f"<title>{escape(entry.title)}</title>",
        f"<id>{escape(entry.guid)}</id>",
        f'<link rel="alternate" type="text/html" href={quoteattr(entry.link)}/>',
        f"<published>{_iso(entry.published)}</published>",
        f"<updated>{_iso(entry.visible)}</updated>",
        *(f"<category term={quoteattr(name)}/>" for name in entry.categories),
        f'<summary type="html">{escape(escape(entry.summary))}</summary>',
    ]
    if entry.content:
        lines.append(f'<content type="html">{escape(entry.content)}</content>')
    return "<entry>\n" + "\n".join(lines) + "\n</entry>\n"


def _rdf(shape: FeedShape, entries: Sequence[Entry]) -> str:
    places = "".join(f"<rdf:li rdf:resource={quoteattr(entry.link)}/>\n" for entry in entries)
    items = "".join(
        f"<item rdf:about={quoteattr(entry.link)}>\n<title>{escape(entry.title)}</title>\n"
        f"<link>{escape(entry.link)}</link>\n<description>{escape(entry.summary)}</description>\n"
        f"<dc:date>{_iso(entry.published)}</dc:date>\n</item>\n"
        for entry in entries
    )
    return (
        f'<?xml version="1.0" encoding="{shape.encoding.upper()}"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="ja">\n'
        f"<channel rdf:about={quoteattr(shape.url)}>\n<title>{escape(shape.name)}</title>\n"
        f"<link>{escape(shape.site)}</link>\n<description>{escape(shape.name)}</description>\n"
        f"<items><rdf:Seq>\n{places}</rdf:Seq></items>\n</channel>\n{items}</rdf:RDF>\n"
    )


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(JST).isoformat() if moment else ""


_RENDERERS: dict[str, Callable[[FeedShape, Sequence[Entry]], str]] = {
    "rss2": _rss2,
    "atom": _atom,
    "rdf": _rdf,
    "broken": _broken,
}
