"""From pages to articles: one article a kept item, whatever its page did; workers that hang or die cost one article."""

import asyncio
from pathlib import Path

import pytest

from secdigest_pipeline.articles import clean
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.records import ARTICLE_PAGES
from secdigest_pipeline.base.files import StorageError, sha256
from secdigest_pipeline_tests.articles import unruly
from secdigest_pipeline_tests.articles.rows import PARAGRAPHS, PROSE, TITLE, article_of, desk, html, item, page, site
from secdigest_pipeline_tests.intake.servers import Request, response

SUMMARY = "A group has broken into eleven hospitals through an unpatched mail gateway, researchers of Example Labs say."
CHALLENGE = page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")


def test_an_article_carries_its_item_its_texts_and_its_links(tmp_path: Path) -> None:
    got = article_of(tmp_path, page(html('<a href="/report">the report</a>')))
    assert (got.read_state, got.read_reason) == ("read", "")
    assert got.text.split("\n")[:4] == list(PARAGRAPHS)
    assert got.text_sha256 == sha256(f"{got.title}\n{got.text}".encode())
    assert ("http://wire.test/report", "the report") in [(link.url, link.text) for link in got.links]
    assert (got.title, got.outlet, got.kind, got.lang) == (TITLE, "Example Wire", "news", "en")
    assert got.extractor.startswith("trafilatura ")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"", "403 Forbidden"), "blocked: HTTP 403"),
        (response(b"", "404 Not Found"), "gone: HTTP 404"),
        (response(b"", "500 Internal Server Error"), "unreachable: HTTP 500"),
        (CHALLENGE, "blocked: challenge page: Just a moment..."),
        (page(b"%PDF-1.7", "application/pdf"), "not_html: PDF"),
        (page(b"", "text/html"), "empty: empty body"),
        (page(b"<p>" + b"a" * 6_000_000), "too_large: 6000003 bytes announced, more than 5242880"),
        (page("<html><body><div id=app></div></body></html>"), "empty: no article text"),
        (
            page("<html><title>Garden show</title><p>" + "Roses and tulips for every balcony. " * 20),
            "empty: no article text",
        ),
    ],
)
def test_what_the_feed_says_is_used_when_the_page_cannot_be(tmp_path: Path, answer: bytes, reason: str) -> None:
    got = article_of(tmp_path, answer, summary=SUMMARY)
    assert (got.read_state, got.read_reason) == ("feed_only", reason)
    assert got.text == got.page_text == SUMMARY
    assert got.title == TITLE


def test_full_content_of_a_feed_is_read_as_a_page_is(tmp_path: Path) -> None:
    content = PROSE + '<p style="display:none">hidden order</p><a href="/ioc.csv">IOC list</a><script>x</script>'
    got = article_of(tmp_path, response(b"", "403 Forbidden"), summary=SUMMARY, content=content)
    assert (got.read_state, got.text.split("\n")[:4]) == ("feed_only", list(PARAGRAPHS))
    assert "hidden order" not in got.text
    assert got.links[0].url == "http://wire.test/ioc.csv"


@pytest.mark.parametrize("summary", ["", "Read more", TITLE, f"{TITLE} Read more"])
def test_without_usable_feed_text_the_state_is_the_page_s(tmp_path: Path, summary: str) -> None:
    got = article_of(tmp_path, response(b"", "410 Gone"), summary=summary, content="<p> </p>")
    assert (got.read_state, got.read_reason, got.text, got.page_text, got.links) == ("gone", "HTTP 410", "", "", ())


def test_every_kept_news_item_gives_one_article_in_item_order_and_the_same_every_time(tmp_path: Path) -> None:
    async def run() -> None:
        answers = {f"/{n}": page(html(f"<p>Part {n} of the story.</p>")) for n in range(12)}
        async with desk(tmp_path, site(answers)) as table:
            items = [item(f"/{n}") for n in range(12)]
            items[3:3] = [item("/x", kept=False), item("/y", section="jp_incidents"), item("/2", item_id="e" * 16)]
            pages, _ = await table.read(items)
            first = await table.clean(items, list(reversed(pages)))
            assert [article.url for article in first] == [f"http://wire.test/{n}" for n in range(12)]
            assert await table.clean(items, pages) == first

    asyncio.run(run())


