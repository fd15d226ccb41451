"""What the sample world shows at which moment, and that its truth and its feeds agree."""

import io
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from lxml import html

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.intake.feeds.feeds import load_feeds
from secdigest_pipeline.sample.content import FEEDS, Entry, as_html
from secdigest_pipeline.sample.world import World

END = Edition.parse("2026-10-03").cutoff


def parsed(world: World, feed_id: str) -> feedparser.FeedParserDict:
    """The feed as it stands at the end, read as the pipeline reads it."""
    body, content_type, _, _ = world.feed_body(feed_id, END)
    return feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type})


def entry(world: World, feed_id: str, word: str) -> Entry:
    """The one entry of a feed with `word` in its title."""
    (found,) = [one for one in world.entries if one.feed_id == feed_id and word in one.title]
    return found


def test_there_are_three_editions_with_nine_or_more_articles_each(world: World) -> None:
    assert [edition.key for edition in world.editions] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert len(world.articles) >= 27
    for key, expected in world.truth().items():
        assert sum(one.kept and one.section == "news" for one in expected) >= 9, key


def test_every_entry_belongs_to_one_of_the_editions(world: World) -> None:
    assert sum(len(expected) for expected in world.truth().values()) == len(world.entries)


def test_every_kind_of_membership_and_every_reason_that_can_be_shown_occurs(world: World) -> None:
    everything = [one for expected in world.truth().values() for one in expected]
    assert {one.membership for one in everything} == {"published", "late", "undated", "future"}
    assert {one.reason for one in everything} == {
        "",
        "duplicate_url",
        "earlier_edition",
        "no_link",
        "bad_link",
        "not_news",
    }
    assert {one.section for one in everything} == {"news", "jp_incidents", "memo"}


def test_the_feed_list_is_one_the_pipeline_reads(world: World) -> None:
    feeds = load_feeds(FEEDS)
    assert [feed.feed_id for feed in feeds] == [shape.feed_id for shape in world.shapes]
    assert [feed.feed_id for feed in feeds if feed.lead] == ["perimeterpost"]
    assert {feed.lang for feed in feeds} == {"en", "ja"}


@pytest.mark.parametrize(
    "feed_id",
    [
        "perimeterpost",
        "cyberharbor",
        "northquay",
        "halyard",
        "arcadia-cert",
        "choryu",
        "minato",
        "incident-sokuho",
        "glasswall",
    ],
)
def test_a_sound_feed_gives_its_entries_in_order_with_titles_and_times(world: World, feed_id: str) -> None:
    feed = parsed(world, feed_id)
    shown = world.feeds(END)[feed_id]
    assert not feed.bozo
    assert [item.title for item in feed.entries] == [one.title for one in shown]
    assert all(item.get("published_parsed") or item.get("updated_parsed") for item in feed.entries)


def test_the_broken_feed_is_not_well_formed_and_still_gives_its_entries(world: World) -> None:
    feed = parsed(world, "roundup")
    assert feed.bozo
    assert len(feed.entries) == len(world.feeds(END)["roundup"])
    assert any("utm_source=roundup" in item.get("link", "") for item in feed.entries)


def test_formats_and_encodings_differ_as_those_of_real_feeds_do(world: World) -> None:
    versions = {
        parsed(world, shape.feed_id).version for shape in world.shapes if shape.format not in ("missing", "html")
    }
    assert versions == {"rss20", "atom10", "rss10"}
    body = world.feed_body("incident-sokuho", END)[0]
    assert body.startswith(b'<?xml version="1.0" encoding="EUC-JP"?>')
    assert "不正アクセス".encode("euc-jp") in body


def test_feeds_that_never_work_have_no_body(world: World) -> None:
    with pytest.raises(KeyError, match="oldport"):
        world.feed_body("oldport", END)
    page = world.show("www.cindervale.example", "/blog/feed", END)
    assert page.status == 200 and page.content_type.startswith("text/html")


def test_nothing_is_shown_before_its_time_and_the_newest_is_first(world: World) -> None:
    for edition in world.editions:
        for moment in world.poll_times(edition):
            for shown in world.feeds(moment).values():
                times = [one.visible for one in shown]
                assert times == sorted(times, reverse=True)
                assert all(time <= moment for time in times)


