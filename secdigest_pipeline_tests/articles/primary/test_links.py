"""Which links lead to what an article rests on, and which do not."""

from typing import Any

import pytest

from secdigest_pipeline.articles.primary.links import MAX_FOLLOWED, MAX_SOURCES, lists_of, readable_url, sources_of
from secdigest_pipeline.articles.records import Link
from secdigest_pipeline_tests.articles.primaries import HOSTS, article

REPORT = "http://labs.test/blog/amber-vulture-gateway"


def found(text: str, *links: tuple[str, str], **changes: Any) -> list[tuple[str, str]]:
    return [(source.url, source.kind) for source in sources_of(article(text, *links, **changes), HOSTS)]


@pytest.mark.parametrize(
    ("text", "url", "label", "kind"),
    [
        ("The group is new, researchers at Example Labs said on Tuesday.", REPORT, "Example Labs", "report"),
        (
            "The flaw is fixed in 7.3, says the advisory 2026-118.",
            "http://cert-arcadia.test/a/118",
            "advisory 2026-118",
            "advisory",
        ),
        (
            "Fixed versions are listed on the Contoso support site.",
            "http://contoso.test/advisories/C-31",
            "Contoso support site",
            "advisory",
        ),
        (
            "The packages stand in Rivet's report of Monday.",
            "http://rivet.test/blog/packages-18",
            "Rivet's report",
            "report",
        ),
        (
            "The list of indicators is on GitHub.",
            "https://github.com/labs/iocs/blob/main/amber.csv",
            "indicators",
            "ioc_list",
        ),
        ("Details are in the whitepaper published today.", "http://rivet.test/files/amber.pdf", "whitepaper", "pdf"),
        (
            "攻撃の詳細は、Example Labsが公開した報告書に記載されている。",
            "http://labs.test/blog/hokoku-2026",
            "報告書",
            "report",
        ),
        ("JPCERT/CCは注意喚起を公表した。", "https://www.jpcert.or.jp/at/2026/at260031.html", "注意喚起", "advisory"),
    ],
)
def test_a_link_to_the_report_behind_the_news_is_found(text: str, url: str, label: str, kind: str) -> None:
    assert [one[1] for one in found(text, (url, label))] == [kind]


@pytest.mark.parametrize(
    ("text", "url", "label"),
    [
        ("The report of Example Labs names eleven hospitals.", "http://wire.test/older-report", "report"),
        ("The report of Example Labs names eleven hospitals.", "http://www.wire.test/research/x", "report"),
        ("The Tribune reported that the report was late.", "http://tribune.test/2026/report", "reported"),
        ("Researchers at Example Labs published a report.", "http://labs.test/", "Example Labs"),
        ("Researchers at Example Labs published a report.", "http://labs.test/blog", "Example Labs"),
        ("Researchers published a report on the flaw.", "https://nvd.nist.gov/vuln/detail/CVE-2026-90001", "report"),
        ("Researchers said so on X.", "https://x.com/labs/status/1", "said"),
        ("The phishing page at the fake report site asked for passwords.", "http://evil.test/blog/report", "report site"),
        ("The report names hxxp://evil[.]test/report as the server.", "http://evil.test/report", "hxxp://evil[.]test/report"),
        ("The attackers published a report tool.", "http://rivet.test/blog/tool.exe", "report tool"),
        ("Register for the webinar of Example Labs on the report.", "http://labs.test/blog/webinar-8", "webinar"),
        ("As we reported last year, the group hit a bank.", "http://labs.test/blog/bank", "hit a bank"),
        ("The group's first report came early.", "http://labs.test/blog/2024/03/first", "first report"),
        ("Nothing of the link stands in the text.", REPORT, "Example Labs report"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_other_links_are_left_alone(text: str, url: str, label: str) -> None:
    assert found(text, (url, label)) == []


def test_a_vendors_own_post_gives_its_own_list_of_indicators_but_not_its_other_posts() -> None:
    links = [
        ("http://labs.test/data/amber-iocs.csv", "Indicators (CSV)"),
        ("http://labs.test/blog/other-report", "our earlier report"),
    ]
    text = "We published our earlier report in May. Indicators (CSV) can be downloaded."
    own = {"url": "http://labs.test/blog/amber", "kind": "vendor research"}
    assert found(text, *links, **own) == [("http://labs.test/data/amber-iocs.csv", "ioc_list")]


def test_a_list_of_indicators_below_the_article_counts_although_it_is_outside_the_text() -> None:
    made = article(
        "A story.", ("https://gist.github.com/labs/0a1b", "IOC list"), page_text="A story.\nIOC list\nFooter"
    )
    assert [source.kind for source in sources_of(made, HOSTS)] == ["ioc_list"]


def test_at_most_four_sources_the_weightiest_first_and_each_once_whatever_the_order_of_links() -> None:
    text = " ".join(f"Researchers of team{n} published report-{n} today." for n in range(7))
    links = [(f"http://labs.test/blog/post-{n}?utm_source=wire", f"report-{n}") for n in range(7)]
    text += " According to the advisory, all is well. The IOC repository of the labs is public."
    links += [("http://labs.test/blog/iocs.csv", "IOC repository"), ("http://labs.test/blog/post-0", "report-0")]
    urls = [url for url, _ in found(text, *links)]
    assert len(urls) == len(set(urls)) == MAX_SOURCES
    assert urls[0] == "http://labs.test/blog/iocs.csv"
    assert not any("utm_" in url for url in urls)


def test_urls_written_out_in_a_text_without_links_are_read_as_links() -> None:
    text = "According to the advisory at http://cert-arcadia.test/advisories/2026-118 all is fixed."
    assert found(text) == [("http://cert-arcadia.test/advisories/2026-118", "advisory")]


def test_lists_of_indicators_on_the_sources_own_host_or_on_a_code_host_are_followed() -> None:
    links = [
        Link("http://labs.test/blog/next-post", "More on indicators"),
        Link("http://labs.test/data/amber.csv", "Indicators of compromise"),
        Link("https://github.com/labs/iocs/blob/main/amber.json", "STIX bundle"),
        Link("http://evil.test/iocs.csv", "IOCs"),
        Link("http://labs.test/data/more-iocs.txt", "IOCs"),
    ]
    taken = {"http://labs.test/data/other.csv"}
    urls = [source.url for source in lists_of(links, REPORT, HOSTS, taken)]
    assert urls == ["http://labs.test/data/amber.csv", "https://github.com/labs/iocs/blob/main/amber.json"]
    assert len(urls) <= MAX_FOLLOWED
    assert lists_of(links[1:2], REPORT, HOSTS, {links[1].url}) == ()


def test_files_shown_by_code_hosts_are_read_as_the_files() -> None:
    assert (
        readable_url("https://github.com/labs/iocs/blob/main/a/b.csv")
        == "https://raw.githubusercontent.com/labs/iocs/main/a/b.csv"
    )
    assert readable_url("https://gist.github.com/labs/0a1b") == "https://gist.githubusercontent.com/labs/0a1b/raw"
    assert readable_url("https://github.com/labs/iocs") == "https://github.com/labs/iocs"
