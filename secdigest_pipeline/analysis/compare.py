"""How two versions of prompt or model differ for the same articles, statement by statement, from kept replies alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.asking.reading import read
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies, content_key
from secdigest_pipeline.analysis.assemble import Said, assemble
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.analysis.reply.claims import Reply
from secdigest_pipeline.analysis.reply.prompt import candidates
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import Observable


@dataclass(frozen=True, slots=True)
class Difference:
    """One statement that the two do not share; empty on the side that lacks it. Both: the same quote, other words."""

    article_id: str
    source_url: str
    field: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Articles that both versions answered, statements that are the same in both, and the others."""

    compared: int
    only_a: int
    only_b: int
    same: int
    differences: tuple[Difference, ...]
    versions: tuple[str, ...]  # every prompt version and model that is kept about these articles


def names_of(kept: KeptReply) -> tuple[str, ...]:
    """What a version may be called: `prompt-schema`, the prompt alone, or the model asked or answering."""
    return tuple(dict.fromkeys((kept.version, kept.prompt_version, kept.model_asked, kept.model)))


def compare(
    articles: Sequence[Article],
    observables: Mapping[str, Sequence[Observable]],
    replies: Replies,
    a: str,
    b: str,
) -> Comparison:
    """`a` and `b` are any of `names_of`; the newest usable reply of each is put together as today's code does."""
    compared = only_a = only_b = same = 0
    differences: list[Difference] = []
    versions: set[str] = set()
    for article in articles:
        listed = candidates(article, observables.get(article.article_id, ()))
        kept = [
            (reply, reading)
            for reply in reversed(replies.versions(content_key(article, listed)))
            if isinstance(reading := read(reply), Reply)
        ]
        versions |= {name for reply, _ in kept for name in names_of(reply)}
        of_a = next((pair for pair in kept if a in names_of(pair[0])), None)
        of_b = next((pair for pair in kept if b in names_of(pair[0])), None)
        only_a += bool(of_a and not of_b)
        only_b += bool(of_b and not of_a)
        if of_a and of_b:
            compared += 1
            # what was written, before any check: verdicts are about one version's words
            left, right = (
                assemble(article, listed, Said(reply, (kept_reply,))).analysis for kept_reply, reply in (of_a, of_b)
            )
            shared, found = _compared(article, left, right)
            same += shared
            differences += found
    return Comparison(compared, only_a, only_b, same, tuple(differences), tuple(sorted(versions)))


def _compared(article: Article, a: Analysis, b: Analysis) -> tuple[int, list[Difference]]:
    same = 0
    found: list[Difference] = []

    def differ(field: str, left: str, right: str) -> None:
        nonlocal same
        if left == right:
            same += bool(left)
        else:
            found.append(Difference(article.article_id, article.url, field, left, right))

    differ("title", a.title_ja, b.title_ja)
    differ("section", a.section, b.section)
    for field in ("summary", "recommendations", "notes"):
        for left, right in _pairs(getattr(a, field), getattr(b, field)):
            differ(field, left, right)
    differ("advice", a.advice, b.advice)
    roles_a, roles_b = ({(role.type, role.value): role.role for role in one.ioc_roles} for one in (a, b))
    for type, value in dict.fromkeys((*roles_a, *roles_b)):
        left, right = (f"{value}: {said}" if (said := roles.get((type, value))) else "" for roles in (roles_a, roles_b))
        differ("ioc_role", left, right)
    for name in ("actor", "actor_attribute", "malware", "malware_type"):
        differ(name, getattr(a.threat, name), getattr(b.threat, name))
    differ("dropped", str(len(a.dropped)), str(len(b.dropped)))
    return same, found


def _pairs(a: Sequence[Statement], b: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """Statements that belong together: the same words, else the same quote; the rest stand alone."""
    left, right = list(a), list(b)
    for alike in (_same_words, _same_quote):
        for one in list(left):
            other = next((item for item in right if alike(one, item)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
                yield one.text, other.text
    yield from ((one.text, "") for one in left)
    yield from (("", one.text) for one in right)


def _same_words(one: Statement, other: Statement) -> bool:
    return one.text == other.text


def _same_quote(one: Statement, other: Statement) -> bool:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return one.start < other.end and other.start < one.end
