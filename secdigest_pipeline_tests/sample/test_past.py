"""The sample world's past: reached through the sources its hosts offer, whole but for the gaps that are declared."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lxml import html
from upath import UPath

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.reply.claims import read_reply, todays
from secdigest_pipeline.analysis.reply.schema import SCHEMA
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import Client, open_client
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.feeds.feeds import load_feeds
from secdigest_pipeline.intake.feeds.sections import is_incident
from secdigest_pipeline.intake.history.sources import fill
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import Completeness, FeedItem
from secdigest_pipeline.sample import past
from secdigest_pipeline.sample.content import FEEDS, Article
from secdigest_pipeline.sample.web import SampleWeb, serve, settings_for
from secdigest_pipeline.sample.world import World

FEED_LIST = load_feeds(FEEDS)
NEVER = {"oldport", "cindervale"}  # feeds that never worked and have no past
Result = tuple[list[FeedItem], list[Completeness]]


@asynccontextmanager
async def client_of(web: SampleWeb) -> AsyncIterator[Client]:
    async with open_client(connect_to=Settings.from_env(settings_for(web.port, "")).connect_to) as client:
        yield client


async def fill_all(web: SampleWeb, workers: Workers, archive: Archive, editions: Iterable[Edition]) -> int:
    """Fill the editions from the world as it is after its past; how many requests that took."""
    web.at(past.MOMENT)
    async with client_of(web) as client:
        numbers = [
            await fill(edition, FEED_LIST, archive, client, workers, lambda: past.MOMENT, host_delay=0)
            for edition in editions
        ]
    return sum(numbers)


def results(archive: Archive, editions: Iterable[Edition]) -> dict[str, Result]:
    return {
        edition.key: (items_of(edition, FEED_LIST, archive, past.MOMENT), completeness(edition, FEED_LIST, archive))
        for edition in editions
    }


def test_the_past_is_120_days_long_and_uses_protocols_of_every_kind() -> None:
    truth = past.load().truth()
    assert len(truth) == past.DAYS == 120 and min(truth) == "2026-06-03" and max(truth) == "2026-09-30"
    assert all(len(expected) >= 5 for expected in truth.values())
    assert {source.protocol for feed in FEED_LIST for source in feed.history} == {
        "wordpress",
        "paged",
        "blogger",
        "rfc5005",
        "sitemap",
        "wayback",
    }


def test_the_past_is_the_same_however_often_it_is_made() -> None:
    first = past.load()
    past.load.cache_clear()
    assert past.load() == first


def test_every_past_page_has_an_address_of_its_own_and_no_feed_of_today_shows_it(world: World) -> None:
    entries = [entry for feed in past.load().entries.values() for entry in feed]
    assert len({entry.link for entry in entries}) == len(entries) == len(past.load().pages)
    shown = {entry.link for feed in world.feeds(past.MOMENT).values() for entry in feed}
    assert not shown & {entry.link for entry in entries}


def test_past_incident_headlines_are_incidents() -> None:
    assert all(is_incident(entry.title) for entry in past.load().entries["incident-sokuho"])


def text_of(page: Article) -> str:
    return " ".join(html.fromstring(f"<div>{page.body} {page.appendix}</div>").text_content().split())


def test_every_story_of_the_past_has_a_japanese_reply_whose_lines_are_grounded_in_its_page() -> None:
    told = [page for page in past.load().pages.values() if page.reply is not None]
    # a headline of the incident feed is printed as it is
    silent = {page.host for page in past.load().pages.values() if page.reply is None}
    assert silent == {"www.incident-sokuho.example"} and len(told) > 1_000
    failed = []
    for page in told[::6]:
        assert page.reply is not None
        text, reply = text_of(page), page.reply
        grounder = Grounder(text, page.title, published=page.published.date(), outlet=page.author)
        claims = [one for key in ("summary", "recommendations", "notes") for one in reply[key]]
        assert 5 <= len(reply["summary"]) <= 7
        for one in claims:
            if grounder.ground(one["text"], *one["quotes"]).verdict != "grounded" or not re.search(
                "[ぁ-ゖ]", one["text"]
            ):
                failed.append((page.url, one["text"]))
            assert len(one["text"]) <= 136 and "{" not in one["text"] and all(quote in text for quote in one["quotes"])
        said = [reply["title"], reply["advice"], *(one["context"] for one in reply["iocs"])]
        said += [tag[key] for tag in reply["tags"] for key in ("raw_value", "note")]
        failed += [(page.url, line) for line in said if grounder.unsupported_values(line)]
    assert failed == []


def test_replies_of_the_past_are_of_the_schema_of_today_and_name_the_values_of_their_page() -> None:
    pages = {page.url: page for page in past.load().pages.values()}
    for url, reply in past.load().replies().items():
        said = {key: reply[key] for key in SCHEMA["properties"]}
        said["iocs"] = [{"id": 1, **{key: one[key] for key in one if key != "value"}} for one in reply["iocs"]]
        assert todays(said) == said
        read = read_reply(json.dumps(said))
        assert read.event is not None and read.event.event_type != "none", url
        assert read.tags or read.event.event_type == "security_research", url
        shown = text_of(pages[url]).replace("[.]", ".").replace("hxxps", "https")
        assert all(one["value"] in shown for one in reply["iocs"]), url
        assert bool(reply["iocs"]) == bool(pages[url].appendix), url


@pytest.mark.long
def test_120_past_editions_hold_exactly_what_was_published_but_for_the_named_gaps(world: World, tmp_path: Path) -> None:
    archive, truth, gaps = Archive(UPath(tmp_path)), past.load().truth(), past.load().gaps()
    with serve(world) as web, Workers(2) as workers:
        asyncio.run(fill_all(web, workers, archive, past.EDITIONS))
        web.forget_counts()
        # All over again, by a reader with nothing in memory: nobody is asked.
        assert asyncio.run(fill_all(web, workers, Archive(archive.root), past.EDITIONS)) == 0
        assert web.counts() == {}
    for key, (items, rows) in results(archive, past.EDITIONS).items():
        filed = {(i.feed_id, i.title, i.url, i.membership, i.section, i.kept, i.reason) for i in items}
        published = {(e.feed_id, e.title, e.url, e.membership, e.section, e.kept, e.reason) for e in truth[key]}
        incomplete = {row.feed_id for row in rows if row.completeness in ("partial", "none")}
        assert filed <= published, key
        assert {feed_id for feed_id, *_ in published - filed} <= incomplete, key
        assert incomplete - NEVER <= gaps[key], key
        assert all(row.reason for row in rows if row.feed_id in incomplete), key
        assert "polled" not in {row.completeness for row in rows}
    assert any(
        row.completeness == "none" and row.feed_id == "perimeterpost" and "HTTP 404" in row.reason
        for row in results(archive, [Edition.parse("2026-07-16")])["2026-07-16"][1]
    )


def test_a_kill_in_the_middle_and_a_restart_come_to_the_same(world: World, tmp_path: Path) -> None:
    editions = past.EDITIONS[58:61]

    async def killed(web: SampleWeb, workers: Workers, archive: Archive) -> None:
        for delay in (0.3, 0.8):
            task = asyncio.create_task(fill_all(web, workers, archive, editions))
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with serve(world) as web, Workers(2) as workers:
        whole, torn = Archive(UPath(tmp_path / "whole")), Archive(UPath(tmp_path / "torn"))
        asyncio.run(fill_all(web, workers, whole, editions))
        asyncio.run(killed(web, workers, torn))
        asyncio.run(fill_all(web, workers, torn, editions[:1]))
        # As a kill leaves it between the sightings and the row that says how far they reach.
        for path in (torn.root / "history").glob("*/*.parquet"):
            path.unlink()
        torn = Archive(torn.root)
        asyncio.run(fill_all(web, workers, torn, editions))
        assert results(torn, editions) == results(whole, editions)
        assert asyncio.run(fill_all(web, workers, Archive(torn.root), editions)) == 0


@pytest.mark.parametrize("kind", ["sightings", "history"])
def test_damaged_files_of_the_past_are_made_again_from_the_answers_that_are_kept(
    world: World, tmp_path: Path, kind: str
) -> None:
    editions = past.EDITIONS[58:61]
    with serve(world) as web, Workers(2) as workers:
        archive = Archive(UPath(tmp_path))
        asyncio.run(fill_all(web, workers, archive, editions))
        before = results(archive, editions)
        paths = list((archive.root / kind).glob("*/*.parquet"))
        for path in paths:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        told: list[str] = []
        archive = Archive(archive.root, told.append)
        requests = asyncio.run(fill_all(web, workers, archive, editions))
        assert results(archive, editions) == before
        assert all(any(path.name in line for line in told) for path in paths)
        # What was asked for is forgotten with the history; what it answered is known with the sightings
        assert (requests == 0) == (kind == "sightings")
        assert asyncio.run(fill_all(web, workers, Archive(archive.root, told.append), editions)) == 0


def test_an_edition_made_before_or_after_others_comes_out_the_same(world: World, tmp_path: Path) -> None:
    editions = past.EDITIONS[100:103]
    found = []
    with serve(world) as web, Workers(2) as workers:
        for number, order in enumerate(itertools.islice(itertools.permutations(editions), 0, 6, 5)):
            archive = Archive(UPath(tmp_path / str(number)))
            asyncio.run(fill_all(web, workers, archive, order))
            found.append(
                {
                    key: [(i.item_id, i.url, i.title, i.published_at, i.kept) for i in items]
                    for key, (items, _) in results(archive, editions).items()
                }
            )
    assert found[0] == found[1]


def test_an_edition_that_is_open_or_just_closing_asks_no_source(world: World, tmp_path: Path) -> None:
    async def asked(web: SampleWeb, workers: Workers) -> int:
        async with client_of(web) as client:
            return await fill(
                past.LAST, FEED_LIST, Archive(UPath(tmp_path)), client, workers, lambda: past.LAST.cutoff, host_delay=0
            )

    with serve(world) as web, Workers(1) as workers:
        assert asyncio.run(asked(web, workers)) == 0
        assert web.counts() == {}
