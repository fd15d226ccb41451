"""The world knows its truth: the real intake, polling over HTTP, files every entry exactly as the world says."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.fetching.http import open_client
from secdigest_pipeline.intake.feeds.feeds import Feed, load_feeds
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.polling.poll import poll
from secdigest_pipeline.sample.content import FEEDS
from secdigest_pipeline.sample.web import SampleWeb, serve, settings_for
from secdigest_pipeline.sample.world import World


async def poll_everything(world: World, web: SampleWeb, feeds: tuple[Feed, ...], archive: Archive) -> None:
    """All polls of the three editions, the world's clock moving along."""
    connect_to = Settings.from_env(settings_for(web.port, "")).connect_to
    with Workers(1) as workers:
        async with open_client(connect_to=connect_to) as client:
            for edition in world.editions:
                for moment in world.poll_times(edition):

                    def now(at: datetime = moment) -> datetime:
                        return at

                    web.at(moment)
                    await poll(feeds, archive, client, workers, now, host_delay=0)


@pytest.mark.slow
def test_intake_files_every_entry_as_the_world_says(world: World, tmp_path: Path) -> None:
    feeds, archive = load_feeds(FEEDS), Archive(UPath(tmp_path))
    with serve(world) as web:
        asyncio.run(poll_everything(world, web, feeds, archive))
    for edition in world.editions:
        items = items_of(edition, feeds, archive, edition.cutoff)
        filed = {(i.feed_id, i.title, i.url, i.membership, i.section, i.kept, i.reason) for i in items}
        truth = world.truth()[edition.key]
        assert filed == {(e.feed_id, e.title, e.url, e.membership, e.section, e.kept, e.reason) for e in truth}
