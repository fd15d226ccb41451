"""From a reply to an analysis: each thing a model says is printed only where the article backs it.

The boundary against the article's own tricks as well: nothing that obeys an instruction in the text gets past here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from secdigest_pipeline.analysis import events
from secdigest_pipeline.analysis.asking.cost import list_price
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.extractive import MAX_LINES, MAX_RECOMMENDATIONS, extract, own_title
from secdigest_pipeline.analysis.grounding.grounder import Grounder, find_quote
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.records import Analysis, Span, Statement
from secdigest_pipeline.analysis.reply.excerpt import excerpt
from secdigest_pipeline.analysis.reply.prompt import Candidate, leaks_prompt
from secdigest_pipeline.analysis.reply.schema import ROLES, SECTIONS, Claim, IocClaim, Reply, closed
from secdigest_pipeline.analysis.threat import is_named, threat
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.records import IocRole, ObservableType, Role
from secdigest_pipeline.intake.records import Section

# Fewer grounded lines than this, and the article's own sentences fill the entry.
MIN_LINES = 3
MAX_NOTES = 3
# Longest lines of 12 months (docs/contract.md 1.4): summary 136, title 101, advice p95 96, IOC context p95 48.
MAX_STATEMENT = 200
MAX_TITLE = 120
MAX_ADVICE = 150
MAX_CONTEXT = 80
MAX_DROPPED = 100
# Claims of one list that are judged at all: ten times what is printed.
MAX_CLAIMS = 50

# Names and checksums can't be clicked; a host that is a name is one only where the source uses it so.
_OF_OWN_QUOTE = ("domain", "md5", "sha1", "sha256", "sha512")
_NAMES_A_PLACE = "unsupported: names a place to visit: "
_ADDRESSES_A_MACHINE = "unsupported: rests on text that addresses a machine"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")


def assemble(article: Article, listed: Sequence[Candidate], reply: Reply, kept: KeptReply) -> Analysis:
    """The analysis of `article` that `reply` supports; state `analysed` whatever is left of it."""
    checks = _Checks(article, kept.nonce)
    summary = checks.grounded(reply.summary, MAX_LINES)
    recommendations = checks.grounded(reply.recommendations, MAX_RECOMMENDATIONS)
    notes = checks.grounded(reply.notes, MAX_NOTES)
    if len(summary) < MIN_LINES:
        summary = _filled(summary, extract(article).summary)
    said, disbelieved = threat(reply, checks.whole, checks.stands)
    checks.dropped += [Statement(claim, "", None, None, "unsupported: name") for claim in disbelieved]
    title = checks.title(reply)
    section = cast(Section, closed(reply.section, SECTIONS, "news")) if article.section == "news" else article.section
    return Analysis(
        edition=article.edition,
        article_id=article.article_id,
        state="analysed",
        reason="",
        analyst="anthropic",
        model=kept.model,
        prompt_version=kept.version,
        reply_id=kept.key,
        title_ja=title,
        section=section,
        summary=summary,
        recommendations=recommendations,
        notes=notes,
        advice=checks.advice(reply.advice),
        ioc_roles=checks.roles(reply.iocs, listed),
        threat=said,
        event=events.event(reply.event, title, summary, checks.judged, checks.place),
        tags=None
        if reply.tags is None
        else events.tags(reply.tags[:MAX_CLAIMS], checks.judged, checks.place, checks.names),
        dropped=tuple(checks.dropped[:MAX_DROPPED]),
        left_out=tuple(Span(*gap) for gap in excerpt(article.text).gaps),
        list_price_usd=list_price(kept),
    )


class _Checks:
    """One article's checks; what fails is collected in `dropped`."""

    def __init__(self, article: Article, nonce: str) -> None:
        self._article = article
        self._nonce = nonce
        self._instructions = Instructions(article.text)
        self._title = Instructions(article.title).covered
        self._grounder = Grounder(self._instructions.covered, self._title)
        self.dropped: list[Statement] = []

    @property
    def whole(self) -> str:
        """Title and text without what addresses a machine."""
        return f"{self._title}\n{self._instructions.covered}"

    def stands(self, quote: str) -> bool:
        """Whether `quote` stands in the article outside of text that addresses a machine."""
        return self._source(quote) is not None

    def _source(self, quote: str) -> str | None:
        place = self._grounder.find_quote(quote)
        return None if place is None else self._article.text[slice(*place)]

    def place(self, quote: str) -> Statement | None:
        """The quote as the article spells it, with its offsets, when it stands in text for readers."""
        found = self._grounder.find_quote(quote)
        return found and Statement("", self._article.text[slice(*found)], *found, "grounded")

    def names(self, name: str) -> bool:
        """Whether the article uses this very name."""
        return is_named(name, self.whole)

    def judged(self, text: str, limit: int, quote: str | None) -> Statement | None:
        """A line of the event or of a tag: grounded in `quote`, or its values alone where there is none."""
        return self._judged(text, limit, self._valued if quote is None else partial(self._ground, quote))

    def grounded(self, claims: Sequence[Claim], limit: int) -> tuple[Statement, ...]:
        """The first `limit` grounded statements of `claims`; every claim is judged, so `dropped` holds each bad one."""
        judged = (
            self._judged(claim.text, MAX_STATEMENT, partial(self._ground, claim.quote)) for claim in claims[:MAX_CLAIMS]
        )
        kept = {statement.text: statement for statement in reversed([s for s in judged if s is not None])}
        return tuple(reversed(kept.values()))[:limit]

    def title(self, reply: Reply) -> str:
        """The reply's headline when it is grounded in text or title, else the article's own title."""
        own = own_title(self._article)
        if reply.title == own:
            return own
        statement = self._judged(reply.title, MAX_TITLE, partial(self._ground_title, reply.title_quote))
        return statement.text if statement and not _addresses(statement.text) else own

    def advice(self, text: str) -> str:
        """The model's own advice when all its values are the article's and it sends nobody anywhere; else empty."""
        statement = self._judged(text, MAX_ADVICE, self._valued)
        return statement.text if statement else ""

    def roles(self, claims: Sequence[IocClaim], listed: Sequence[Candidate]) -> tuple[IocRole, ...]:
        """Roles of listed candidates whose quote stands in the article, one each.

        An article that addresses a machine may have told it what to say of any value: then only code says what a value is.
        """
        by_id = {candidate.id: candidate for candidate in listed}
        # hidden text is no part of what the model reads, but its values are candidates
        led = bool(self._instructions or (claims and Instructions(self._article.page_text)))
        roles: dict[int, IocRole] = {}
        for claim in claims:
            candidate = by_id.get(claim.id)
            if candidate is None or claim.id in roles:
                continue
            source = self._source(claim.quote)
            if source is None or led:
                verdict = "no_quote" if source is None else _ADDRESSES_A_MACHINE
                self.dropped.append(Statement(f"{candidate.value[:200]}: {claim.role}"[:300], "", None, None, verdict))
                continue
            roles[claim.id] = IocRole(
                type=cast(ObservableType, candidate.type),
                value=candidate.value,
                role=cast(Role, closed(claim.role, ROLES, "unknown")),
                context_ja=self._context(claim.context),
                quote=source,
            )
        return tuple(roles.values())

    def _context(self, text: str) -> str:
        # a half-width comma would be a sixth column of the report's line (docs/contract.md 1.5)
        line = _THOUSANDS.sub("", text).replace(", ", "、").replace(",", "、")
        statement = self._judged(line, MAX_CONTEXT, self._valued)
        return statement.text if statement else ""

    def _judged(self, text: str, limit: int, judge: Callable[[str], Statement]) -> Statement | None:
        if not text:
            return None
        if len(text) > limit:
            statement = Statement(text[:limit], "", None, None, f"unsupported: longer than {limit} characters")
        elif leaks_prompt(text, self._nonce):
            statement = Statement("", "", None, None, "unsupported: text of the prompt")
        else:
            statement = judge(text)
        if statement.verdict == "grounded":
            return statement
        self.dropped.append(statement)
        return None

    def _ground(self, quote: str, text: str) -> Statement:
        statement = self._grounder.ground(text, quote)
        if statement.verdict == "grounded" and (led := _led_astray(text, statement.quote)):
            return replace(statement, verdict=f"{_NAMES_A_PLACE}{', '.join(led)}"[:300])
        if statement.verdict == "no_quote" and self._instructions and find_quote(quote, self._article.text):
            return replace(statement, verdict=_ADDRESSES_A_MACHINE)
        return statement

    def _ground_title(self, quote: str, text: str) -> Statement:
        statement = self._ground(quote, text)
        if statement.verdict != "no_quote":
            return statement
        # the headline may rest on the title alone: the quote is sought there, the values in title and text
        return Grounder(self._title, self._instructions.covered).ground(text, quote)

    def _valued(self, text: str) -> Statement:
        failed = self._grounder.unsupported_values(text)
        verdict = f"unsupported: {', '.join(failed)}"[:300] if failed else "grounded"
        if led := _addresses(text):
            verdict = f"{_NAMES_A_PLACE}{', '.join(led)}"[:300]
        return Statement(text, "", None, None, verdict)


def _led_astray(text: str, quote: str) -> list[str]:
    """What of a statement could be visited or called, but for host names (Booking.com) and hashes of its own quote."""
    found = [item for item in find(text) if item.type != "cve"]
    quoted = {item.value for item in find(quote) if item.type in _OF_OWN_QUOTE} if found else set()
    return [item.raw for item in found if item.value not in quoted]


def _addresses(text: str) -> list[str]:
    """What of `text` could be visited or called: URLs, hosts, addresses, e-mail, hashes."""
    return [item.raw for item in find(text) if item.type != "cve"]


def _filled(summary: tuple[Statement, ...], own: Sequence[Statement]) -> tuple[Statement, ...]:
    """`summary` with the article's own sentences behind it, but for those it quotes already, up to five."""
    new = [line for line in own if not any(_overlap(line, other) for other in summary)]
    return (*summary, *new[: MAX_LINES - len(summary)])


def _overlap(a: Statement, b: Statement) -> bool:
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    return a.start < b.end and b.start < a.end
