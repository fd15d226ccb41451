"""Pages whose headline shares no word with their feed entry's title: articles are read, what only looks like one is not."""

from pathlib import Path

import pytest

from secdigest_pipeline.articles.extraction.belonging import holds
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline_tests.articles.rows import PARAGRAPHS, TITLE, article_of, html, page, site
from secdigest_pipeline_tests.intake.servers import Handler, response

OTHER = "Monday again, and nobody had coffee"
DATED = '<meta property="article:published_time" content="2026-09-30T08:00:00Z">'
LINKED_DATA = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-09-30"}</script>'
CONSENT = (
    "<p>We and our 812 partners store and read information on your device to show personal advertising and to measure it. "
    "You may agree to all of it, choose among it, or take a subscription that shows none.</p>"
)
CONSENT += CONSENT.replace("We and", "Google and").replace("You may", "Anybody may").replace("device", "telephone")


def got(root: Path, body: str, title: str = OTHER, handler: Handler | None = None, **changes: str) -> Article:
    return article_of(root, handler or page(body), title=title, **changes)


@pytest.mark.parametrize("head", [DATED, LINKED_DATA, "<p><time datetime='2026-09-30'>Wednesday</time></p>"])
def test_a_renamed_article_that_says_what_it_is_is_read_under_its_own_headline(tmp_path: Path, head: str) -> None:
    read = got(tmp_path, html(head=head))
    assert (read.read_state, read.title) == ("read", TITLE)
    assert read.text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "carried",
    [
        {"summary": PARAGRAPHS[0][:120] + " [...]"},
        {"content": f"<p>{PARAGRAPHS[0]}</p><p>The post appeared first on Example Wire.</p>"},
    ],
)
def test_an_article_that_holds_what_its_feed_carried_is_read(tmp_path: Path, carried: dict[str, str]) -> None:
    read = got(tmp_path, html(), **carried)
    assert (read.read_state, read.title) == ("read", OTHER)
    assert read.text.split("\n") == [TITLE, *PARAGRAPHS]  # a headline that is not the entry's is text like any other


def test_a_translated_title_is_no_reason_to_lose_the_article(tmp_path: Path) -> None:
    assert got(tmp_path, html(head=DATED), title="アンバー・バルチャーが病院に侵入").read_state == "read"


@pytest.mark.parametrize(
    "body",
    [
        html(),  # neither dated nor carried: it may be anything
        f"<html><head><title>Your choices | Example Wire</title></head><body><h1>Your choices</h1>{CONSENT}</body></html>",
        f"<html><head><title>Your privacy choices</title>{DATED}</head><body><h1>Your privacy choices</h1>{CONSENT}</body></html>",
        html(title="We are sorry: this page could not be found, not found at all", head=DATED),
        html(title="お客様がお探しのページはこちらに存在しません", head=DATED),
        f"<html><head><title>Gardens in autumn</title>{DATED}</head><body><h1>Gardens in autumn</h1>{CONSENT}</body></html>",
        html(
            body="".join(f"<p><time datetime='2026-09-{n}'>{n}</time></p>" for n in range(10, 20)),
            title="Latest of the week",
        ),
    ],
)
def test_what_is_not_shown_to_be_the_article_is_not_taken_for_it(tmp_path: Path, body: str) -> None:
    read = got(tmp_path, body)
    assert (read.read_state, read.read_reason, read.text, read.title) == ("empty", "no article text", "", OTHER)


def test_another_article_that_a_redirect_led_to_is_not_taken_for_it(tmp_path: Path) -> None:
    handler = site({"/a": response(b"", "301 Moved", {"Location": "/b"}), "/b": page(html(head=DATED))})
    assert got(tmp_path, "", handler=handler).read_state == "empty"
    again = got(tmp_path / "carried", "", handler=handler, summary=PARAGRAPHS[1])
    assert again.read_state == "read"


def test_few_words_or_other_words_are_not_what_the_feed_carried() -> None:
    text = "\n".join(PARAGRAPHS)
    assert holds(PARAGRAPHS[2], text)
    assert holds(f"<p class='x'>{PARAGRAPHS[2].upper()}</p>", text)
    assert not holds("The group", text)
    assert not holds("", text)
    assert not holds(
        "Roses and tulips for every balcony in every season of the year, whatever the weather brings.", text
    )
    assert not holds("<" * 100_000, text)
