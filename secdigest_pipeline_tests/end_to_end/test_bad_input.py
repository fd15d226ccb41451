"""Bad feeds, bad pages and bad replies in one world and one edition: everything ends in a state, nothing is lost."""

import gzip
import hashlib
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy
from rich.console import Console
from upath import UPath

from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.indicators.records import IOCS, Ioc
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS, FeedItem, Poll
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.contract import parse_report
from secdigest_pipeline.report.publish import check_published
from secdigest_pipeline.sample import messages
from secdigest_pipeline.sample.clock import WorldClock
from secdigest_pipeline_tests.end_to_end import bad_world
from secdigest_pipeline_tests.end_to_end.bad_world import EDITION, NOW, BadWeb

pytestmark = pytest.mark.slow


@dataclass
class Run:
    """One edition over the bad world, and what it left."""

    home: Path
    web: BadWeb
    api: messages.MessagesApi
    services: Services
    failure: str | None = None

    def make(self) -> str | None:
        console = Console(file=io.StringIO(), width=300)
        with instance(self.services.settings) as opened:
            return execute("daily", self.services, opened, console, EDITION.key)

    @property
    def polls(self) -> dict[str, Poll]:
        return self.services.archive.last_polls()

    @property
    def items(self) -> dict[str, FeedItem]:
        return {item.title: item for item in self.services.stored(RAW_FEED_ITEMS, EDITION)}

    @property
    def articles(self) -> dict[str, Article]:
        return {article.url: article for article in self.services.stored(CLEANED_ARTICLES, EDITION)}

    @property
    def analyses(self) -> dict[str, Analysis]:
        urls = {article.article_id: article.url for article in self.articles.values()}
        return {urls[row.article_id]: row for row in self.services.stored(ARTICLE_ANALYSES, EDITION)}

    @property
    def iocs(self) -> list[Ioc]:
        return self.services.stored(IOCS, EDITION)

    @property
    def report(self) -> str:
        return (self.home / "out" / EDITION.news_path).read_text(encoding="utf-8")

    def published(self) -> dict[str, bytes]:
        out = self.home / "out"
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def story(name: str) -> str:
    return f"http://{name}.test/story"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Run]:
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"create database {name}"))
    home = tmp_path_factory.mktemp("bad")
    api = messages.MessagesApi(failures={story(name): steps for name, steps in bad_world.MODEL.items()})
    url, stop = messages.serve(api.app)
    with bad_world.bad_web() as web, pytest.MonkeyPatch.context() as patch:
        (home / "feeds.yaml").write_text(web.feed_list())
        patch.setenv("SECDIGEST_PG_URL", postgres.replace("/postgres?", f"/{name}?"))
        patch.setenv("ANTHROPIC_API_KEY", messages.KEY)
        patch.setenv("ANTHROPIC_BASE_URL", url)
        settings = Settings.from_env(
            {
                "SECDIGEST_DATA": str(home / "data"),
                "SECDIGEST_OUT": str(home / "out"),
                "SECDIGEST_FEEDS": str(home / "feeds.yaml"),
                "SECDIGEST_CONNECT_TO": web.routes,
                "SECDIGEST_HOST_DELAY": "0",
                "SECDIGEST_ANALYST": "anthropic",
            }
        )
        made = Run(home, web, api, Services(settings, now=WorldClock(NOW)))
        made.failure = made.make()
        yield made
    stop()


def test_the_edition_is_made_whatever_feeds_pages_and_replies_are_like(run: Run) -> None:
    assert run.failure is None
    assert check_published(UPath(run.home / "out"), EDITION) == []