def test_an_item_without_a_page_row_is_unreachable(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, site({})) as table:
            articles = await table.clean([item()], [])
            assert (articles[0].read_state, articles[0].read_reason) == ("unreachable", "not fetched")

    asyncio.run(run())


def test_a_lost_body_costs_its_own_article_only(tmp_path: Path) -> None:
    async def run() -> None:
        answers = {"/a": page(html()), "/b": page(html("<p>Another page.</p>"))}
        async with desk(tmp_path, site(answers)) as table:
            items = [item("/a"), item("/b")]
            pages, _ = await table.read(items)
            digest = pages[0].body_sha256 or ""
            (tmp_path / "bodies" / digest[:2] / f"{digest}.gz").write_bytes(b"damaged")
            first, second = await table.clean(items, pages)
            assert (first.read_state, first.read_reason) == ("empty", "stored page cannot be read")
            assert second.read_state == "read"

    asyncio.run(run())


@pytest.mark.slow
def test_extractions_that_hang_die_or_eat_memory_are_one_article_s_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean, "extract_page", unruly.extract_page)
    monkeypatch.setattr(clean, "EXTRACTION_SECONDS", 8.0)

    async def run() -> None:
        names = ["slow", "fine", "dies", "eats", "trips", "well"]
        async with desk(tmp_path, site({f"/{n}": page(html(f"<p>{n}</p>")) for n in names})) as table:
            items = [item(f"/{n}") for n in names]
            pages, _ = await table.read(items)
            articles = await table.clean(items, pages)
            assert [(a.read_state, a.read_reason) for a in articles] == [
                ("empty", "extraction: timed out"),
                ("read", ""),
                ("empty", "extraction: crashed"),
                ("empty", "extraction: crashed"),
                ("empty", "extraction: RecursionError"),
                ("read", ""),
            ]

    asyncio.run(run())


def test_pages_cleaned_while_others_are_fetched_give_the_articles_that_cleaning_them_later_gives(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        otter = "Silver Otter floods toll stations"
        answers = {"/a": page(html()), "/b": page(html(title=otter)), "/c": CHALLENGE}
        async with desk(tmp_path, site(answers)) as table:
            items = [item("/a"), item("/b", title=otter), item("/c", summary=SUMMARY), item("/d", kept=False)]
            pages, articles, downloads = await table.read_and_clean(items)
            assert (downloads, [article.read_state for article in articles]) == (3, ["read", "read", "feed_only"])
            # as a later run reads them: from a stored table
            stored = ARTICLE_PAGES.rows(ARTICLE_PAGES.arrow(pages))
            assert await table.clean(items, stored) == articles
            assert (await table.read(items))[0] == pages

    asyncio.run(run())


def test_a_page_is_cleaned_before_another_has_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, cleaning = PageArchive.body, asyncio.Event()

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.target == "/late":
            await cleaning.wait()  # for as long as the client waits: without overlap this page is `unreachable`
        writer.write(page(html()) if request.target != "/robots.txt" else response(b"", "404 Not Found"))

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def taken(archive: PageArchive, digest: str) -> bytes:
            loop.call_soon_threadsafe(cleaning.set)
            return whole(archive, digest)

        monkeypatch.setattr(PageArchive, "body", taken)
        async with desk(tmp_path, answer) as table:
            items = [item("/late", host="slow.test"), item("/a")]
            _, articles, _ = await table.read_and_clean(items)
            assert [article.read_state for article in articles] == ["read", "read"]

    asyncio.run(run())


def test_a_page_that_cannot_be_kept_ends_the_cleaning_of_the_others(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path / "pages", site({"/a": page(html())})) as table:
            (tmp_path / "pages").write_text("in the way")
            with pytest.raises(StorageError, match="cannot be"):
                await table.read_and_clean([item("/a"), item("/b")])
            assert [task for task in asyncio.all_tasks() if "cleaned" in repr(task)] == []

    asyncio.run(run())
