"""The mending call: what fell goes back once, and its replacements take the places of what they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.analysis.records import Statement
from secdigest_pipeline.analysis.reply.claims import Claim, MendedClaim, Mending, Reply
from secdigest_pipeline.analysis.reply.prompt import Prompt, Turn, rules, turn
from secdigest_pipeline.analysis.reply.schema import MEND_SCHEMA
from secdigest_pipeline.articles.records import Article

MEND = Prompt(rules("mend_rules.txt"), MEND_SCHEMA)

# As many lines as a reply is asked for: what goes beyond them is nothing that fell.
MAX_LINES = 7
_TITLE = 0


@dataclass(frozen=True, slots=True)
class Fallen:
    """One statement that goes back: its number in the reply (0: the title), its text, and why it fell."""

    id: int
    text: str
    why: str


def fallen(title: Statement | None, lines: Mapping[int, Statement]) -> tuple[Fallen, ...]:
    """What goes back, in the order of the reply."""
    given = {_TITLE: title, **lines} if title else lines
    return tuple(Fallen(at, said.text, _why(said)) for at, said in sorted(given.items()) if said and said.text)


def mend_turn(article: Article, standing: Sequence[str], fell: Sequence[Fallen], nonce: str) -> Turn:
    """The turn that holds the whole article, the lines that hold and those that fell."""
    rows = [{"id": one.id, "field": "summary" if one.id else "title", "text": one.text, "why": one.why} for one in fell]
    return turn(article, {"standing": list(standing), "fell": rows}, nonce)


def offered(mending: Mending, fell: Sequence[Fallen]) -> Mending:
    """The replacements that were asked for: a title only where it fell, one line for each that fell, further ones up to seven.

    What fell and is said again is none: it was judged.
    """
    places = {one.id for one in fell}
    judged = {one.text for one in fell}
    lines: list[MendedClaim] = []
    for claim in [claim for claim in mending.summary if claim.text not in judged][:MAX_LINES]:
        at = claim.id if claim.id in places and claim.id != _TITLE else 0
        places.discard(at)
        lines.append(claim.model_copy(update={"id": at}))
    has_title = any(one.id == _TITLE for one in fell) and mending.title not in judged
    return Mending(
        title_quotes=mending.title_quotes if has_title else (),
        title=mending.title if has_title else "",
        summary=tuple(lines),
    )


def mended(reply: Reply, offer: Mending) -> Reply:
    """`reply` with the replacements in the places of what they stand for, further lines behind its own."""
    lines = list(reply.summary)
    for claim in offer.summary:
        line = Claim(quotes=claim.quotes, text=claim.text)
        if 0 < claim.id <= len(lines):
            lines[claim.id - 1] = line
        else:
            lines.append(line)
    changed = {"summary": tuple(lines)}
    title = {"title": offer.title, "title_quotes": offer.title_quotes} if offer.title else {}
    return reply.model_copy(update={**changed, **title})


def _why(said: Statement) -> str:
    if said.check and said.check not in ("supported", "unchecked"):
        passage = f'; the article says: "{said.ground.text[:300]}"' if said.ground else ""
        return f"{said.check.replace('_', ' ')}{passage}"
    return said.verdict.replace("_", " ")
