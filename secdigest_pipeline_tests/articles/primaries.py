"""Articles with links, lists of indicators in every format, and a PDF made by hand, for the tests of primary sources."""

from datetime import UTC, datetime

from secdigest_pipeline.articles.primary.hosts import Hosts
from secdigest_pipeline.articles.records import Article, Link, PrimaryPage
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline_tests import rows

DIGEST = "9f2b6e1c04a7d35f8812c6de90ab4f77c1e5d20b3a68f4179c0de8b5a1f36e42"
HOSTS = Hosts(
    news=frozenset({"wire.test", "tribune.test"}),
    research=frozenset({"labs.test"}),
    authorities=frozenset({"cert-arcadia.test"}),
)


def article(text: str, *links: tuple[str, str], url: str = "http://wire.test/a", **changes: object) -> Article:
    """A read article of `text`; `links` are (URL, link text)."""
    fields: dict[str, object] = {
        "article_id": sha256(url.encode())[:16],
        "item_id": "i" + sha256(url.encode())[:15],
        "url": url,
        "title": "Amber Vulture breaks into hospitals",
        "outlet": "Example Wire",
        "feed_id": "wire",
        "text": text,
        "text_sha256": sha256(text.encode()),
        "page_text": text,
        "links": tuple(Link(address, label) for address, label in links),
        "extractor": "test",
    }
    return rows.article(**{**fields, **changes})


def primary(page_text: str, url: str = "http://labs.test/blog/amber-vulture", **changes: object) -> PrimaryPage:
    """A read primary page of the article at http://wire.test/a."""
    fields: dict[str, object] = {
        "edition": "2026-10-01",
        "article_id": sha256(b"http://wire.test/a")[:16],
        "url": url,
        "final_url": url,
        "kind": "report",
        "read_state": "read",
        "reason": "",
        "title": "Amber Vulture",
        "published": datetime(2026, 9, 28, 3, tzinfo=UTC),
        "page_text": page_text,
        "links": (),
        "found_on": "http://wire.test/a",
        "why": "test",
        "format": "html",
        "body_sha256": "0" * 64,
    }
    return PrimaryPage(**{**fields, **changes})  # type: ignore[arg-type]
