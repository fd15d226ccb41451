"""Grounding once more, from the stored tables alone: the guard between the analyses and the printed report."""

from collections.abc import Iterator, Sequence

from secdigest_pipeline.analysis.grounding.grounder import Grounder
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.characters import plain_line

PRINTABLE = ("grounded", "extractive")


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
    grounder = Grounder(instructions.covered, Instructions(article.title).covered)
    for field in ("summary", "recommendations", "notes"):
        for at, statement in enumerate(getattr(analysis, field)):
            fault = _fault(statement, article.text, grounder, instructions)
            if fault:
                yield f"{article.article_id}: {field} {at + 1}: {fault}: {statement.text[:80]!r}"
    yield from _event_faults(analysis, article, grounder, instructions)
    own = "" if Instructions(article.title) else plain_line(article.title)
    for field, text in (("title_ja", analysis.title_ja), ("advice", analysis.advice)):
        if text != own and (missing := grounder.unsupported_values(text)):
            yield f"{article.article_id}: {field}: not in the article: {', '.join(missing)[:200]}"


def _event_faults(
    analysis: Analysis, article: Article, grounder: Grounder, instructions: Instructions
) -> Iterator[str]:
    event = analysis.event
    rows: list[tuple[str, str, str, int | None, int | None]] = []
    if event is not None:
        rows.append(("event", f"{event.title}\n{event.summary}", event.quote, event.start, event.end))
    rows += [
        (f"tag {tag.dimension}", f"{tag.raw_value}\n{tag.note}", tag.quote, tag.start, tag.end)
        for tag in analysis.tags or ()
        if tag.quote
    ]
    own = () if event is None or Instructions(article.title) else (plain_line(article.title),)
    for field, text, quote, start, end in rows:
        if quote and (
            start is None or end is None or article.text[start:end] != quote or instructions.hold(start, end)
        ):
            yield f"{article.article_id}: {field}: its quote is not at its offsets"
        for line in text.split("\n"):
            if line not in own and (missing := grounder.unsupported_values(line)):
                yield f"{article.article_id}: {field}: not in the article: {', '.join(missing)[:200]}"


def _fault(statement: Statement, text: str, grounder: Grounder, instructions: Instructions) -> str | None:
    if statement.verdict not in PRINTABLE:
        return statement.verdict or "no verdict"
    if statement.start is None or statement.end is None or text[statement.start : statement.end] != statement.quote:
        return "its quote is not at its offsets"
    if instructions.hold(statement.start, statement.end):
        return "rests on text that addresses a machine"
    if statement.verdict == "grounded":
        verdict = grounder.ground(statement.text, statement.quote).verdict
        return None if verdict == "grounded" else verdict
    shown = plain_line(statement.text.removesuffix("…"))
    return None if shown and plain_line(statement.quote).startswith(shown) else "extract that is not its quote"
