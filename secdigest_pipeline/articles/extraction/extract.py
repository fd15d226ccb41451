"""HTML bytes to article: runs in a worker process, because parsers of hostile pages can hang, crash or eat memory.

Everything is in memory and deterministic; nothing here opens a file or a connection.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from secdigest_pipeline.articles.extraction.article_text import below_headline, compose, solid_text
from secdigest_pipeline.articles.extraction.belonging import holds, is_article_of_its_own
from secdigest_pipeline.articles.extraction.blocks import HEADINGS, Layout, layout
from secdigest_pipeline.articles.extraction.titles import headline, occurs, page_title
from secdigest_pipeline.base.characters import compact, cut, one_line, visible
from secdigest_pipeline.fetching.charset import decode

MAX_TEXT = 500_000
MAX_PAGE_TEXT = 2_000_000
MAX_LINKS = 2_000
EXTRACTOR = f"trafilatura {version('trafilatura')}"
HEADLINE = "below headline"
WHOLE_PAGE = "whole page"
PLAIN = "plain text"
FEED = "feed"

_MAX_URL = 4096
_MAX_LINK_TEXT = 500
_ABSOLUTE = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:[/?#][!-~]{0,2000})?")
_ORIGIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#]|\Z)")
_SEGMENT = "[A-Za-z0-9_-][A-Za-z0-9_.~%+-]*+"
_FROM_ROOT = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*+/?)?(?:\?[A-Za-z0-9_.~%+=&/-]{{1,1000}})?")
# A shorter text is not taken from the first strategy alone.
_SHORT = 250
# Three times what the largest page of corpora/intake has; far beyond it trafilatura takes minutes and gigabytes.
_MAX_ELEMENTS = 50_000
_STRATEGIES: tuple[Mapping[str, Any], ...] = ({"fast": True}, {}, {"favor_recall": True})
_MARKUP = re.compile(r"<(?:!doctype|html|body|p|div)\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>")
_INLINE = frozenset("a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup "
                    "time tt u var wbr".split())  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "svg", "noscript"})

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a page says; `text` is "" when nothing on it is the article."""

    title: str
    text: str
    page_text: str
    links: tuple[tuple[str, str], ...]  # absolute URL, link text
    extractor: str


def extract_page(
    body: bytes, content_type: str, url: str, feed_title: str, asked: str = "", carried: str = ""
) -> Extraction:
    """The article of an HTML or plain text page; `url` is the address that answered, `content_type` its header as sent.

    Of its feed entry: the title, the address `asked` for (of a page without an entry: none), and what it `carried` of the text.
    """
    text = decode(body, content_type)
    if content_type.lower().startswith("text/plain") and not _MARKUP.search(text, 0, 2000):
        return _plain(text, feed_title)
    tree = _parsed(text)
    if tree is None:
        return Extraction(feed_title, "", "", (), EXTRACTOR)
    own_title = page_title(tree)
    title = headline(own_title, feed_title)
    certain = bool(own_title) and title == own_title
    if not certain and is_article_of_its_own(tree, own_title, asked, url):
        title = own_title
    page = layout(tree)
    text, extractor = _article(tree, page, title, carried, certain=certain)
    if not text:
        title = feed_title or title
    return Extraction(title, cut(text, MAX_TEXT), cut(page.text(), MAX_PAGE_TEXT), tuple(_links(tree, url)), extractor)


def extract_feed_text(markup: str, url: str, title: str) -> Extraction:
    """The article as a feed carries it: all of it is the article, whether its words are those of the title or not."""
    tree = _parsed(markup)
    if tree is None:
        return Extraction(title, "", "", (), FEED)
    page = layout(tree)
    links = tuple(_links(tree, url))
    return Extraction(title, cut(solid_text(page, title), MAX_TEXT), cut(page.text(), MAX_PAGE_TEXT), links, FEED)


def _plain(text: str, title: str) -> Extraction:
    lines = (line.rstrip() for line in visible(text).split("\n"))
    whole = cut("\n".join(line for line in lines if line), MAX_PAGE_TEXT)
    return Extraction(title, cut(whole, MAX_TEXT), whole, (), PLAIN)


def _parsed(html: str) -> Any:
    """The tree of an HTML document, also of one nested deeper than the parser goes; None when there is no element."""
    tree, too_deep = _tree(html)
    if too_deep:
        tree, _ = _tree(_flattened(html))
    return tree


