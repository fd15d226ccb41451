"""Membership: each item in exactly one edition, each article once, and everything left out with its reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.fetching.urls import article_id, canonical_url, item_id
from secdigest_pipeline.intake.feeds.feeds import Feed, Rule
from secdigest_pipeline.intake.membership import MAX_ITEMS_OF_A_FEED, edition_of, items_of
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS, FeedItem, Sighting
from secdigest_pipeline_tests.intake.polling.test_archive import poll_row
from secdigest_pipeline_tests.intake.worlds import archive_in, feed, jst

LATER = jst("2027-01-01 00:00")
DAY = Edition.parse("2026-10-02")


def shown(
    seen: str, published: str | None, link: str = "http://a.test/1", feed_id: str = "a", **changes: object
) -> Sighting:
    url = canonical_url(link) or ""
    row = Sighting(
        item_id=item_id(feed_id, url or link or str(changes.get("title"))),
        article_id=article_id(url) if url else None,
        feed_id=feed_id,
        seen_at=jst(seen),
        seen_via="poll",
        published_at=jst(published) if published else None,
        guid="",
        link=link,
        url=url,
        title="A title",
        summary="",
        content="",
        categories=(),
        body_sha256="0" * 64,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def archive_of(folder: Path, *rows: Sighting) -> Archive:
    archive = archive_in(folder)
    for moment in sorted({row.seen_at for row in rows}):
        archive.add_poll([poll_row(moment)], [row for row in rows if row.seen_at == moment])
    return archive


def items(
    folder: Path, *rows: Sighting, day: str = "2026-10-02", feeds: Sequence[Feed] | None = None, now: datetime = LATER
) -> list[FeedItem]:
    listed = feeds or [feed(name) for name in dict.fromkeys(row.feed_id for row in rows)]
    return items_of(Edition.parse(day), listed, archive_of(folder, *rows), now)


@pytest.mark.parametrize(
    ("seen", "published", "via", "edition", "membership"),
    [
        ("2026-10-01 12:10", "2026-10-01 12:00", "poll", "2026-10-02", "published"),
        ("2026-10-01 06:10", "2026-10-01 05:59", "poll", "2026-10-01", "published"),
        ("2026-10-01 06:10", "2026-10-01 06:00", "poll", "2026-10-02", "published"),
        ("2026-10-02 08:00", "2026-10-02 05:59", "poll", "2026-10-02", "published"),
        ("2026-10-02 08:01", "2026-10-02 05:59", "poll", "2026-10-03", "late"),
        ("2026-10-09 12:00", "2026-10-01 12:00", "poll", "2026-10-10", "late"),
        ("2026-10-09 12:00", "2026-10-01 12:00", "first_poll", "2026-10-02", "published"),
        ("2026-10-09 12:00", "2026-10-01 12:00", "history", "2026-10-02", "published"),
        ("2026-10-01 12:00", None, "poll", "2026-10-02", "undated"),
        ("2026-10-01 12:00", None, "first_poll", "2026-10-02", "undated"),
        ("2026-10-01 05:55", "2026-10-01 06:04", "poll", "2026-10-02", "published"),
        ("2026-10-01 05:55", "2026-10-01 06:05", "poll", "2026-10-02", "published"),
        ("2026-10-01 05:55", "2026-10-01 06:06", "poll", "2026-10-01", "future"),
        ("2026-10-01 12:00", "2031-01-01 00:00", "first_poll", "2026-10-02", "future"),
    ],
)
def test_an_item_belongs_to_one_edition_for_one_reason(
    seen: str, published: str | None, via: str, edition: str, membership: str
) -> None:
    moment = jst(published) if published else None
    assert edition_of(moment, jst(seen), via) == (Edition.parse(edition), membership)  # type: ignore[arg-type]


@given(st.integers(-3000, 3000), st.integers(-3000, 3000), st.sampled_from(["poll", "first_poll", "history"]))
def test_the_archive_gives_an_item_to_the_edition_the_rule_names(published: int, seen: int, via: str) -> None:
    """The windows that narrow down the candidates leave out no item that the rule would take."""
    start = jst("2026-10-01 12:00")
    published_at, seen_at = start + timedelta(minutes=published), start + timedelta(minutes=seen)
    edition, _ = edition_of(published_at, seen_at, via)  # type: ignore[arg-type]
    assert edition.start <= published_at < edition.cutoff or edition.start <= seen_at < edition.cutoff


def test_every_item_is_in_exactly_one_edition(tmp_path: Path) -> None:
    rows = [
        shown("2026-10-01 12:10", "2026-10-01 12:00", "http://a.test/1"),
        shown("2026-10-02 09:00", "2026-10-02 05:00", "http://a.test/2"),
        shown("2026-10-02 07:00", "2026-10-02 05:00", "http://a.test/3"),
        shown("2026-10-03 12:00", None, "http://a.test/4"),
        shown("2026-10-01 12:00", "2027-10-01 12:00", "http://a.test/5"),
        shown("2026-10-01 12:00", "2026-09-20 12:00", "http://a.test/6", seen_via="first_poll"),
    ]
    archive = archive_of(tmp_path, *rows)
    found = Counter(
        item.item_id for days in range(-30, 30) for item in items_of(DAY.shifted(days), [feed("a")], archive, LATER)
    )
    assert found == Counter(row.item_id for row in rows)


def test_the_earliest_sighting_decides_and_gives_the_fields(tmp_path: Path) -> None:
    (item,) = items(
        tmp_path,
        shown("2026-10-01 13:00", "2026-10-01 12:00", title="First"),
        shown("2026-10-05 13:00", "2026-10-01 12:00", title="Changed since"),
    )
    assert (item.title, item.first_seen_at, item.membership) == ("First", jst("2026-10-01 13:00"), "published")
    assert items_of(Edition.parse("2026-10-06"), [feed("a")], archive_in(tmp_path), LATER) == []


def test_what_was_not_known_then_does_not_count(tmp_path: Path) -> None:
    row = shown("2026-10-01 13:00", "2026-10-01 12:00")
    assert items(tmp_path, row, now=jst("2026-10-01 12:59")) == []
    assert len(items(tmp_path, row, now=jst("2026-10-01 13:00"))) == 1


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("", "no_link"),
        ("file:///etc/passwd", "bad_link"),
        ("javascript:alert(1)", "bad_link"),
        ("http://127.0.0.1/admin", "bad_link"),
        ("http://localhost/admin", "bad_link"),
        ("http://[::1]/", "bad_link"),
        ("http://2130706433/", "bad_link"),
        ("http://router/", "bad_link"),
        ("http://10.0.0.1:80/", "bad_link"),
        ("ftp://a.test/file", "bad_link"),
        ("http://a.test/fine", ""),
    ],
)
def test_links_that_lead_nowhere_are_left_out_with_the_reason(tmp_path: Path, link: str, reason: str) -> None:
    (item,) = items(tmp_path, shown("2026-10-01 12:10", "2026-10-01 12:00", link))
    assert (item.kept, item.reason) == (not reason, reason)


def test_a_feeds_own_rules_leave_items_out(tmp_path: Path) -> None:
    ruled = feed("a", exclude=(Rule(category="Deals"),))
    found = items(
        tmp_path,
        shown("2026-10-01 12:10", "2026-10-01 12:00", "http://a.test/1", categories=("deals",)),
        shown("2026-10-01 12:10", "2026-10-01 12:00", "http://a.test/2"),
        feeds=[ruled],
    )
    assert {item.url: item.reason for item in found} == {"http://a.test/1": "excluded", "http://a.test/2": ""}


def test_the_same_article_from_two_feeds_is_kept_once_for_the_first_feed_listed(tmp_path: Path) -> None:
    rows = [
        shown("2026-10-01 12:10", "2026-10-01 12:00", "https://x.test/story/?utm_source=b", "b"),
        shown("2026-10-01 14:10", "2026-10-01 14:00", "http://www.x.test/story#c", "a"),
        shown("2026-10-01 13:10", "2026-10-01 13:00", "https://m.x.test/story/amp", "lead"),
    ]
    found = items(tmp_path, *rows, feeds=[feed("a"), feed("b"), feed("lead", lead=True)])
    assert [(item.feed_id, item.reason) for item in found] == [
        ("lead", ""),
        ("a", "duplicate_url"),
        ("b", "duplicate_url"),
    ]


def test_an_item_that_is_left_out_takes_no_article_from_another_and_keeps_its_own_reason(tmp_path: Path) -> None:
    rows = [
        shown("2026-10-01 12:10", "2026-10-01 12:00", "https://x.test/story", name, categories=categories)
        for name, categories in (("a", ("deals",)), ("b", ()), ("c", ("deals",)))
    ]
    feeds = [feed(name, exclude=(Rule(category="Deals"),)) for name in "abc"]
    found = {item.feed_id: item.reason for item in items(tmp_path, *rows, feeds=feeds)}
    assert found == {"a": "excluded", "b": "", "c": "excluded"}


def test_an_article_of_an_earlier_edition_is_not_repeated(tmp_path: Path) -> None:
    rows = [
        shown("2026-09-20 12:10", "2026-09-20 12:00", "http://x.test/story", "a"),
        shown("2026-10-01 12:10", "2026-10-01 12:00", "https://x.test/story/", "b"),
        shown("2026-10-01 12:10", "2026-10-01 12:00", "https://x.test/other/", "b"),
    ]
    found = items(tmp_path, *rows)
    assert {item.url: item.reason for item in found} == {
        "https://x.test/story/": "earlier_edition",
        "https://x.test/other/": "",
    }


@pytest.mark.parametrize("why", ["excluded", "later"])
def test_only_an_earlier_edition_that_could_keep_the_article_takes_it_away(tmp_path: Path, why: str) -> None:
    rows = [
        shown("2026-09-20 12:10" if why == "excluded" else "2026-10-05 12:10", None, "http://x.test/story", "a"),
        shown("2026-10-01 12:10", "2026-10-01 12:00", "https://x.test/story/", "b"),
    ]
    ruled = feed("a", include=(Rule(category="Security"),)) if why == "excluded" else feed("a")
    (item,) = items(tmp_path, *rows, feeds=[ruled, feed("b")])
    assert (item.feed_id, item.kept) == ("b", True)


def test_more_than_the_newest_items_of_one_feed_are_over_the_limit(tmp_path: Path) -> None:
    start = jst("2026-10-01 07:00")
    rows = [
        shown("2026-10-02 05:00", None, f"http://a.test/{n}", published_at=start + timedelta(minutes=n))
        for n in range(MAX_ITEMS_OF_A_FEED + 5)
    ]
    found = items(tmp_path, *rows, shown("2026-10-02 05:00", "2026-10-01 07:00", "http://b.test/1", "b"))
    over = [item for item in found if item.reason == "over_limit"]
    assert sorted(item.published_at for item in over) == [start + timedelta(minutes=n) for n in range(5)]  # type: ignore[type-var]
    assert sum(item.kept for item in found) == MAX_ITEMS_OF_A_FEED + 1


def test_japanese_incident_headlines_are_kept_and_the_rest_of_that_feed_is_not(tmp_path: Path) -> None:
    incidents = feed("jp", lang="ja", section="jp_incidents")
    rows = [
        shown("2026-10-01 12:10", "2026-10-01 12:00", "http://jp.test/1", "jp", title="個人情報が流出 - 架空商事"),
        shown(
            "2026-10-01 12:10", "2026-10-01 12:00", "http://jp.test/2", "jp", title="「架空OS」に脆弱性、修正版を公開"
        ),
    ]
    found = {item.url: item for item in items(tmp_path, *rows, feeds=[incidents])}
    first, second = found["http://jp.test/1"], found["http://jp.test/2"]
    assert (first.section, first.kept, first.reason) == ("jp_incidents", True, "")
    assert (second.section, second.kept, second.reason) == ("memo", False, "not_news")


def test_the_order_is_lead_feeds_then_the_list_then_newest_first(tmp_path: Path) -> None:
    rows = [
        shown("2026-10-01 20:00", "2026-10-01 12:00", "http://b.test/1", "b"),
        shown("2026-10-01 20:00", "2026-10-01 13:00", "http://b.test/2", "b"),
        shown("2026-10-01 20:00", None, "http://b.test/3", "b"),
        shown("2026-10-01 20:00", "2026-10-01 11:00", "http://a.test/1", "a"),
        shown("2026-10-01 20:00", "2026-10-01 07:00", "http://z.test/1", "z"),
    ]
    feeds = [feed("b"), feed("a"), feed("z", lead=True)]
    urls = [item.url for item in items(tmp_path, *rows, feeds=feeds)]
    assert urls == [f"http://{end}" for end in ("z.test/1", "b.test/3", "b.test/2", "b.test/1", "a.test/1")]
    assert urls == [item.url for item in items(tmp_path / "again", *reversed(rows), feeds=feeds)]


def test_disabled_feeds_keep_their_past_and_unlisted_ones_do_not_appear(tmp_path: Path) -> None:
    row = shown("2026-10-01 12:10", "2026-10-01 12:00")
    assert len(items(tmp_path, row, feeds=[feed("a", enabled=False)])) == 1
    assert items(tmp_path / "other", row, feeds=[feed("b")]) == []


def test_an_empty_archive_gives_an_empty_edition(tmp_path: Path) -> None:
    assert items_of(DAY, [feed("a")], archive_in(tmp_path), LATER) == []


def test_the_items_fit_their_table_and_compaction_changes_none_of_them(tmp_path: Path) -> None:
    rows = [
        shown(f"2026-10-01 {hour:02}:30", f"2026-10-01 {hour:02}:00", f"http://a.test/{hour}", content="<p>x</p>")
        for hour in range(7, 24)
    ]
    found = items(tmp_path, *rows)
    assert RAW_FEED_ITEMS.rows(RAW_FEED_ITEMS.arrow(found)) == found
    archive = archive_in(tmp_path)
    archive.compact(jst("2026-11-01 00:00").date())
    assert items_of(DAY, [feed("a")], archive, LATER) == found


def test_a_run_over_midnight_loses_no_item(tmp_path: Path) -> None:
    archive = archive_in(tmp_path)
    # 08:59 and 09:01 in Tokyo are two days in UTC; the file lies under the later one
    row = shown("2026-10-02 08:59", "2026-10-02 08:00")
    archive.add_poll([poll_row(row.seen_at), poll_row(jst("2026-10-02 09:01"), "b")], [row])
    assert len(items_of(Edition.parse("2026-10-03"), [feed("a")], archive, LATER)) == 1
