"""Articles: pages fetched once and kept, and the text, the whole page and the links read out of each.

The names below are loaded when they are asked for: worker processes import this package for the parsers alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from secdigest_pipeline.articles.clean import clean_articles
    from secdigest_pipeline.articles.page_archive import PageArchive
    from secdigest_pipeline.articles.pages import read_pages
    from secdigest_pipeline.articles.records import ARTICLE_PAGES, CLEANED_ARTICLES, Article, Link, Page

__all__ = [
    "ARTICLE_PAGES",
    "CLEANED_ARTICLES",
    "Article",
    "Link",
    "Page",
    "PageArchive",
    "clean_articles",
    "read_pages",
]

_HOMES = {
    "clean": ("clean_articles",),
    "page_archive": ("PageArchive",),
    "pages": ("read_pages",),
    "records": ("ARTICLE_PAGES", "CLEANED_ARTICLES", "Article", "Link", "Page"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
