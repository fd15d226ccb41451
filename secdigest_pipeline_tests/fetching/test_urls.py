"""Canonical URLs: what cannot change the page goes, what can stays, and two links to one article meet in one id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.fetching.urls import article_id, canonical_url, host_of, is_public_host, item_id

SAME_PAGE = [
    "https://news.example/a/b",
    "https://news.example/a/b/",
    "http://news.example/a/b",
    "https://NEWS.Example:443/a/b#comments",
    "https://www.news.example/a/b?utm_source=rss&utm_medium=feed",
    "https://m.news.example/a/b?fbclid=x",
    "https://mobile.news.example/a/b",
    "https://news.example/a/b/amp/",
    "https://news.example/a/b?amp=1",
    "https://news.example/a/./x/../b",
    "https://news.example/a/%62",
    "https://news.example/a/b/index.html",
    "https://news.example/a/b;jsessionid=ABC?ref=rss",
    "https://user:password@news.example/a/b",
    "https://www.google.com/url?rct=j&sa=t&url=https://news.example/a/b&ct=ga&cd=CAI",
    "https://www.google.co.jp/url?q=https%3A%2F%2Fnews.example%2Fa%2Fb%3Futm_source%3Dx&sa=U",
    "https://www.google.com/amp/s/news.example/a/b/amp",
    "https://news-example.cdn.ampproject.org/c/s/news.example/a/b/amp/?amp_js_v=0.1",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%2Fb&h=AT",
    "\n https://news.ex\nample/a/b\t",
]


@pytest.mark.parametrize("url", SAME_PAGE)
def test_links_to_one_article_have_one_id(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is not None
    assert article_id(canonical) == article_id("https://news.example/a/b")
    assert "password" not in canonical


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a/c",
        "https://news.example/A/b",
        "https://blog.news.example/a/b",
        "https://news.example/a/b?id=1",
        "https://news.example/a/b?page=2",
        "https://news.example:8443/a/b",
        "https://news.example/a/b#!/other",
        "https://news.example/a/b?ref=CVE-2026-1",
    ],
)
def test_links_to_other_pages_have_other_ids(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is not None
    assert article_id(canonical) != article_id("https://news.example/a/b")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a/?b=2&utm_id=1&a=1#top", "https://news.example/a/?b=2&a=1"),
        ("https://m.news.example/a", "https://m.news.example/a"),
        ("https://news.example/記事?q=日本", "https://news.example/%E8%A8%98%E4%BA%8B?q=%E6%97%A5%E6%9C%AC"),
        ("https://日本語.example/", "https://xn--wgv71a119e.example/"),
        ("https://news.example/a b", "https://news.example/a%20b"),
        ("https://news.example/[ASEC] report (1).pdf", "https://news.example/[ASEC]%20report%20(1).pdf"),
        ("https://news.example/%e3%81%82", "https://news.example/%E3%81%82"),
        ("https://news.example/a?x=&y", "https://news.example/a?x=&y"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("http://news.example:80/a", "http://news.example/a"),
    ],
)
def test_a_canonical_url_keeps_what_the_page_needs(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


def test_a_relative_link_is_made_absolute() -> None:
    assert canonical_url("/x/y?utm_source=a", "https://news.example/feed/") == "https://news.example/x/y"
    assert canonical_url("//cdn.example/x", "https://news.example/feed/") == "https://cdn.example/x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "  ",
        "news.example/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "tag:news.example,2026:1",
        "urn:uuid:1",
        "mailto:a@b.example",
        "http://",
        "http:///a",
        "https://news.example:99999/",
        "https://news.example:port/",
        "http://[broken/",
        "https://a b.example/",
        "https://news.example/" + "a" * 5000,
    ],
)
def test_what_is_no_web_address_has_no_canonical_url(url: str) -> None:
    assert canonical_url(url) is None


@given(st.text(max_size=80))
def test_a_canonical_url_is_its_own_canonical_url(tail: str) -> None:
    once = canonical_url("https://news.example/" + tail)
    assert once is None or canonical_url(once) == once


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    canonical_url(text, "https://news.example/")


@pytest.mark.parametrize(
    "host",
    [
        *["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "::ffff:127.0.0.1", "10.1.2.3", "169.254.169.254"],
        *[
            "localhost",
            "a.localhost",
            "printer.local",
            "intranet",
            "0",
            "192.168.1.1",
            "224.0.0.1",
            "1.2.3.4.5",
            "192.0.0.192",
            "3221225664",
            "[3fff::1]",
        ],
    ],
)
def test_private_and_local_hosts_are_not_public(host: str) -> None:
    assert not is_public_host(host)


@pytest.mark.parametrize("host", ["news.example", "8.8.8.8", "[2606:4700::1111]", "xn--wgv71a119e.example"])
def test_names_and_public_literals_are_public(host: str) -> None:
    assert is_public_host(host)


def test_item_ids_differ_by_feed_and_guid() -> None:
    ids = {item_id("a", "1"), item_id("b", "1"), item_id("a", "2"), item_id("a1", "")}
    assert len(ids) == 4
    assert all(len(value) == 16 for value in ids)


def test_the_host_of_a_url_is_told_and_of_what_is_none_it_is_empty() -> None:
    assert host_of("https://me@WWW.News.Example.:8443/a") == "www.news.example"
    assert host_of("http://[2001:db8::7]/a") == "2001:db8::7"
    assert [host_of(url) for url in ("http://[bad/", "news.example/a", "", "mailto:a@b.example")] == [""] * 4
