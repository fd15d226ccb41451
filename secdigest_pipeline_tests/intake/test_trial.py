"""Feeds tried out against real loopback servers: what works, what it shows, and what is odd about it."""

import asyncio
from datetime import timedelta

import pytest

from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.trial import Trial, try_feeds
from secdigest_pipeline_tests.intake.servers import Request, client_to, response, serving
from secdigest_pipeline_tests.intake.worlds import entry, feed, jst, rss

NOW = jst("2026-10-02 12:00")
FRESH = NOW - timedelta(hours=3)


def tried(answers: dict[str, bytes], *feeds: Feed, shown: int = 3) -> list[Trial]:
    """The feeds tried out at a server that answers by host and path."""

    async def work() -> list[Trial]:
        async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(answers.get(request.host + request.target, response(b"none", "404 Not Found")))

        async with serving(handle) as server, client_to(server) as client, Workers(1) as workers:
            return await try_feeds(feeds, client, workers, NOW, host_delay=0.0, shown=shown)

    return asyncio.run(work())


def test_each_feed_has_its_own_outcome_in_the_order_given() -> None:
    good = rss([entry(f"http://a.test/{n}", f"Title {n}", FRESH - n * timedelta(hours=1)) for n in range(5)])
    answers = {
        "a.test/feed": response(good),
        "b.test/feed": response(b"<html><body>soon back</body></html>", headers={"Content-Type": "text/html"}),
        "c.test/feed": response(b"", "301 Moved Permanently", {"Location": "http://a.test/feed"}),
        "d.test/feed": response(rss([])),
        "e.test/feed": b"garbage\r\n\r\n",
    }
    a, b, c, d, e, f = tried(answers, *(feed(name) for name in "abcdef"))
    assert (a.works, a.status, a.entries, a.problems) == (True, 200, 5, ())
    assert [item.title for item in a.newest] == ["Title 0", "Title 1", "Title 2"]
    assert (b.works, b.problems) == (False, ("HTML instead of a feed (text/html)",))
    assert (c.works, c.problems) == (True, ("has moved for good to http://a.test/feed",))
    assert (d.works, d.entries, d.problems) == (False, 0, ("no entries",))
    assert (e.works, e.status) == (False, None) and e.problems[0].startswith("http://e.test/feed: ")
    assert (f.works, f.status, f.problems) == (False, 404, ("HTTP 404",))


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([entry("http://a.test/1", date=None)], "1 of 1 entries have no date that can be read"),
        ([entry("http://a.test/1", date="some day")], "1 of 1 entries have no date that can be read"),
        ([entry("http://a.test/1", date=NOW + timedelta(days=3))], "1 of 1 entries are dated in the future"),
        ([entry(None, date=FRESH), entry("http://a.test/2", date=FRESH)], "1 of 2 entries have no usable link"),
        ([entry("http://127.0.0.1/x", date=FRESH)], "1 of 1 entries lead to no public host"),
        ([entry("http://a.test/1", "", FRESH)], "1 of 1 entries have no title"),
        ([entry("http://a.test/1", date=NOW - timedelta(days=90))], "nothing new since 2026-07-04"),
        ([entry("http://a.test/1", date=FRESH)] * 2, "1 entries repeat another one's id"),
        (
            [entry(f"http://a.test/{n}", date=FRESH) for n in range(250)],
            "250 entries: only the newest 200 are taken",
        ),
    ],
)
def test_what_is_odd_about_entries_is_said(entries: list[str], problem: str) -> None:
    (trial,) = tried({"a.test/feed": response(rss(entries))}, feed("a"))
    assert trial.works and trial.problems == (problem,)


def test_entries_that_the_feeds_own_rules_leave_out_are_counted() -> None:
    from secdigest_pipeline.intake.feeds.feeds import Rule

    ruled = feed("a", exclude=(Rule(url_prefix="http://a.test/ads/"),))
    entries = [entry("http://a.test/ads/1", date=FRESH), entry("http://a.test/2", date=FRESH)]
    (trial,) = tried({"a.test/feed": response(rss(entries))}, ruled)
    assert trial.problems == ("1 of 2 entries are left out by its rules",)