# Feed -> status, entries, what the reason says
ERRORS: dict[str, tuple[int | None, str]] = {
    "unreachable-feed": (None, "http://unreachable-feed.test/feed.xml: "),
    "internal-feed": (None, "http://localhost/feed.xml: 127.0.0.1 is not a public address"),
    "to-loopback-feed": (None, "http://127.0.0.1/feed.xml: 127.0.0.1 is not a public address"),
    "not-found-feed": (404, "HTTP 404"),
    "html-feed": (200, "HTML instead of a feed (text/html"),
    "empty-feed": (200, "empty body"),
    "binary-feed": (200, "not a feed"),
    "announced-50mb": (None, "52428800 bytes announced, more than 10485760"),
    "streamed-50mb": (None, "more than 10485760 bytes"),
    "zipped-50mb": (None, "more than 10485760 bytes"),
    "cut-feed": (None, "peer closed connection"),
}
ENTRIES = {
    "healthy-feed": len(bad_world.pages()) + 2,
    "no-entries": 0,
    "xml-bomb": 1,
    "xml-entity-file": 1,
    "broken-xml": 1,
    "no-date": 1,
    "bad-date": 1,
    "future-date": 1,
    "relative-links": 1,
    "strange-links": len(bad_world.STRANGE_LINKS),
}


def test_every_bad_feed_has_a_poll_that_names_what_was_wrong(run: Run) -> None:
    assert set(run.polls) == {*ERRORS, *ENTRIES}
    for feed_id, (status, reason) in ERRORS.items():
        poll = run.polls[feed_id]
        assert (poll.outcome, poll.status, poll.entries) == ("error", status, None), poll
        assert reason in poll.reason and "\n" not in poll.reason, poll
    for feed_id, entries in ENTRIES.items():
        poll = run.polls[feed_id]
        assert (poll.outcome, poll.entries, poll.reason) == ("new", entries, "" if entries else "no entries"), poll
    assert run.report.count("取得できなかったフィード: ") == 1


def test_an_xml_bomb_is_not_expanded_and_no_local_file_is_read_by_an_entity(run: Run) -> None:
    assert len(run.items["Bomb"].summary) < 1000
    assert "root:" not in run.items["Entity story"].summary + run.report


def test_items_without_a_usable_date_or_link_are_in_a_state_and_none_is_lost(run: Run) -> None:
    assert len(run.services.stored(RAW_FEED_ITEMS, EDITION)) == sum(ENTRIES.values())
    assert {title: run.items[title].membership for title in ("Undated story", "Story of no day", "Story of 2031")} == {
        "Undated story": "undated",
        "Story of no day": "undated",
        "Story of 2031": "future",
    }
    assert run.items["Relative story"].url == "http://relative-links.test/relative/story"
    for title, link in bad_world.STRANGE_LINKS.items():
        item = run.items[title]
        assert (item.kept, item.reason) == (False, "no_link" if link is None else "bad_link"), item
    assert all(item.kept for title, item in run.items.items() if title not in bad_world.STRANGE_LINKS)


# Page -> read state, what the reason says
READ = ["healthy", "shift-jis", "shift-jis-said-utf-8", *bad_world.MODEL]
UNREAD = {
    "empty": ("empty", "empty body"),
    "spaces": ("empty", "empty body"),
    "no-article": ("empty", "no article text"),
    "binary": ("not_html", "binary"),
    "pdf": ("not_html", "PDF"),
    "announced-20mb": ("too_large", "20971520 bytes announced, more than 5242880"),
    "streamed-20mb": ("too_large", "more than 5242880 bytes"),
    "not-found": ("gone", "HTTP 404"),
    "forbidden": ("blocked", "HTTP 403"),
    "broken": ("unreachable", "HTTP 500"),
    "to-loopback": ("blocked", "address not public: 127.0.0.1"),
    "to-metadata": ("blocked", "address not public: 169.254.169.254"),
    "to-file": ("blocked", "scheme 'file' is not http or https"),
    "to-itself": ("unreachable", "redirect loop"),
    "hangs-up": ("unreachable", "peer closed connection"),
    "no-http": ("unreachable", ""),
    "unreachable-page": ("unreachable", "http://unreachable-page.test/robots.txt: "),
}


