"""What is called in worker processes: bytes or markup in, Extraction out.

This module is light: the parent names these functions without loading the parsers, which only the workers need.
"""

from dataclasses import dataclass

from secdigest_pipeline.articles.extraction.extract import extract, extract_carried


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
    """The article of a page; `url` is the address that answered, `content_type` its header as sent.

    Of its feed entry: the title, the address `asked` for (of a page without an entry: none), and what it `carried` of the text.
    """
    return extract(body, content_type, url, feed_title, asked, carried)


def extract_feed_text(markup: str, url: str, title: str) -> Extraction:
    """The article as a feed carries it: all of it is the article, whether its words are those of the title or not."""
    return extract_carried(markup, url, title)
