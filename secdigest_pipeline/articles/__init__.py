"""Articles: pages fetched once and kept, and the text, the whole page and the links read out of each."""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

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

__getattr__ = lazy(
    __name__,
    {
        "clean": ("clean_articles",),
        "page_archive": ("PageArchive",),
        "pages": ("read_pages",),
        "records": (
            "ARTICLE_PAGES",
            "CLEANED_ARTICLES",
            "Article",
            "Link",
            "Page",
        ),
    },
)