def test_every_bad_page_ends_in_a_read_state_with_its_reason(run: Run) -> None:
    assert {*READ, *UNREAD} == {*bad_world.pages(), "unreachable-page"}
    for name in READ:
        article = run.articles[story(name)]
        assert (article.read_state, article.read_reason) == ("read", ""), article
    for name, (state, reason) in UNREAD.items():
        article = run.articles[story(name)]
        assert article.read_state == state and reason in article.read_reason, article
        assert not article.text and (state == "empty" or not article.page_text), article
    assert {article.read_state for url, article in run.articles.items() if url.startswith(GONE)} == {"gone"}
    assert run.articles["http://forbidden.test/other"].read_state == "feed_only"
    assert run.articles["http://relative-links.test/relative/story"].read_state == "not_html"


GONE = "http://gone-story.test/"


@pytest.mark.parametrize("name", ["shift-jis", "shift-jis-said-utf-8"])
def test_a_shift_jis_page_is_read_in_japanese_whatever_its_label_says(run: Run, name: str) -> None:
    text = run.articles[story(name)].text
    assert [line for line in bad_world.JAPANESE if line not in text] == []


# Page -> state of its analysis, what the reason says
REPLIES = {
    "reply-not-json": ("failed", "invalid reply (not JSON)"),
    "endpoint-not-json": ("failed", "the endpoint's answer is not JSON"),
    "reply-enum-case": ("analysed", ""),
    "reply-missing-field": ("failed", "invalid reply (summary: missing)"),
    "reply-cut-off": ("failed", "the reply was cut off at its token limit"),
    "reply-refused": ("refused", "refusal (cyber)"),
    "reply-mended": ("analysed", ""),
    "healthy": ("analysed", ""),
}


def test_every_bad_reply_ends_in_a_state_and_the_article_is_still_printed_with_text_and_iocs(run: Run) -> None:
    assert set(REPLIES) == {*bad_world.MODEL, "healthy"}
    for name, (state, reason) in REPLIES.items():
        analysis = run.analyses[story(name)]
        assert analysis.state == state and reason in analysis.reason, analysis
        assert (analysis.reason == "") == (state == "analysed")
        assert analysis.summary
        assert any(ioc.is_ioc for ioc in run.iocs if ioc.article_id == analysis.article_id)
    assert [
        url
        for url in run.api.calls
        if url.partition("#")[0] not in {story(name) for name in READ} | {"http://forbidden.test/other"}
    ] == []


def test_every_kept_item_is_printed_and_what_was_not_read_is_never_said_to_have_no_ioc(run: Run) -> None:
    printed = {article.url: article.blocks for article in parse_report(run.report).articles}
    # Articles taken for one story share an entry, which names the others' addresses
    assert [item.url for item in run.items.values() if item.kept and item.url not in run.report] == []
    for url, blocks in printed.items():
        if run.articles[url].read_state != "read":
            assert "IOC情報なし" not in blocks["IOCの列挙"]


def test_nothing_is_left_half_written(run: Run) -> None:
    files = [path for path in run.home.rglob("*") if path.is_file()]
    assert [path for path in files if path.name.endswith(".tmp")] == []
    for path in files:
        if path.suffix == ".parquet":
            pq.read_table(path)
        elif path.suffix == ".gz":
            assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() == path.name.removesuffix(".gz")
    archived = {poll.body_sha256 for poll in run.polls.values() if poll.outcome == "new"}
    assert None not in archived
    assert all(run.services.archive.bodies.get(digest) for digest in archived if digest)


def test_the_edition_made_again_after_the_good_feed_broke_too_changes_no_byte_and_asks_only_for_what_failed(
    run: Run,
) -> None:
    run.services.now = WorldClock(NOW + timedelta(minutes=5))
    before, pages, calls = run.published(), dict(run.web.counts), dict(run.api.calls)
    run.web.answers["healthy-feed"] = run.web.answers["html-feed"]
    assert run.make() is None
    assert run.polls["healthy-feed"].outcome == "error"
    assert run.published() == before
    asked = {key for key, count in run.web.counts.items() if "/story" in key and count > pages.get(key, 0)}
    assert asked == {f"{name}.test/story" for name in ("broken", "hangs-up", "no-http", "to-itself")}
    again = {url.partition("#")[0] for url, count in run.api.calls.items() if count > calls.get(url, 0)}
    assert again <= {story("endpoint-not-json")}
