"""The readable articles of the sample world as plain text, without a run that reads its pages."""

from datetime import UTC, datetime

from lxml import etree, html

from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.fetching.urls import article_id
from secdigest_pipeline.sample.world import World


def articles(world: World) -> list[Article]:
    """Those that have a recorded reply, in the order of the world."""
    found = []
    for one in world.articles:
        if one.page == "ok" and one.reply:
            blocks = html.fromstring(f"<div>{one.body}{one.appendix}</div>").iterchildren(tag=etree.Element)
            text = "\n".join(" ".join(block.text_content().split()) for block in blocks)
            found.append(
                Article(
                    edition="2026-10-01", article_id=article_id(one.url), item_id="i", url=one.url, title=one.title,
                    outlet="Sample", feed_id="sample", kind="news", lang="en", section="news",
                    published_at=datetime(2026, 9, 30, tzinfo=UTC), read_state="read", read_reason="", text=text,
                    text_sha256=sha256(f"{one.title}\n{text}".encode()), page_text=text, links=(), extractor="bench",
                )
            )  # fmt: skip
    return found
