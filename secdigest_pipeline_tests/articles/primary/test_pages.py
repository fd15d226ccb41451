"""Reading primary sources from real servers: once, politely, bounded, and each ends in a state."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.primary.pages import read_primary
from secdigest_pipeline.articles.records import PRIMARY_PAGES, Article, PrimaryPage
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.sample.sources import pdf
from secdigest_pipeline_tests.articles.primaries import DIGEST, HOSTS, article
from secdigest_pipeline_tests.articles.rows import NOON, Answers, page, site
from secdigest_pipeline_tests.intake.servers import Server, response, serving

REPORT = (
    '<html><head><title>Amber Vulture at the gate</title><meta property="article:published_time" content="2026-09-28"></head>'
    "<body><article><h1>Amber Vulture at the gate</h1><p>The group works by night.</p><h2>Indicators</h2><ul>"
    '<li>c2[.]evil[.]test</li></ul><a href="/data/iocs.csv">IOC list</a></article></body></html>'
)
CSV = response(f"type,value\nsha256,{DIGEST}\n".encode(), "200 OK", {"Content-Type": "text/csv"})
TEXT = "Researchers at Example Labs published a report on the group."
LINK = ("http://labs.test/blog/amber-vulture", "Example Labs")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as started:
        yield started


async def read(root: Path, workers: Workers, server: Server, *articles: Article) -> tuple[list[PrimaryPage], int]:
    async with open_client(connect_to={"*.test": ("127.0.0.1", server.port)}) as client:
        rows, downloads = await read_primary(
            articles, HOSTS, PageArchive(UPath(root)), client, workers, at_once=8, host_delay=0.0, now=lambda: NOON
        )
    PRIMARY_PAGES.arrow(rows)
    return rows, downloads


def reading(root: Path, workers: Workers, answers: Answers, *articles: Article) -> list[PrimaryPage]:
    async def run() -> list[PrimaryPage]:
        async with serving(site(answers)) as server:
            return (await read(root, workers, server, *articles))[0]

    return asyncio.run(run())


def test_a_source_and_the_list_it_links_to_are_read_once_and_tied_to_every_article(
    tmp_path: Path, workers: Workers
) -> None:
    async def run() -> None:
        answers = {"/blog/amber-vulture": page(REPORT), "/data/iocs.csv": CSV}
        two = (article(TEXT, LINK), article(TEXT, LINK, url="http://tribune.test/b"))
        async with serving(site(answers)) as server:
            rows, downloads = await read(tmp_path, workers, server, *two)
            assert downloads == 2
            assert [(row.article_id, row.kind, row.format) for row in rows] == [
                (one.article_id, kind, form) for one in two for kind, form in (("report", "html"), ("ioc_list", "csv"))
            ]
            report, listed = rows[:2]
            assert (report.title, report.found_on) == ("Amber Vulture at the gate", "http://wire.test/a")
            assert str(report.published) == "2026-09-28 00:00:00+00:00"
            assert (listed.url, listed.found_on) == ("http://labs.test/data/iocs.csv", LINK[0])
            assert DIGEST in listed.page_text
            asked = len(server.requests)
            again, downloads = await read(tmp_path, workers, server, *two)
            assert (again, downloads, len(server.requests)) == (rows, 0, asked)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (response(b"", "404 Not Found"), "gone", "HTTP 404"),
        (response(b"", "403 Forbidden"), "blocked", "HTTP 403"),
        (response(b"PK\x03\x04" + b"x" * 99, "200 OK", {"Content-Type": "application/zip"}), "not_html", "zip archive"),
        (page("<html><head><title>Just a moment...</title></head><body></body></html>"), "blocked", "challenge page: Just a moment..."),
        (response(b"x" * 6_000_000, "200 OK", {"Content-Type": "text/plain"}), "too_large", ""),
        (page("<html><body></body></html>"), "empty", "no text"),
    ],
    ids=["gone", "blocked", "zip", "challenge", "large", "empty"],
)  # fmt: skip
def test_a_source_that_cannot_be_read_is_a_row_that_says_why(
    tmp_path: Path, workers: Workers, answer: bytes, state: str, reason: str
) -> None:
    rows = reading(tmp_path, workers, {"/blog/amber-vulture": answer}, article(TEXT, LINK))
    assert [(row.read_state, row.page_text, row.final_url) for row in rows] == [(state, "", LINK[0])]
    assert reason in rows[0].reason
    assert rows[0].reason


def test_robots_txt_is_obeyed_and_a_private_address_is_not_asked(tmp_path: Path, workers: Workers) -> None:
    answers = {"/robots.txt": response(b"User-agent: *\nDisallow: /blog/"), "/blog/amber-vulture": page(REPORT)}
    inside = ("http://10.0.0.7/blog/report", "report")
    rows = reading(tmp_path, workers, answers, article(f"{TEXT} They explained it in a report.", LINK, inside))
    said = {row.url: (row.read_state, row.reason) for row in rows}
    assert said[LINK[0]] == ("blocked", "robots.txt")
    assert said[inside[0]][0] == "blocked"
    assert "address not public: 10.0.0.7" in said[inside[0]][1]


def test_a_link_that_leads_back_to_the_article_is_no_source_and_two_links_to_one_page_are_one(
    tmp_path: Path, workers: Workers
) -> None:
    answers = {
        "/blog/back": response(b"", "302 Found", {"Location": "http://wire.test/a"}),
        "/blog/moved": response(b"", "302 Found", {"Location": LINK[0]}),
        "/a": page(REPORT),
        "/blog/amber-vulture": page(REPORT.replace("iocs.csv", "none")),
    }
    text = f"{TEXT} Their analysis and their advisory were published, too."
    links = [LINK, ("http://labs.test/blog/back", "analysis"), ("http://labs.test/blog/moved", "advisory")]
    rows = reading(tmp_path, workers, answers, article(text, *links))
    assert [row.final_url for row in rows] == [LINK[0]]


def test_a_pdf_that_an_articles_reading_left_aside_is_read_here_and_kept(tmp_path: Path, workers: Workers) -> None:
    answers = {"/files/amber.pdf": response(pdf(["Indicators", DIGEST]), "200 OK", {"Content-Type": "application/pdf"})}
    linked = ("http://labs.test/files/amber.pdf", "report (PDF)")
    rows = reading(tmp_path, workers, answers, article("Example Labs published a report (PDF) today.", linked))
    assert [(row.kind, row.format, row.read_state) for row in rows] == [("pdf", "pdf", "read")]
    assert DIGEST in rows[0].page_text
    assert PageArchive(UPath(tmp_path)).body(rows[0].body_sha256 or "")[:4] == b"%PDF"


def test_a_date_after_the_reading_is_not_believed(tmp_path: Path, workers: Workers) -> None:
    answers = {"/blog/amber-vulture": page(REPORT.replace("2026-09-28", "2031-01-01"))}
    assert reading(tmp_path, workers, answers, article(TEXT, LINK))[0].published is None


def spoil(root: Path) -> None:
    for path in root.rglob("*.gz"):
        path.write_bytes(path.read_bytes()[:30])


def test_a_damaged_source_is_fetched_anew(tmp_path: Path, workers: Workers) -> None:
    async def run() -> None:
        async with serving(site({"/blog/amber-vulture": page(REPORT), "/data/iocs.csv": CSV})) as server:
            rows, _ = await read(tmp_path, workers, server, article(TEXT, LINK))
            spoil(tmp_path)
            again, downloads = await read(tmp_path, workers, server, article(TEXT, LINK))
            assert (again, downloads) == (rows, 2)
            assert (await read(tmp_path, workers, server, article(TEXT, LINK)))[1] == 0

    asyncio.run(run())
