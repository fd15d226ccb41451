"""An extraction that does what its page says: hangs, dies, eats memory or trips. Runs in worker processes only."""

import os
import time

from secdigest_pipeline.articles.extraction.extract import Extraction


def extract_page(body: bytes, content_type: str, url: str, feed_title: str, asked: str, carried: str) -> Extraction:
    """In the place of `extraction.extract_page`."""
    if b"<p>slow" in body:
        time.sleep(300)
    if b"<p>dies" in body:
        os._exit(9)
    if b"<p>eats" in body:
        bytearray(8 * 1024**3)
    if b"<p>trips" in body:
        raise RecursionError("too deep")
    return Extraction(feed_title, "x" * 100, "", (), "test")
