"""Stories: articles of one edition about the same event become one, led by the best of them.

Two articles are one story when their headlines share the words that name the event, or when their texts are alike and the
headlines share one such word. Merging two events hides one of them, so every doubt keeps them apart (docs/decisions/stories.md): one
outlet's articles, disjoint CVEs or classes of weakness, round-ups and catalogue notices are never merged, and a shared CVE
alone says nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, pairwise, product

from secdigest_pipeline.articles.primary.hosts import domain_of
from secdigest_pipeline.articles.records import Article, Story
from secdigest_pipeline.articles.stories.words import (
    PIECE,
    cves,
    in_order,
    is_common,
    is_everyday,
    is_japanese,
    is_periodical,
    lists_known_exploited,
    weaknesses,
    words,
    written,
)

WINDOW = timedelta(days=3)
# Set on the labelled headlines of benchmarks/data/story_pairs.jsonl; figures in docs/benchmarks.md.
# Each: names that two headlines must share (a name of the daily news counts half), and how alike they must be then.
_BY_TITLE = ((2.0, 0.36), (1.5, 0.40), (1.0, 0.45))
_TEXT = 0.40
# Two articles on one CVE name the same product, whatever the event: they must be nearly as alike as any others.
_WITH_CVE = 0.30
_AGREES_WITH_CVE = 0.20
# Where both texts are known they have to agree: one actor's or product's two events have like headlines, unlike texts.
_AGREES = 0.15
_AGREES_ON_ONE_NAME = 0.30
# What a text's opening tells is the event; further down stands background that many stories share.
_OPENING = 1_500
_ENOUGH_TEXT = 200
_COMMON_WEIGHT = 0.25
# A document frequency is measured against at least so many: in an edition of ten articles every word looks rare.
_LEAST_DOCUMENTS = 300
_RARE_CVE = 4


@dataclass(frozen=True, slots=True)
class _Features:
    """What is compared of one article. Vectors have length 1; `names` are the headline's telling words."""

    article: Article
    outlet: str
    cves: frozenset[str]
    title: Mapping[str, float]
    text: Mapping[str, float]
    names: frozenset[str]
    neighbours: frozenset[tuple[str, str]]
    named: frozenset[str]
    small: frozenset[str]
    weaknesses: frozenset[str]
    catalogue: bool
    periodical: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    similarity: float
    why: str


def stories_of(
    articles: Sequence[Article], *, lead_feeds: Collection[str] = (), earlier: Sequence[Article] = ()
) -> list[Story]:
    """One row an article that another one leads, in the order of `articles`. Pure; the order of `articles` decides nothing else.

    The lead is the source itself where it is among them (research, authority), then a feed of `lead_feeds`, then the fullest
    text; an unread page leads only unread ones. `earlier` are articles of the editions before, as far back as the caller likes
    (WINDOW bounds it): an article that follows one of them up gets a row with that edition's lead and keeps its own entry.
    """
    features = _features_of([*articles, *earlier])
    own, before = features[: len(articles)], features[len(articles) :]
    pairs = {frozenset((a.article.article_id, b.article.article_id)): pair for a, b, pair in _alike(own)}
    rows: dict[str, Story] = {}
    for group in _groups(own, pairs):
        lead, *others = sorted(group, key=lambda member: _rank(member.article, lead_feeds))
        for other in others:
            best = max(
                (pair for member in group if member is not other and (pair := pairs.get(_key(member, other)))),
                key=lambda pair: (pair.similarity, pair.why),
            )
            pair = pairs.get(_key(lead, other), best)
            rows[other.article.article_id] = _story(other, lead, pair)
    for member in own:
        if member.article.article_id not in rows:
            found = [(pair, past) for past in before if (pair := _compared(member, past))]
            if found:
                pair, past = max(found, key=lambda two: (two[0].similarity, two[1].article.article_id))
                rows[member.article.article_id] = _story(member, past, pair)
    return [rows[article.article_id] for article in articles if article.article_id in rows]


