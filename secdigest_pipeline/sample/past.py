"""The sample world's past: 120 days before its first edition, which no feed shows any more.

What a feed published then can be had only from the sources its host offers (`past_web`), and where those have gaps not
at all. Made from templates and a fixed seed for each feed, so it is the same in every process.
"""

import hashlib
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.sample import recorded
from secdigest_pipeline.sample.content import CONTENT, Article, Entry, Expected, FeedShape, as_html, load_shapes, read

DAYS = 120
LAST = Edition.parse("2026-09-30")
EDITIONS = tuple(LAST.shifted(n - DAYS + 1) for n in range(DAYS))
# When a past day is asked for: after the last past edition has closed, before the first of the present has.
MOMENT = LAST.closes + timedelta(hours=1)
_BEGINS = EDITIONS[0].start - timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Host:
    """How a feed's past was made and what of it is lost.

    `a_day`: entries on average. `texts`: which templates. `path`: of a page. `lost`: editions of which a part or all
    cannot be had from any source, as first and last (both included).
    """

    a_day: float
    texts: str
    path: str
    lost: tuple[tuple[str, str], ...] = ()


_ALL = ((EDITIONS[0].key, LAST.key),)
HOSTS: Mapping[str, Host] = {
    # The date archives of three days were lost when the site moved; nobody captured its feed then.
    "perimeterpost": Host(3, "en", "/posts/{slug}", (("2026-07-14", "2026-07-19"),)),
    "cyberharbor": Host(2, "en", "/news/{slug}"),
    # The archive document of the oldest month is gone; what is left of July begins a few days into the month.
    "northquay": Host(0.7, "en", "/research/{slug}", ((EDITIONS[0].key, "2026-07-14"),)),
    "halyard": Host(0.6, "en", "/posts/{slug}"),
    "arcadia-cert": Host(0.35, "en", "/advisories/{slug}"),
    "choryu": Host(1.5, "ja", "/article/{slug}"),
    "minato": Host(0.4, "ja", "/posts/{slug}"),
    # The Wayback Machine did not come by for two weeks, and the feed shows the last week only.
    "incident-sokuho": Host(2, "incident", "/{slug}", (("2026-07-18", "2026-08-01"),)),
    # As above; and on one busy day its five entries had all changed between two captures.
    "glasswall": Host(1, "en", "/story/{slug}", (("2026-08-09", "2026-08-29"), ("2026-09-07", "2026-09-07"))),
    # Nothing keeps what this one showed.
    "roundup": Host(1, "en", "/read/{slug}", _ALL),
}
# Pages changed long after they came out, by a rebuild of the site: their `lastmod` says nothing of their day.
REBUILT = datetime(2026, 9, 12, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Past:
    """Entries by feed, oldest first, and the pages behind them by host and path."""

    entries: Mapping[str, tuple[Entry, ...]]
    pages: Mapping[tuple[str, str], Article]

    def truth(self) -> dict[str, tuple[Expected, ...]]:
        """By edition key, every entry that was published in its window."""
        found: dict[str, list[Expected]] = {edition.key: [] for edition in EDITIONS}
        for entries in self.entries.values():
            for entry in entries:
                if entry.expected.edition in found:
                    found[entry.expected.edition].append(entry.expected)
        return {key: tuple(expected) for key, expected in found.items()}

    def replies(self) -> dict[str, dict[str, Any]]:
        """Model replies by canonical URL, in the form of sample.messages."""
        return {page.url: recorded.handed(page.reply) for page in self.pages.values() if page.reply is not None}

    @staticmethod
    def gaps() -> dict[str, frozenset[str]]:
        """By edition key, the feeds of which something may be lost for good."""
        return {
            edition.key: frozenset(
                feed_id
                for feed_id, host in HOSTS.items()
                if any(first <= edition.key <= last for first, last in host.lost)
            )
            for edition in EDITIONS
        }


@cache
def load() -> Past:
    """The past; made once a process."""
    words = read(CONTENT / "past" / "words.yaml")
    entries: dict[str, tuple[Entry, ...]] = {}
    pages: dict[tuple[str, str], Article] = {}
    for shape in load_shapes():
        host = HOSTS.get(shape.feed_id)
        if host is None:
            continue
        articles = _articles(shape, host, words)
        pages |= {(article.host, urlsplit(article.url).path): article for article in articles}
        entries[shape.feed_id] = tuple(_entry(shape, article) for article in articles)
    return Past(entries, pages)


def _articles(shape: FeedShape, host: Host, words: dict[str, Any]) -> list[Article]:
    # Not for secrets: the same seed has to give the same world.
    dice = random.Random(f"past of {shape.feed_id}")  # noqa: S311
    made: list[Article] = []
    day = _BEGINS.astimezone(JST).date()
    while day <= LAST.day:
        moments = sorted(
            datetime.combine(day, time(), JST) + timedelta(minutes=dice.randrange(24 * 60))
            for _ in range(_number(dice, host.a_day))
        )
        made += [
            _article(shape, host, words, dice, moment, len(made) + place)
            for place, moment in enumerate(moments)
            if moment < LAST.cutoff
        ]
        day += timedelta(days=1)
    return made


def _number(dice: random.Random, average: float) -> int:
    """A number of entries a day, now and then several times the average."""
    busy = 3 if dice.random() < 0.05 else 1
    whole = int(average)
    return busy * (whole + (dice.random() < average - whole) + (dice.choice((-1, 0, 1)) if whole > 1 else 0))


def _article(
    shape: FeedShape, host: Host, words: dict[str, Any], dice: random.Random, moment: datetime, number: int
) -> Article:
    template = dice.choice(words["templates"][host.texts])
    chosen = {name: dice.choice(values) for name, values in words["words"].items()}
    title = template["title"].format(**chosen)
    place = urlsplit(shape.site)
    path = host.path.format(slug=f"{_slug(title)}{number}")
    body = as_html(template["body"].format(**chosen))
    paragraph = re.sub(r"<[^>]+>", "", body.split("</p>")[0])
    values = _values(shape.feed_id, number, dice) if template.get("ioc") else {}
    return Article(
        url=f"{place.scheme}://{place.netloc}{path}",
        title=title,
        author=shape.name,
        published=moment.astimezone(UTC),
        encoding="utf-8",
        page="ok",
        body=body,
        appendix=_indicators(values) if values else "",
        tags=(),
        summary=paragraph,
        reply=_reply(template["reply"], words, {**chosen, **values}) if "reply" in template else None,
    )


def _slug(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words[:8]) + "-" if words and title.isascii() else "n"


def _values(feed_id: str, number: int, dice: random.Random) -> dict[str, str]:
    phrase = f"invented sample of {feed_id} {number}"
    host = f"{dice.choice(('cdn', 'update', 'mail', 'img'))}{number}.{dice.choice(('quaymirror', 'lampfeed'))}.test"
    return {
        "sha256": hashlib.sha256(phrase.encode()).hexdigest(),
        "domain": host,
        "url": f"https://{host}/{dice.randrange(1000, 9999)}/get.php",
    }


def _indicators(values: Mapping[str, str]) -> str:
    defanged = (value.replace("https:", "hxxps:").replace(".test", "[.]test") for value in values.values())
    return as_html("## Indicators of compromise\n\n- " + "\n- ".join(defanged))


def _reply(template: Mapping[str, Any], words: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """The recorded reply of a story: the template's, in the words of that story and of the report about it."""
    slots = {
        **chosen,
        **{f"{name}_ja": words["in_japanese"].get(word, word) for name, word in chosen.items()},
        **{f"{name}_is": words["in_taxonomy"].get(word, "") for name, word in chosen.items()},
    }
    reply = dict(_filled(template, slots))
    return {**reply, "tags": [tag for tag in reply["tags"] if tag["value"]]}


def _filled(part: Any, slots: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return part.format(**slots)
    if isinstance(part, list):
        return [_filled(one, slots) for one in part]
    return {name: _filled(one, slots) for name, one in part.items()} if isinstance(part, dict) else part


def _entry(shape: FeedShape, article: Article) -> Entry:
    expected = Expected(
        edition=Edition.of(article.published).key,
        feed_id=shape.feed_id,
        url=article.url,
        title=article.title,
        membership="published",
        section="jp_incidents" if shape.feed_id == "incident-sokuho" else "news",
        kept=True,
        reason="",
    )
    return Entry(
        feed_id=shape.feed_id,
        guid=article.url,
        link=article.url,
        title=article.title,
        summary=article.summary,
        content="",
        categories=(),
        published=article.published,
        visible=article.published,
        expected=expected,
    )


def days_between(first: str, last: str) -> list[date]:
    """The days from one to the other, both included."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
