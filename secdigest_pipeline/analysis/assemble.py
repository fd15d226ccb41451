"""From a reply to an analysis: each thing a model says is printed only where the article backs it and no checker refused it.

The boundary against the article's own tricks as well: nothing that obeys an instruction in the text gets past here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from secdigest_pipeline.analysis import events, named
from secdigest_pipeline.analysis.asking.cost import list_price
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.believing import MAX_CLAIMS, Belief
from secdigest_pipeline.analysis.extractive import MAX_LINES, MAX_RECOMMENDATIONS
from secdigest_pipeline.analysis.records import Analysis, Span, Statement
from secdigest_pipeline.analysis.reply.checking import Named, Verdict
from secdigest_pipeline.analysis.reply.claims import Reply
from secdigest_pipeline.analysis.reply.excerpt import excerpt
from secdigest_pipeline.analysis.reply.prompt import Candidate
from secdigest_pipeline.analysis.reply.schema import BASES, RELEVANCES, SECTIONS, closed
from secdigest_pipeline.analysis.threat import threat
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.intake.records import Section

MAX_NOTES = 3
MAX_DROPPED = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered about one article: the written reply, mended already, and the verdicts on what it states.

    `verdicts` is None when nobody looked, `why_unchecked` says why then. `kept` are the replies in the order of their calls,
    `dropped` what fell before the mending.
    """

    reply: Reply
    kept: tuple[KeptReply, ...]
    verdicts: Mapping[Named, Verdict] | None = None
    why_unchecked: str = ""
    dropped: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Assembled:
    """An analysis, and what of title and summary fell: lines by their number in the reply, from 1."""

    analysis: Analysis
    title_fell: Statement | None
    lines_fell: Mapping[int, Statement]

    @property
    def needs_mending(self) -> bool:
        """Whether the title or the lead fell, or a line that is now missing."""
        too_few = len(self.analysis.summary) < MAX_LINES and bool(self.lines_fell)
        return self.title_fell is not None or 1 in self.lines_fell or too_few


def assemble(article: Article, listed: Sequence[Candidate], said: Said) -> Assembled:
    """The analysis of `article` that the replies support; state `analysed` whatever is left of it."""
    reply = said.reply
    belief = Belief(article, said.kept[0].nonce, said.verdicts)
    lines, lines_fell = belief.lines("summary", reply.summary)
    summary = best(lines, MAX_LINES)
    recommendations = best(belief.lines("recommendations", reply.recommendations)[0], MAX_RECOMMENDATIONS)
    notes = best(belief.lines("notes", reply.notes)[0], MAX_NOTES)
    title_ja, title, title_fell = belief.title(reply)
    advice, advice_check = belief.advice(reply.advice)
    actors, malware = named.actors(reply.actors, belief), named.malware(reply.malware, belief)
    first, disbelieved = threat(reply, belief.whole, belief.stands)
    belief.dropped += [Statement(claim, "", None, None, "unsupported: name") for claim in disbelieved]
    products = None if reply.products is None else named.products(reply.products, belief)
    section = cast(Section, closed(reply.section, SECTIONS, "news")) if article.section == "news" else article.section
    printed = [*summary, *recommendations, *notes, *([title] if title else [])]
    checks = [line.check for line in printed] + ([advice_check] if advice else [])
    missing = sum(check != "supported" for check in checks)
    why = said.why_unchecked or f"no verdict that counts on {missing} of {len(checks)} statements"
    written = said.kept[0]
    analysis = Analysis(
        edition=article.edition,
        article_id=article.article_id,
        state="analysed",
        reason="",
        analyst="anthropic",
        model=written.model,
        prompt_version=written.version,
        reply_id=written.key,
        title_ja=title_ja,
        section=section,
        summary=summary,
        recommendations=recommendations,
        notes=notes,
        advice=advice,
        ioc_roles=belief.roles(reply.iocs, listed),
        threat=first,
        event=events.event(reply.event, title_ja, summary, belief),
        tags=None if reply.tags is None else events.tags(reply.tags[:MAX_CLAIMS], actors, malware, products, belief),
        dropped=tuple({line.text: line for line in (*said.dropped, *belief.dropped)}.values())[:MAX_DROPPED],
        left_out=tuple(Span(*gap) for gap in excerpt(article.text).gaps),
        list_price_usd=_price(said.kept),
        title=title,
        advice_check=advice_check,
        check_state="unchecked" if missing else "checked",
        check_reason=why if missing else "",
        reply_ids=tuple(kept.key for kept in said.kept),
        relevance=None if reply.relevance is None else max(0, min(3, reply.relevance.score)),
        relevance_reason=None if reply.relevance is None else closed(reply.relevance.reason, RELEVANCES, "") or None,
        basis=None if reply.basis is None else named.basis(reply.basis, belief, BASES),
        actors=actors,
        malware=malware,
        products=products,
        techniques=None if reply.techniques is None else named.techniques(reply.techniques, belief),
        victims=None if reply.victims is None else named.victims(reply.victims, belief),
    )
    return Assembled(analysis, title_fell, lines_fell)


def best(lines: Sequence[Statement], limit: int) -> tuple[Statement, ...]:
    """At most `limit` lines in their order: those that are supported first, then those that nobody looked at."""
    different = list({line.text: line for line in reversed(lines)}.values())[::-1]
    chosen = [line for line in different if line.check == "supported"][:limit]
    chosen += [line for line in different if line.check != "supported"][: limit - len(chosen)]
    return tuple(line for line in different if line in chosen)


def _price(kept: Sequence[KeptReply]) -> float | None:
    prices = [list_price(reply) for reply in kept]
    known = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None
