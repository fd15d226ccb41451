"""The feed list: `feeds.yaml` read and checked at the edge, and each feed's own include and exclude rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

import yaml

from secdigest_pipeline.fetching.urls import canonical_url
from secdigest_pipeline.intake.history.protocols import PROTOCOLS
from secdigest_pipeline.intake.records import Kind

FeedSection = Literal["news", "jp_incidents"]

MAX_LIST_BYTES = 1_000_000
MAX_PATTERN = 200
_TITLE_SEARCHED = 300
_FEED_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANG = re.compile(r"[a-z]{2}")
# A quantified group that holds a quantifier can take exponential time on a hostile title.
_NESTED_QUANTIFIER = re.compile(r"\([^()]*[+*}][^()]*\)\s*[+*{]")
_KEYS = ("id", "name", "url", "site", "lang", "kind", "section", "lead", "enabled", "include", "exclude", "history")

T = TypeVar("T")


class FeedListError(ValueError):
    """A feed list that cannot be used; the message names the file, the feed and the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches an item by exactly one of: category (whole, any case), title (pattern found), start of its URL."""

    category: str = ""
    title: re.Pattern[str] | None = None
    url_prefix: str = ""

    def matches(self, title: str, url: str, categories: Sequence[str]) -> bool:
        """Whether an item with this title, canonical URL and categories is meant."""
        if self.title is not None:
            return self.title.search(title[:_TITLE_SEARCHED]) is not None
        if self.category:
            return any(self.category.casefold() == category.casefold() for category in categories)
        return url.startswith(self.url_prefix)


@dataclass(frozen=True, slots=True)
class HistorySource:
    """Where a feed's past can be asked for: the protocol, and the address it begins at (see `HistoryProtocol.start`)."""

    protocol: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the list. `lead` feeds are printed first; disabled ones are not polled, but still read from the
    archive."""

    feed_id: str
    name: str
    url: str
    site: str
    lang: str
    kind: Kind
    section: FeedSection = "news"
    lead: bool = False
    enabled: bool = True
    include: tuple[Rule, ...] = ()
    exclude: tuple[Rule, ...] = ()
    history: tuple[HistorySource, ...] = ()

    def takes(self, title: str, url: str, categories: Sequence[str]) -> bool:
        """Whether an item passes the rules: no exclude rule matches, and an include rule does if there are any."""
        if any(rule.matches(title, url, categories) for rule in self.exclude):
            return False
        return not self.include or any(rule.matches(title, url, categories) for rule in self.include)


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of a YAML file in its order; FeedListError on the first thing that is not right."""
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_LIST_BYTES + 1)
    except OSError as error:
        raise FeedListError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(data) > MAX_LIST_BYTES:
        raise FeedListError(f"{path}: larger than {MAX_LIST_BYTES} bytes")
    try:
        tree = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FeedListError(f"{path}: not YAML ({' '.join(str(error).split())[:300]})") from error
    if not isinstance(tree, dict) or list(tree) != ["feeds"] or not isinstance(tree["feeds"], list):
        raise FeedListError(f"{path}: must hold one key `feeds` with a list")
    feeds = tuple(_feed(entry, f"{path}: feed {number}") for number, entry in enumerate(tree["feeds"], start=1))
    if not feeds:
        raise FeedListError(f"{path}: lists no feed")
    by_id: dict[str, int] = {}
    by_url: dict[str, str] = {}
    for number, feed in enumerate(feeds, start=1):
        if feed.feed_id in by_id:
            raise FeedListError(f"{path}: feed {number}: id {feed.feed_id!r} is already feed {by_id[feed.feed_id]}")
        by_id[feed.feed_id] = number
        key = canonical_url(feed.url) or feed.url
        if key in by_url:
            raise FeedListError(f"{path}: feed {feed.feed_id!r}: url is already that of {by_url[key]!r}")
        by_url[key] = feed.feed_id
    return feeds


