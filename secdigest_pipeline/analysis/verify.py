"""Grounding once more, from the stored tables alone: the guard between the analyses and the printed report."""

from collections.abc import Iterator, Sequence

from secdigest_pipeline.analysis.grounding import Grounder
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.records import Article

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
    grounder = Grounder(article.text, article.title)
    for field in ("summary", "recommendations", "notes"):
        for at, statement in enumerate(getattr(analysis, field)):
            fault = _fault(statement, article.text, grounder)
            if fault:
                yield f"{article.article_id}: {field} {at + 1}: {fault}: {statement.text[:80]!r}"
    for field, text in (("title_ja", analysis.title_ja), ("advice", analysis.advice)):
        if text != article.title and (missing := grounder.unsupported_values(text)):
            yield f"{article.article_id}: {field}: not in the article: {', '.join(missing)[:200]}"


def _fault(statement: Statement, text: str, grounder: Grounder) -> str | None:
    if statement.verdict not in PRINTABLE:
        return statement.verdict or "no verdict"
    if statement.start is None or statement.end is None or text[statement.start : statement.end] != statement.quote:
        return "its quote is not at its offsets"
    if statement.verdict == "grounded":
        verdict = grounder.ground(statement.text, statement.quote).verdict
        return None if verdict == "grounded" else verdict
    shown = " ".join(statement.text.removesuffix("…").split())
    return None if " ".join(statement.quote.split()).startswith(shown) else "extract that is not its quote"
