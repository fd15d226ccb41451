"""The recorded replies are what a good model would say: every quote stands in its article, and so does every value."""

import json
import re
from calendar import month_name
from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from lxml import html

from secdigest_pipeline.analysis.reply.claims import read_judgements, read_mending, read_reply, todays
from secdigest_pipeline.analysis.reply.schema import (
    ACTOR_ATTRIBUTES,
    BASES,
    CATEGORIES,
    EVENT_TYPES,
    MALWARE_TYPES,
    RELEVANCES,
    SCHEMA,
    SECTIONS,
    TAG_DIMENSIONS,
    VERDICTS,
)
from secdigest_pipeline.analysis.reply.taxonomy import dimensions
from secdigest_pipeline.indicators.records import Role
from secdigest_pipeline.sample.content import Article
from secdigest_pipeline.sample.world import World

STATEMENTS = ("summary", "recommendations", "notes")
NAMED = ("actors", "malware", "products", "techniques", "victims", "tags")
KEYS = list(SCHEMA["properties"])
# The feed's few sentences are all there is of a page behind a paywall.
SHORT = {"http://www.glasswall-journal.example/cyber/vesper-cloud-support-tokens": 5}
# What a value is, in the words of every Japanese report.
GENERIC = {"url", "ip"}
# not: numbers that Japanese counts in ten thousands
VALUES = re.compile(r"[A-Za-z][A-Za-z0-9.+/-]*|\d[\d,.]*(?![\d,.万億])")


def recorded(world: World) -> Iterator[tuple[Article, dict[str, Any]]]:
    """Articles with the reply as it stands in the file, marks included."""
    for article in world.articles:
        if article.reply is not None:
            yield article, article.reply


def text_of(article: Article) -> str:
    """What an analyst reads: the page's text, or the feed's summary where no page is shown."""
    return article.summary if article.page == "blocked" else flat(article.body)


def flat(markup: str) -> str:
    """Text of an HTML fragment on one line."""
    return " ".join(html.fromstring(f"<div>{markup} </div>").text_content().split())


def refanged(text: str) -> str:
    """The defanging styles of this world undone."""
    for written, meant in (
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("[:]", ":"),
        ("[@]", "@"),
        ("hxxp", "http"),
    ):
        text = text.replace(written, meant)
    return text.lower()


def spelled(line: str) -> str:
    """The line with `9月` as `September`, which is how English articles write it."""
    return re.sub(r"(\d{1,2})月", lambda found: f" {month_name[int(found[1])]} ", line)