def test_every_entry_is_shown_at_some_poll_of_its_edition_before_the_window_closes(world: World) -> None:
    for edition in world.editions:
        seen = {
            one.guid for moment in world.poll_times(edition) for feed in world.feeds(moment).values() for one in feed
        }
        for one in world.entries:
            if one.expected.edition == edition.key:
                assert one.guid in seen, one.title


def test_the_late_item_is_first_shown_after_its_own_edition_closed(world: World) -> None:
    late = entry(world, "halyard", "Teardown")
    assert late.published is not None
    first = Edition.of(late.published)
    assert first.key == "2026-10-01" and late.visible > first.closes
    assert Edition.of(late.visible).key == late.expected.edition == "2026-10-02"


def test_the_undated_and_the_future_item_are_what_they_are_called(world: World) -> None:
    assert entry(world, "roundup", "Portlight").published is None
    future = entry(world, "roundup", "badge")
    assert future.published is not None and future.published > END


def test_an_etag_changes_exactly_when_the_entries_do(world: World) -> None:
    moment = world.editions[0].start
    tags: dict[str, set[str]] = {}
    while moment <= END:
        body, _, etag, _ = world.feed_body("perimeterpost", moment)
        tags.setdefault(etag, set()).add(body.decode())
        moment += timedelta(hours=1)
    assert all(len(bodies) == 1 for bodies in tags.values())
    assert len(tags) > 5


def test_the_full_text_in_the_feed_is_the_one_robots_txt_keeps_from_the_page(world: World) -> None:
    (item,) = [item for item in parsed(world, "northquay").entries if "content" in item]
    assert "HollowReed" in item.content[0].value
    assert urlsplit(item.link).path.startswith("/research/members/")
    assert b"Disallow: /research/members/" in world.page("northquay.example", "/robots.txt").body


def test_links_may_be_relative_or_lead_to_the_reader_itself(world: World) -> None:
    relative = entry(world, "cyberharbor", "Mail assistants")
    assert relative.link.startswith("/")
    assert urljoin("http://cyberharbor.example/latest.xml", relative.link) == relative.expected.url
    links = [one.link for one in world.entries if one.expected.reason in ("bad_link", "no_link")]
    assert links == ["", "file:///etc/passwd", "http://127.0.0.1/status"]


def test_pages_answer_as_real_sites_do(world: World) -> None:
    states = {article.page: world.page(article.host, urlsplit(article.url).path).status for article in world.articles}
    assert states == {"ok": 200, "blocked": 403, "gone": 404, "robots": 200}
    assert world.page("www.perimeterpost.example", "/no/such").status == 404
    assert world.page("nowhere.example", "/").status == 404
    assert world.page("www.incident-sokuho.example", "/2026/0930-1").status == 200


def test_a_shift_jis_page_says_so_in_its_markup_only(world: World) -> None:
    article = next(article for article in world.articles if article.encoding == "shift_jis")
    page = world.page(article.host, urlsplit(article.url).path)
    assert page.content_type == "text/html"
    assert b'<meta charset="shift_jis">' in page.body
    assert article.title in page.body.decode("shift_jis")


def test_pages_carry_the_furniture_of_real_sites_around_the_article(world: World) -> None:
    article = next(article for article in world.articles if "inside-netsieve" in article.url)
    tree = html.fromstring(world.page(article.host, urlsplit(article.url).path).body)
    for path in ("//nav//a", "//footer", "//aside//ol", "//*[@id='cookie-banner']", "//*[@class='related-posts']//a"):
        assert tree.xpath(path), path
    assert not tree.xpath("//article//section[@class='appendix']") and tree.xpath("//section[@class='appendix']//table")


def test_bodies_are_written_in_a_small_markup() -> None:
    markup = as_html("A line\nand more.\n\n## Head\n\n- one\n- two\n\n<pre>x</pre>\n\n日本語の\n段落。")
    assert markup == (
        "<p>A line and more.</p>\n<h2>Head</h2>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<pre>x</pre>\n<p>日本語の段落。</p>"
    )


def test_no_html_block_is_torn_by_a_blank_line(world: World) -> None:
    for article in world.articles:
        for block in (article.body + "\n" + article.appendix).split("<p>")[1:]:
            assert "</pre>" not in block.partition("</p>")[0], article.url


def test_two_loads_show_the_same_bytes(world: World) -> None:
    again = World.load()
    assert again.feed_body("minato", END) == world.feed_body("minato", END)
    assert again.replies() == world.replies() and again.truth() == world.truth()
