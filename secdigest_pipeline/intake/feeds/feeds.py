"""The feed list: `feeds.yaml` read and checked at the edge, and each feed's own include and exclude rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from secdigest_pipeline.base.redaction import quoted
from secdigest_pipeline.fetching.urls import canonical_url
from secdigest_pipeline.intake.feeds.located import Located, NotYaml, read
from secdigest_pipeline.intake.history.protocols import PROTOCOLS
from secdigest_pipeline.intake.records import Kind

FeedSection = Literal["news", "jp_incidents"]

MAX_LIST_BYTES = 1_000_000
MAX_PATTERN = 200
MAX_RULES = 100  # of one feed's include, exclude or history
_TITLE_SEARCHED = 300
_FEED_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANG = re.compile(r"[a-z]{2}")
# A quantified group that holds a quantifier can take exponential time on a hostile title.
_NESTED_QUANTIFIER = re.compile(r"\([^()]*[+*}][^()]*\)\s*[+*{]")


class FeedListError(ValueError):
    """A feed list that cannot be used; the message names file, line, feed and field."""


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


def _refused(said: str) -> PydanticCustomError:
    """A rule that is broken; `said` follows the name of the field."""
    return PydanticCustomError("refused", "{said}", {"said": said})


def _shown(value: object) -> str:
    """`value` as a message may repeat it: of a list or mapping, which may hold anything, only what it is."""
    if isinstance(value, str):
        return quoted(value)
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else str(value)[:80]


def _feed_id(value: str) -> str:
    if not _FEED_ID.fullmatch(value):
        raise _refused(f"{_shown(value)} is not 1 to 64 of a-z, 0-9 and inner hyphens")
    return value


def _text(value: str) -> str:
    if not value.strip() or not value.isprintable() or len(value) > 500:
        raise _refused("must be one line of text")
    return value.strip()


def _lang(value: str) -> str:
    if not _LANG.fullmatch(value):
        raise _refused(f"{_shown(value)} is not an ISO 639-1 code")
    return value


def _address(value: str) -> str:
    value = _text(value)
    if canonical_url(value) is None:
        raise _refused(f"{_shown(value)} is not an http or https URL")
    if "@" in value.split("/")[2]:
        raise _refused("must not carry credentials")
    return value


def _source(value: Any, info: ValidationInfo) -> HistorySource:
    """A protocol's name, which begins at what it makes of the feed's URL, or `name: URL`."""
    name, url = value, None
    if isinstance(value, dict) and len(value) == 1:
        ((name, url),) = value.items()
    if not isinstance(name, str) or name not in PROTOCOLS:
        raise _refused(f"is not one of {', '.join(PROTOCOLS)}, alone or with a URL")
    if name is not value:
        if not isinstance(url, str):
            raise _refused(f"{name} must be a URL")
        return HistorySource(name, _address(url))
    url = PROTOCOLS[name].start(info.data.get("url", ""))
    if url is None:
        raise _refused(f"{name} needs a URL here")
    return HistorySource(name, url)


def _once(sources: list[HistorySource]) -> list[HistorySource]:
    if len({source.protocol for source in sources}) != len(sources):
        raise _refused("names a protocol twice")
    return sources


def _rule(value: Any) -> Rule:
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= {"category", "title", "url_prefix"}:
        raise _refused("must be exactly one of category, title, url_prefix")
    ((name, text),) = value.items()
    if not isinstance(text, str) or not text:
        raise _refused(f"{name} must be text")
    if name == "category":
        return Rule(category=text)
    if name == "url_prefix":
        return Rule(url_prefix=text)
    if len(text) > MAX_PATTERN:
        raise _refused(f"title is longer than {MAX_PATTERN} characters")
    if _NESTED_QUANTIFIER.search(text):
        raise _refused("title repeats a group that repeats; such a pattern can take for ever")
    try:
        return Rule(title=re.compile(text, re.IGNORECASE))
    except re.error as error:
        raise _refused(f"title is not a regular expression ({error})") from error


class _Entry(BaseModel):
    """A feed as the file gives it: nothing is converted, no key is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, AfterValidator(_feed_id)]
    name: Annotated[str, AfterValidator(_text)]
    url: Annotated[str, AfterValidator(_address)]
    site: Annotated[str, AfterValidator(_address)]
    lang: Annotated[str, AfterValidator(_lang)]
    kind: Kind
    section: FeedSection = "news"
    lead: bool = False
    enabled: bool = True
    include: list[Annotated[Rule, PlainValidator(_rule)]] = Field([], max_length=MAX_RULES)
    exclude: list[Annotated[Rule, PlainValidator(_rule)]] = Field([], max_length=MAX_RULES)
    history: Annotated[
        list[Annotated[HistorySource, PlainValidator(_source)]], Field(max_length=MAX_RULES), AfterValidator(_once)
    ] = []

    def feed(self) -> Feed:
        return Feed(
            feed_id=self.id,
            name=self.name,
            url=self.url,
            site=self.site,
            lang=self.lang,
            kind=self.kind,
            section=self.section,
            lead=self.lead,
            enabled=self.enabled,
            include=tuple(self.include),
            exclude=tuple(self.exclude),
            history=tuple(self.history),
        )


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
        document = read(data)
    except NotYaml as error:
        raise FeedListError(f"{path}: {f'line {error.line}: ' if error.line else ''}not YAML ({error})") from None
    tree = document.tree
    if not isinstance(tree, dict) or list(tree) != ["feeds"] or not isinstance(tree["feeds"], list):
        raise FeedListError(f"{path}: must hold one key `feeds` with a list")
    if not tree["feeds"]:
        raise FeedListError(f"{path}: lists no feed")
    feeds: dict[str, Feed] = {}
    by_url: dict[str, str] = {}
    for number, entry in enumerate(tree["feeds"]):
        feed = _feed(document, number, entry, path)
        if feed.feed_id in feeds:
            earlier = list(feeds).index(feed.feed_id) + 1
            raise FeedListError(
                f"{path}: line {document.line(('feeds', number, 'id'))}: feed {number + 1}: id {feed.feed_id!r} is already "
                f"feed {earlier}"
            )
        feeds[feed.feed_id] = feed
        key = canonical_url(feed.url) or feed.url
        if key in by_url:
            raise FeedListError(
                f"{path}: line {document.line(('feeds', number, 'url'))}: feed {feed.feed_id!r}: url is already that of "
                f"{by_url[key]!r}"
            )
        by_url[key] = feed.feed_id
    return tuple(feeds.values())


