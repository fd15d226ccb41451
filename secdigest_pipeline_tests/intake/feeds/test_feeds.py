"""The feed list: the shipped one is whole and usable, and every mistake in one names file, feed and rule."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from secdigest_pipeline.base.settings import packaged
from secdigest_pipeline.intake.feeds.feeds import FeedListError, load_feeds
from secdigest_pipeline_tests.places import SHARED

REFERENCE = SHARED / "reference" / "feeds.csv"
GOOD = """
feeds:
  - id: one
    name: One
    url: https://one.example/feed
    site: https://one.example/
    lang: en
    kind: news
"""
TWO = (
    GOOD
    + """
  # the second
  -
    id: two
    name: Two
    url: https://two.example/feed
    site: https://two.example/
    lang: ja
    kind: news  #
    exclude: [{title: ok},
              {title: '(c)'}]
    history:
      - rfc5005
      - sitemap: https://two.example/map.xml
"""
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_list_is_usable_and_has_one_lead_and_one_incident_feed() -> None:
    feeds = load_feeds(packaged("feeds.yaml"))
    assert [feed.feed_id for feed in feeds if feed.lead] == ["bleepingcomputer"]
    assert feeds[0].lead
    assert [feed.feed_id for feed in feeds if feed.section == "jp_incidents"] == ["security-next"]


def test_the_shipped_list_holds_exactly_the_reference_feeds_enabled_where_they_were_seen() -> None:
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is not here: the list was made from it")
    with REFERENCE.open(encoding="utf-8") as handle:
        rows = {row["feed_url"]: row for row in csv.DictReader(handle)}
    feeds = {feed.url: feed for feed in load_feeds(packaged("feeds.yaml"))}
    assert feeds.keys() == rows.keys()
    for url, row in rows.items():
        assert (feeds[url].lang, feeds[url].kind, feeds[url].site) == (row["lang"], row["kind"], row["site_url"])
        assert feeds[url].enabled == bool(row["last_seen"]), url


def test_defaults_are_an_enabled_news_feed(tmp_path: Path) -> None:
    (feed,) = load_feeds(write(tmp_path, GOOD))
    assert (feed.section, feed.lead, feed.enabled, feed.include, feed.exclude) == ("news", False, True, (), ())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("id: one|id: One", "id 'One'"),
        ("id: one|id: 1", "id 1"),
        ("id: one|id: -a", "id '-a'"),
        ("lang: en|lang: english", "lang"),
        ("lang: en|lang: no", "lang"),
        ("kind: news|kind: blog", "kind 'blog' is not one of"),
        ("kind: news|kind: news\n    section: tools", "section 'tools'"),
        ("kind: news|kind: news\n    enabled: 1", "enabled must be true or false"),
        ("kind: news|kind: news\n    enabeld: true", "unknown key 'enabeld'"),
        ("url: https://one.example/feed|url: ftp://one.example/feed", "is not an http or https URL"),
        ("url: https://one.example/feed|url: https://u:secret@one.example/feed", "credentials"),
        ("name: One|name: ''", "name must be one line of text"),
        ("kind: news|kind: news\n    exclude: deals", "exclude must be a list of rules"),
        ("kind: news|kind: news\n    exclude: [{title: '('}]", "exclude rule 1: title is not a regular expression"),
        ("kind: news|kind: news\n    exclude: [{title: '(a+)+$'}]", "can take for ever"),
        ("kind: news|kind: news\n    exclude: [{author: x}]", "exactly one of category, title, url_prefix"),
        ("kind: news|kind: news\n    include: [{category: a, title: b}]", "exactly one of"),
        (f"kind: news|kind: news\n    include: [{{title: '{'a' * 201}'}}]", "longer than 200"),
        ("kind: news|kind: news\n    history: wordpress", "history must be a list of sources"),
        ("kind: news|kind: news\n    history: [gopher]", "history source 1: is not one of wordpress, paged"),
        ("kind: news|kind: news\n    history: [sitemap]", "history source 1: sitemap needs a URL"),
        ("kind: news|kind: news\n    history: [blogger]", "history source 1: blogger needs a URL"),
        ("kind: news|kind: news\n    history: [{sitemap: 'file:///x'}]", "is not an http or https URL"),
        ("kind: news|kind: news\n    history: [{sitemap: 'https://u:secret@one.example/'}]", "credentials"),
        ("kind: news|kind: news\n    history: [wayback, wayback]", "names a protocol twice"),
        ("feeds:|feed:", "must hold one key `feeds`"),
        ("  - id: one|  - []\n  - id: one", "feed 1: is not a mapping"),
        ("feeds:|feeds: [", "not YAML"),
        ("lang: en|lang: no", "lang False is not text; what YAML takes for something else stands in quotes"),
        ("name: One|name: [One]", "name a list is not text"),
        ("lang: en|", "lang is missing"),
        ("kind: news|kind: news\n    1: x", "unknown key 1"),
        ("url: https://one.example/feed|url: ftp://u:secret@one.example/feed", "is not an http or https URL"),
        (
            "site: https://one.example/|site: https://one.example/\n    site: https://two.example/",
            "'site' stands twice",
        ),
        ("kind: news|kind: news\n    include: [" + "{category: a}, " * 101 + "]", "include holds more than 100 rules"),
        ("kind: news|kind: news\n    history: [{sitemap: 1}]", "history source 1: sitemap must be a URL"),
    ],
)
def test_a_mistake_is_named_with_file_feed_and_rule(tmp_path: Path, change: str, complaint: str) -> None:
    old, _, new = change.partition("|")
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(FeedListError) as caught:
        load_feeds(path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)
    assert "secret@" not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("name: Two|name: ''", "line 13: feed 'two': name "),
        ("id: two|id: Two", "line 12: feed 2: id "),
        ("    lang: ja\n|", "line 12: feed 'two': lang is missing"),
        ("history:|past:", "line 20: feed 'two': unknown key 'past'"),
        ("{title: ok}|{author: ok}", "line 18: feed 'two': exclude rule 1: "),
        ("{title: '(c)'}|{title: '('}", "line 19: feed 'two': exclude rule 2: title "),
        ("sitemap: https|sitemap: gopher", "line 22: feed 'two': history source 2: "),
        ("id: two|id: one", "line 12: feed 2: id 'one' is already feed 1"),
        ("url: https://two|url: https://one", "line 14: feed 'two': url is already that of 'one'"),
        ("lang: ja|lang: [ja", "line 17: not YAML (while parsing a flow sequence"),
        ("kind: news  #|name: again  #", "line 17: not YAML (key 'name' stands twice)"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(tmp_path: Path, change: str, where: str) -> None:
    old, _, new = change.partition("|")
    path = write(tmp_path, TWO.replace(old, new, 1))
    with pytest.raises(FeedListError) as caught:
        load_feeds(path)
    assert str(caught.value).startswith(f"{path}: {where}")


def test_a_list_may_be_json_and_may_share_rules_by_aliases_and_merges(tmp_path: Path) -> None:
    assert [feed.feed_id for feed in load_feeds(write(tmp_path, TWO))] == ["one", "two"]
    entries = yaml.safe_load(TWO)
    (tmp_path / "json").mkdir()
    assert load_feeds(write(tmp_path / "json", json.dumps(entries))) == load_feeds(write(tmp_path, TWO))
    again = GOOD.replace("- id: one", "- &one\n    id: one").rstrip() + (
        "\n    exclude: &deals [{title: deal}]"
        "\n  - {<<: *one, id: two, url: 'https://two.example/feed', include: *deals}\n"
    )
    one, two = load_feeds(write(tmp_path, again))
    assert (two.feed_id, two.name, two.exclude, two.include) == ("two", "One", one.exclude, one.exclude)
    with pytest.raises(FeedListError, match="line 11: feed 'two': lang 'English' is not"):
        load_feeds(write(tmp_path, again.replace("id: two,", "id: two, lang: English,")))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("feeds: " + "[" * 200_000, "nested too deeply"),
        ("feeds: " + "{a: " * 200_000, "nested too deeply"),
        ("feeds:\n" + "".join(f"{' ' * depth}-\n" for depth in range(1200)), "nested too deeply"),
        ("feeds:\n  - &a {id: one, name: *b}", "line 2: not YAML (found undefined alias"),
        ("feeds: [!!bool maybe]", "does not fit"),
        ("feeds: [!!timestamp soon]", "does not fit"),
        ("feeds: [2026-13-45]", "does not fit"),
        ("feeds: [!!python/object/apply:os.system [true]]", "line 1: not YAML (could not determine a constructor"),
        ("feeds: [? [a] : b]", "not YAML"),
        ("feeds: [&a [*a]]", "feed 1: is not a mapping"),
        ("feeds: [{id: one, name: &a [*a]}]", "feed 'one': name a list is not text"),
        ("feeds: ['\x00']", "not YAML (unacceptable character"),
    ],
)
def test_a_file_made_to_hurt_is_one_short_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(FeedListError) as caught:
        load_feeds(write(tmp_path, text))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < len(str(tmp_path)) + 400


def test_aliases_that_stand_for_more_than_the_file_holds_cost_nothing(tmp_path: Path) -> None:
    nested = "".join(f"&a{n} [{', '.join([f'*a{n - 1}'] * 9)}], " for n in range(1, 60))
    with pytest.raises(FeedListError, match="feed 1: is not a mapping"):
        load_feeds(write(tmp_path, f"feeds: [&a0 [x], {nested}]"))
    entry = "{<<: *one, include: *rules}"
    many = (
        GOOD.replace("- id: one", "- &one\n    id: one").rstrip()
        + "\n    exclude: &rules ["
        + "{title: a}, " * 100
        + "]\n"
    )
    with pytest.raises(FeedListError, match="feed 2: id 'one' is already feed 1"):
        load_feeds(write(tmp_path, many + f"  - {entry}\n" * 2_000))


def test_sources_of_the_past_are_a_name_or_a_name_with_a_url_in_order(tmp_path: Path) -> None:
    sources = "\n    history: [wordpress, {sitemap: 'https://one.example/map.xml'}, paged, wayback]\n"
    (feed,) = load_feeds(write(tmp_path, GOOD.rstrip() + sources))
    assert [(source.protocol, source.url) for source in feed.history] == [
        ("wordpress", "https://one.example/"),
        ("sitemap", "https://one.example/map.xml"),
        ("paged", "https://one.example/feed"),
        ("wayback", "https://web.archive.org"),
    ]


def test_a_category_feed_has_no_date_archives_of_its_own(tmp_path: Path) -> None:
    listed = GOOD.replace("one.example/feed", "one.example/security/feed").rstrip() + "\n    history: [wordpress]\n"
    with pytest.raises(FeedListError, match="wordpress needs a URL here"):
        load_feeds(write(tmp_path, listed))


def test_a_second_feed_with_the_same_id_or_address_is_refused(tmp_path: Path) -> None:
    again = GOOD.replace("\nfeeds:\n", "")
    with pytest.raises(FeedListError, match="id 'one' is already feed 1"):
        load_feeds(write(tmp_path, GOOD + again))
    with pytest.raises(FeedListError, match="feed 'two': url is already that of 'one'"):
        load_feeds(write(tmp_path, GOOD + again.replace("id: one", "id: two").replace("/feed", "/feed#x")))


def test_files_that_are_missing_empty_or_endless_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedListError, match="cannot be read"):
        load_feeds(tmp_path / "none.yaml")
    with pytest.raises(FeedListError, match="must hold one key"):
        load_feeds(write(tmp_path, ""))
    with pytest.raises(FeedListError, match="lists no feed"):
        load_feeds(write(tmp_path, "feeds: []"))
    with pytest.raises(FeedListError, match="larger than"):
        load_feeds(write(tmp_path, "#" * 1_000_001))


def test_rules_let_items_through_or_not(tmp_path: Path) -> None:
    rules = """
    include: [{category: Security}, {url_prefix: "https://one.example/news/"}]
    exclude: [{title: "^deal:|giveaway"}]
"""
    (feed,) = load_feeds(write(tmp_path, GOOD.rstrip() + rules))
    assert feed.takes("A flaw", "https://one.example/x", ["security"])
    assert feed.takes("A flaw", "https://one.example/news/x", [])
    assert not feed.takes("A flaw", "https://one.example/x", ["Sports"])
    assert not feed.takes("Deal: a VPN", "https://one.example/news/x", ["Security"])
