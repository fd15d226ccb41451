"""Whatever stands in feeds, pages, sources and analyses: the edition is made, all three files hold their rules, no row is lost."""

import csv
import io
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secdigest_pipeline.articles.records import Article, PrimaryPage, ReadState, Story
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv
from secdigest_pipeline.indicators.judging.ledger import ledger
from secdigest_pipeline.indicators.records import IocRole, Role, Threat
from secdigest_pipeline.report.contract import check_report, parse_report
from secdigest_pipeline.report.edition import make_edition
from secdigest_pipeline.report.text import live_url
from secdigest_pipeline_tests.articles.primaries import primary
from secdigest_pipeline_tests.report.rows import EDITION, analysis, article, item, statement
from secdigest_pipeline_tests.report.test_hostile import statements, texts, urls

# Found by code, so that the hostile text stands around, before and in values that are kept
VALUES = (
    *("c2[.]bad-one[.]test", 'hxxps://bad-two[.]test/a,b?c="d"|e', "45.83.64[.]1", "a" * 64, "b" * 32, "2a0f:ff00::1"),
    *(
        "mail[@]bad-one[.]test",
        "CVE-2026-12345",
        "hxxp://bad-three[.]test/" + "x" * 400,
        "evil[.]日本[.]test",
        "10.0.0[.]7",
    ),
)
# stored tables hold no half surrogate pair
stored = texts.map(lambda text: text.encode("utf-8", "ignore").decode())
pages = st.tuples(
    stored,
    st.just("Indicators of compromise"),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=5).map("\n".join),
    stored,
).map("\n".join)
STATES = ("read",) * 12 + get_args(ReadState)
names = st.one_of(stored, st.sampled_from(("unknown", "N/A", "Brass Wren", "=cmd|calc", "a,b\n")))


@st.composite
def editions(draw: st.DrawFn) -> dict[str, Any]:
    items: list[Any] = []
    articles: list[Article] = []
    analyses: list[Any] = []
    sources: list[PrimaryPage] = []
    stories: list[Story] = []
    roles: dict[str, list[IocRole]] = {}
    threats: dict[str, Threat] = {}
    for number in range(draw(st.integers(1, 3))):
        key, url, state = f"a{number}", draw(urls), draw(st.sampled_from(STATES))
        page = draw(pages) if state in ("read", "feed_only") else ""
        items.append(item(item_id=key, article_id=key, url=url, title=draw(texts), feed_name=draw(texts)))
        articles.append(
            article(
                article_id=key, item_id=key, url=url, title=draw(texts), outlet=draw(texts), text=page, page_text=page,
                read_state=state, read_reason="" if state == "read" else draw(texts),
            )
        )  # fmt: skip
        analyses.append(
            analysis(
                article_id=key, model=draw(texts), title_ja=draw(texts), advice=draw(texts), summary=draw(statements),
                recommendations=draw(statements), notes=draw(statements),
            )
        )  # fmt: skip
        roles[key] = [
            IocRole(kind, value, draw(st.sampled_from(get_args(Role))), draw(stored), draw(stored))  # type: ignore[arg-type]
            for kind, value in (("domain", "c2.bad-one.test"), ("ipv4", "45.83.64.1"), ("sha256", "a" * 64))
        ]
        threats[key] = Threat(draw(names), draw(names), draw(names), draw(names))
        if draw(st.booleans()):
            sources.append(
                primary(
                    draw(pages), draw(urls), article_id=key, found_on=url, title=draw(texts),
                    read_state=draw(st.sampled_from(("read", "blocked", "gone"))), reason=draw(texts),
                )
            )  # fmt: skip
        if number and draw(st.booleans()):
            stories.append(Story(EDITION.key, key, "a0", EDITION.key, url, articles[0].url, 0.9, draw(texts)))
    return {
        "items": items, "articles": articles, "analyses": analyses, "primary": sources, "stories": stories,
        "iocs": ledger(articles, roles, threats, primary=sources), "failed_feeds": draw(st.lists(texts, max_size=3)),
        "further": draw(st.lists(texts, max_size=3)), "cost_usd": 0.01, "provisional": draw(st.booleans()),
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(editions())
def test_an_edition_of_hostile_rows_is_made_whole(given_rows: dict[str, Any]) -> None:
    made = make_edition(EDITION, **given_rows)
    report, table, log = (
        made.files[path].decode() for path in (EDITION.news_path, EDITION.ioc_csv_path, EDITION.ioc_log_path)
    )
    assert check_report(report) == []
    assert check_ioc_csv(table.encode()) == []

    # every article has its entry or stands with its lead
    followers = {story.article_id for story in given_rows["stories"]}
    printed = [found.url for found in parse_report(report).articles]
    assert printed == [live_url(row.url) for row in given_rows["items"] if row.article_id not in followers]
    told = report.split("\n")
    assert all(
        f"関連: {live_url(story.url)}" in report or f"        - {live_url(story.url)}" in told
        for story in given_rows["stories"]
    )

    # every IOC is a row of the CSV or has the rule that keeps it out
    rows = list(csv.DictReader(io.StringIO(table)))
    kept = {(ioc.value, ioc.source_url) for ioc in given_rows["iocs"] if ioc.is_ioc and not ioc.suppressed}
    assert {(row["ioc_value"], row["reference"]) for row in rows} == kept

    # the work log has its own headings and nobody else's, one list item a line
    lines = log.rstrip("\n").split("\n")
    assert [line for line in lines if not line.startswith(("# IOC収集 作業ログ: ", "## ", "- ")) and line] == []
    assert len({line for line in lines if line.startswith("#")}) == sum(line.startswith("#") for line in lines) == 13
    assert "\r" not in log and log.isprintable() == ("\n" not in log)
    assert [line for line in lines if not line.isprintable()] == []

    # every line of the file is a row of the table
    assert "".join(f"{line.text}\n" for line in made.lines) == report


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "\u200b", "\x00", "\u202e", "🦊" * 400, "#" * 3000, "あ" * 5000, "\n" * 50]
)
def test_each_kind_of_empty_or_endless_text_leaves_an_honest_entry(text: str) -> None:
    row = analysis(title_ja=text, advice=text, summary=(statement(text),), notes=(statement(text),))
    given_rows: dict[str, Any] = {"items": [item(title=text)], "articles": [article(title=text)], "analyses": [row]}
    made = make_edition(
        EDITION, **given_rows, iocs=[], cost_usd=0.0, provisional=False, failed_feeds=[text], further=[text]
    )
    (entry,) = parse_report(made.files[EDITION.news_path].decode()).articles
    assert entry.title and all(entry.blocks.values())
    assert max(map(len, entry.blocks["要約"])) <= 500