def _tree(html: str) -> tuple[Any, bool]:
    # huge_tree lifts libxml2's limits of 256 levels and 10 MB a text to 2,048 levels and none (docs/decisions/worker-processes.md)
    parser = lxml.html.HTMLParser(
        huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False
    )
    # lxml.html's own lookup is a Python call an element; nothing here needs its special classes
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    data = html.replace("\0", "").encode("utf-8", errors="replace")
    try:
        tree = lxml.html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        tree = None
    return tree, any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


def _flattened(html: str) -> str:
    """`html` without nesting: links and line structure stay, everything else that opens or closes is a new line."""
    parts: list[str] = []
    silent = ""
    at = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if not silent:
            parts.append(html[at : tag.start()])
            if name == "a" or name == "title":
                parts.append(tag[0])
            elif name not in _INLINE:
                parts.append("<p>")
            if name in _SILENT and not tag[1] and not tag[3].endswith("/"):
                silent = name
        elif tag[1] and name == silent:
            silent = ""
        at = tag.end()
    if not silent:
        parts.append(html[at:])
    return "".join(parts)


def _article(tree: Any, page: Layout, title: str, carried: str, certain: bool) -> tuple[str, str]:
    """The first strategy's text that is about the title, or holds what the feed `carried`, and is not short; else the
    longest of these. Looser ways to take text off the page are left to the title's words: they would take teasers as well.

    Where the page nowhere has the title's words, the first is taken if the page itself bears that title (`certain`).
    """

    def belongs(text: str) -> bool:
        return occurs(title, text) or holds(carried, text)

    tried: list[str] = []
    extracted = ""
    for strategy in _STRATEGIES if len(page.parents) <= _MAX_ELEMENTS else ():
        extracted = _extracted(tree, strategy)
        text = compose(page, extracted, title)
        if len(text) >= _SHORT and (belongs(text) or (certain and not _speaks_of(page, title))):
            return text, EXTRACTOR
        tried.append(text)
    best = max((text for text in tried if belongs(text)), key=len, default="")
    if best:
        return best, EXTRACTOR
    below = below_headline(page, title, _SHORT)
    if len(below) >= _SHORT and occurs(title, below):
        return below, HEADLINE
    whole = solid_text(page, title)
    first = next(filter(None, tried), "")
    if 2 * len(whole) >= len(first) and occurs(title, whole):
        return whole, WHOLE_PAGE
    # a page drawn by scripts often carries its article as JSON-LD, which trafilatura reads
    lines = map(one_line, visible(extracted).split("\n"))
    extracted = "\n".join(line for line in lines if line and compact(line) != compact(title))
    if len(whole) < _SHORT <= len(extracted) and occurs(title, extracted):
        return extracted, EXTRACTOR
    return (first or whole if certain else ""), EXTRACTOR


def _speaks_of(page: Layout, title: str) -> bool:
    """Whether the words of the title stand anywhere on the page below its headings."""
    return occurs(title, "\n".join(block.text for block in page.blocks if block.tag not in HEADINGS))


def _extracted(tree: Any, strategy: Mapping[str, Any]) -> str:
    import trafilatura

    try:
        return trafilatura.extract(tree, include_comments=False, include_tables=True, **strategy) or ""
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError, etree.LxmlError):
        return ""  # one strategy that trips over a page leaves the others


def _links(tree: Any, url: str) -> list[tuple[str, str]]:
    base = tree.find(".//base[@href]")
    start = (_joined(url, base.get("href")) if base is not None else "") or url
    match = _ORIGIN.match(start)
    origin = match[0] if match else ""
    found: list[tuple[str, str]] = []
    joined: dict[str, str] = {}
    for anchor in tree.iter("a"):
        reference = anchor.get("href", "")
        address = joined.get(reference)
        if address is None:
            # what nearly every link of a site looks like needs no parsing to be joined
            plain = origin and len(reference) <= _MAX_URL and _FROM_ROOT.fullmatch(reference)
            address = joined[reference] = origin + reference if plain else _joined(start, reference)
        if address:
            label = "".join(anchor.itertext()) if len(anchor) else anchor.text or ""
            found.append((address, one_line(visible(label))[:_MAX_LINK_TEXT]))
            if len(found) == MAX_LINKS:
                break
    return found


def _joined(base: str, reference: str) -> str:
    """Absolute http(s) URL, or "" when `reference` leads nowhere on the web."""
    if _ABSOLUTE.fullmatch(reference):
        return reference
    reference = visible(reference).strip()
    if not reference or reference.startswith("#") or len(reference) > _MAX_URL:
        return ""
    try:
        address = urljoin(base, reference)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""