def _feed(document: Located, number: int, entry: Any, path: Path) -> Feed:
    try:
        return _Entry.model_validate(entry).feed()
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
    feed_id = entry.get("id") if isinstance(entry, dict) else None
    named = repr(feed_id) if isinstance(feed_id, str) and _FEED_ID.fullmatch(feed_id) else str(number + 1)
    line = document.line(("feeds", number, *wrong["loc"]))
    # outside of the handler: pydantic's error holds the values
    raise FeedListError(f"{path}: line {line}: feed {named}: {_said(wrong)}")


# Where in a feed an error is, by the key of a list
_ITEMS = {"include": "include rule", "exclude": "exclude rule", "history": "history source"}


def _said(error: ErrorDetails) -> str:
    """One error of pydantic in our words: which field, and what it takes. Its own repeat the value as it is."""
    if not error["loc"]:
        return "is not a mapping"
    key, *place = error["loc"]
    if error["type"] in ("extra_forbidden", "invalid_key"):
        return f"unknown key {_shown(key)}; known are {', '.join(_Entry.model_fields)}"
    where = f"{_ITEMS[str(key)]} {int(place[0]) + 1}:" if place else str(key)
    match error["type"]:
        case "refused":
            return f"{where} {error['msg']}"
        case "missing":
            return f"{where} is missing"
        case "bool_type":
            return f"{where} must be true or false"
        case "list_type":
            return f"{where} must be a list of {_ITEMS[str(key)].split()[1]}s"
        case "too_long":
            return f"{where} holds more than {MAX_RULES} {_ITEMS[str(key)].split()[1]}s"
        case "literal_error":
            return f"{where} {_shown(error['input'])} is not one of {error['ctx']['expected']}"
        case _:
            return f"{where} {_shown(error['input'])} is not text; what YAML takes for something else stands in quotes"
