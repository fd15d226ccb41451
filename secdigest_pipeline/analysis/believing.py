"""What of a reply is believed: code first, then the checker's verdict; what is not is kept as dropped, with the reason."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from secdigest_pipeline.analysis.extractive import own_title
from secdigest_pipeline.analysis.grounding.grounder import Grounder, find_quote
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.records import CheckVerdict, Quote, Statement
from secdigest_pipeline.analysis.reply.checking import UNCHECKED, Named, Verdict, ioc_name
from secdigest_pipeline.analysis.reply.claims import MAX_QUOTES, Claim, IocClaim, Reply
from secdigest_pipeline.analysis.reply.prompt import Candidate, leaks_prompt
from secdigest_pipeline.analysis.reply.schema import CATEGORIES, ROLES, closed
from secdigest_pipeline.analysis.threat import is_named
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.records import IocRole, ObservableType, Role
from secdigest_pipeline.indicators.warninglists import names_a_thing

# Longest lines of 12 months (docs/contract.md 1.4): summary 136, title 101, advice p95 96, IOC context p95 48.
MAX_STATEMENT = 136
MAX_TITLE = 101
MAX_CONTEXT = 80
MAX_DESCRIPTION = 120
MAX_DROPPED_TEXT = 300
# Claims of one list that are judged at all: ten times what is printed.
MAX_CLAIMS = 50

# Names and checksums can't be clicked; a host that is a name is one only where the source uses it so.
_OF_OWN_QUOTE = ("domain", "md5", "sha1", "sha256", "sha512")
# what code lets through: as it stands, or with a value that wants the checker's word
_HELD = ("grounded", "derived")
_NAMES_A_PLACE = "unsupported: names a place to visit: "
_ADDRESSES_A_MACHINE = "unsupported: rests on text that addresses a machine"
_NOT_JAPANESE = "unsupported: not in Japanese"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
_WORD = re.compile(r"\S+")
# A digit, or a capital that does not just begin a word of plain English (GlassLantern, C2, VPN) or a sentence.
_TELLING = re.compile(r"\d|.[A-Z]")
_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿]")


class Belief:
    """One article's checks; what fails is collected in `dropped`. Without `verdicts` everything is unchecked."""

    def __init__(self, article: Article, nonce: str, verdicts: Mapping[Named, Verdict] | None) -> None:
        self._article = article
        self._nonce = nonce
        self._verdicts = verdicts or {}
        self._instructions = Instructions(article.text)
        self._title = Instructions(article.title).covered
        published = article.published_at.date() if article.published_at else None
        self.grounder = Grounder(self._instructions.covered, self._title, published=published, outlet=article.outlet)
        self.dropped: list[Statement] = []

    @property
    def whole(self) -> str:
        """Title and text without what addresses a machine."""
        return f"{self._title}\n{self._instructions.covered}"

    def stands(self, quote: str) -> bool:
        """Whether `quote` stands in the article outside of text that addresses a machine."""
        return self.place(quote) is not None

    def place(self, quote: str) -> Quote | None:
        """The quote as the article spells it, with its offsets, when it stands in text for readers."""
        found = self.grounder.find_quote(quote)
        return Quote(self._article.text[slice(*found)], *found) if found else None

    def names(self, name: str) -> bool:
        """Whether the article uses this very name."""
        return is_named(name, self.whole)

    def verdict(self, name: Named) -> Verdict:
        """What the checker says of an assertion."""
        return self._verdicts.get(name, UNCHECKED)

    def unrefused(self, name: Named) -> CheckVerdict | None:
        """What the checker says of an assertion; None when it refuses it, which is kept as dropped."""
        verdict = self.verdict(name)
        if verdict.check in ("supported", "unchecked"):
            return verdict.check
        said = f"{name[0]}: {name[1]}"[:MAX_DROPPED_TEXT]
        self.dropped.append(Statement(said, "", None, None, "grounded", check=verdict.check, ground=verdict.ground))
        return None

    def valued(self, text: str, limit: int) -> str:
        """A short text of data when it fits, all its values are the article's and it sends nobody anywhere; else empty."""
        statement = self._judged(text, limit, self._valued)
        return statement.text if statement else ""

    def lines(self, field: str, claims: Sequence[Claim]) -> tuple[list[Statement], dict[int, Statement]]:
        """What holds of a list of claims in its order, and what fell by its number, from 1."""
        held: list[Statement] = []
        fell: dict[int, Statement] = {}
        for at, claim in enumerate(claims[:MAX_CLAIMS], start=1):
            before = len(self.dropped)
            statement = self._judged(claim.text, MAX_STATEMENT, partial(self._ground, field, claim.quotes), _KANA)
            statement = statement and self._checked(field, statement)
            if statement:
                held.append(statement)
            elif len(self.dropped) > before:
                fell[at] = self.dropped[-1]
        return held, fell

    def title(self, reply: Reply) -> tuple[str, Statement | None, Statement | None]:
        """The headline to print, with what it rests on when it is the reply's, and the reply's when it fell.

        A headline is judged by the values of the whole article; where it fails the article's own title stands.
        """
        own = own_title(self._article)
        if not reply.title or reply.title == own:
            return own, None, None
        before = len(self.dropped)
        statement = self._judged(reply.title, MAX_TITLE, partial(self._ground_title, reply.title_quotes), _JAPANESE)
        statement = statement and self._checked("title", statement)
        if statement:
            return statement.text, statement, None
        return own, None, self.dropped[-1] if len(self.dropped) > before else None

    def advice(self, text: str) -> tuple[str, CheckVerdict | None]:
        """The model's own advice when all its values are the article's, it sends nobody anywhere and no checker refused it."""
        statement = self._judged(text, MAX_STATEMENT, self._valued, _KANA)
        statement = statement and self._checked("advice", statement)
        return (statement.text, statement.check) if statement else ("", None)

    def roles(self, claims: Sequence[IocClaim], listed: Sequence[Candidate]) -> tuple[IocRole, ...]:
        """Roles of listed candidates whose quote stands in the article, one each.

        An article that addresses a machine may have told it what to say of any value: then only code says what a value is.
        A checker's refusal takes role and words away, whatever else they rest on.
        """
        by_id = {candidate.id: candidate for candidate in listed}
        # hidden text is no part of what the model reads, but its values are candidates
        led = bool(self._instructions or (claims and Instructions(self._article.page_text)))
        roles: dict[int, IocRole] = {}
        for claim in claims:
            candidate = by_id.get(claim.id)
            if candidate is None or claim.id in roles:
                continue
            source = self.place(claim.quote)
            verdict = self.verdict(ioc_name(claim.role, claim.category, claim.context, claim.description))
            if source is None or led or verdict.check not in ("supported", "unchecked"):
                why = "no_quote" if source is None else _ADDRESSES_A_MACHINE if led else "grounded"
                said = f"{candidate.value[:200]}: {claim.role}"[:MAX_DROPPED_TEXT]
                self.dropped.append(Statement(said, "", None, None, why, check=verdict.check, ground=verdict.ground))
                continue
            roles[claim.id] = IocRole(
                type=cast(ObservableType, candidate.type),
                value=candidate.value,
                role=cast(Role, closed(claim.role, ROLES, "unknown")),
                context_ja=self._context(claim.context),
                quote=source.text,
                category=closed(claim.category, CATEGORIES, "unknown"),
                description=self._description(claim.description),
                check=verdict.check,
            )
        return tuple(roles.values())

    def _context(self, text: str) -> str:
        # a half-width comma would be a sixth column of the report's line (docs/contract.md 1.5)
        line = _THOUSANDS.sub("", text).replace(", ", "、").replace(",", "、")
        statement = self._judged(line, MAX_CONTEXT, self._valued, _JAPANESE)
        return statement.text if statement else ""

    def _description(self, text: str) -> str:
        """English words of the CSV: names, numbers and places in them must be the article's, plain words are the checker's to judge."""
        line = _THOUSANDS.sub("", text)
        telling = [word for word in _WORD.findall(line) if _TELLING.search(word)]
        wrong = [word for word in telling if self.grounder.unsupported_values(word)]
        if not line or len(line) > MAX_DESCRIPTION or leaks_prompt(line, self._nonce) or _places_named(line) or wrong:
            if line:
                why = (
                    f"unsupported: {', '.join(wrong)}"[:300]
                    if wrong
                    else "unsupported: no short English line of the article"
                )
                self.dropped.append(Statement(line[:MAX_DESCRIPTION], "", None, None, why))
            return ""
        return line

    def _checked(self, field: str, statement: Statement) -> Statement | None:
        """`statement` with its verdict, None when the checker refused it; a derived value needs the checker's support."""
        verdict = self.verdict((field, statement.text))
        judged = replace(statement, check=verdict.check, ground=verdict.ground)
        if verdict.check == "supported" or (verdict.check == "unchecked" and statement.verdict == "grounded"):
            return judged
        self.dropped.append(judged)
        return None

    def _judged(
        self, text: str, limit: int, judge: Callable[[str], Statement], language: re.Pattern[str] | None = None
    ) -> Statement | None:
        if not text:
            return None
        if len(text) > limit:
            statement = Statement(text[:limit], "", None, None, f"unsupported: longer than {limit} characters")
        elif leaks_prompt(text, self._nonce):
            statement = Statement("", "", None, None, "unsupported: text of the prompt")
        elif language and not language.search(text):
            statement = Statement(text, "", None, None, _NOT_JAPANESE)
        else:
            statement = judge(text)
        if statement.verdict.partition(":")[0] in _HELD:
            return statement
        self.dropped.append(statement)
        return None

    def _ground(self, field: str, quotes: Sequence[str], text: str) -> Statement:
        statement = self.grounder.ground(text, *quotes[:MAX_QUOTES], field=field)
        holds = statement.verdict.partition(":")[0] in _HELD
        if holds and (led := _led_astray(text, _quoted(statement))):
            return replace(statement, verdict=f"{_NAMES_A_PLACE}{', '.join(led)}"[:300])
        in_hidden = statement.verdict == "no_quote" and self._instructions
        if in_hidden and any(find_quote(quote, self._article.text) for quote in quotes):
            return replace(statement, verdict=_ADDRESSES_A_MACHINE)
        return statement

    def _ground_title(self, quotes: Sequence[str], text: str) -> Statement:
        statement = self._ground("title", quotes, text)
        if statement.verdict == "no_quote" and any(Grounder(self._title).find_quote(quote) for quote in quotes):
            return self._valued(text)
        if statement.verdict == "grounded" and (led := _places_named(text)):
            return replace(statement, verdict=f"{_NAMES_A_PLACE}{', '.join(led)}"[:300])
        return statement

    def _valued(self, text: str) -> Statement:
        failed = self.grounder.unsupported_values(text)
        verdict = f"unsupported: {', '.join(failed)}"[:300] if failed else "grounded"
        if led := _places_named(text):
            verdict = f"{_NAMES_A_PLACE}{', '.join(led)}"[:300]
        return Statement(text, "", None, None, verdict)


def _places_named(text: str) -> list[str]:
    """What of a text could be visited or called, but for names of things."""
    return [item.raw for item in find(text) if item.type != "cve" and not names_a_thing(item.raw)]


def _quoted(statement: Statement) -> str:
    return "\n".join([statement.quote, *(quote.text for quote in statement.more_quotes or ())])


def _led_astray(text: str, quote: str) -> list[str]:
    """What of a statement could be visited or called, but for names of things and for host names and hashes of its own quotes."""
    found = [item for item in find(text) if item.type != "cve" and not names_a_thing(item.raw)]
    quoted = {item.value for item in find(quote) if item.type in _OF_OWN_QUOTE} if found else set()
    return [item.raw for item in found if item.value not in quoted]
