"""The article, the whole text and the links in the bytes of a page."""

from secdigest_pipeline.articles.extraction.extract import Extraction, extract_feed_text, extract_page

__all__ = ["Extraction", "extract_feed_text", "extract_page"]