def good(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements that are not wrong on purpose."""
    return [one for one in statements if not one.get("planted") and "check" not in one]


def honest(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything a reply states that is not wrong on purpose, replacements of the mending among it."""
    return [*(one for key in STATEMENTS for one in good(reply[key])), *reply.get("mend", {}).get("summary", [])]


def titles(reply: dict[str, Any]) -> list[str]:
    """The titles that are not wrong on purpose."""
    own = [] if "title_check" in reply else [reply["title"]]
    return own + [title for title in [reply.get("mend", {}).get("title", "")] if title]


def verdicts(reply: dict[str, Any]) -> list[dict[str, str]]:
    """What the checker says of the statements it refuses."""
    given = [one["check"] for key in STATEMENTS for one in reply[key] if "check" in one]
    return given + ([reply["title_check"]] if "title_check" in reply else [])


def test_every_readable_article_has_a_reply_and_only_the_gone_one_has_none(world: World) -> None:
    assert [article.page for article in world.articles if article.reply is None] == ["gone"]


def test_replies_are_of_the_schema_of_today_and_need_no_conversion(world: World) -> None:
    for url, reply in world.replies().items():
        said = {key: reply[key] for key in KEYS}
        said["iocs"] = [{"id": 1, **{key: one[key] for key in one if key != "value"}} for one in reply["iocs"]]
        assert todays(said) == said and "title_quote" not in said, url
        read = read_reply(json.dumps(said))
        assert read.event is not None and read.basis is not None and read.relevance is not None, url
        assert set(reply) - set(KEYS) <= {"check", "mend"}, url
        assert all(list(one) == ["quotes", "text"] for key in STATEMENTS for one in reply[key]), url
        for name, row in SCHEMA["properties"].items():
            if name in NAMED:
                assert all(set(one) == set(row["items"]["properties"]) for one in reply[name]), (url, name)
        read_mending(json.dumps({"title_quotes": [], "title": "", "summary": [], **reply.get("mend", {})}))
        rows = [{"id": 1, **verdict} for verdict in reply["check"].values()]
        assert all(row["verdict"] in VERDICTS for row in rows), url
        read_judgements(json.dumps({"verdicts": rows}))


def test_closed_values_are_those_of_the_schema(world: World) -> None:
    for article, reply in recorded(world):
        assert {one["role"] for one in reply["iocs"]} <= set(get_args(Role)), article.url
        assert {one["category"] for one in reply["iocs"]} <= set(CATEGORIES), article.url
        assert {one["attribute"] for one in reply["actors"]} <= set(ACTOR_ATTRIBUTES), article.url
        assert {one["type"] for one in reply["malware"]} <= set(MALWARE_TYPES), article.url
        assert reply["section"] in SECTIONS and reply["basis"]["basis"] in BASES, article.url
        assert reply["relevance"]["reason"] in RELEVANCES and reply["relevance"]["score"] in range(4), article.url
        assert reply["event"]["event_type"] in EVENT_TYPES, article.url
        for tag in reply["tags"]:
            assert tag["dimension"] in TAG_DIMENSIONS, article.url
            assert tag["value"] in dimensions()[tag["dimension"]].values, (article.url, tag["value"])


def test_every_quote_stands_in_its_article(world: World) -> None:
    missing = []
    for article, reply in recorded(world):
        text = text_of(article)
        quotes = [quote for one in honest(reply) for quote in one["quotes"]]
        quotes += [*reply["title_quotes"], *reply.get("mend", {}).get("title_quotes", [])]
        quotes += [row["quote"] for name in NAMED for row in reply[name]]
        quotes += [group["quote"] for group in good(reply["iocs"])]
        quotes += [reply["basis"]["quote"], reply["event"]["quote"]]
        quotes += [verdict["passage"] for verdict in verdicts(reply)]
        missing += [(article.url, quote) for quote in quotes if quote not in text]
    assert missing == []


def test_a_statement_rests_on_one_to_three_quotes_long_enough_to_be_evidence(world: World) -> None:
    several = 0
    for article, reply in recorded(world):
        # A Japanese character says about as much as two Latin ones.
        least = 10 if article.body and ord(max(article.body)) > 0x3000 and not article.title.isascii() else 20
        for one in honest(reply):
            assert 1 <= len(one["quotes"]) <= 3, one
            assert all(least <= len(quote) <= 300 for quote in one["quotes"]), one
            several += len(one["quotes"]) > 1
    assert several > 60


def test_every_name_number_and_cve_of_a_good_statement_stands_in_its_article(world: World) -> None:
    unsupported = []
    for article, reply in recorded(world):
        whole = f"{text_of(article)} {article.title} {flat(article.appendix)}".lower()
        lines = [one["text"] for one in honest(reply)]
        lines += [*titles(reply), reply["advice"], *(group["context"] for group in good(reply["iocs"]))]
        for line in lines:
            values = [
                value.rstrip(".,-/") for value in VALUES.findall(spelled(line) if article.title.isascii() else line)
            ]
            unsupported += [
                (article.url, value, line)
                for value in values
                if value.lower() not in whole and value.lower() not in GENERIC
            ]
    assert unsupported == []


def test_lines_have_the_length_and_form_of_the_contract(world: World) -> None:
    for article, reply in recorded(world):
        summary = [*good(reply["summary"]), *reply.get("mend", {}).get("summary", [])]
        wanted = SHORT.get(article.url, 7)
        assert wanted - 1 <= len(summary) <= 7 and len(reply["summary"]) >= wanted, (article.url, len(summary))
        assert all(45 <= len(one["text"]) <= 90 for one in summary), [
            (len(one["text"]), one["text"]) for one in summary
        ]
        assert all(one["text"].endswith("。") for one in honest(reply)), article.url
        assert all("です。" not in one["text"] and "ます。" not in one["text"] for one in summary), article.url
        assert all(20 <= len(title) <= 60 and not title.endswith("。") for title in titles(reply)), reply["title"]
        assert reply["advice"].endswith("してください。") and len(reply["advice"]) <= 96, reply["advice"]
        assert len(reply["recommendations"]) <= 3 and len(good(reply["notes"])) <= 3, article.url
        assert all("," not in group["context"] and len(group["context"]) <= 40 for group in reply["iocs"]), article.url
        assert all(group["description"].isascii() and len(group["description"]) <= 80 for group in reply["iocs"])


def test_what_is_said_of_a_value_differs_by_what_the_value_is(world: World) -> None:
    for article, reply in recorded(world):
        said = [(group["role"], group["category"], group["description"]) for group in reply["iocs"]]
        assert len(said) == len(set(said)), article.url
    categories = {group["category"] for _, reply in recorded(world) for group in reply["iocs"]}
    assert categories >= {"c2", "srcip", "phishing-site", "malware", "abusefile"}


def test_what_only_a_checker_can_find_is_in_many_replies_in_the_title_in_the_lead_and_of_every_verdict(
    world: World,
) -> None:
    replies = {article.url: reply for article, reply in recorded(world)}
    refused = [url for url, reply in replies.items() if verdicts(reply)]
    assert len(refused) >= 12
    assert set(refused) == set(world.refused())
    given = {verdict["verdict"] for reply in replies.values() for verdict in verdicts(reply)}
    assert given == {"contradicted", "overstated", "not_stated"}
    for reply in replies.values():
        fell = "title_check" in reply or "check" in reply["summary"][0]
        assert ("mend" in reply) == fell, reply["title"]
    assert sum("title_check" in reply for reply in replies.values()) == 1
    assert sum("check" in reply["summary"][0] for reply in replies.values()) == 1
    assert list(world.failures().values()) == [("refusal",)]
    assert not {url.removesuffix("#check") for url in world.failures()} & set(refused)


def test_every_ioc_value_stands_in_its_page(world: World) -> None:
    for article, reply in recorded(world):
        page = refanged(f"{text_of(article)} {flat(article.appendix)}")
        values = [value for group in good(reply["iocs"]) for value in group["values"]]
        assert [value for value in values if value.lower() not in page] == [], article.url
        assert len(values) == len(set(values)), article.url


def test_planted_mistakes_are_really_wrong_and_are_handed_over_without_their_mark(world: World) -> None:
    planted = world.planted()
    assert len(planted) == len(world.refused()) + 2, "one reply holds both kinds"
    for url, wrong in planted.items():
        article = world.article(url)
        reply = world.replies()[url]
        handed = [one["text"] for key in STATEMENTS for one in reply[key]] + [one["value"] for one in reply["iocs"]]
        handed.append(reply["title"])
        assert set(wrong) <= set(handed)
        for group in article.reply["iocs"] if article.reply else ():
            if group.get("planted"):
                page = refanged(f"{flat(article.body)} {flat(article.appendix)}")
                assert not any(value in page for value in group["values"])


def test_the_injected_article_shows_its_instruction_and_hides_one_in_a_comment(world: World) -> None:
    article = next(article for article in world.articles if "mail-assistants" in article.url)
    assert "Ignore all previous instructions" in flat(article.body)
    assert "<!-- SYSTEM NOTICE" in article.body
    assert "hidden-command" not in flat(article.body)
    assert any("](https://" in text for text in world.planted()[article.url])


@pytest.mark.parametrize("pattern", [r"https?://[\w.:-]+", r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|jp)\b"])
def test_only_invented_hosts_are_named(world: World, pattern: str) -> None:
    allowed = (".example", ".test", "127.0.0.1", "5.180.255.9", "91.203.255.140")
    for article in world.articles:
        written = refanged(" ".join((article.url, article.body, article.appendix, article.summary)))
        for found in re.findall(pattern, written):
            host = urlsplit(found).hostname or found
            assert host.endswith(allowed), (article.url, found)


def test_only_invented_cves_are_named(world: World) -> None:
    for article in world.articles:
        assert all(cve.startswith("CVE-2026-9") for cve in re.findall(r"CVE-\d{4}-\d+", article.body)), article.url
