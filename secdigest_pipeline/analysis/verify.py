"""Grounding once more, from the stored tables alone: the guard between the analyses and the printed report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from secdigest_pipeline.analysis.events import ALIASES
from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.characters import plain_line

PRINTABLE = ("grounded", "extractive")
# A verdict of the checking call that keeps a statement out of the report
REFUSED = ("contradicted", "overstated", "not_stated")


def ungrounded(analyses: Sequence[Analysis], articles: Sequence[Article]) -> list[str]:
    """What would be printed although its article does not show it: one line each, naming article, field and fault.

    Nothing is taken from the stored verdicts but which rule a statement was let through by.
    """
    known = {article.article_id: article for article in articles}
    return [fault for analysis in analyses for fault in _faults(analysis, known.get(analysis.article_id))]


def _faults(analysis: Analysis, article: Article | None) -> Iterator[str]:
    if article is None:
        yield f"{analysis.article_id}: there is no such article in this edition"
        return
    instructions = Instructions(article.text)
    published = article.published_at.date() if article.published_at else None
    title = Instructions(article.title).covered
    grounder = Grounder(instructions.covered, title, published=published, outlet=article.outlet)
    for field in ("summary", "recommendations", "notes"):
        for at, statement in enumerate(getattr(analysis, field)):
            fault = _fault(field, statement, article.text, grounder, instructions)
            if fault:
                yield f"{article.article_id}: {field} {at + 1}: {fault}: {statement.text[:80]!r}"
    yield from (f"{article.article_id}: {fault}" for fault in _refused(analysis))
    yield from _event_faults(analysis, article, grounder, instructions)
    own = "" if Instructions(article.title) else plain_line(article.title)
    headline = analysis.title
    if headline is not None and headline.start is not None and headline.text == analysis.title_ja:
        own = analysis.title_ja  # judged with its quote
        if fault := _fault("title", headline, article.text, grounder, instructions):
            yield f"{article.article_id}: title_ja: {fault}: {headline.text[:80]!r}"
    for field, text in (("title_ja", analysis.title_ja), ("advice", analysis.advice)):
        if text != own and (missing := grounder.unsupported_values(text)):
            yield f"{article.article_id}: {field}: not in the article: {', '.join(missing)[:200]}"


def _refused(analysis: Analysis) -> Iterator[str]:
    """What the checker refused beside the statements that are judged one by one."""
    rows: list[tuple[str, str | None]] = []
    # one that rests on the article's title has no quote to be judged with
    rows += [("title_ja", analysis.title.check)] if analysis.title and analysis.title.start is None else []
    rows += [("advice", analysis.advice_check)] if analysis.advice else []
    rows += [(f"ioc {role.value[:80]}", role.check) for role in analysis.ioc_roles]
    rows += [(f"tag {tag.dimension}", tag.check) for tag in analysis.tags or ()]
    rows += [(f"product {product.name[:80]}", product.check) for product in analysis.products or ()]
    yield from (f"{field}: the checker says {check}" for field, check in rows if check in REFUSED)


def _event_faults(
    analysis: Analysis, article: Article, grounder: Grounder, instructions: Instructions
) -> Iterator[str]:
    event = analysis.event
    rows: list[tuple[str, str, str, int | None, int | None]] = []
    if event is not None:
        rows.append(("event", f"{event.title}\n{event.summary}", event.quote, event.start, event.end))
    rows += [
        (f"tag {tag.dimension}", f"{tag.raw_value}\n{tag.note.removeprefix(ALIASES)}", tag.quote, tag.start, tag.end)
        for tag in analysis.tags or ()
        if tag.quote
    ]
    # an event's words are those of the printed lines, which are judged by themselves
    own = {analysis.title_ja, *accumulate(line.text for line in analysis.summary)}
    own |= set() if Instructions(article.title) else {plain_line(article.title)}
    for field, text, quote, start, end in rows:
        if quote and (
            start is None or end is None or article.text[start:end] != quote or instructions.hold(start, end)
        ):
            yield f"{article.article_id}: {field}: its quote is not at its offsets"
        for line in text.split("\n"):
            if line not in own and (missing := grounder.unsupported_values(line)):
                yield f"{article.article_id}: {field}: not in the article: {', '.join(missing)[:200]}"


def _fault(field: str, statement: Statement, text: str, grounder: Grounder, instructions: Instructions) -> str | None:
    if statement.check in REFUSED:
        return f"the checker says {statement.check}"
    # a derived value is printed on the checker's word alone
    if statement.verdict not in PRINTABLE and not (
        statement.verdict.startswith("derived") and statement.check == "supported"
    ):
        return statement.verdict or "no verdict"
    if statement.start is None or statement.end is None or text[statement.start : statement.end] != statement.quote:
        return "its quote is not at its offsets"
    if instructions.hold(statement.start, statement.end):
        return "rests on text that addresses a machine"
    for more in statement.more_quotes or ():
        if text[more.start : more.end] != more.text or instructions.hold(more.start, more.end):
            return "a further quote is not at its offsets, or addresses a machine"
    if statement.verdict != "extractive":
        quotes = (statement.quote, *(more.text for more in statement.more_quotes or ()))
        verdict = grounder.ground(statement.text, *quotes, field=field).verdict
        return None if verdict.partition(":")[0] in ("grounded", "derived") else verdict
    shown = plain_line(statement.text.removesuffix("…"))
    return None if shown and plain_line(statement.quote).startswith(shown) else "extract that is not its quote"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the statements that models wrote for an edition: how many, and which share is printed unchecked or fell."""

    statements: int
    unchecked: float
    dropped: float


def shares(analyses: Sequence[Analysis]) -> Shares:
    """Counted over title, summary, recommendations, notes and advice of the entries that a model wrote."""
    printed: list[str | None] = []
    dropped = 0
    for analysis in analyses:
        if analysis.state == "analysed":
            lines = (*analysis.summary, *analysis.recommendations, *analysis.notes)
            printed += [line.check for line in (*lines, *([analysis.title] if analysis.title else []))]
            printed += [analysis.advice_check] if analysis.advice else []
            dropped += len(analysis.dropped)
    unchecked = sum(check != "supported" for check in printed)
    written = len(printed) + dropped
    return Shares(written, unchecked / max(1, len(printed)), dropped / max(1, written))
