"""The article, the whole text and the links in the bytes of a page."""