def _feed(entry: Any, where: str) -> Feed:
    if not isinstance(entry, dict):
        raise FeedListError(f"{where}: is not a mapping")
    feed_id = entry.get("id")
    if not isinstance(feed_id, str) or not _FEED_ID.fullmatch(feed_id):
        raise FeedListError(f"{where}: id {feed_id!r} is not 1 to 64 of a-z, 0-9 and inner hyphens")
    where = where.rpartition("feed ")[0] + f"feed {feed_id!r}"
    for key in entry:
        if key not in _KEYS:
            raise FeedListError(f"{where}: unknown key {key!r}; known are {', '.join(_KEYS)}")
    lang = _text(entry, "lang", where)
    if not _LANG.fullmatch(lang):
        raise FeedListError(f"{where}: lang {lang!r} is not an ISO 639-1 code")
    return Feed(
        feed_id=feed_id,
        name=_text(entry, "name", where),
        url=_address(entry, "url", where),
        site=_address(entry, "site", where),
        lang=lang,
        kind=cast(Kind, _one_of(entry, "kind", get_args(Kind), None, where)),
        section=cast(FeedSection, _one_of(entry, "section", get_args(FeedSection), "news", where)),
        lead=_flag(entry, "lead", False, where),
        enabled=_flag(entry, "enabled", True, where),
        include=_rules(entry, "include", where),
        exclude=_rules(entry, "exclude", where),
        history=_sources(entry, where),
    )


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 500:
        raise FeedListError(f"{where}: {key} must be one line of text")
    return value.strip()


def _address(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = _text(entry, key, where)
    if canonical_url(value) is None:
        raise FeedListError(f"{where}: {key} {value!r} is not an http or https URL")
    if "@" in value.split("/")[2]:
        raise FeedListError(f"{where}: {key} must not carry credentials")
    return value


def _one_of(entry: Mapping[str, Any], key: str, values: Sequence[str], default: str | None, where: str) -> str:
    value = entry.get(key, default)
    if value not in values:
        raise FeedListError(f"{where}: {key} {value!r} is not one of {', '.join(values)}")
    return cast(str, value)


def _flag(entry: Mapping[str, Any], key: str, default: bool, where: str) -> bool:
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise FeedListError(f"{where}: {key} must be true or false")
    return value


def _sources(entry: Mapping[str, Any], where: str) -> tuple[HistorySource, ...]:
    """`history`: a list of protocols, each a name or `name: URL`, tried in this order."""
    value = entry.get("history", [])
    if not isinstance(value, list):
        raise FeedListError(f"{where}: history must be a list of sources")
    sources = []
    for number, source in enumerate(value, start=1):
        at = f"{where}: history source {number}"
        if isinstance(source, dict) and len(source) == 1:
            ((name, url),) = source.items()
            if name in PROTOCOLS:
                url = _address({name: url}, name, at)
        else:
            name = source
            url = PROTOCOLS[name].start(entry["url"].strip()) if isinstance(name, str) and name in PROTOCOLS else None
        if not isinstance(name, str) or name not in PROTOCOLS:
            raise FeedListError(f"{at}: is not one of {', '.join(PROTOCOLS)}, alone or with a URL")
        if url is None:
            raise FeedListError(f"{at}: {name} needs a URL here")
        sources.append(HistorySource(name, url))
    if len({source.protocol for source in sources}) != len(sources):
        raise FeedListError(f"{where}: history names a protocol twice")
    return tuple(sources)


def _rules(entry: Mapping[str, Any], key: str, where: str) -> tuple[Rule, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list):
        raise FeedListError(f"{where}: {key} must be a list of rules")
    return tuple(_rule(rule, f"{where}: {key} rule {number}") for number, rule in enumerate(value, start=1))


def _rule(rule: Any, where: str) -> Rule:
    if not isinstance(rule, dict) or len(rule) != 1:
        raise FeedListError(f"{where}: must be exactly one of category, title, url_prefix")
    ((name, value),) = rule.items()
    if not isinstance(value, str) or not value:
        raise FeedListError(f"{where}: {name} must be text")
    if name == "category":
        return Rule(category=value)
    if name == "url_prefix":
        return Rule(url_prefix=value)
    if name != "title":
        raise FeedListError(f"{where}: must be exactly one of category, title, url_prefix")
    if len(value) > MAX_PATTERN:
        raise FeedListError(f"{where}: title is longer than {MAX_PATTERN} characters")
    if _NESTED_QUANTIFIER.search(value):
        raise FeedListError(f"{where}: title repeats a group that repeats; such a pattern can take for ever")
    try:
        return Rule(title=re.compile(value, re.IGNORECASE))
    except re.error as error:
        raise FeedListError(f"{where}: title is not a regular expression ({error})") from error
