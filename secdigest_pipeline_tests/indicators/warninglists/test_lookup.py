"""Warning lists: look-up, the vendored data, taking newer lists, and the newsroom's own list."""

import pytest

from secdigest_pipeline.indicators.warninglists import (
    Hit,
    WarningLists,
    is_customer_name,
    is_known_service,
    names_a_thing,
    vendored,
)
from secdigest_pipeline.indicators.warninglists.catalog import Listed

HOSTS = Listed("hosts", "hosts", "benign", True)
NETS = Listed("nets", "networks", "sinkhole", False)


def test_a_host_is_found_by_its_name_and_below_covering_entries_only() -> None:
    lists = WarningLists([(HOSTS, [".covers.test", "exact.test"])])
    for name in ("covers.test", "www.covers.test", "a.b.covers.test", "exact.test", "www.exact.test"):
        hit = lists.host(name)
        assert hit is not None and hit.list == "hosts", name
    for name in ("sub.exact.test", "notcovers.test", "test", "covers.test.evil.test"):
        assert lists.host(name) is None, name


def test_the_first_list_of_the_catalog_names_the_hit() -> None:
    first, second = Listed("first", "hosts", "vendor", True), Listed("second", "hosts", "popular", False)
    for entries in (
        [(first, [".both.test"]), (second, ["both.test"])],
        [(first, ["both.test"]), (second, [".both.test"])],
    ):
        hit = WarningLists(entries).host("both.test")
        assert hit is not None and hit.list == "first"


def test_addresses_are_found_in_their_networks() -> None:
    lists = WarningLists([(NETS, ["45.83.0.0/16", "45.83.12.0/24", "45.83.12.128/25", "2606:4700::/32"])])
    for address in ("45.83.0.0", "45.83.255.255", "45.83.12.200", "45.83.200.1", "2606:4700::1"):
        assert lists.address(address), address
    for address in ("45.82.255.255", "45.84.0.0", "2606:4701::1", "0.0.0.1"):
        assert lists.address(address) is None, address


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.ipify.org", "whats-my-ip"),
        ("www.virustotal.com", "security-provider-blogpost"),
        ("bit.ly", "url-shortener"),
        ("example.com", "rfc6761"),
        ("www.google.co.jp", "google"),
    ],
)
def test_vendored_hosts_are_known_by_the_list_that_says_most(host: str, name: str) -> None:
    hit = vendored().host(host)
    assert hit is not None and hit.list == name


@pytest.mark.parametrize(
    "host",
    [
        "evil.ddns.net",
        "evil.dyndns.org",
        "evil.blogspot.com",
        "evil.a.run.app",
        "evil.firebaseio.com",
        "evil.github.io",
    ],
)
def test_a_customers_name_below_a_private_suffix_is_never_the_service(host: str) -> None:
    assert vendored().host(host) is None


def test_shared_services_cover_what_lies_below_them_only_where_the_data_says_so() -> None:
    for host in ("github.com", "www.github.com", "a.trycloudflare.com", "trycloudflare.com", "x.y.workers.dev", "t.me"):
        assert is_known_service(host), host
    for host in ("evilgithub.com", "evil.t.me", "trycloudflare.com.evil.test", "test"):
        assert not is_known_service(host), host


@pytest.mark.parametrize("name", ["Booking.com", "crates.io", "npmjs.com", "PyPI.org"])
def test_a_bare_name_of_a_well_known_thing_names_it(name: str) -> None:
    assert names_a_thing(name)


@pytest.mark.parametrize(
    "name",
    [
        "www.booking.com",
        "login.booking.com",
        "booking[.]com",
        "evil-booking.com",
        "relay.test",
        "shop.pages.dev",
        "1.1.1.1",
    ],
)
def test_a_host_that_could_be_anybodys_names_no_thing(name: str) -> None:
    assert not names_a_thing(name)


@pytest.mark.parametrize(
    ("address", "says", "name"),
    [
        ("149.154.167.220", "platform", "platform-telegram"),
        ("140.82.112.3", "platform", "platform-github"),
        ("40.126.1.1", "platform", "microsoft-office365-ip"),
        ("13.224.1.1", "shared_network", "platform-amazon-cloudfront"),
        ("104.16.1.1", "shared_network", "cloudflare"),
        ("2a03:2880::1", "platform", "platform-meta"),
    ],
)
def test_addresses_of_platforms_and_front_ends_are_known_by_their_list(address: str, says: str, name: str) -> None:
    hit = vendored().address(address)
    assert hit is not None and (hit.says, hit.list) == (says, name)


def test_an_address_is_found_in_a_wide_network_behind_many_narrow_ones() -> None:
    wide, narrow = Listed("wide", "networks", "platform", False), Listed("narrow", "networks", "sinkhole", False)
    lists = WarningLists([(narrow, [f"10.0.{number}.0/24" for number in range(200)]), (wide, ["10.0.0.0/8"])])
    assert lists.address("10.200.0.1") == Hit("wide", "platform", 1)
    assert lists.address("10.0.7.1") == Hit("narrow", "sinkhole", 0)
    assert lists.address("11.0.0.1") is None


@pytest.mark.parametrize(
    "host", ["a.pages.dev", "a.github.io", "a.web.app", "a.s3.amazonaws.com", "q.sn.files.1drv.com"]
)
def test_a_name_below_a_platform_is_one_customers(host: str) -> None:
    assert is_customer_name(host)


@pytest.mark.parametrize(
    "host",
    [
        "pages.dev",
        "github.com",
        "raw.githubusercontent.com",
        "storage.googleapis.com",
        "oauth2.googleapis.com",
        "www.pages.dev",
        "a248.e.akamai.net",
        "evil.test",
        "s3.amazonaws.com",
    ],
)
def test_a_platforms_own_name_is_no_customers(host: str) -> None:
    assert not is_customer_name(host)