def _story(follower: _Features, lead: _Features, pair: _Pair) -> Story:
    return Story(
        edition=follower.article.edition,
        article_id=follower.article.article_id,
        lead_id=lead.article.article_id,
        lead_edition=lead.article.edition,
        url=follower.article.url,
        lead_url=lead.article.url,
        similarity=round(pair.similarity, 4),
        why=pair.why,
    )


def _rank(article: Article, lead_feeds: Collection[str]) -> tuple[bool, bool, bool, int, str]:
    """Smaller leads: read at all, the source itself, a lead feed, the longer text, then by id."""
    unread = article.read_state not in ("read", "feed_only") or not article.text
    return (
        unread,
        article.kind not in ("vendor research", "CERT", "gov"),
        article.feed_id not in lead_feeds,
        -len(article.text),
        article.article_id,
    )


def _features_of(articles: Sequence[Article]) -> list[_Features]:
    titles = [words(article.title) for article in articles]
    texts = [words(f"{article.title}\n{article.text[:_OPENING]}") for article in articles]
    in_titles = Counter(word for counted in titles for word in counted)
    in_texts = Counter(word for counted in texts for word in counted)
    total = max(len(articles), _LEAST_DOCUMENTS)
    rare = max(6, len(articles) // 10)
    return [
        _Features(
            article,
            domain_of(article.url),
            cves(f"{article.title}\n{article.text}"),
            _vector(title, in_titles, total),
            _vector(text, in_texts, total) if len(article.text) >= _ENOUGH_TEXT else {},
            frozenset(word for word in title if not is_common(word) and in_titles[word] <= rare),
            frozenset(pairwise(in_order(article.title))),
            *written(article.title),
            weaknesses(article.title),
            lists_known_exploited(article.title),
            is_periodical(article.title),
        )
        for article, title, text in zip(articles, titles, texts, strict=True)
    ]


def _vector(counted: Counter[str], documents: Counter[str], total: int) -> dict[str, float]:
    weights = {
        word: (1 + math.log(n))
        * math.log((total + 1) / (documents[word] + 0.5))
        * (_COMMON_WEIGHT if is_common(word) and not word.startswith(PIECE) else 1)
        for word, n in counted.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()} if length else {}


def _alike(features: Sequence[_Features]) -> Iterator[tuple[_Features, _Features, _Pair]]:
    """Pairs of one event; only articles whose headlines share a telling word are compared at all."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for at, member in enumerate(features):
        for name in member.names | (member.cves if member.catalogue else frozenset()):
            by_name[name].append(at)
    candidates = {pair for ats in by_name.values() for pair in combinations(ats, 2)}
    for a, b in sorted(candidates):
        pair = _compared(features[a], features[b])
        if pair is not None:
            yield features[a], features[b], pair


def _compared(a: _Features, b: _Features) -> _Pair | None:
    if _apart(a, b):
        return None
    if a.catalogue:
        return _Pair(1.0, ", ".join(sorted(a.cves))[:200])
    names = _names(a, b)
    telling = [name for name in names if not all(map(is_everyday, name))]
    if not telling:
        return None
    weight = sum(0.5 if name not in telling or is_japanese(name[0]) else 1.0 for name in names)
    title, text = _cosine(a.title, b.title), _cosine(a.text, b.text)
    untold = not (a.text and b.text)
    if untold and not _is_distinctive({word for name in telling for word in name}, a, b):
        return None
    agreed = untold or text >= (_AGREES if weight >= 2 else _AGREES_ON_ONE_NAME)
    same_cves = a.cves & b.cves if len(a.cves) <= _RARE_CVE and len(b.cves) <= _RARE_CVE else frozenset[str]()
    by_title = agreed and any(weight >= least and title >= alike for least, alike in _BY_TITLE)
    by_cve = bool(same_cves) and (untold or text >= _AGREES_WITH_CVE) and max(title, text) >= _WITH_CVE
    if not (by_title or by_cve or text >= _TEXT) or (not untold and _strangers(a, b, names)):
        return None
    return _Pair(max(title, text), ", ".join([*sorted(map(" ".join, names)), *sorted(same_cves)])[:200])


def _names(a: _Features, b: _Features) -> list[tuple[str, ...]]:
    """Names both headlines have; words that stand side by side in both are one name ("Check Point", "Hugging Face")."""
    shared = sorted(a.names & b.names)
    side_by_side = a.neighbours & b.neighbours
    name_of = {word: {word} for word in shared}
    for first, second in sorted(side_by_side):
        if first in name_of and second in name_of and name_of[first] is not name_of[second]:
            joined = name_of[first] | name_of[second]
            for word in joined:
                name_of[word] = joined
    return sorted({tuple(sorted(joined)) for joined in name_of.values()})


def _is_distinctive(shared: set[str], a: _Features, b: _Features) -> bool:
    """Whether shared words tell an event without a text to ask: two of them, or one that a headline writes as a name."""
    return len(shared) > 1 or bool(shared & (a.named | b.named) - a.small - b.small)


def _strangers(a: _Features, b: _Features, shared: Sequence[tuple[str, ...]]) -> bool:
    """Whether each headline names things of which the other article says nothing: two events of one actor, vendor or kind.

    Not asked where the headlines share two names written as names.
    """
    if sum(any(_is_distinctive({word}, a, b) for word in name) for name in shared) > 1:
        return False

    def unheard(features: _Features, by: _Features) -> bool:
        own = [name for name in features.names - by.names if not is_everyday(name)]
        heard = f"{by.article.title}\n{by.article.text}".casefold()
        return bool(own) and not any(name in heard for name in own)

    return unheard(a, b) and unheard(b, a)


def _apart(a: _Features, b: _Features) -> bool:
    """Whether a rule keeps two articles apart whatever their words say."""
    if a.outlet == b.outlet or a.article.feed_id == b.article.feed_id or a.periodical or b.periodical:
        return True
    if a.catalogue or b.catalogue:
        return not (a.catalogue and b.catalogue and a.cves and a.cves == b.cves)
    if (a.cves and b.cves and not a.cves & b.cves) or (
        a.weaknesses and b.weaknesses and not a.weaknesses & b.weaknesses
    ):
        return True
    first, second = a.article.published_at, b.article.published_at
    return first is not None and second is not None and abs(first - second) > WINDOW


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    # summed exactly, so that no order of words or articles shows in the last digit
    return min(1.0, math.fsum(weight * b[word] for word, weight in a.items() if word in b))


def _groups(features: Sequence[_Features], pairs: Mapping[frozenset[str], _Pair]) -> list[list[_Features]]:
    """Articles of one event: pairs joined from the most alike on, while two of three pairs across are alike and no rule parts them."""
    group_of = {member.article.article_id: [member] for member in features}
    by_id = {member.article.article_id: member for member in features}
    for key, _ in sorted(pairs.items(), key=lambda item: (-item[1].similarity, sorted(item[0]))):
        first, second = (group_of[identifier] for identifier in sorted(key))
        if first is second:
            continue
        across = list(product(first, second))
        alike = sum(_key(a, b) in pairs for a, b in across)
        if 3 * alike >= 2 * len(across) and not any(_apart(a, b) for a, b in across):
            joined = first + second
            for member in joined:
                group_of[member.article.article_id] = joined
    seen: set[int] = set()
    groups = []
    for identifier in by_id:
        group = group_of[identifier]
        if len(group) > 1 and id(group) not in seen:
            seen.add(id(group))
            groups.append(group)
    return groups


def _key(a: _Features, b: _Features) -> frozenset[str]:
    return frozenset((a.article.article_id, b.article.article_id))
