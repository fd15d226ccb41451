"""The checking call: what a reply states, put before a second reader, and what that reader's verdicts are worth.

Every claim of a reply is asked about, whatever code thinks of it: so a verdict that was paid for stays good when code
learns to judge better. A verdict counts as support only with a passage that stands in the article.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.records import CheckVerdict, Quote
from secdigest_pipeline.analysis.reply.claims import Claim, Judgements, MendedClaim, Reply
from secdigest_pipeline.analysis.reply.prompt import Prompt, Turn, rules, turn
from secdigest_pipeline.analysis.reply.schema import CHECK_SCHEMA, VERDICTS, closed
from secdigest_pipeline.articles.records import Article

CHECK = Prompt(rules("check_rules.txt"), CHECK_SCHEMA)

# Three times what a reply of the asked form states; more is noise, and goes unchecked.
MAX_ASSERTIONS = 80
# Longer than all that is printed of an assertion together; what is longer goes unchecked, it is never cut.
MAX_TEXT = 400

# (field, text) names an assertion: a text that is said twice in one field is one.
Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One thing that a reply states, numbered from 1, with the passages it gives for it."""

    id: int
    field: str
    text: str
    quotes: tuple[str, ...]

    @property
    def name(self) -> Named:
        """What its verdict is found by."""
        return self.field, self.text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker says of one assertion; `ground` is the passage of the article it gives."""

    check: CheckVerdict
    ground: Quote | None = None


UNCHECKED = Verdict("unchecked")


def assertions(reply: Reply, own_title: str = "") -> tuple[Assertion, ...]:
    """What `reply` states and a reader may come to see, in the order of its fields; the article's `own_title` needs no check."""
    return _numbered(one for one in _stated(reply) if one[:2] != ("title", own_title))


def assertions_of_mending(
    title: str, title_quotes: Sequence[str], summary: Sequence[MendedClaim]
) -> tuple[Assertion, ...]:
    """The replacements of a mending, as a check of their own."""
    stated = [("title", title, tuple(title_quotes))] if title else []
    return _numbered([*stated, *(("summary", claim.text, claim.quotes) for claim in summary)])


def check_turn(article: Article, asserted: Sequence[Assertion], nonce: str) -> Turn:
    """The turn that holds the whole article and the statements about it."""
    statements = [{"id": one.id, "field": one.field, "text": one.text, "quotes": list(one.quotes)} for one in asserted]
    return turn(article, {"statements": statements}, nonce)


def verdicts(judgements: Judgements, asserted: Sequence[Assertion], grounder: Grounder) -> dict[Named, Verdict]:
    """The verdict of each assertion by its name; one without a judgement is unchecked.

    Of two judgements of one number the worse counts. `supported` without a passage that `grounder` finds is unchecked; a
    refusal counts without one too: to leave a line out needs no proof.
    """
    said: dict[int, list[Verdict]] = {}
    for judgement in judgements.verdicts:
        check = closed(judgement.verdict, VERDICTS, "unchecked")
        place = grounder.find_quote(judgement.passage)
        ground = Quote(grounder.text[slice(*place)], *place) if place else None
        if check == "supported" and ground is None:
            check = "unchecked"
        said.setdefault(judgement.id, []).append(Verdict(cast(CheckVerdict, check), ground))
    return {one.name: min(said.get(one.id, [UNCHECKED]), key=_rank) for one in asserted}


def _rank(verdict: Verdict) -> int:
    return {"supported": 2, "unchecked": 1}.get(verdict.check, 0)


def ioc_name(role: str, category: str, context: str, description: str) -> Named:
    """Name of the assertion on why values are listed: one for all values that the same is said of."""
    return "ioc", f"{role}, {category}: {context} / {description}"


def tag_name(dimension: str, value: str, raw_value: str) -> Named:
    """Name of the assertion on a taxonomy tag."""
    return "tag", f"{dimension}: {value} ({raw_value})"


def product_name(name: str, affected: str, fixed: str, condition: str) -> Named:
    """Name of the assertion on an affected product."""
    said = {"affected": affected, "fixed": fixed, "condition": condition}
    return "product", f"{name}; {'; '.join(f'{key}: {value}' for key, value in said.items() if value)}"


def _stated(reply: Reply) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "title", reply.title, reply.title_quotes
    fields: Mapping[str, Sequence[Claim]] = {
        "summary": reply.summary,
        "recommendations": reply.recommendations,
        "notes": reply.notes,
    }
    for field, claims in fields.items():
        yield from ((field, claim.text, claim.quotes) for claim in claims)
    yield "advice", reply.advice, ()
    for product in reply.products or ():
        yield *product_name(product.name, product.affected, product.fixed, product.condition), (product.quote,)
    for tag in reply.tags or ():
        yield *tag_name(tag.dimension, tag.value, tag.raw_value), (tag.quote,)
    for ioc in reply.iocs:
        yield *ioc_name(ioc.role, ioc.category, ioc.context, ioc.description), (ioc.quote,)


def _numbered(stated: Iterable[tuple[str, str, tuple[str, ...]]]) -> tuple[Assertion, ...]:
    found: dict[Named, tuple[str, ...]] = {}
    for field, text, quotes in stated:
        if 0 < len(text) <= MAX_TEXT:
            found.setdefault((field, text), quotes)
    return tuple(
        Assertion(at, *name, quotes) for at, (name, quotes) in enumerate(list(found.items())[:MAX_ASSERTIONS], start=1)
    )
