"""Stories: what is merged, what never is, who leads, and that order decides nothing."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secdigest_pipeline.articles.records import STORIES, Article, Story
from secdigest_pipeline.articles.stories.stories import stories_of
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline_tests.articles.primaries import article as read

NOON = datetime(2026, 9, 30, 3, tzinfo=UTC)
FLOOD = (
    "Amber Vulture broke into eleven Larkfield hospitals through the Contoso gateway. Doctors worked on paper for three days. "
    "The group copied the address book, Larkfield said, and left a note that names no sum. The gateway was last updated in May. "
)


def told(outlet: str, title: str, text: str = "", **changes: Any) -> Article:
    """An article of an outlet, by default without text."""
    url = f"http://{outlet}.test/{sha256(title.encode())[:8]}"
    fields = {"title": title, "feed_id": outlet, "published_at": NOON, "edition": "2026-10-01", **changes}
    return read(text, url=url, **fields)


def pairs(*articles: Article, **options: Any) -> list[tuple[str, str]]:
    rows = stories_of(articles, **options)
    STORIES.arrow(rows)
    feeds = {one.article_id: one.feed_id for one in [*articles, *options.get("earlier", ())]}
    return [(feeds[row.article_id], feeds[row.lead_id]) for row in rows]


ONE = "Amber Vulture breaks into Larkfield hospitals through Contoso gateway"
TWO = "Larkfield hospitals hit by Amber Vulture after Contoso gateway breach"


def test_two_headlines_that_share_the_names_of_an_event_are_one_story() -> None:
    (row,) = stories_of([told("wire", ONE), told("tribune", TWO)])
    assert row.lead_edition == row.edition == "2026-10-01"
    assert "larkfield" in row.why
    assert 0.36 <= row.similarity <= 1


def test_like_texts_with_one_shared_name_are_one_story_and_like_headlines_with_unlike_texts_are_two() -> None:
    alike = (
        told("wire", "Doctors on paper at Larkfield", FLOOD),
        told("tribune", "Larkfield tells of three days", FLOOD + "More."),
    )
    assert pairs(*alike) != []
    other = (
        "The forum seller offers sessions of a bank in another country, and nobody has named the buyer of the data yet. "
        * 3
    )
    assert (
        pairs(told("wire", "Amber Vulture strikes again", FLOOD), told("tribune", "Amber Vulture strikes", other)) == []
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("CISA Adds Two Known Exploited Vulnerabilities to Catalog", "CISA Adds Four Known Exploited Vulnerabilities to Catalog"),
        ("Critical Tarnpump Flaw Lets Attackers Run Code", "Critical Lumenmail Flaw Lets Attackers Run Code"),
        ("Google fixes CVE-2026-90001 in Contoso Gateway", "Attackers exploit CVE-2026-90001"),
        (f"{ONE} (CVE-2026-90001)", f"{TWO} (CVE-2026-90002)"),
        (f"Weekly recap: {ONE}", TWO),
        ("Check Point patches SmartGate flaw", "ChatGPT among most faked brands, says Check Point"),
        ("Relative story", "Story of no day"),
        ("Release notes", "Release notes 2"),
        ("Welcome", "Welcome"),
        ("Another look at the gardens of Arcadia", "Garden show opens"),
        ("Story of CVE-2026-90001", "The story behind CVE-2026-90001"),
        ("", ""),
        ("!!!", "???"),
    ],
)  # fmt: skip
def test_what_is_never_merged(one: str, two: str) -> None:
    assert pairs(told("wire", one), told("tribune", two)) == []


FORM = (
    "{0} arrives by mail as an invoice and asks for macros. Once inside, {0} copies browser data and waits for orders. "
    * 4
)


@pytest.mark.parametrize("title", ["{0} spreads by mail", "Drift Walrus turns to {0}"])
def test_headlines_that_name_what_the_other_article_never_mentions_are_two_events_however_alike_their_texts(
    title: str,
) -> None:
    one, two = (title.format(name) for name in ("TallowRat", "CopperMoth"))
    wire = told("wire", one, FORM.format("TallowRat"))
    assert pairs(wire, told("tribune", two, FORM.format("CopperMoth"))) == []
    assert pairs(wire, told("tribune", f"Beware: {one}", FORM.format("TallowRat"))) != []


def test_two_classes_of_weakness_in_one_product_are_two_events() -> None:
    text = (
        "Pellucid closed a hole in OpenQuay, its file exchange server, and asks customers to install the new build. "
        * 4
    )
    for flaw, other in (("buffer overflow", "path traversal"), ("SQLインジェクション", "XSS")):
        one, two = (f"Pellucid patches {name} in OpenQuay" for name in (flaw, other))
        assert pairs(told("wire", one, text), told("tribune", two, text)) == []
        assert pairs(told("wire", one, text), told("tribune", one + " server", text)) != []


def test_without_texts_one_shared_word_counts_only_where_it_is_written_as_a_name() -> None:
    assert pairs(told("wire", "Attackers exploit Tarnpump flaw"), told("tribune", "Patch for Tarnpump flaw")) != []
    assert pairs(told("wire", "Attackers exploit tarnpump flaw"), told("tribune", "Patch for Tarnpump flaw")) == []
    texts = (told("wire", "Tarnpump flaw exploited", FLOOD), told("tribune", "Tarnpump flaw patched", FLOOD + "More."))
    assert pairs(*texts) != []


def test_a_shared_cve_alone_says_nothing_and_disjoint_ones_part_whatever_the_text() -> None:
    first = told("wire", "Contoso patches its gateway", "CVE-2026-90001 was fixed in May by the company. " * 9)
    second = told(
        "tribune", "Hospitals plan a joint purchase of a gateway", "Reading room news with CVE-2026-90001 in it. " * 9
    )
    assert pairs(first, second) == []
    assert pairs(told("wire", ONE, FLOOD + "CVE-2026-90001"), told("tribune", TWO, FLOOD + "CVE-2026-90002")) == []


def test_catalogue_notices_are_one_story_only_with_the_same_list() -> None:
    title = "CISA Adds Two Known Exploited Vulnerabilities to Catalog"
    listed = "CVE-2026-90001 and CVE-2026-90002"
    assert len(pairs(told("wire", title, listed), told("tribune", f"U.S. {title}", listed))) == 1
    assert pairs(told("wire", title, listed), told("tribune", f"U.S. {title}", "CVE-2026-90001")) == []


def test_one_outlet_and_more_than_three_days_keep_two_articles_apart() -> None:
    first = told("wire", ONE)
    assert pairs(first, told("wire", TWO)) == []
    assert pairs(first, told("tribune", TWO, published_at=NOON + timedelta(days=3, minutes=1))) == []
    assert pairs(first, told("tribune", TWO, published_at=NOON + timedelta(days=3))) != []
    assert pairs(first, told("tribune", TWO, published_at=None)) != []


def test_the_source_itself_leads_then_a_lead_feed_then_the_longest_text_and_never_an_unread_page() -> None:
    short, long = told("wire", ONE, FLOOD), told("tribune", TWO, FLOOD * 3)
    assert pairs(short, long) == [("wire", "tribune")]
    assert pairs(short, long, lead_feeds={"wire"}) == [("tribune", "wire")]
    vendor = told("labs", f"{ONE} in May", FLOOD, kind="vendor research")
    assert {lead for _, lead in pairs(short, long, vendor, lead_feeds={"wire"})} == {"labs"}
    unread = replace(vendor, read_state="blocked", text="")
    assert pairs(short, unread) == [("labs", "wire")]


def test_a_story_is_not_chained_over_an_article_that_tells_two_events() -> None:
    bridge = told("mid", "Amber Vulture breaks into Larkfield hospitals, Silver Otter floods Ridgepass toll stations")
    left, right = told("wire", ONE), told("tribune", "Silver Otter floods Ridgepass toll stations in Arcadia")
    groups = stories_of([left, bridge, right])
    assert all({row.article_id, row.lead_id} != {left.article_id, right.article_id} for row in groups)


def test_an_earlier_edition_is_only_looked_at_when_given_and_leads_without_hiding() -> None:
    earlier = told("wire", ONE, edition="2026-09-29", published_at=NOON - timedelta(days=2))
    now = told("tribune", TWO)
    assert stories_of([now]) == []
    (row,) = stories_of([now], earlier=[earlier])
    assert (row.edition, row.lead_edition, row.lead_url) == ("2026-10-01", "2026-09-29", earlier.url)


def test_the_order_of_the_articles_decides_nothing() -> None:
    articles = [told("wire", ONE, FLOOD), told("tribune", TWO, FLOOD), told("labs", f"{ONE} again", FLOOD * 2)]
    articles += [told(f"o{n}", f"Otter {n} opens a Port{n} branch in Arcadia{n % 3}") for n in range(20)]

    def as_set(rows: list[Story]) -> set[Story]:
        return set(rows)

    expected = as_set(stories_of(articles))
    assert len(expected) >= 2
    for seed in range(5):
        shuffled = random.Random(seed).sample(articles, len(articles))
        assert as_set(stories_of(shuffled)) == expected


def test_japanese_headlines_alike_by_form_are_two_stories_and_like_texts_are_one() -> None:
    text = (
        "あおなみ信託の利用者に、口座の再確認を求める偽のメールが届いている。同社は九月三十日に二千件を超える届け出を受けた。"
        * 5
    )
    titles = (
        "あおなみ信託をかたるフィッシング、ログイン情報を入力させる偽サイト",
        "あおなみ信託装うフィッシング、偽サイトでログイン情報を入力させる",
        "みなと銀行をかたるフィッシング、ログイン情報を入力させる偽サイト",
    )
    assert pairs(*(told(f"o{n}", title) for n, title in enumerate(titles))) == []
    other = "みなと銀行は、支店の窓口で見つかった書類の扱いについて説明し、来月から新しい端末に入れ替えると述べた。" * 5
    made = [told(f"o{n}", title, other if n == 2 else text) for n, title in enumerate(titles)]
    assert {frozenset(pair) for pair in pairs(*made)} == {frozenset({"o0", "o1"})}


def test_hostile_headlines_cost_little() -> None:
    articles = [told(f"o{n}", f"{'Vulture ' * 500}{n}", "x " * 2000) for n in range(30)]
    stories_of(articles)
