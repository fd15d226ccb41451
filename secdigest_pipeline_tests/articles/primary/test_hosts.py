"""Hosts of links, as sources are judged by."""

from secdigest_pipeline.articles.primary.hosts import domain_of


def test_a_host_is_judged_by_its_registered_domain_and_bad_addresses_have_none() -> None:
    assert domain_of("http://news.example.co.uk/a") == "example.co.uk"
    assert domain_of("http://[bad") == ""
