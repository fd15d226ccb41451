"""The sample world over real HTTP on loopback."""

import socket
import threading
from collections.abc import Iterator
from datetime import datetime

import httpx2
import pytest

from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.sample.web import SampleWeb, serve, settings_for
from secdigest_pipeline.sample.world import World

FEED = "http://www.perimeterpost.example/feed"


@pytest.fixture
def web(world: World) -> Iterator[SampleWeb]:
    """The world, served at the end of its first edition."""
    with serve(world) as running:
        running.at(world.editions[0].cutoff)
        yield running


def get(web: SampleWeb, url: str, **headers: str) -> httpx2.Response:
    """GET `url` from the loopback port, as the host it names."""
    host, _, path = url.removeprefix("http://").partition("/")
    sent = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx2.get(f"http://127.0.0.1:{web.port}/{path}", headers=sent, trust_env=False, verify=False)


def test_hosts_behind_the_one_port_are_told_apart_by_name(web: SampleWeb) -> None:
    assert "Perimeter Post" in get(web, "http://www.perimeterpost.example/").text
    assert "CERT Arcadia" in get(web, "http://www.cert-arcadia.test/").text
    assert get(web, "http://elsewhere.example/").status_code == 404
    assert get(web, "http://www.perimeterpost.example:80/feed").status_code == 200


def test_every_article_is_served_at_its_url(web: SampleWeb, world: World) -> None:
    for article in world.articles:
        expected = {"ok": 200, "robots": 200, "blocked": 403, "gone": 404}[article.page]
        assert get(web, article.url).status_code == expected, article.url


def test_tracking_parameters_lead_to_the_same_page(web: SampleWeb, world: World) -> None:
    entry = next(entry for entry in world.entries if "utm_source=rss" in entry.link)
    assert get(web, entry.link).content == get(web, entry.expected.url).content


def test_the_world_shows_what_its_time_allows(web: SampleWeb, world: World) -> None:
    assert "Free decryptor" not in get(web, FEED).text
    web.at(world.editions[2].cutoff)
    assert "Free decryptor" in get(web, FEED).text


def test_a_time_without_zone_is_refused(web: SampleWeb) -> None:
    with pytest.raises(ValueError, match="time zone"):
        web.at(datetime(2026, 10, 1))  # noqa: DTZ001


def test_a_feed_that_has_not_changed_answers_304(web: SampleWeb, world: World) -> None:
    first = get(web, FEED)
    same = get(web, FEED, if_none_match=first.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert get(web, FEED, if_modified_since=first.headers["last-modified"]).status_code == 304
    web.at(world.editions[1].cutoff)
    assert get(web, FEED, if_none_match=first.headers["etag"]).status_code == 200
    assert get(web, FEED, if_modified_since=first.headers["last-modified"]).status_code == 200


def test_a_wrong_or_unreadable_validator_gets_the_whole_feed(web: SampleWeb) -> None:
    assert get(web, FEED, if_none_match='"other"').status_code == 200
    assert get(web, FEED, if_modified_since="yesterday").status_code == 200
    assert "etag" not in get(web, "http://blog.halyard-intel.example/rss").headers


def test_requests_are_counted_by_url(web: SampleWeb) -> None:
    for _ in range(3):
        get(web, FEED)
    get(web, "http://northquay.example/robots.txt")
    assert web.counts() == {FEED: 3, "http://northquay.example/robots.txt": 1}
    web.forget_counts()
    assert web.counts() == {}


def test_delays_hold_back_feeds_and_pages_but_not_robots_txt(web: SampleWeb) -> None:
    web.delays(feed=30.0, page=30.0)
    with pytest.raises(httpx2.TimeoutException):
        httpx2.get(
            f"http://127.0.0.1:{web.port}/feed",
            headers={"host": "www.perimeterpost.example"},
            timeout=0.3,
            trust_env=False,
        )
    assert get(web, "http://northquay.example/robots.txt").status_code == 200
    web.delays()
    assert get(web, FEED).status_code == 200


def test_stopping_ends_the_thread_and_frees_the_port(world: World) -> None:
    before = threading.active_count()
    web = serve(world)
    get(web, FEED)
    web.stop()
    assert threading.active_count() == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", web.port)) != 0


def test_a_chosen_port_is_used(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with serve(world, port=port) as web:
        assert web.port == port


def test_the_settings_for_the_world_are_settings_the_pipeline_takes() -> None:
    settings = Settings.from_env(settings_for(8123, "http://127.0.0.1:8124"))
    assert settings.connect_to == {"*.example": ("127.0.0.1", 8123), "*.test": ("127.0.0.1", 8123)}
    assert settings.analyst == "anthropic" and settings.host_delay == 0
    assert settings.feeds.is_file()
